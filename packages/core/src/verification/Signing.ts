/** Keys of agents, Ed25519 (RFC 8032), and signing what they do. A key is 32 bytes as base64url without padding. */
import { AgentId, InvalidInput, type PublicKey, type Signature } from "@aumai/handoff-protocol"
import * as ed25519 from "@noble/ed25519"
import { sha512 } from "@noble/hashes/sha2.js"
import { utf8ToBytes } from "@noble/hashes/utils.js"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { type Signer, Signers } from "../engine/Signers.ts"

// The library brings no hash of its own.
ed25519.hashes.sha512 = sha512

/** What an agent signs with, and what others check its signatures with. */
export interface KeyPair {
  readonly secretKey: string
  readonly publicKey: PublicKey
}

// The casts: encoding 32 and 64 bytes gives what these are.
const publicKeyOf = (secret: Uint8Array) => Base64Url.encode(ed25519.getPublicKey(secret)) as PublicKey

/**
 * Draws a key pair from the platform's secure randomness.
 *
 * @example
 * ```ts
 * import * as Signing from "@aumai/handoff-core/Signing"
 * import * as Effect from "effect/Effect"
 *
 * const { publicKey } = await Effect.runPromise(Signing.generate)
 * console.log(publicKey.length) // 43
 * ```
 */
export const generate: Effect.Effect<KeyPair> = Effect.sync(() => {
  const { secretKey } = ed25519.keygen()
  return { secretKey: Base64Url.encode(secretKey), publicKey: publicKeyOf(secretKey) }
})

const bytesOf = (secretKey: string): Result.Result<Uint8Array, InvalidInput> =>
  Result.flatMap(
    Result.mapError(Base64Url.decode(secretKey), () => notAKey),
    (bytes) => (bytes.length === 32 ? Result.succeed(bytes) : Result.fail(notAKey))
  )
const notAKey = new InvalidInput({
  input: "secret key",
  issues: [{ path: "", expected: "Expected 32 bytes as base64url: 43 characters" }]
})

/**
 * A signer, and the public key of its secret key. Fails with `InvalidInput` when that is none.
 *
 * @example
 * ```ts
 * import * as Signing from "@aumai/handoff-core/Signing"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function* () {
 *   const { secretKey } = yield* Signing.generate
 *   const { sign } = yield* Signing.signer(secretKey)
 *   return sign("a text").length
 * })
 * console.log(await Effect.runPromise(program)) // 86
 * ```
 */
export const signer = (
  secretKey: string
): Effect.Effect<{ readonly sign: Signer; readonly publicKey: PublicKey }, InvalidInput> =>
  Effect.fromResult(
    Result.map(bytesOf(secretKey), (secret) => ({
      sign: (text) => Base64Url.encode(ed25519.sign(utf8ToBytes(text), secret)) as Signature,
      publicKey: publicKeyOf(secret)
    }))
  )

/**
 * Whether a signature over a text was made with the secret key of a public one.
 *
 * @example
 * ```ts
 * import * as Signing from "@aumai/handoff-core/Signing"
 * import type { PublicKey, Signature } from "@aumai/handoff-protocol"
 *
 * const isTheirs = (text: string, signature: Signature, key: PublicKey) => Signing.isSignedBy(text, signature, key)
 * ```
 */
export const isSignedBy = (text: string, signature: Signature, publicKey: PublicKey): boolean => {
  const [sig, key] = [Base64Url.decode(signature), Base64Url.decode(publicKey)]
  if (Result.isFailure(sig) || Result.isFailure(key)) return false
  try {
    return ed25519.verify(sig.success, utf8ToBytes(text), key.success)
  } catch {
    // What is no point of the curve is nobody's key.
    return false
  }
}

const isAgentId = Schema.is(AgentId)

/**
 * Lets agents sign what they do in this process: a secret key for each of their ids.
 *
 * @example
 * ```ts
 * import { HandoffManager, MemoryStore } from "@aumai/handoff-core"
 * import * as Signing from "@aumai/handoff-core/Signing"
 * import * as Layer from "effect/Layer"
 *
 * const signing = (secretKey: string) =>
 *   HandoffManager.layer.pipe(Layer.provide(MemoryStore.layer), Layer.provide(Signing.layer({ executor: secretKey })))
 * ```
 */
export const layer = (secretKeys: Readonly<Record<string, string>>): Layer.Layer<never, InvalidInput> =>
  Layer.effect(
    Signers,
    Effect.map(
      Effect.forEach(Object.entries(secretKeys), ([agent, secretKey]) =>
        isAgentId(agent)
          ? Effect.map(signer(secretKey), ({ sign }) => [agent, sign] as const)
          : Effect.fail(
              new InvalidInput({ input: "agent", issues: [{ path: "", expected: "Expected 1 to 128 characters" }] })
            )
      ),
      (signers) => new Map(signers)
    )
  )
