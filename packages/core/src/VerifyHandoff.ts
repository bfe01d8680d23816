/** Whether the history of one handoff holds, and who signed it. */
import {
  type AgentId,
  type ArchivedHandoff,
  type Flaw,
  flawIn,
  type HandoffEvent,
  type HandoffRecord,
  type RecordId,
  signedText
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import type { AgentKey, RegisteredAgent } from "./AgentStore.ts"
import { isSignedBy } from "./Signing.ts"

/**
 * One handoff that was looked at.
 *
 * @example
 * ```ts
 * import type { Verified } from "@aumai/handoff-core/Verification"
 *
 * const holds = (one: Verified) => one.flaw === undefined
 * ```
 */
export interface Verified {
  readonly recordId: RecordId
  readonly entries: number
  /** Entries whose signature was checked, and is their author's. */
  readonly signed: number
  /** The first entry that does not hold, and why; absent when all do. */
  readonly flaw?: Flaw
}

/** The keys of each agent that has any. */
export type Keys = ReadonlyMap<AgentId, ReadonlyArray<AgentKey>>

export const keysOf = (agents: ReadonlyArray<RegisteredAgent>): Keys =>
  new Map(agents.flatMap(({ agentId, keys }) => (keys === undefined ? [] : [[agentId, keys] as const])))

/** What is wrong with the signature of an entry; `true` when it is checked and right, and nothing when there is none to be. */
const signatureFault = (
  recordId: RecordId,
  revision: number,
  event: HandoffEvent,
  keys: ReadonlyArray<AgentKey>
): string | true | undefined => {
  const inForce = keys.findLast(({ since }) => since.epochMilliseconds <= event.at.epochMilliseconds)
  // What a file that another program wrote was concluded from has nobody who could have signed it.
  if (event.via !== undefined) return undefined
  if (event.sig === undefined) {
    return inForce && `It is not signed, and ${event.by} has had a key since ${DateTime.formatIso(inForce.since)}`
  }
  const text = signedText(recordId, revision, event)
  // A key that has just been registered may have been in use a moment before.
  const { sig } = event
  if (keys.some(({ publicKey }) => isSignedBy(text, sig, publicKey))) return true
  return `Its signature is not that of ${event.by}`
}

/**
 * Looks at one handoff and all of its entries, against the keys of the agents. An agent that has keys must have signed what
 * it did since; a signature of one that has none cannot be checked, and is not counted.
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
): Verified => verifyWith(record, history, keysOf(agents), edited)

export const verifyWith = (
  record: HandoffRecord,
  history: ReadonlyArray<HandoffEvent>,
  keys: Keys,
  edited?: HandoffRecord
): Verified => {
  const { recordId } = record
  let flaw = flawIn(recordId, history, record)
  let signed = 0
  for (const [index, event] of history.entries()) {
    const revision = index + 1
    if (flaw !== undefined && flaw.revision <= revision) break
    const theirs = keys.get(event.by)
    const fault = theirs && signatureFault(recordId, revision, event, theirs)
    if (fault === true) signed += 1
    else if (fault !== undefined) flaw = { revision, problem: fault }
  }
  if (flaw === undefined && edited !== undefined) {
    flaw = {
      revision: record.revision,
      problem: "The record is not what its history says: another program has changed it"
    }
  }
  return { recordId, entries: history.length, signed, ...(flaw && { flaw }) }
}
