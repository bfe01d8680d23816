import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import {
  AgentId,
  apply,
  clock,
  create,
  HandoffRequest,
  type HandoffRecord,
  type HandoffStatus,
  RecordId,
  type Transition
} from "../src/index.ts"

export const sender = AgentId.make("planner")
export const receiver = AgentId.make("übersetzer")
export const stranger = AgentId.make("stranger")
export const recordId = RecordId.make("7k2m9q4xw3pz")
export const at = (minute: number) => DateTime.makeUnsafe(Date.UTC(2026, 10, 22, 8, minute))

export const request = HandoffRequest.make({
  fromAgent: sender,
  toAgent: receiver,
  taskDescription: "翻訳 😀",
  deadline: at(600),
  remindBefore: 3_600_000
})

export const pending = create(recordId, { _tag: "Created", at: at(0), by: sender, request })

/** One event of each transition, by the agent whose it is. */
export const moves: { readonly [Tag in Transition["_tag"]]: Extract<Transition, { readonly _tag: Tag }> } = {
  Accepted: { _tag: "Accepted", at: at(1), by: receiver, reason: "はい", estimatedCompletion: at(90) },
  Rejected: { _tag: "Rejected", at: at(1), by: receiver, reason: "нет" },
  Started: { _tag: "Started", at: at(2), by: receiver },
  Progressed: { _tag: "Progressed", at: at(3), by: receiver, note: "½", fraction: 0.5 },
  Asked: { _tag: "Asked", at: at(3), by: receiver, question: "¿Cuál?" },
  Answered: { _tag: "Answered", at: at(4), by: sender, answer: "三" },
  Released: { _tag: "Released", at: at(5), by: receiver, handBack: { done: ["一"] }, notBefore: at(20) },
  Completed: { _tag: "Completed", at: at(3), by: receiver, result: { pages: 3 } },
  Failed: { _tag: "Failed", at: at(3), by: receiver, reason: "503" },
  Cancelled: { _tag: "Cancelled", at: at(4), by: sender, reason: "zu spät" },
  Reminded: { _tag: "Reminded", at: at(540), by: clock, of: "deadline" },
  Expired: { _tag: "Expired", at: at(600), by: clock, missed: "deadline" }
}

export const after = (...events: ReadonlyArray<Transition>): HandoffRecord =>
  events.reduce<HandoffRecord>((record, event) => Result.getOrThrow(apply(record, event)), pending)

/** A record in each status. */
export const states: Readonly<Record<HandoffStatus, HandoffRecord>> = {
  pending,
  accepted: after(moves.Accepted),
  in_progress: after(moves.Accepted, moves.Started),
  input_required: after(moves.Accepted, moves.Started, moves.Asked),
  completed: after(moves.Accepted, moves.Started, moves.Completed),
  rejected: after(moves.Rejected),
  failed: after(moves.Accepted, moves.Failed),
  cancelled: after(moves.Cancelled),
  expired: after(moves.Accepted, moves.Expired)
}
