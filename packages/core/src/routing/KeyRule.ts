/**
 * Decides who may change an agent that has a key. Loaded on first use, because few agents have one. Imports nothing from
 * Effect, because that would split the bundle that a browser loads before it starts.
 */
import { type AgentId, type IsSigned, keyAt, type KeyState, type PublicKey } from "@aumai/handoff-protocol"

import type { RegisteredAgent } from "../store/AgentStore.ts"
import type { Signer } from "./Signers.ts"

/** Checks whether the router and `verify` treat two versions of an agent alike. */
const isSame = (a: RegisteredAgent, b: RegisteredAgent): boolean =>
  a.capacity === b.capacity &&
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
