/**
 * What an agent signs with, and what others check its signatures with: 32 bytes of Ed25519 each, as base64url.
 *
 * @example
 * ```ts
 * import type { KeyPair } from "@aumai/handoff"
 *
 * const toPublish = ({ publicKey }: KeyPair) => publicKey
 * ```
 */
export interface KeyPair {
  readonly secretKey: string
  readonly publicKey: string
}

/**
 * Draws the keys of an agent from the platform's secure randomness. The secret one stays with the agent: whoever has it can
 * sign in its name.
 *
 * @example
 * ```ts
 * import { generateKeys } from "@aumai/handoff"
 * import { openHandoffs } from "@aumai/handoff/node"
 *
 * const { publicKey, secretKey } = await generateKeys()
 * await using handoffs = await openHandoffs("memory:", { keys: { executor: secretKey } })
 * await handoffs.agents.register("executor", ["report"], { publicKey })
 * ```
 */
export const generateKeys = async (): Promise<KeyPair> => (await import("./Signing.ts")).generateKeys()
