/** Verifies the history and the signatures of one handoff. */
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
  signedText
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import { isAhead, isForeignClock, skew } from "../engine/Arrivals.ts"
import type { AgentKey, RegisteredAgent } from "../store/AgentStore.ts"
import { classOf, nothingProven, type Proven } from "./EntryClass.ts"
import { isSignedBy } from "./Signing.ts"

/** The result of verifying one handoff. */
export interface Verified extends Proven {
  /** The id of the handoff. */
  readonly recordId: RecordId
  /** The number of entries. */
  readonly entries: number
  /** The history begins with the state of another program, and says nothing of what came before. */
  readonly isImported: boolean
  /** The first wrong entry, with the reason; absent if all entries are valid. */
  readonly flaw?: Flaw
  /**
   * The reason why the artifacts could not be judged by their JSON Schemas, or the cancellation along with a handoff that is
   * missing, in one sentence; absent if all could be judged.
   */
  readonly unproven?: string
}

/** The result for a handoff that cannot be read. */
export const unreadable = (recordId: RecordId, problem: string): Verified => ({
  recordId,
  entries: 0,
  ...nothingProven,
  isImported: false,
  flaw: { revision: 0, problem }
})

/** The public keys of each agent that has any. */
export type Keys = ReadonlyMap<AgentId, ReadonlyArray<AgentKey>>

export const publicKeysOf = (agents: ReadonlyArray<RegisteredAgent>): Keys =>
  new Map(agents.flatMap(({ agentId, keys }) => (keys === undefined ? [] : [[agentId, keys] as const])))

/**
 * Checks the signature of an entry: `true` if it is valid, a sentence if it is wrong or missing, `undefined` if it cannot
 * be checked. `latest` is the latest moment of the earlier entries: a backdated entry must not evade a key that was in
 * force by then.
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
  // A record of a program without histories was imported, and no agent could sign it.
  if (event._tag === "Imported" && event.via !== undefined) return undefined
  if (event.sig === undefined) {
    return inForce && `It is not signed, and ${event.by} has had a key since ${DateTime.formatIso(inForce.since)}`
  }
  const text = signedText(recordId, revision, event)
  // Any key counts, because a key may be in use shortly before its registration.
  const { sig } = event
  if (keys.some(({ publicKey }) => isSignedBy(text, sig, publicKey))) return true
  // Without a key in force at that time, for instance after an agent was removed, it cannot be checked.
  return inForce && `Its signature is not that of ${event.by}`
}

/**
 * Verifies one handoff and its entries against the keys of the agents. An agent must have signed every entry since its
 * first key; this also rejects entries in its name that were derived from an edit of another program. A signature is not
 * counted if no key of its agent was known at the time. Entries are counted as dated ahead of `now`.
 */
export const verifyHandoff = (
  { edited, history, record }: ArchivedHandoff,
  agents: ReadonlyArray<RegisteredAgent>,
  now: DateTime.Utc
): Verified => verifyWith(record, history, publicKeysOf(agents), now, edited)

export const verifyWith = (
  record: HandoffRecord,
  history: ReadonlyArray<HandoffEvent>,
  keys: Keys,
  now: DateTime.Utc,
  edited?: HandoffRecord
): Verified => {
  const { recordId } = record
  // The revisions that the clock recorded: these are unsigned, even if an agent has its name and a key.
  const byClock = new Set<number>()
  let foreign: Flaw | undefined
  const replayed = flawIn(recordId, history, record, (before, event) => {
    const revision = before.revision + 1
    if (event.by === clock && isOfTime(before, event)) byClock.add(revision)
    // Earlier versions recorded such events of other programs, in entries of format 1.
    if (event.log !== undefined && isForeignClock(before, event)) {
      foreign ??= { revision, problem: "It was recorded by another program, but only the clock may record it" }
    }
  })
  let flaw = foreign ?? replayed
  const proven: Record<keyof Proven, number> = { ...nothingProven }
  let latest = -Infinity
  for (const [index, event] of history.entries()) {
    const revision = index + 1
    if (flaw !== undefined && flaw.revision <= revision) break
    const theirs = keys.get(event.by)
    const fault = theirs && signatureFault(recordId, revision, event, theirs, latest)
    latest = Math.max(latest, event.at.epochMilliseconds)
    const isByTime = byClock.has(revision)
    if (typeof fault === "string" && !isByTime) flaw = { revision, problem: fault }
    else proven[classOf(event, { isByTime, isSigned: fault === true })] += 1
  }
  if (flaw === undefined && edited !== undefined) {
    flaw = {
      revision: record.revision,
      problem: "The record differs from its history: another program has changed it"
    }
  }
  const ahead = history.filter((event) => isAhead(event, now)).length
  const erased = history.filter(({ body }) => body !== undefined).length
  const isImported = history[0]?._tag === "Imported"
  return { recordId, entries: history.length, ...proven, ahead, erased, isImported, ...(flaw && { flaw }) }
}
