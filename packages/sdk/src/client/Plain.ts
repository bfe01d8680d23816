import type { Position } from "@aumai/handoff-core"
import {
  type AgentId,
  type Capability,
  decodeTimestamp,
  type Digest,
  type PublicKey,
  type RecordId,
  type Signature
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

/** The caller's own JSON: it has no moments, and may be large. */
type Content = "context" | "result" | "content" | "schema"
const contents: ReadonlySet<string> = new Set<Content>(["context", "result", "content", "schema"])

/** A value of the protocol as plain data: a `Date` for a moment, a string for an id. */
export type Plain<A> = A extends DateTime.Utc
  ? Date
  : A extends AgentId | RecordId | Capability | Digest | PublicKey | Signature | Position
    ? string
    : A extends ReadonlyArray<infer Item>
      ? ReadonlyArray<Plain<Item>>
      : A extends object
        ? { readonly [Key in keyof A]: Key extends Content ? A[Key] : Plain<A[Key]> }
        : A

/** Copies a structure of the protocol with other moments. Faster than `convert`, which must expect any key. */
const withMoments = (value: unknown, moment: (leaf: object) => unknown): unknown => {
  if (typeof value !== "object" || value === null) return value
  const converted = moment(value)
  if (converted !== value) return converted
  if (Array.isArray(value)) return value.map((item) => withMoments(item, moment))
  const copy: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) copy[key] = contents.has(key) ? item : withMoments(item, moment)
  }
  return copy
}

const dateOf = (leaf: object): unknown => (DateTime.isDateTime(leaf) ? DateTime.toDateUtc(leaf) : leaf)
const momentOfDate = (leaf: object): unknown => (leaf instanceof Date ? DateTime.fromDateUnsafe(leaf) : leaf)

/** A value of the protocol as plain data. */
// The cast: a moment becomes a Date, and at run time an id is a string already.
export const plain = <A>(value: A): Plain<A> => withMoments(value, dateOf) as Plain<A>

/** The value of the protocol that plain data came from. */
// The cast: the reverse of `plain`.
export const own = <A>(value: Plain<A>): A => withMoments(value, momentOfDate) as A

/** The same structure with other leaves; `leaf` gives back what is none. `undefined` stands for what is left out. */
const convert = (
  value: unknown,
  leaf: (value: unknown, key: string) => unknown,
  content: (json: unknown) => unknown,
  key = ""
): unknown => {
  const converted = leaf(value, key)
  if (converted !== value || typeof value !== "object" || value === null) return converted
  if (Array.isArray(value)) return value.map((item) => convert(item, leaf, content))
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(
    entries.map(([key, item]) => [key, contents.has(key) ? content(item) : convert(item, leaf, content, key)])
  )
}

const itself = (json: unknown): unknown => json

/** A moment, from a `Date` or RFC 3339 text; throws `InvalidInput`, which names it. */
export const moment = (name: string, value: Date | string): DateTime.Utc =>
  // The text of an invalid Date is null, and refused like anything else that is no timestamp.
  Result.getOrThrowWith(decodeTimestamp(name, value instanceof Date ? value.toJSON() : value), (error) => error)

const moments: ReadonlySet<string> = new Set([
  "at",
  "createdAt",
  "updatedAt",
  "deadline",
  "acceptBy",
  "notBefore",
  "until",
  "estimatedCompletion",
  "due",
  "confirmed"
])

const momentOf = (leaf: unknown, key: string): unknown =>
  moments.has(key) && (leaf instanceof Date || typeof leaf === "string") ? moment(key, leaf) : leaf

/** Plain data as a value that a schema of the protocol can judge; throws `InvalidInput` over a moment that is none. */
export const fromPlain = (value: unknown): unknown => convert(value, momentOf, itself)

// What cannot be copied is refused where it is judged.
const copied = (json: unknown): unknown => {
  try {
    return structuredClone(json)
  } catch {
    return json
  }
}

/** The same, as a copy: the engine keeps what it is given, and the caller's own may change afterwards. */
export const copiedFromPlain = (value: unknown): unknown => convert(value, momentOf, copied)
