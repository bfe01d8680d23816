import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import {
  apply,
  create,
  type HandoffEvent,
  type HandoffRecord,
  HandoffRequest,
  overdueEvent,
  type Transition
} from "../src/index.ts"
import { at, moves, receiver, recordId, sender } from "./samples.ts"

const minute = 60_000
const anyMinutes = [0, 1, 5, 10, 60, 300, 700] as const

/** What a handoff may be asked with, and what is tried on it one after the other: an event, or to wait for one of time. */
export const Life = {
  asked: Schema.Struct({
    acceptBy: Schema.UndefinedOr(Schema.Literals([5, 30])),
    deadline: Schema.UndefinedOr(Schema.Literals([30, 500])),
    remindBefore: Schema.UndefinedOr(Schema.Literals([5, 1000])),
    maxAttempts: Schema.UndefinedOr(Schema.Literals([1, 2]))
  }),
  steps: Schema.Array(
    Schema.Struct({
      // The cast: Object.keys forgets that the keys are those of the moves.
      tag: Schema.Literals([...(Object.keys(moves) as ReadonlyArray<Transition["_tag"]>), "wait"]),
      wait: Schema.Literals(anyMinutes),
      lease: Schema.UndefinedOr(Schema.Literals([10, 300])),
      isFirst: Schema.Boolean
    })
  )
}
type Steps = (typeof Life.steps)["Type"]
type Asked = (typeof Life.asked)["Type"]

const eventOf = ({ tag, lease, isFirst }: Steps[number], now: DateTime.Utc): Transition | undefined => {
  if (tag === "wait") return undefined
  const move: Transition = { ...moves[tag], at: now, ...(isFirst ? { attempt: 1 } : {}) }
  if (lease === undefined || (move._tag !== "Accepted" && move._tag !== "Progressed")) return move
  return { ...move, lease: lease * minute }
}

/** A handoff that has lived so, with its history; what is refused it has not lived. `each` sees it after every event. */
export const lived = (asked: Asked, steps: Steps, each: (record: HandoffRecord) => void = () => {}) => {
  const request = HandoffRequest.make({
    fromAgent: sender,
    toAgent: receiver,
    taskDescription: "翻訳 😀",
    ...(asked.acceptBy === undefined ? {} : { acceptBy: at(asked.acceptBy) }),
    ...(asked.deadline === undefined ? {} : { deadline: at(asked.deadline) }),
    ...(asked.remindBefore === undefined ? {} : { remindBefore: asked.remindBefore * minute }),
    ...(asked.maxAttempts === undefined ? {} : { maxAttempts: asked.maxAttempts })
  })
  const created = { _tag: "Created", at: at(0), by: sender, request } as const
  const history: Array<HandoffEvent> = [created]
  let record = create(recordId, created)
  each(record)
  let now = at(0)
  for (const step of steps) {
    now = DateTime.add(now, { minutes: step.wait })
    const event = eventOf(step, now) ?? overdueEvent(record, now)
    const applied = event && apply(record, event)
    if (event === undefined || applied === undefined || Result.isFailure(applied)) continue
    record = applied.success
    history.push(event)
    each(record)
  }
  return { record, history }
}
