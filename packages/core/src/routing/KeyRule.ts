/**
 * Decides who may change an agent that has a key. Loaded on first use, because few agents have one. Imports nothing from
 * Effect, because that would split the bundle that a browser loads before it starts.
 */
import type { PublicKey, Signature } from "@aumai/handoff-protocol"

import type { RegisteredAgent } from "../store/AgentStore.ts"
import type { Signer } from "./Signers.ts"

/** Checks whether the router and `verify` treat two versions of an agent alike. */
const isSame = (a: RegisteredAgent, b: RegisteredAgent): boolean =>
  a.capacity === b.capacity &&
  a.keys?.length === b.keys?.length &&
  a.capabilities.length === b.capabilities.length &&
  a.capabilities.every((capability) => b.capabilities.includes(capability))

/**
 * The public key whose secret key a change of an agent needs; `undefined` if the signer shows by a signature that it has
 * that key, or nothing changes. Without `next` the agent is removed.
 */
export const keyNeeded = (
  known: RegisteredAgent,
  next: RegisteredAgent | undefined,
  signer: Signer | undefined,
  isSignedBy: (text: string, signature: Signature, publicKey: PublicKey) => boolean,
  moment: string
): PublicKey | undefined => {
  const { agentId } = known
  const publicKey = known.keys?.at(-1)?.publicKey
  if (publicKey === undefined || (next !== undefined && isSame(known, next))) return undefined
  const challenge = `aumai-handoff registry: change ${agentId} at ${moment}`
  return signer !== undefined && isSignedBy(challenge, signer.sign(challenge), publicKey) ? undefined : publicKey
}
