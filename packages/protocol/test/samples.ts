import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import {
  advance,
  AgentId,
  clock,
  create,
  type HandoffEvent,
  HandoffRequest,
  type HandoffRecord,
  type HandoffStatus,
  RecordId,
  type Transition
} from "../src/index.ts"

export const sender = AgentId.make("planner")
export const receiver = AgentId.make("übersetzer")
export const stranger = AgentId.make("stranger")
/** The receiver of a forward. */
export const successor = AgentId.make("通訳")
export const recordId = RecordId.make("7k2m9q4xw3pz")
export const at = (minute: number) => DateTime.makeUnsafe(Date.UTC(2026, 10, 22, 8, minute))

export const request = HandoffRequest.make({
  fromAgent: sender,
  toAgent: receiver,
  taskDescription: "翻訳 😀",
  deadline: at(600),
  remindBefore: 3_600_000
})

const created: HandoffEvent = { _tag: "Created", at: at(0), by: sender, request }

/** The agent that a review escalates to. */
export const lead = AgentId.make("leitung")
/** The same handoff, whose work is reviewed within half an hour. */
export const reviewed: HandoffEvent = {
  ...created,
  request: { ...request, review: { within: 1_800_000, silence: "escalates", escalateTo: lead, reworks: 2 } }
}
export const pending = create(recordId, created)

/** One event of each transition, by its party. */
export const moves: { readonly [Tag in Transition["_tag"]]: Extract<Transition, { readonly _tag: Tag }> } = {
  Accepted: {
    _tag: "Accepted",
    at: at(1),
    by: receiver,
    reason: "はい",
    estimatedCompletion: at(90),
    readBack: { summary: "一" }
  },
  Rejected: { _tag: "Rejected", at: at(1), by: receiver, reason: "нет" },
  Started: { _tag: "Started", at: at(2), by: receiver },
  Progressed: { _tag: "Progressed", at: at(3), by: receiver, note: "½", fraction: 0.5 },
  Asked: { _tag: "Asked", at: at(3), by: receiver, question: "¿Cuál?" },
  Answered: { _tag: "Answered", at: at(4), by: sender, answer: "三" },
  Forwarded: {
    _tag: "Forwarded",
    at: at(5),
    by: receiver,
    to: successor,
    reason: "口頭",
    handBack: { remaining: ["二"] }
  },
  Delegated: { _tag: "Delegated", at: at(2), by: receiver, child: RecordId.make("3f8g1h5j0abc") },
  Restated: { _tag: "Restated", at: at(2), by: receiver, readBack: { summary: "二" } },
  Confirmed: { _tag: "Confirmed", at: at(2), by: sender, correction: "三" },
  Attested: { _tag: "Attested", at: at(3), by: stranger, statement: "✓", of: "seiten", uri: "https://example.org/✓" },
  Released: { _tag: "Released", at: at(5), by: receiver, handBack: { done: ["一"] }, notBefore: at(20) },
  Delivered: { _tag: "Delivered", at: at(3), by: receiver, result: { pages: 3 } },
  Approved: { _tag: "Approved", at: at(6), by: sender, reason: "gut" },
  Returned: { _tag: "Returned", at: at(6), by: sender, missing: "四" },
  Escalated: { _tag: "Escalated", at: at(33), by: clock },
  Completed: { _tag: "Completed", at: at(3), by: receiver, result: { pages: 3 } },
  Failed: { _tag: "Failed", at: at(3), by: receiver, reason: "503" },
  Cancelled: { _tag: "Cancelled", at: at(4), by: sender, reason: "zu spät" },
  Reminded: { _tag: "Reminded", at: at(540), by: clock, of: "deadline" },
  Expired: { _tag: "Expired", at: at(600), by: clock, missed: "deadline" }
}

/** A record with its history. */
export interface Trail {
  readonly record: HandoffRecord
  readonly history: ReadonlyArray<HandoffEvent>
}

/** Continues a history with a linked event. */
export const continued = (trail: Trail, ...events: ReadonlyArray<Transition>): Trail =>
  events.reduce<Trail>(({ record, history }, event) => {
    const next = Result.getOrThrow(advance(record, event))
    return { record: next.record, history: [...history, next.event] }
  }, trail)

export const trailOf = (...events: ReadonlyArray<Transition>): Trail =>
  continued({ record: pending, history: [created] }, ...events)

export const after = (...events: ReadonlyArray<Transition>): HandoffRecord => trailOf(...events).record

/** A history that ends in each status. */
export const trails: Readonly<Record<HandoffStatus, Trail>> = {
  pending: trailOf(),
  accepted: trailOf(moves.Accepted),
  in_progress: trailOf(moves.Accepted, moves.Started),
  input_required: trailOf(moves.Accepted, moves.Started, moves.Asked),
  delivered: continued(
    { record: create(recordId, reviewed), history: [reviewed] },
    moves.Accepted,
    moves.Started,
    moves.Delivered
  ),
  completed: trailOf(moves.Accepted, moves.Started, moves.Completed),
  rejected: trailOf(moves.Rejected),
  failed: trailOf(moves.Accepted, moves.Failed),
  cancelled: trailOf(moves.Cancelled),
  expired: trailOf(moves.Accepted, moves.Expired)
}

/** A record in each status. */
export const states: Readonly<Record<HandoffStatus, HandoffRecord>> = {
  pending,
  accepted: trails.accepted.record,
  in_progress: trails.in_progress.record,
  input_required: trails.input_required.record,
  delivered: trails.delivered.record,
  completed: trails.completed.record,
  rejected: trails.rejected.record,
  failed: trails.failed.record,
  cancelled: trails.cancelled.record,
  expired: trails.expired.record
}

/** A record without its digest. */
export const headless = (record: HandoffRecord) => {
  const { head: _, ...rest } = record
  return rest
}

/** A new handoff with a given request. */
export const asked = (more: Partial<HandoffRequest> = {}): HandoffRecord =>
  create(recordId, {
    _tag: "Created",
    at: at(0),
    by: more.fromAgent ?? sender,
    request: HandoffRequest.make({ fromAgent: sender, toAgent: receiver, taskDescription: "t", ...more })
  })

/** The record after these allowed events. */
export const follow = (record: HandoffRecord, ...events: ReadonlyArray<Transition>): HandoffRecord =>
  events.reduce((before, event) => Result.getOrThrow(advance(before, event)).record, record)

/** The sentence of a refused event. */
export const refused = (record: HandoffRecord, event: Transition) => {
  const result = advance(record, event)
  if (Result.isSuccess(result)) throw new Error(`${event._tag} was let pass`)
  return result.failure
}
