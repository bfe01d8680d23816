/** The protocol's functions of the lifecycle for plain records. None of them reads a store. */
import * as Protocol from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import type { Transition } from "../types/HandoffEvent.ts"
import type { HandoffRecord, HandoffStatus } from "../types/HandoffRecord.ts"
import type { Entry } from "../types/Reports.ts"
import { fromPlain, plain } from "./Plain.ts"

/** Every status, in the order of the lifecycle: the open ones first. */
// The cast: Object.keys forgets that the keys are those of the table.
export const statuses: ReadonlyArray<HandoffStatus> = /*#__PURE__*/ Object.keys(
  Protocol.turns
) as ReadonlyArray<HandoffStatus>

// The cast: these functions read statuses, agents, ids and numbers, which are the same in a plain record, and test
// moments only for presence. A list calls them for thousands of records, too many to convert each.
const unconverted = (record: HandoffRecord) => record as unknown as Protocol.HandoffRecord

// The protocol's form of each record that `recordAfter` has returned. A caller that follows a log passes each record
// back, and converting it again would take longer than all the rest.
const computed = /*#__PURE__*/ new WeakMap<HandoffRecord, Protocol.HandoffRecord>()

const protocolRecord = (record: HandoffRecord) => computed.get(record) ?? fromPlain<Protocol.HandoffRecord>(record)

const remember = (record: Protocol.HandoffRecord): HandoffRecord => {
  const returned = plain(record)
  computed.set(returned, record)
  return returned
}

/** Returns the agent that owns the next move of an open handoff; `undefined` if the handoff has ended. */
export const turnOf = (record: HandoffRecord): string | undefined => Protocol.turnOf(unconverted(record))

/** Returns the step that an open handoff waits for, and the event that takes it; `undefined` if the handoff has ended. */
export const stepOf = (record: HandoffRecord): Protocol.Step | undefined => Protocol.stepOf(unconverted(record))

/** Tests that another program ended a handoff: its end was inferred from the record of that program. */
export const isEndedElsewhere = (record: HandoffRecord): boolean => Protocol.isEndedElsewhere(unconverted(record))

/** Tests that the sender of a handoff can reopen it: it ended without being completed. */
export const isReopenable = (record: HandoffRecord): boolean => Protocol.isReopenable(unconverted(record))

/**
 * Returns the id of the handoff that reopens another one, unless its sender chose an id: get it to see whether a handoff was
 * reopened. A handoff of that id reopens the other one only if its `retryOf` and its sender say so.
 */
export const successorId = (recordId: string): string =>
  // The cast: any text is hashed.
  Protocol.successorId(recordId as Protocol.RecordId)

/** Returns the receiver of a handoff, or the one that it had when it ended: the agent that it was last forwarded to. */
export const receiverOf = (record: HandoffRecord): string => Protocol.receiverOf(unconverted(record))

/** Returns the agent that a party is in one handoff; `undefined` for `witness` and `anyone`. */
export const agentOf = (record: HandoffRecord, party: Protocol.Party): string | undefined =>
  Protocol.agentOf(unconverted(record), party)

/** Returns every agent that has held a handoff, oldest first, beginning with the sender. */
export const holdersOf = (record: HandoffRecord): ReadonlyArray<string> => Protocol.holdersOf(unconverted(record))

/**
 * Returns the events that the lifecycle allows for a handoff now, each with its row of the table. There is no release
 * in the last attempt, no forward after the last hop, and no start before the briefing has been read back.
 */
export const movesOf = (
  record: HandoffRecord
): ReadonlyArray<{ readonly event: Transition["_tag"]; readonly rule: Protocol.Rule }> =>
  Protocol.movesOf(unconverted(record))

/** Returns the number of attempts that each receiver of a handoff has. */
export const maxAttemptsOf = (record: HandoffRecord): number => Protocol.maxAttemptsOf(unconverted(record))

/**
 * Returns the party that must act on the briefing before an accepted handoff can start: the receiver reads it back,
 * then the sender confirms. `undefined` if nothing is missing or the handoff is not accepted.
 */
export const startAwaits = (record: HandoffRecord): "receiver" | "sender" | undefined =>
  Protocol.startAwaits(unconverted(record))

/**
 * Returns the next time the clock acts on an open handoff: its earliest deadline, lease expiry or reminder; `undefined`
 * if it has none.
 */
export const dueAt = (record: HandoffRecord): Date | undefined => {
  const due = Protocol.dueAt(protocolRecord(record))
  return due && DateTime.toDateUtc(due)
}

/**
 * Applies an entry of a history to a handoff; `undefined` if the entry does not continue the handoff. The result has no
 * `head`, because its digest would take most of the time. Use it to follow `changes`, or to replay a history.
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
  const next = fromPlain<Protocol.HandoffEvent>(event)
  if (next._tag === "Created" || next._tag === "Imported")
    // The cast: the entry comes from a store, so the text is an id.
    return remember(Protocol.begun(recordId as Protocol.RecordId, next))
  if (record === undefined) return undefined
  return Result.match(Protocol.apply(protocolRecord(record), next), {
    onSuccess: remember,
    onFailure: () => undefined
  })
}
