import * as Result from "effect/Result"

import { BrokenChain } from "../model/CustodyError.ts"
import { EmptyHistory, NotYourHandoff } from "../model/HandoffError.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import type { RecordId } from "../values/Fields.ts"
import { entryDigest, eventText, linked, textDigest } from "./Chain.ts"
import { builders } from "./NextState.ts"
import { isTransition, type LifecycleError, objection } from "./Refusals.ts"
import type { Origin, Transition } from "./Transitions.ts"

/**
 * The first state of a handoff, from the event that begins it.
 *
 * @example
 * ```ts
 * import { AgentId, HandoffRequest, create, RecordId } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const record = create(RecordId.make("7k2m9q4xw3pz"), {
 *   _tag: "Created",
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("planner"),
 *   request: HandoffRequest.make({
 *     fromAgent: AgentId.make("planner"),
 *     toAgent: AgentId.make("executor"),
 *     taskDescription: "Generate the Q3 report"
 *   })
 * })
 * console.log(record.status) // "pending"
 * ```
 */
export const create = (recordId: RecordId, event: Origin): HandoffRecord => begin(recordId, event).record

/** The same without the digest of the event, as `apply` leaves it off: for whoever only follows what happens. */
export const begun = (recordId: RecordId, event: Origin): HandoffRecord =>
  event._tag === "Imported"
    ? { ...event.record, recordId, revision: 1 }
    : {
        status: "pending",
        recordId,
        revision: 1,
        request: event.request,
        createdAt: event.at,
        updatedAt: event.at,
        attempt: 1
      }

/**
 * The state after an event: looks up its row, checks where the handoff stands, whose move it is, and for what time brings
 * about whether it is due.
 */
export const apply = (record: HandoffRecord, event: HandoffEvent): Result.Result<HandoffRecord, LifecycleError> => {
  const refusal = objection(record, event)
  if (refusal !== undefined) return Result.fail(refusal)
  // The casts: `objection` has seen that it is a transition, and that its row fits the record, and so its builder.
  const build = builders[(event as Transition)._tag] as (record: HandoffRecord, event: HandoffEvent) => HandoffRecord
  const { head: _, ...built } = build(record, event)
  // Whoever knows the digest of the event adds it; that of the one before is over.
  return Result.succeed(built)
}

/** An event with the digest of the one before it, and the record after it: what a store keeps of both. */
export interface Advanced<Event extends HandoffEvent = HandoffEvent> {
  readonly record: HandoffRecord
  readonly event: Event
  /** The canonical JSON of the event, over which the digest was taken. */
  readonly text: string
}

/** Makes the first entry of a handoff: the event, and the record after it, which holds the digest of the event. */
export const begin = <Event extends Origin>(recordId: RecordId, event: Event): Advanced<Event> => {
  const text = eventText(event)
  return { record: { ...begun(recordId, event), head: textDigest(recordId, 1, text) }, event, text }
}

/**
 * The next entry of a handoff: the event, linked to the last entry, and the record after it, which holds the digest of the
 * event. One that is linked already must be linked to that entry.
 */
export const advance = <Event extends HandoffEvent>(
  record: HandoffRecord,
  event: Event
): Result.Result<Advanced<Event>, LifecycleError | BrokenChain> => {
  const { recordId, revision } = record
  if (event.prev !== undefined && event.prev !== record.head) {
    return Result.fail(new BrokenChain({ recordId, revision: revision + 1 }))
  }
  const next = linked(record, event)
  return Result.map(apply(record, next), (applied) => {
    const text = eventText(next)
    return { record: { ...applied, head: textDigest(recordId, applied.revision, text) }, event: next, text }
  })
}

/**
 * Folds a whole history, oldest first, into the state it describes. Whether each entry holds the digest of the one before
 * it is for `verify` to say.
 */
export const replay = (
  recordId: RecordId,
  history: ReadonlyArray<HandoffEvent>
): Result.Result<HandoffRecord, EmptyHistory | LifecycleError> => {
  const last = history[history.length - 1]
  return Result.map(fold(recordId, history), (record) =>
    // Never: what is empty has been refused.
    last === undefined ? record : { ...record, head: entryDigest(recordId, record.revision, last) }
  )
}

/** The same without the digest of the last entry, for who knows it. */
export const fold = (
  recordId: RecordId,
  history: ReadonlyArray<HandoffEvent>
): Result.Result<HandoffRecord, EmptyHistory | LifecycleError> => {
  const [origin, ...rest] = history
  if (origin === undefined || isTransition(origin)) return Result.fail(new EmptyHistory({ recordId }))
  if (origin._tag === "Created" && origin.by !== origin.request.fromAgent) {
    const { fromAgent: expected } = origin.request
    return Result.fail(new NotYourHandoff({ recordId, event: "Created", by: origin.by, party: "sender", expected }))
  }
  let record = begun(recordId, origin)
  for (const event of rest) {
    const applied = apply(record, event)
    if (Result.isFailure(applied)) return applied
    record = applied.success
  }
  return Result.succeed(record)
}
