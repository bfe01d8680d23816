/** The Ed25519 signatures of agents (RFC 8032). Loaded on first use, because most programs do not sign. */
import type { PublicKey, Signature } from "@aumai/handoff-protocol"
import * as ed25519 from "@noble/ed25519"
import { sha512 } from "@noble/hashes/sha2.js"
import { utf8ToBytes } from "@noble/hashes/utils.js"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Result from "effect/Result"

// The library contains no hash function.
ed25519.hashes.sha512 = sha512

export { ed25519 }

/** Tests that a signature of a text was made with the secret key that belongs to a public key. */
export const isSignedBy = (text: string, signature: Signature, publicKey: PublicKey): boolean => {
  const [sig, key] = [Base64Url.decode(signature), Base64Url.decode(publicKey)]
  if (Result.isFailure(sig) || Result.isFailure(key)) return false
  try {
    return ed25519.verify(sig.success, utf8ToBytes(text), key.success)
  } catch {
    // The library throws if the key is not a point of the curve.
    return false
  }
}
