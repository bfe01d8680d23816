/** Signs events with Ed25519 keys of agents (RFC 8032). A key is 32 bytes as base64url without padding. */
import { AgentId, InvalidInput, type PublicKey, type Signature } from "@aumai/handoff-protocol"
import * as ed25519 from "@noble/ed25519"
import { sha512 } from "@noble/hashes/sha2.js"
import { utf8ToBytes } from "@noble/hashes/utils.js"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { IsSignedBy, OperatorKey, type Signer, Signers } from "./Signers.ts"

// The library contains no hash function.
ed25519.hashes.sha512 = sha512

/** The secret key with which an agent signs, and the public key with which others verify its signatures. */
export interface KeyPair {
  readonly secretKey: string
  readonly publicKey: PublicKey
}

// The casts here and below: 32 bytes encode to a public key, and 64 bytes to a signature.
const publicKeyOf = (secret: Uint8Array) => Base64Url.encode(ed25519.getPublicKey(secret)) as PublicKey

/** Draws a key pair from the platform's secure randomness. */
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
 * Makes a signer from a secret key, with the matching public key. Fails with `InvalidInput` if the key is malformed.
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
export const signer = (secretKey: string): Effect.Effect<Signer, InvalidInput> =>
  Effect.fromResult(
    Result.map(bytesOf(secretKey), (secret) => ({
      sign: (text) => Base64Url.encode(ed25519.sign(utf8ToBytes(text), secret)) as Signature,
      publicKey: publicKeyOf(secret)
    }))
  )

/**
 * Tests that a signature of a text was made with the secret key that belongs to a public key. Strict: it accepts one
 * encoding of each value, and no key of small order, for which anybody can make signatures.
 */
export const isSignedBy = (text: string, signature: Signature, publicKey: PublicKey): boolean => {
  const [sig, key] = [Base64Url.decode(signature), Base64Url.decode(publicKey)]
  if (Result.isFailure(sig) || Result.isFailure(key)) return false
  // Base64 allows several texts for the same bytes.
  if (Base64Url.encode(sig.success) !== signature || Base64Url.encode(key.success) !== publicKey) return false
  try {
    return ed25519.verify(sig.success, utf8ToBytes(text), key.success, { zip215: false })
  } catch {
    // The library throws if the key is not a point of the curve.
    return false
  }
}

const isAgentId = Schema.is(AgentId)

/** The secret keys of a process by agent: one key, or several of which the one in force signs. */
export type SecretKeys = Readonly<Record<string, string | ReadonlyArray<string>>>

const signers = (secretKeys: SecretKeys): Layer.Layer<never, InvalidInput> =>
  Layer.effect(
    Signers,
    Effect.map(
      Effect.forEach(Object.entries(secretKeys), ([agent, secretKey]) =>
        isAgentId(agent)
          ? Effect.map(Effect.forEach([secretKey].flat(), signer), (signers) => [agent, signers] as const)
          : Effect.fail(
              new InvalidInput({ input: "agent", issues: [{ path: "", expected: "Expected 1 to 128 characters" }] })
            )
      ),
      (signers) => new Map(signers)
    )
  )

/** Provides signers for the agents of this process, from secret keys by agent id and of the operator, and the check of signatures. */
export const layer = (secretKeys: SecretKeys, operatorKey?: string): Layer.Layer<never, InvalidInput> =>
  Layer.mergeAll(
    signers(secretKeys),
    Layer.succeed(IsSignedBy, isSignedBy),
    operatorKey === undefined ? Layer.empty : Layer.effect(OperatorKey, signer(operatorKey))
  )
