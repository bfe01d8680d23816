/**
 * The Ed25519 keys of an agent, 32 bytes each, as base64url. The agent signs with the secret key; others check its
 * signatures with the public key.
 */
export interface KeyPair {
  readonly secretKey: string
  readonly publicKey: string
}

/**
 * Generates the keys of an agent from the platform's secure randomness. Keep the secret key with the agent: any program
 * that has it can sign in the agent's name.
 *
 * @example
 * ```ts
 * import { generateKeys } from "@aumai/handoff"
 * import { openHandoffs } from "@aumai/handoff/node"
 *
 * const { publicKey, secretKey } = await generateKeys()
 * await using handoffs = await openHandoffs("memory:", { keys: { executor: secretKey } })
 * await handoffs.agents.register("executor", ["report"], { publicKey })
 * console.log(publicKey.length) // 43
 * ```
 */
export const generateKeys = async (): Promise<KeyPair> => (await import("./Signing.ts")).generateKeys()
