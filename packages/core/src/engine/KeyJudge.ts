/** Judges the signature of an entry by the key that its author had. The only place that decides it. */
import {
  type AgentId,
  clock,
  type Flaw,
  type HandoffEvent,
  isKeyed,
  type IsSigned,
  keyAt,
  keysOfOwner,
  type KeyEvent,
  type KeyState,
  type LogName,
  readKeys,
  type RecordId,
  signedText
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import type { AgentKey, KeyLogs, RegisteredAgent } from "../store/AgentStore.ts"
import type { Position } from "../store/HandoffStore.ts"
import { isBefore } from "../store/Positions.ts"
import { skew } from "./Arrivals.ts"

/** A key log as it judges entries. */
interface JudgingLog {
  readonly state: KeyState
  /** The first entry that does not hold. The entries after it judge nothing. */
  readonly flaw?: Flaw
  /** The number of keys that nobody proved to have. */
  readonly adopted: number
}

/** The keys with which entries are judged. */
export interface KnownKeys {
  /** The key logs, by the log whose entries they judge. */
  readonly logs: ReadonlyMap<LogName, JudgingLog>
  /** The keys that agents are registered with. They judge entries of format 1, which name no log. */
  readonly registered: ReadonlyMap<AgentId, ReadonlyArray<AgentKey>>
  /** The log of the store, and the position of each entry of its key log; absent if no store is judged. */
  readonly own?: { readonly log: LogName; readonly positions: ReadonlyArray<Position> }
  /**
   * The registered keys were named by the person who verifies: an agent among them is known by these keys only, whatever key
   * log an archive brings.
   */
  readonly isNamed?: boolean
  readonly isSigned: IsSigned
}

/** Reads the keys of an archive: those of its agents, and the events of its key logs. */
export const knownKeys = (
  agents: ReadonlyArray<RegisteredAgent>,
  keyEvents: Iterable<KeyEvent>,
  isSigned: IsSigned
): KnownKeys => {
  const logs = new Map<LogName, Array<KeyEvent>>()
  for (const event of keyEvents) {
    const there = logs.get(event.log)
    if (there === undefined) logs.set(event.log, [event])
    else there.push(event)
  }
  return {
    logs: new Map(
      [...logs].map(([log, events]) => {
        const adopted = events.filter((event) => event._tag === "KeyAdded" && event.adopted === true).length
        return [log, { ...readKeys(events, isSigned), adopted }]
      })
    ),
    registered: new Map(agents.flatMap(({ agentId, keys }) => (keys === undefined ? [] : [[agentId, keys] as const]))),
    isSigned
  }
}

/** Reads the keys of a store. */
export const keysOfStore = (
  log: LogName,
  agents: ReadonlyArray<RegisteredAgent>,
  logs: KeyLogs,
  isSigned: IsSigned
): KnownKeys => ({
  ...knownKeys(
    agents,
    [...logs.values()].flat().map(({ event }) => event),
    isSigned
  ),
  own: { log, positions: (logs.get(log) ?? []).flatMap(({ position }) => position ?? []) }
})

/**
 * The proof of an entry: its signature (`signed`), nothing because its author had no key (`keyless`), or nothing that is known
 * (`unknown`); or its fault.
 */
export type Judgement = "signed" | "keyless" | "unknown" | { readonly problem: string }

const fault = (problem: string): Judgement => ({ problem })

/** The kind of proof of an entry of whose author no key is known. */
const without = ({ sig }: HandoffEvent): Judgement => (sig === undefined ? "keyless" : "unknown")

/**
 * Judges an entry of format 1 by the moment it claims. `latest` is the latest moment of the earlier entries: a backdated
 * entry must not evade a key that was in force by then.
 */
const byMoment = (
  { isSigned, registered }: KnownKeys,
  recordId: RecordId,
  revision: number,
  event: HandoffEvent,
  latest: number
): Judgement => {
  const keys = registered.get(event.by)
  // A record of a program without histories was imported, and no agent could sign it.
  if (keys === undefined || (event._tag === "Imported" && event.via !== undefined)) return without(event)
  const moment = Math.max(event.at.epochMilliseconds, latest - skew)
  const inForce = keys.findLast(({ since }) => since.epochMilliseconds <= moment)
  const { sig } = event
  if (sig === undefined) {
    return inForce === undefined
      ? "keyless"
      : fault(`It is not signed, and ${event.by} has had a key since ${DateTime.formatIso(inForce.since)}`)
  }
  const text = signedText(recordId, revision, event)
  // Any key counts, because a key may be in use shortly before its registration.
  if (keys.some(({ publicKey }) => isSigned(text, sig, publicKey))) return "signed"
  // Without a key in force at that time, for instance after an agent was removed, it cannot be checked.
  return inForce === undefined ? "unknown" : fault(`Its signature is not that of ${event.by}`)
}

/**
 * Judges an entry of format 2 by the key in force when its log had the number of keys that it names. A key log that does not
 * have the keys that the verifier named is of no use for their agents; the moment then judges the entry.
 */
const byPlace = (
  known: KnownKeys,
  recordId: RecordId,
  revision: number,
  event: HandoffEvent,
  latest: number
): Judgement => {
  const { isNamed, isSigned, logs, own, registered } = known
  const { by, keys = 0, log, sig } = event
  const state = log === undefined ? undefined : logs.get(log)?.state
  const theirs = isNamed === true ? registered.get(by) : undefined
  const inLog = state?.agents.get(by)?.changes ?? []
  if (theirs?.some(({ publicKey }) => inLog.some(({ key }) => key === publicKey)) === false) {
    return byMoment(known, recordId, revision, event, latest)
  }
  const length = state?.revision ?? 0
  if (keys > length) {
    // Of another log, this store may have only the beginning.
    return log === own?.log ? fault(`It names ${keys} entries of the key log, which has ${length}`) : "unknown"
  }
  // An entry of another program is signed by nobody.
  if (state === undefined || event.via !== undefined || !isKeyed(state, by, keys)) return without(event)
  const inForce = keyAt(state, by, keys)
  if (inForce === undefined) return fault(`It was recorded after the keys of ${by} were revoked`)
  if (sig === undefined) return fault(`It is not signed, and ${by} had the key ${inForce}`)
  return isSigned(signedText(recordId, revision, event), sig, inForce)
    ? "signed"
    : fault(`Its signature is not by the key ${inForce}, which ${by} had`)
}

/** Judges the signature of an entry that time did not cause. `latest` is the latest moment of the earlier entries. */
export const judgeSignature = (
  known: KnownKeys,
  recordId: RecordId,
  revision: number,
  event: HandoffEvent,
  latest: number
): Judgement =>
  event.log === undefined
    ? byMoment(known, recordId, revision, event, latest)
    : byPlace(known, recordId, revision, event, latest)

/**
 * The fault of an entry of this store that names another number of keys than its log had at its position. Only entries that
 * somebody could sign name it.
 */
export const placeFault = (
  { own }: KnownKeys,
  event: HandoffEvent,
  position: Position | undefined
): string | undefined => {
  if (own === undefined || position === undefined || event.log !== own.log) return undefined
  if (event.via !== undefined || event.by === clock) return undefined
  const { keys = 0 } = event
  const [last, next] = [own.positions[keys - 1], own.positions[keys]]
  const isInPlace =
    (keys === 0 || (last !== undefined && isBefore(last, position))) && (next === undefined || isBefore(position, next))
  return isInPlace
    ? undefined
    : `It names ${keys} entries of the key log, but the log had another number at its position`
}

/**
 * The reason why an import refuses an entry in the name of an agent that has a key here; `undefined` if that agent signed it,
 * or has no key here. `judgement` is that by the key log of the entry: an author of a forged log can say there that anybody's
 * key is his, so rotations must connect it with a key that the agent has or had here. Whoever trusts the archive can import
 * the entry anyway.
 */
export const strangerFault = (
  { isSigned, logs, own, registered }: KnownKeys,
  recordId: RecordId,
  revision: number,
  event: HandoffEvent,
  judgement: Judgement
): string | undefined => {
  const { by, keys = 0, log, sig } = event
  const changes = (own && logs.get(own.log)?.state.agents.get(by)?.changes) ?? []
  const theirs = new Set([
    ...changes.flatMap(({ key }) => key ?? []),
    ...(registered.get(by) ?? []).map(({ publicKey }) => publicKey)
  ])
  if (theirs.size === 0) return undefined
  const state = log === undefined ? undefined : logs.get(log)?.state
  const isTheirs = state !== undefined && keysOfOwner(state, by, keys).some((key) => theirs.has(key))
  if (judgement === "signed" && isTheirs) return undefined
  const text = signedText(recordId, revision, event)
  if (sig !== undefined && [...theirs].some((key) => isSigned(text, sig, key))) return undefined
  const how = sig === undefined ? "is not signed" : "is signed with a key that this store does not know"
  return `Entry ${revision} is in the name of ${by}, which has a key here, but it ${how}`
}
