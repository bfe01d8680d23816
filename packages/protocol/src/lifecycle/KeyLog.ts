/** The rules of the key log: who may add, replace and revoke keys, and which key is in force at an entry. */
import { keyEventCodec } from "../encoding/Codecs.ts"
import type { KeyEvent } from "../model/KeyEvent.ts"
import { type Digest, digestOf, type Signature } from "../values/Digest.ts"
import type { AgentId, PublicKey, RecordId } from "../values/Fields.ts"
import { enclosed } from "./Chain.ts"

/** The id under which the log counts and digests its key events. The cast: the text is a valid id. */
export const keyLogId = "(agents)" as RecordId

/** Writes an entry of the key log as the text whose digest the next entry holds. */
export const keyEntryText = (revision: number, event: KeyEvent): string =>
  enclosed(keyLogId, revision, keyEventCodec.head(event), event.log, undefined)

/** Writes the text that the new key signs. */
export const provenText = (revision: number, event: KeyEvent): string => {
  const { proof: _, sig: __, ...open } = event
  return keyEntryText(revision, open)
}

/** Writes the text that the key in force or the operator signs. */
export const authorizedText = (revision: number, event: KeyEvent): string => {
  const { sig: _, ...proven } = event
  return keyEntryText(revision, proven)
}

/** The keys of one agent, from the first entry of the key log on. */
export interface AgentKeys {
  /**
   * Every change, oldest first: the key in force from this revision of the key log on, `undefined` for none. A rotation is
   * signed by the key before it and by the new one.
   */
  readonly changes: ReadonlyArray<{
    readonly revision: number
    readonly key: PublicKey | undefined
    readonly isRotation: boolean
    /** The key in force before was revoked. */
    readonly isRevoked?: true
  }>
}

/** The state after the entries of a key log. */
export interface KeyState {
  /** The number of entries. */
  readonly revision: number
  /** The digest of the last entry; absent before the first. */
  readonly head?: Digest
  /** The operator's public key; absent if the log has none. */
  readonly operator?: PublicKey
  readonly agents: ReadonlyMap<AgentId, AgentKeys>
}

/** The state of a key log without entries. */
export const noKeys: KeyState = { revision: 0, agents: new Map() }

/** The key that an agent signs with at a revision of the key log; `undefined` if it has none then. */
export const keyAt = (state: KeyState, agent: AgentId, revision = state.revision): PublicKey | undefined =>
  state.agents.get(agent)?.changes.findLast((change) => change.revision <= revision)?.key

/** Checks whether an agent has, or had, a key at a revision: nobody may act in its name without the key in force. */
export const isKeyed = (state: KeyState, agent: AgentId, revision = state.revision): boolean =>
  (state.agents.get(agent)?.changes[0]?.revision ?? Number.POSITIVE_INFINITY) <= revision

/**
 * Lists the keys whose owner is that of the key in force at a revision: those that rotations connect with it. Each of them has
 * signed the step to the next.
 */
export const keysOfOwner = (state: KeyState, agent: AgentId, revision: number): ReadonlyArray<PublicKey> => {
  const changes = state.agents.get(agent)?.changes ?? []
  let first = changes.findLastIndex((change) => change.revision <= revision)
  let last = first
  while (changes[first]?.isRotation === true) first -= 1
  while (changes[last + 1]?.isRotation === true) last += 1
  return changes.slice(Math.max(first, 0), last + 1).flatMap(({ key }) => key ?? [])
}

/** Checks a signature of a text by a public key. */
export type IsSigned = (text: string, signature: Signature, publicKey: PublicKey) => boolean

const isBy = (
  text: string,
  signature: Signature | undefined,
  key: PublicKey | undefined,
  isSigned: IsSigned
): boolean => signature !== undefined && key !== undefined && isSigned(text, signature, key)

/** The reason why an event may not follow a state, as a sentence; `undefined` if it may. */
export const keyFault = (state: KeyState, event: KeyEvent, isSigned: IsSigned): string | undefined => {
  const revision = state.revision + 1
  if (event.prev !== state.head) return "It does not hold the digest of the entry before it"
  const isProven = (key: PublicKey | undefined) => isBy(provenText(revision, event), event.proof, key, isSigned)
  const isAuthorized = (key: PublicKey | undefined) => isBy(authorizedText(revision, event), event.sig, key, isSigned)
  if (event._tag === "Founded") {
    if (state.revision > 0) return "The key log has already begun"
    return event.operator === undefined || isProven(event.operator) ? undefined : "The operator's key has not signed it"
  }
  if (state.revision === 0) return "The key log does not begin with Founded"
  const isOperators = isAuthorized(state.operator)
  if (event._tag === "Archived" || event._tag === "Purged") {
    return state.operator === undefined || isOperators ? undefined : "The operator has not signed it"
  }
  const { agent } = event
  const inForce = keyAt(state, agent)
  switch (event._tag) {
    case "KeyAdded":
      if (inForce !== undefined) return `Agent ${agent} already has a key`
      if (event.adopted !== true && !isProven(event.key)) return `The new key of ${agent} has not signed it`
      if (isOperators) return undefined
      if (state.operator !== undefined) return `The operator has not signed the key of ${agent}`
      return isKeyed(state, agent) ? `The keys of ${agent} were revoked, and the log has no operator` : undefined
    case "KeyRotated":
      if (inForce === undefined) return `Agent ${agent} has no key to rotate`
      if (!isProven(event.key)) return `The new key of ${agent} has not signed it`
      return isAuthorized(inForce) ? undefined : `The key of ${agent} in force has not signed it`
    case "KeyRevoked":
      if (inForce !== event.key) return `Agent ${agent} does not sign with that key`
      return isAuthorized(inForce) || isOperators ? undefined : `Neither ${agent} nor the operator has signed it`
    case "AgentRemoved":
      if (!isKeyed(state, agent)) return `Agent ${agent} has no key`
      return isAuthorized(inForce) || isOperators ? undefined : `Neither ${agent} nor the operator has signed it`
  }
}

/** The state after an event that `keyFault` allows. */
export const withKeys = (state: KeyState, event: KeyEvent): KeyState => {
  const revision = state.revision + 1
  const next = { ...state, revision, head: digestOf(keyEntryText(revision, event)) }
  if (event._tag === "Founded") return event.operator === undefined ? next : { ...next, operator: event.operator }
  if (event._tag === "Archived" || event._tag === "Purged") return next
  const key = event._tag === "KeyAdded" || event._tag === "KeyRotated" ? event.key : undefined
  const base = { revision, key, isRotation: event._tag === "KeyRotated" }
  const change = event._tag === "KeyRevoked" ? { ...base, isRevoked: true as const } : base
  const changes = [...(state.agents.get(event.agent)?.changes ?? []), change]
  return { ...next, agents: new Map(state.agents).set(event.agent, { changes }) }
}

/** The state after a key log, up to the first entry with a fault. */
export const readKeys = (
  events: ReadonlyArray<KeyEvent>,
  isSigned: IsSigned
): { readonly state: KeyState; readonly flaw?: { readonly revision: number; readonly problem: string } } => {
  let state = noKeys
  for (const event of events) {
    const problem = keyFault(state, event, isSigned)
    if (problem !== undefined) return { state, flaw: { revision: state.revision + 1, problem } }
    state = withKeys(state, event)
  }
  return { state }
}
