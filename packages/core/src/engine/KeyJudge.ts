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
  type PublicKey,
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
   * The registered keys were named by the person who verifies: a key log of an archive adds no keys of these agents, and of
   * other agents no signature counts as checked.
   */
  readonly isNamed?: boolean
  /** The entries arrive now, so that a revoked key proves none of another log. */
  readonly isArriving?: true
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
    registered: registeredKeys(agents),
    isSigned
  }
}

/** The keys that agents are registered with. */
export const registeredKeys = (agents: ReadonlyArray<RegisteredAgent>): KnownKeys["registered"] =>
  new Map(agents.flatMap(({ agentId, keys }) => (keys === undefined ? [] : [[agentId, keys] as const])))

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

/** The keys that an agent has or had in this store. A revoked key proves only entries that were here before. */
const keysHere = ({ logs, own, registered }: KnownKeys, agent: AgentId, revoked: boolean): ReadonlyArray<PublicKey> => {
  const changes = (own && logs.get(own.log)?.state.agents.get(agent)?.changes) ?? []
  const keys = [
    ...changes.flatMap(({ key }) => key ?? []),
    ...(registered.get(agent) ?? []).map(({ publicKey }) => publicKey)
  ]
  return revoked
    ? keys
    : keys.filter((key) => changes[changes.findLastIndex((change) => change.key === key) + 1]?.isRevoked !== true)
}

/**
 * Judges an entry of format 2 by the key in force when its log had the number of keys that it names. An agent that is known
 * by other keys than those is not known by the key log: anybody can begin one in which an operator gives the agent a key.
 */
const byPlace = (
  known: KnownKeys,
  recordId: RecordId,
  revision: number,
  event: HandoffEvent,
  latest: number
): Judgement => {
  const { isArriving, isNamed, isSigned, logs, own } = known
  const { by, keys = 0, log, sig } = event
  const state = log === undefined ? undefined : logs.get(log)?.state
  // In its own log, an agent has the keys of that log.
  const isElsewhere = isNamed === true || (own !== undefined && log !== own.log)
  const isKnown = isElsewhere && keysHere(known, by, true).length > 0
  const theirs = isKnown ? keysHere(known, by, isArriving !== true) : []
  const isTheirs = (key: PublicKey | undefined) => key !== undefined && theirs.includes(key)
  // A person who names keys also says since when.
  const elsewhere = () => (isNamed === true ? byMoment(known, recordId, revision, event, latest) : "unknown")
  if (isKnown && state?.agents.get(by)?.changes.some(({ key }) => isTheirs(key)) !== true) return elsewhere()
  const length = state?.revision ?? 0
  if (keys > length) {
    // Of another log, this store may have only the beginning.
    return log === own?.log ? fault(`It names ${keys} entries of the key log, which has ${length}`) : "unknown"
  }
  // An entry of another program is signed by nobody.
  if (state === undefined || event.via !== undefined || !isKeyed(state, by, keys)) return without(event)
  const inForce = keyAt(state, by, keys)
  if (inForce === undefined) return fault(`It was recorded after the keys of ${by} were revoked`)
  if (isKnown && !keysOfOwner(state, by, keys).some(isTheirs)) return elsewhere()
  if (sig === undefined) return fault(`It is not signed, and ${by} had the key ${inForce}`)
  if (!isSigned(signedText(recordId, revision, event), sig, inForce)) {
    return fault(`Its signature is not by the key ${inForce}, which ${by} had`)
  }
  // The author of an archive chose its keys.
  return isNamed === true && !isKnown ? "unknown" : "signed"
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

/** Checks that no entry of a history names fewer keys of its log than an entry before it. Makes one check for one history. */
export const orderJudge = (): ((event: HandoffEvent) => string | undefined) => {
  // The most keys of each log that an entry has named: nobody acts with an older key afterwards.
  const named = new Map<LogName, number>()
  return ({ keys = 0, log }) => {
    if (log === undefined) return undefined
    const before = named.get(log) ?? 0
    named.set(log, Math.max(before, keys))
    return keys < before ? `It names ${keys} entries of the key log, fewer than an entry before it` : undefined
  }
}

/**
 * The reason why an import refuses an entry in the name of an agent that has a key here; `undefined` if that agent signed it,
 * or has no key here. Whoever trusts the archive can import the entry anyway.
 */
export const strangerFault = (
  known: KnownKeys,
  recordId: RecordId,
  revision: number,
  event: HandoffEvent,
  judgement: Judgement
): string | undefined => {
  const keys = keysHere(known, event.by, true)
  const { log, sig } = event
  if (keys.length === 0 || (log !== undefined && judgement === "signed")) return undefined
  const text = signedText(recordId, revision, event)
  const signer = sig && keys.find((key) => known.isSigned(text, sig, key))
  if (signer !== undefined && keysHere(known, event.by, false).includes(signer)) return undefined
  const how =
    sig === undefined
      ? "is not signed"
      : `is signed with a key that ${signer === undefined ? "this store does not know" : "was revoked"}`
  return `Entry ${revision} is in the name of ${event.by}, which has a key here, but it ${how}`
}
