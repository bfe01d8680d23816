import * as Result from "effect/Result"

import { BrokenChain } from "../model/CustodyError.ts"
import { EmptyHistory, NotYourHandoff } from "../model/HandoffError.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import type { RecordId } from "../values/Fields.ts"
import { entryDigest, kept, linked, type Seal, seal, type Written } from "./Chain.ts"
import { nextStates } from "./NextState.ts"
import { check, isTransition, type LifecycleError } from "./Refusals.ts"
import type { Origin, Transition } from "./Transitions.ts"

/**
 * Makes the first record of a handoff from the event that begins it.
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

/** Makes the first record without `head`, as `apply` does, for callers that follow events and verify no digests. */
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
        attempt: 1,
        ...(event.handBack === undefined ? {} : { handBack: event.handBack })
      }

/**
 * Applies an event to a record. Checks the status, the author and, for an event of the clock, that it is due. The result
 * has no `head`; `advance` computes it.
 */
export const apply = (record: HandoffRecord, event: HandoffEvent): Result.Result<HandoffRecord, LifecycleError> => {
  const refusal = check(record, event)
  if (refusal !== undefined) return Result.fail(refusal)
  // The casts: `check` has accepted the event, so its row fits the record.
  const build = nextStates[(event as Transition)._tag] as (record: HandoffRecord, event: HandoffEvent) => HandoffRecord
  // The old `head` is the digest of the entry before this one.
  const { head: _, ...built } = build(record, event)
  return Result.succeed(built)
}

/** An entry that a store can commit: an event with the digest of the entry before it, and the record after it. */
export interface Advanced<Event extends HandoffEvent = HandoffEvent> {
  readonly record: HandoffRecord
  readonly event: Event
  /** The text of the event for a store of rows. */
  readonly text: string
}

/** Completes a new event for a log; without a seal, the event is of another log and stays as it is. */
const written = <Event extends HandoffEvent>(
  recordId: RecordId,
  revision: number,
  event: Event,
  by: Seal | undefined
): Written<Event> => (by === undefined ? kept(recordId, revision, event) : seal(recordId, revision, event, by))

/**
 * Makes the first entry of a handoff: the event, and the record after it, which holds the digest of the entry. `by` is the
 * log that it is committed to first; without it, the event is kept as it is.
 */
export const begin = <Event extends Origin>(recordId: RecordId, given: Event, by?: Seal): Advanced<Event> => {
  const { digest, event, text } = written(recordId, 1, given, by)
  return { record: { ...begun(recordId, event), head: digest }, event, text }
}

/**
 * Makes the next entry of a handoff: the event, linked to the last entry, and the record after it, which holds the digest
 * of the entry. An event that already has `prev` must be linked to the last entry. `by` is as in `begin`.
 */
export const advance = <Event extends HandoffEvent>(
  record: HandoffRecord,
  event: Event,
  by?: Seal
): Result.Result<Advanced<Event>, LifecycleError | BrokenChain> => {
  const { recordId, revision } = record
  if (event.prev !== undefined && event.prev !== record.head) {
    return Result.fail(new BrokenChain({ recordId, revision: revision + 1 }))
  }
  const next = linked(record, event)
  return Result.map(apply(record, next), (applied) => {
    const { digest, event, text } = written(recordId, applied.revision, next, by)
    return { record: { ...applied, head: digest }, event, text }
  })
}

/** Replays a whole history, oldest first, to its record. Does not check digests; `flawIn` does. */
export const replay = (
  recordId: RecordId,
  history: ReadonlyArray<HandoffEvent>
): Result.Result<HandoffRecord, EmptyHistory | LifecycleError> => {
  const last = history[history.length - 1]
  return Result.map(fold(recordId, history), (record) =>
    // `fold` has refused an empty history.
    last === undefined ? record : { ...record, head: entryDigest(recordId, record.revision, last) }
  )
}

/** Replays a history like `replay`, but leaves out `head` for callers that know it. */
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
