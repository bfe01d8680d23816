/** Whether the history of one handoff holds, and who signed it. */
import {
  type AgentId,
  type ArchivedHandoff,
  clock,
  type Flaw,
  flawIn,
  type HandoffEvent,
  type HandoffRecord,
  isOfTime,
  type RecordId,
  replay,
  signedText
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import type { AgentKey, RegisteredAgent } from "../store/AgentStore.ts"
import { isSignedBy } from "./Signing.ts"

/** The result of verifying one handoff. */
export interface Verified {
  /** The id of the handoff. */
  readonly recordId: RecordId
  /** The number of its entries. */
  readonly entries: number
  /** The number of its entries whose signature was checked and is their author's. */
  readonly signed: number
  /** The first entry that does not hold, and why; absent if all entries hold. */
  readonly flaw?: Flaw
}

/** The keys of each agent that has any. */
export type Keys = ReadonlyMap<AgentId, ReadonlyArray<AgentKey>>

export const publicKeysOf = (agents: ReadonlyArray<RegisteredAgent>): Keys =>
  new Map(agents.flatMap(({ agentId, keys }) => (keys === undefined ? [] : [[agentId, keys] as const])))

// Milliseconds by which the clocks of two machines that set them may differ.
const skew = 60_000

/** Whether time caused an entry: nobody signs that, even if an agent has the name of the clock, and a key. */
const isByTime = (recordId: RecordId, history: ReadonlyArray<HandoffEvent>, index: number): boolean => {
  const event = history[index]
  if (event?.by !== clock) return false
  const before = replay(recordId, history.slice(0, index))
  return Result.isSuccess(before) && isOfTime(before.success, event)
}

/**
 * What is wrong with the signature of an entry; `true` when it is checked and right, and nothing when there is none to be.
 * `latest` is the latest moment of the entries before: whoever writes an earlier one does not come before its own key.
 */
const signatureFault = (
  recordId: RecordId,
  revision: number,
  event: HandoffEvent,
  keys: ReadonlyArray<AgentKey>,
  latest: number
): string | true | undefined => {
  const moment = Math.max(event.at.epochMilliseconds, latest - skew)
  const inForce = keys.findLast(({ since }) => since.epochMilliseconds <= moment)
  // What a program wrote that knows of no histories, as it was taken in, has nobody who could have signed it.
  if (event._tag === "Imported" && event.via !== undefined) return undefined
  if (event.sig === undefined) {
    return inForce && `It is not signed, and ${event.by} has had a key since ${DateTime.formatIso(inForce.since)}`
  }
  const text = signedText(recordId, revision, event)
  // A key that has just been registered may have been in use a moment before.
  const { sig } = event
  if (keys.some(({ publicKey }) => isSignedBy(text, sig, publicKey))) return true
  // Of a time of which no key is known, as when the agent was forgotten since, it cannot be checked.
  return inForce && `Its signature is not that of ${event.by}`
}

/**
 * Looks at one handoff and all of its entries, against the keys of the agents. An agent that has keys must have signed what
 * it did since, and so has nothing done in its name that was concluded from what another program wrote; a signature of one
 * that has none, or had none then, cannot be checked, and is not counted.
 *
 * @example
 * ```ts
 * import { verifyHandoff } from "@aumai/handoff-core/Verification"
 * import type { ArchivedHandoff } from "@aumai/handoff-protocol"
 *
 * const flawOf = (handoff: ArchivedHandoff) => verifyHandoff(handoff, []).flaw
 * ```
 */
export const verifyHandoff = (
  { edited, history, record }: ArchivedHandoff,
  agents: ReadonlyArray<RegisteredAgent>
): Verified => verifyWith(record, history, publicKeysOf(agents), edited)

export const verifyWith = (
  record: HandoffRecord,
  history: ReadonlyArray<HandoffEvent>,
  keys: Keys,
  edited?: HandoffRecord
): Verified => {
  const { recordId } = record
  let flaw = flawIn(recordId, history, record)
  let signed = 0
  let latest = -Infinity
  for (const [index, event] of history.entries()) {
    const revision = index + 1
    if (flaw !== undefined && flaw.revision <= revision) break
    const theirs = keys.get(event.by)
    const fault = theirs && signatureFault(recordId, revision, event, theirs, latest)
    latest = Math.max(latest, event.at.epochMilliseconds)
    if (fault === true) signed += 1
    else if (fault !== undefined && !isByTime(recordId, history, index)) flaw = { revision, problem: fault }
  }
  if (flaw === undefined && edited !== undefined) {
    flaw = {
      revision: record.revision,
      problem: "The record is not what its history says: another program has changed it"
    }
  }
  return { recordId, entries: history.length, signed, ...(flaw && { flaw }) }
}
