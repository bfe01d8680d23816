import * as Schema from "effect/Schema"
import { createHash } from "sha256-uint8array"

/** A SHA-256, as 64 hexadecimal digits in lower case. */
export const Digest = Schema.String.check(
  // A pattern reaches JSON Schema only with the flag u.
  Schema.isPattern(/^[0-9a-f]{64}$/u, { expected: "a SHA-256 of 64 hexadecimal digits in lower case" })
)
  .annotate({ description: "A SHA-256: 64 hexadecimal digits in lower case" })
  .pipe(Schema.brand("Digest"))
export type Digest = typeof Digest.Type

/** An Ed25519 signature (RFC 8032): its 64 bytes as base64url without padding. */
export const Signature = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_-]{86}$/u, { expected: "a signature of 86 characters of base64url" })
)
  .annotate({ description: "An Ed25519 signature: 86 characters of base64url" })
  .pipe(Schema.brand("Signature"))
export type Signature = typeof Signature.Type

/** The salt of an entry's body: 22 random characters of base64url, 132 bits. */
export const Salt = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_-]{22}$/u, { expected: "a salt of 22 characters of base64url" })
)
  .annotate({ description: "A salt: 22 random characters of base64url" })
  .pipe(Schema.brand("Salt"))
export type Salt = typeof Salt.Type

interface Host {
  readonly process?: { readonly getBuiltinModule?: (name: string) => unknown }
}

/** The synchronous SHA-256 of the platform, if it has one: ten times as fast. */
const native = ((): ((data: string | Uint8Array) => string) | undefined => {
  // The cast: this package is typed for no platform, so every part may be undefined.
  const crypto = (globalThis as Host).process?.getBuiltinModule?.("node:crypto")
  if (typeof crypto !== "object" || crypto === null || !("hash" in crypto)) return undefined
  const { hash } = crypto
  return typeof hash === "function" ? (data) => String(hash("sha256", data)) : undefined
})()

/** Computes the SHA-256 of bytes, or of a text in UTF-8. */
export const digestOf = (data: string | Uint8Array): Digest =>
  // The casts: both hashes write 64 lower-case hexadecimal digits, and the library takes bytes, too.
  (native?.(data) ??
    createHash()
      .update(data as string)
      .digest("hex")) as Digest

/** Matches text that needs no escape: no quotes, backslashes, control characters or surrogates. */
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** Writes a string as JSON. A lone surrogate (half of a UTF-16 pair) has no canonical form. */
export const quoted = (text: string): string => {
  if (plain.test(text)) return `"${text}"`
  if (!text.isWellFormed()) throw new Error("Expected text without lone surrogates (half of a UTF-16 pair)")
  return JSON.stringify(text)
}

/** Returns `undefined` for a value without JSON, as `JSON.stringify` does; its key is left out. */
const textOf = (json: unknown): string | undefined => {
  if (typeof json === "string") return quoted(json)
  if (typeof json === "number" && !Number.isFinite(json)) throw new Error(`Expected JSON, which has no ${json}`)
  if (typeof json !== "object" || json === null) return JSON.stringify(json)
  let text = ""
  if (Array.isArray(json)) {
    for (const item of json) text += `${text && ","}${textOf(item) ?? "null"}`
    return `[${text}]`
  }
  const keys = Object.keys(json)
  for (const key of keys.length > 1 ? keys.toSorted() : keys) {
    // The cast: an object other than an array has a value at each key.
    const value = textOf((json as Readonly<Record<string, unknown>>)[key])
    if (value !== undefined) text += `${text && ","}${quoted(key)}:${value}`
  }
  return `{${text}}`
}

/**
 * Writes a JSON value as canonical JSON (RFC 8785, the JSON Canonicalization Scheme): equal values give equal text, in any
 * order of keys.
 *
 * @example
 * ```ts
 * import { canonical } from "@aumai/handoff-protocol"
 *
 * console.log(canonical({ b: 1.0, a: [null] })) // {"a":[null],"b":1}
 * ```
 */
export const canonical = (json: unknown): string => textOf(json) ?? "null"
