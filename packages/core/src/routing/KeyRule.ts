/**
 * Decides which keys an agent may have, and who may change an agent that has one. Loaded on first use, because few agents
 * have one. Imports nothing from Effect, because that would split the bundle that a browser loads before it starts.
 */
import { type AgentId, type IsSigned, keyAt, type KeyState, type PublicKey } from "@aumai/handoff-protocol"
import { Point } from "@noble/ed25519"

import type { RegisteredAgent } from "../store/AgentStore.ts"
import type { Signer } from "./Signers.ts"

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

const isUsable = (publicKey: PublicKey): boolean => {
  const bits = [...publicKey].reduce((before, digit) => (before << 6n) | BigInt(digits.indexOf(digit)), 0n)
  // The last digit of 43 has two bits that belong to no byte.
  if ((bits & 3n) !== 0n) return false
  try {
    const point = Point.fromHex((bits >> 2n).toString(16).padStart(64, "0"))
    return !point.isSmallOrder() && point.isTorsionFree()
  } catch {
    // The bytes encode no point.
    return false
  }
}

/**
 * The reason why an agent cannot have a key, unless it is a point of prime order in the one encoding that RFC 8032 allows.
 * Any text has signatures for a key of small order; for a key of mixed order, libraries differ on the signatures.
 */
export const faultOf = (publicKey: PublicKey): string | undefined =>
  isUsable(publicKey) ? undefined : "Expected a point of prime order of Ed25519, encoded as in RFC 8032"

/** Checks whether the router and `verify` treat two versions of an agent alike. */
const isSame = (a: RegisteredAgent, b: RegisteredAgent): boolean =>
  a.capacity === b.capacity &&
  a.description === b.description &&
  a.keys?.length === b.keys?.length &&
  a.capabilities.length === b.capabilities.length &&
  a.capabilities.every((capability) => b.capabilities.includes(capability))

/**
 * The public key whose secret key a change of an agent needs; `undefined` if a signer shows by a signature that it has that
 * key or the operator's, or nothing changes. Without `next` the agent is removed.
 */
export const keyNeeded = (
  state: KeyState,
  agentId: AgentId,
  known: RegisteredAgent | undefined,
  next: RegisteredAgent | undefined,
  signers: ReadonlyArray<Signer>,
  isSignedBy: IsSigned,
  moment: string
): PublicKey | undefined => {
  if (known !== undefined && next !== undefined && isSame(known, next)) return undefined
  const inForce = keyAt(state, agentId)
  const challenge = `aumai-handoff registry: change ${agentId} at ${moment}`
  const isShown = signers.some(
    ({ publicKey, sign }) =>
      (publicKey === inForce || publicKey === state.operator) && isSignedBy(challenge, sign(challenge), publicKey)
  )
  // Of a revoked key, the operator's key is needed; without an operator, nobody can show it.
  return isShown ? undefined : (inForce ?? state.operator ?? state.agents.get(agentId)?.changes[0]?.key)
}
