import { advance, AgentId, create, type HandoffEvent, RecordId, type Transition } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import type { Change } from "../src/store/HandoffStore.ts"

export const agent = (name: string) => AgentId.make(name)
export const id = (name: string) => RecordId.make(name)

/** Second number `n` of the tests' time. */
export const second = (n: number) => DateTime.makeUnsafe(1_790_000_000_000 + n * 1000)

/** The change that creates a handoff from `a` to `b`. */
export const created = (
  name: string,
  { at = 0, priority = 5, due }: { readonly at?: number; readonly priority?: number; readonly due?: number } = {}
): Change => {
  const event: HandoffEvent = {
    _tag: "Created",
    at: second(at),
    by: agent("a"),
    request: {
      fromAgent: agent("a"),
      toAgent: agent("b"),
      taskDescription: "Test",
      context: {},
      priority,
      ...(due === undefined ? {} : { deadline: second(due) })
    }
  }
  return { record: create(id(name), event), event }
}

/** The change of one step. */
export const moved = ({ record }: Change, event: Transition): Change => Result.getOrThrow(advance(record, event))

export const accepted = (change: Change, at = 1): Change =>
  moved(change, { _tag: "Accepted", at: second(at), by: agent("b") })
