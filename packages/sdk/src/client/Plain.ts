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

import { moments } from "./Moments.ts"

/** The fields with the caller's JSON, which has no moments and can be large. */
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

/** Copies a value of the protocol and converts its moments. Faster than `convert`, which must expect any key. */
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

/** Converts a value of the protocol to plain data. */
// The cast: a moment becomes a Date, and at run time an id is a string already.
export const plain = <A>(value: A): Plain<A> => withMoments(value, dateOf) as Plain<A>

/** Converts plain data back to the value of the protocol. */
// The cast: the reverse of `plain`.
export const fromPlain = <A>(value: Plain<A>): A => withMoments(value, momentOfDate) as A

/**
 * Copies a structure without undefined fields and converts its leaves. `leaf` returns any other value unchanged, and
 * `content` converts the caller's JSON.
 */
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

const identity = (json: unknown): unknown => json

/** Converts a `Date` or RFC 3339 text to a moment. Throws `InvalidInput` with the name of the field. */
export const moment = (name: string, value: Date | string): DateTime.Utc =>
  // An invalid Date has the JSON null, which is refused like any other value that is not a timestamp.
  Result.getOrThrowWith(decodeTimestamp(name, value instanceof Date ? value.toJSON() : value), (error) => error)

const momentOf = (leaf: unknown, key: string): unknown =>
  moments.has(key) && (leaf instanceof Date || typeof leaf === "string") ? moment(key, leaf) : leaf

/** Converts an argument for validation by a schema of the protocol. Throws `InvalidInput` for an invalid moment. */
export const parseInput = (value: unknown): unknown => convert(value, momentOf, identity)

// A value that cannot be cloned is not JSON, and validation refuses it.
const cloned = (json: unknown): unknown => {
  try {
    return structuredClone(json)
  } catch {
    return json
  }
}

/** Converts an argument and clones its JSON, because the engine keeps it and the caller may change it. */
export const copyInput = (value: unknown): unknown => convert(value, momentOf, cloned)
