/** Makes changes for tests. */
import type { Change, HandoffStore } from "@aumai/handoff-core"
import {
  AgentId,
  advance,
  create,
  type HandoffEvent,
  type HandoffRecord,
  HandoffRequest,
  RecordId
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

export const sender = AgentId.make("planner")
export const receiver = AgentId.make("executor")
export const id = (name: string): RecordId => RecordId.make(name)

const second = (n: number) => DateTime.makeUnsafe(1_790_000_000_000 + n * 1000)

/** The change that creates a handoff. */
export const created = (
  name: string,
  { context = {}, due }: { readonly context?: HandoffRequest["context"]; readonly due?: number } = {}
): Change => {
  const request = HandoffRequest.make({
    fromAgent: sender,
    toAgent: receiver,
    taskDescription: "Generate the report",
    context,
    ...(due === undefined ? {} : { deadline: second(due) })
  })
  const event: HandoffEvent = { _tag: "Created", at: second(0), by: sender, request }
  return { record: create(id(name), event), event }
}

/** The change that accepts it. */
export const accepted = (record: HandoffRecord): Change => {
  const event: HandoffEvent = { _tag: "Accepted", at: second(1), by: receiver }
  return Result.getOrThrow(advance(record, event))
}

/** The revision of a handoff in a store; 0 if it is not there. */
export const revisionOf = (store: HandoffStore["Service"], name: string) =>
  Effect.map(store.get(id(name)), (found) => Option.match(found, { onNone: () => 0, onSome: (one) => one.revision }))
