import type { Position } from "@aumai/handoff-core"
import {
  type AgentId,
  type Capability,
  contents,
  decodeTimestamp,
  type Digest,
  InvalidInput,
  isPlain,
  limits,
  type LogName,
  type PublicKey,
  type RecordId,
  type Salt,
  type Signature
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import { moments } from "./Moments.ts"

/** The fields with the caller's JSON, which has no moments and can be large. */
type Content = "context" | "result" | "content" | "schema"

// Arguments and events nest six levels deep, apart from the caller's JSON.
const deepest = 8

/** A value of the protocol as plain data: a `Date` for a moment, a string for an id. */
export type Plain<A> = A extends DateTime.Utc
  ? Date
  : A extends AgentId | RecordId | Capability | Digest | LogName | PublicKey | Salt | Signature | Position
    ? string
    : A extends ReadonlyArray<infer Item>
      ? ReadonlyArray<Plain<Item>>
      : A extends object
        ? { readonly [Key in keyof A]: Key extends Content ? A[Key] : Plain<A[Key]> }
        : A

/** Copies a value of the protocol and converts its moments. Faster than `parseInput`, which must expect any key. */
const withMoments = (value: unknown, moment: (leaf: object) => unknown, levels: number): unknown => {
  if (typeof value !== "object" || value === null) return value
  const converted = moment(value)
  if (converted !== value) return converted
  if (levels < 0) throw tooDeep()
  if (Array.isArray(value)) return value.map((item) => withMoments(item, moment, levels - 1))
  const copy: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) copy[key] = contents.has(key) ? item : withMoments(item, moment, levels - 1)
  }
  return copy
}

const tooDeep = () =>
  new InvalidInput({
    input: "value",
    issues: [{ path: "", expected: `Expected at most ${deepest} levels of nesting` }]
  })

const dateOf = (leaf: object): unknown => (DateTime.isDateTime(leaf) ? DateTime.toDateUtc(leaf) : leaf)
const momentOfDate = (leaf: object): unknown => (leaf instanceof Date ? DateTime.fromDateUnsafe(leaf) : leaf)

/** Converts a value of the protocol to plain data. A chain nests as deep as its parts. */
// The cast: a moment becomes a Date, and at run time an id is a string already.
export const plain = <A>(value: A): Plain<A> => withMoments(value, dateOf, Infinity) as Plain<A>

/** Converts plain data back to the value of the protocol. */
// The cast: the reverse of `plain`.
export const fromPlain = <A>(value: Plain<A>): A => withMoments(value, momentOfDate, deepest) as A

/** Converts a `Date` or RFC 3339 text to a moment. Throws `InvalidInput` with the name of the field. */
export const moment = (name: string, value: Date | string): DateTime.Utc =>
  // An invalid Date has the JSON null, which is refused like any other value that is not a timestamp.
  Result.getOrThrowWith(decodeTimestamp(name, value instanceof Date ? value.toJSON() : value), (error) => error)

/**
 * Copies an array, or an object without its undefined fields, and converts each item. A value that is neither, that cannot
 * be read or that is longer than any argument stays unchanged, and validation refuses it.
 */
export const converted = (value: object, convert: (item: unknown, key: string) => unknown): unknown => {
  let items: ReadonlyArray<unknown> | undefined
  let fields: ReadonlyArray<readonly [string, unknown]> = []
  try {
    if (Array.isArray(value)) {
      if (value.length > limits.items) return value
      items = Array.from(value)
    } else {
      if (!isPlain(value) || Object.keys(value).length > limits.items) return value
      fields = Object.entries(value)
    }
  } catch {
    return value
  }
  if (items !== undefined) return items.map((item) => convert(item, ""))
  const all = fields.map(([key, item]) => [key, convert(item, key)] as const)
  return Object.fromEntries(all.filter(([, item]) => item !== undefined))
}

/**
 * Converts an argument for validation by a schema of the protocol: without undefined fields, and with its moments. Throws
 * `InvalidInput` for an invalid moment. The caller's JSON and everything unexpected stay unchanged.
 */
export const parseInput = (value: unknown, key = "", level = 0): unknown => {
  if (moments.has(key) && (value instanceof Date || typeof value === "string")) return moment(key, value)
  if (typeof value !== "object" || value === null || contents.has(key) || level > deepest) return value
  return converted(value, (item, key) => parseInput(item, key, level + 1))
}
