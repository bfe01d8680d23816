/** The questions of the lifecycle, answered for plain records without reading a store. */
import * as Protocol from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import type { Transition } from "../types/HandoffEvent.ts"
import type { HandoffRecord, HandoffStatus } from "../types/HandoffRecord.ts"
import type { Entry } from "../types/Reports.ts"
import { own, plain } from "./Plain.ts"

/** Every status, in the order of the lifecycle: the open ones first. */
// The cast: Object.keys forgets that the keys are those of the table.
export const statuses: ReadonlyArray<HandoffStatus> = /*#__PURE__*/ Object.keys(
  Protocol.turns
) as ReadonlyArray<HandoffStatus>

// The cast: whose turn it is and what is allowed depends on statuses, agents, ids and numbers, which are the same in a plain
// record, and on moments only by whether they are there. A list asks this of thousands of records, too many to copy each.
const timeless = (record: HandoffRecord) => record as unknown as Protocol.HandoffRecord

// Records that `recordAfter` has returned, in the form that the protocol computes with: a caller that follows a log passes each
// of them back, and converting it again would take longer than all the rest.
const computed = /*#__PURE__*/ new WeakMap<HandoffRecord, Protocol.HandoffRecord>()

const ownRecord = (record: HandoffRecord) => computed.get(record) ?? own<Protocol.HandoffRecord>(record)

const returned = (record: Protocol.HandoffRecord): HandoffRecord => {
  const given = plain(record)
  computed.set(given, record)
  return given
}

/**
 * Returns the agent that owns the next move of an open handoff; `undefined` if the handoff has ended.
 *
 * @example
 * ```ts
 * import { type HandoffRecord, turnOf } from "@aumai/handoff"
 *
 * const waitsFor = (handoff: HandoffRecord) => turnOf(handoff) ?? "nobody"
 * ```
 */
export const turnOf = (record: HandoffRecord): string | undefined => Protocol.turnOf(timeless(record))

/** Returns the agent that has a handoff, or had it when it ended: the last one that it was handed on to. */
export const receiverOf = (record: HandoffRecord): string => Protocol.receiverOf(timeless(record))

/** Returns the agent that a party is in one handoff; `undefined` for `witness` and `anyone`. */
export const agentOf = (record: HandoffRecord, party: Protocol.Party): string | undefined =>
  Protocol.agentOf(timeless(record), party)

/** Returns every agent that has had a handoff, in that order; the sender comes first. */
export const holdersOf = (record: HandoffRecord): ReadonlyArray<string> => Protocol.holdersOf(timeless(record))

/**
 * Returns the events that the lifecycle allows of a handoff now, each with its row of the table: no release in the last
 * attempt, no forward after the last hop, no start before the briefing has been read back.
 *
 * @example
 * ```ts
 * import { agentOf, type HandoffRecord, movesOf } from "@aumai/handoff"
 *
 * const offeredTo = (agent: string, handoff: HandoffRecord) =>
 *   movesOf(handoff).filter(({ rule }) => agentOf(handoff, rule.by) === agent)
 * ```
 */
export const movesOf = (
  record: HandoffRecord
): ReadonlyArray<{ readonly event: Transition["_tag"]; readonly rule: Protocol.Rule }> =>
  Protocol.movesOf(timeless(record))

/** Returns how many attempts each receiver of a handoff has. */
export const maxAttemptsOf = (record: HandoffRecord): number => Protocol.maxAttemptsOf(timeless(record))

/**
 * Returns the party whose word on the briefing an accepted handoff awaits before it can be started: the receiver's read-back,
 * then the sender's confirmation. `undefined` if nothing is missing, or if the handoff is not accepted.
 */
export const startAwaits = (record: HandoffRecord): "receiver" | "sender" | undefined =>
  Protocol.startAwaits(timeless(record))

/**
 * Returns the next time the clock acts on an open handoff: its earliest deadline, lease expiry or reminder; `undefined` if it
 * has none.
 *
 * @example
 * ```ts
 * import { dueAt, type HandoffRecord } from "@aumai/handoff"
 *
 * const isOverdue = (handoff: HandoffRecord, now: Date) => (dueAt(handoff) ?? Infinity) <= now
 * ```
 */
export const dueAt = (record: HandoffRecord): Date | undefined => {
  const due = Protocol.dueAt(ownRecord(record))
  return due && DateTime.toDateUtc(due)
}

/**
 * Returns a handoff as it stands after an entry of its history, but without `head`, whose digest would take most of the time;
 * `undefined` if the entry does not continue the handoff. Use it to follow `changes`, or to look back.
 *
 * @example
 * ```ts
 * import { type HandoffRecord, recordAfter } from "@aumai/handoff"
 * import { openHandoffs } from "@aumai/handoff/node"
 *
 * await using handoffs = await openHandoffs("memory:")
 * const { recordId } = await handoffs.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "Report" })
 * await handoffs.accept(recordId)
 * let record: HandoffRecord | undefined
 * for (const entry of await handoffs.history(recordId)) record = recordAfter(record, entry)
 * console.log(record?.status) // accepted
 * ```
 */
export const recordAfter = (
  record: HandoffRecord | undefined,
  { event, recordId }: Pick<Entry, "event" | "recordId">
): HandoffRecord | undefined => {
  const next = own<Protocol.HandoffEvent>(event)
  if (next._tag === "Created" || next._tag === "Imported")
    // The cast: a store has given this entry, so the text is an id.
    return returned(Protocol.begun(recordId as Protocol.RecordId, next))
  if (record === undefined) return undefined
  return Result.match(Protocol.apply(ownRecord(record), next), {
    onSuccess: returned,
    onFailure: () => undefined
  })
}
