import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parse as parseLossless } from "lossless-json"

import { isPlain } from "./Given.ts"
import { limits } from "./Limits.ts"
import { readJson } from "./ReadJson.ts"

/** Describes why not every store can keep a string; `undefined` if every store can. */
const textFault = (text: string): string | undefined =>
  // A lone half of a surrogate pair cannot be written as UTF-8; PostgreSQL cannot hold NUL in text or jsonb.
  text.includes("\0")
    ? "text without the NUL character"
    : text.isWellFormed()
      ? undefined
      : "text without lone surrogates (half of a UTF-16 pair)"

/** Counts the UTF-8 bytes of a string; a lone surrogate counts as the three bytes of its replacement character. */
const utf8Length = (text: string): number => {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > 0x7f) bytes += 1
    if (unit > 0x7ff) bytes += 1
    // A pair has four bytes: the first half was counted as three, and the second counts as one.
    if (unit >= 0xd800 && unit < 0xdc00 && text.charCodeAt(index + 1) >> 10 === 0x37) index += 1
  }
  return bytes
}

/** Checks that a text has at most `bytes` UTF-8 bytes. */
const fits = (text: string, bytes: number): boolean =>
  // Fast path: a UTF-16 unit has at most three bytes, so a short text needs no counting.
  text.length * 3 <= bytes || (text.length <= bytes && utf8Length(text) <= bytes)

/** The schema of text of at most `bytes` UTF-8 bytes, without NUL and lone surrogates. */
export const textUpTo = (bytes: number, description: string) =>
  // Annotated before the check, because JSON Schema drops the check and every annotation after it.
  Schema.String.annotate({ description }).check(
    Schema.makeFilter((text) => {
      const fault = textFault(text)
      if (fault !== undefined) return `Expected ${fault}`
      return fits(text, bytes) || `Expected at most ${bytes} bytes of UTF-8`
    })
  )

const tooLarge = `at most ${limits.jsonBytes} bytes when encoded as JSON`

/** Describes a fault in the values of some JSON. Works without recursion, because parsed JSON can nest deeper than the stack. */
const treeFault = (root: unknown, nesting: number): string | undefined => {
  const stack: Array<unknown> = [root]
  const levels: Array<number> = [0]
  // An object that is reached on many paths counts each time, because it is encoded each time.
  let left = nesting === Number.POSITIVE_INFINITY ? nesting : limits.jsonBytes
  while (stack.length > 0) {
    const value = stack.pop()
    if ((left -= 1) < 0) return tooLarge
    const level = levels.pop() ?? 0
    if (typeof value === "string") {
      const fault = textFault(value)
      if (fault !== undefined) return fault
    } else if (typeof value === "object" && value !== null) {
      if (level >= nesting) return `at most ${nesting} levels of nesting`
      for (const [key, item] of Object.entries(value)) {
        const fault = textFault(key)
        if (fault !== undefined) return fault
        stack.push(item)
        levels.push(level + 1)
      }
    }
  }
  return undefined
}

// The estimate of `weigh` is at most this many times the bytes of the encoded JSON: `1,` weighs 25.
const estimate = 12.5 * limits.jsonBytes

/**
 * Estimates the bytes of a value as JSON from above, with the comma or colon after it; NaN if it is not JSON, nests too
 * deeply, or has text that a store cannot keep. The estimate is nearly always below the limit, so that the value need not
 * be encoded to measure it. Ends early if the value is certainly too large.
 */
const weigh = (value: unknown, level: number): number => {
  // Six bytes is the longest escape of one UTF-16 unit; the longest number has 24 characters.
  if (typeof value === "string") return textFault(value) === undefined ? value.length * 6 + 3 : Number.NaN
  if (typeof value === "number") return Number.isFinite(value) ? 25 : Number.NaN
  if (typeof value === "boolean" || value === null) return 6
  if (typeof value !== "object" || level >= limits.nesting) return Number.NaN
  let bytes = 3
  if (Array.isArray(value)) {
    // By index, so that a hole counts as undefined, which is not JSON.
    for (let index = 0; index < value.length && bytes <= estimate; index++) bytes += weigh(value[index], level + 1)
    return bytes
  }
  if (!isPlain(value)) return Number.NaN
  for (const key of Object.keys(value)) {
    // The cast: an object other than an array has a value at each key.
    bytes += weigh(key, level) + weigh((value as Readonly<Record<string, unknown>>)[key], level + 1)
    if (!(bytes <= estimate)) break
  }
  return bytes
}

const fitsEncoded = (json: unknown): boolean => fits(JSON.stringify(json), limits.jsonBytes)

/** Checks a value as the schema `JsonValue` does, without an explanation and much faster. */
export const isJsonValue = (value: unknown): value is JsonValue => {
  const bytes = weigh(value, 0)
  return bytes <= limits.jsonBytes || (bytes <= estimate && fitsEncoded(value))
}

const checkJson = (value: unknown): true | string =>
  isJsonValue(value) || `Expected ${treeFault(value, limits.nesting) ?? tooLarge}`

/** Counts the UTF-8 bytes of a string as JSON. */
const encodedLength = (text: string): number => {
  let bytes = utf8Length(text) + 2
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit === 0x22 || unit === 0x5c) bytes += 1
    // \b, \t, \n, \f and \r have short escapes, the other control characters six characters.
    else if (unit < 0x20) bytes += unit >= 0x08 && unit <= 0x0d && unit !== 0x0b ? 1 : 5
  }
  return bytes
}

// A moment is 24 characters between quotes.
const momentBytes = 26

/** Computes the length of the name of a field on the wire. */
const nameLength = (key: string): number => key.replaceAll(/[A-Z]/g, "__").length

/**
 * Counts the bytes of a part of a handoff as JSON on the wire. Domain names and wire names give the same count: absent
 * fields may be null, and a moment counts as 24 characters in any spelling. Below `content` and `schema` the keys are the
 * caller's and count unchanged.
 */
export const bytesOf = (value: unknown, isOwn = true): number => {
  if (typeof value === "string") return encodedLength(value)
  if (typeof value !== "object" || value === null) return String(value).length
  if (DateTime.isDateTime(value)) return momentBytes
  // One byte for the opening bracket, and one after each value for the comma or the closing bracket.
  let bytes = 1
  if (Array.isArray(value)) {
    for (const item of value) bytes += bytesOf(item, isOwn) + 1
    return Math.max(bytes, 2)
  }
  for (const [key, item] of Object.entries(value)) {
    if (!isOwn) bytes += encodedLength(key) + bytesOf(item, false) + 2
    else if (item !== null || key === "content") {
      const isForeign = key === "content" || key === "schema"
      bytes += nameLength(key) + 4 + (key === "due" ? momentBytes : bytesOf(item, !isForeign))
    }
  }
  return Math.max(bytes, 2)
}

/** Checks that a part of a handoff as a whole is within `limits.jsonBytes`. */
export const isBounded = (value: unknown): boolean => bytesOf(value) <= limits.jsonBytes

/** Limits a part of a handoff as a whole, because the limits of its texts add up to more than a store should hold. */
export const bounded = <A>() =>
  Schema.makeFilter<A>((value) => isBounded(value) || `Expected at most ${limits.jsonBytes} bytes in all`)

/** Checks a value as the schema `JsonObject` does, like `isJsonValue`. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && isJsonValue(value)

/**
 * An object of JSON values that every store keeps unchanged: at most 128 levels deep, at most 1 MiB when encoded,
 * no NUL, no lone surrogate, no NaN or infinity. A key named `__proto__` is an ordinary key.
 *
 * @example
 * ```ts
 * import { JsonObject } from "@aumai/handoff-protocol"
 * import * as Schema from "effect/Schema"
 *
 * console.log(Schema.is(JsonObject)({ rows: [1, 2.5, null] })) // true
 * console.log(Schema.is(JsonObject)({ rows: Number.NaN })) // false
 * ```
 */
export const JsonObject = Schema.JsonObject.annotate({
  description: "An object of JSON values: at most 1 MiB encoded, 128 levels deep, no NUL, no lone surrogate"
}).check(Schema.makeFilter(checkJson))
export type JsonObject = typeof JsonObject.Type

/** Any JSON value that every store keeps unchanged, within the limits of `JsonObject`. */
export const JsonValue = Schema.Json.annotate({
  description: "A JSON value: at most 1 MiB encoded, 128 levels deep, no NUL, no lone surrogate"
}).check(Schema.makeFilter(checkJson))
export type JsonValue = typeof JsonValue.Type

/** Writes a position in a text as line and column, counted from 1. */
const place = (text: string, position: number): string => {
  const before = text.slice(0, position)
  const line = before.split("\n").length
  return `line ${line}, column ${position - before.lastIndexOf("\n")}`
}

/** Describes where a text stops being JSON. Names only the place, because the messages of both parsers quote the text, which may be secret. */
const syntaxFault = (text: string): string => {
  if (text.startsWith("\uFEFF")) return "Expected JSON without a byte order mark before it"
  if (text.trim() === "") return "Expected JSON, found nothing"
  try {
    parseLossless(text)
    return "Expected JSON"
  } catch (cause) {
    const position = cause instanceof SyntaxError ? /at position (\d+)$/.exec(cause.message)?.[1] : undefined
    return position === undefined
      ? "Expected JSON"
      : `Expected JSON; it stops being JSON at ${place(text, Number(position))}`
  }
}

/** Normalizes a number to its significant digits and a power of ten, so that two spellings of one value are equal. */
const decimal = (digits: string): string => {
  const [, whole = "", fraction = "", exponent = "0"] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(digits) ?? []
  const all = `${whole}${fraction}`.replace(/^0+/, "")
  const significant = all.replace(/0+$/, "")
  return significant === ""
    ? "0"
    : `${significant}e${Number(exponent) - fraction.length + all.length - significant.length}`
}

/** Checks that a double holds the written number exactly. */
const isKept = (digits: string): boolean => {
  const number = Number(digits)
  const printed = String(number)
  return printed === digits || (Number.isFinite(number) && decimal(digits) === decimal(printed))
}

interface Scan {
  /** The number of keys in the text, duplicates included. */
  readonly keys: number
  /** The position of a number that a double cannot hold. */
  readonly lossyNumber: number | undefined
}

/** Scans valid JSON text once. */
const scan = (text: string): Scan => {
  const { length } = text
  let keys = 0
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 0x22) {
      for (at += 1; ; at++) {
        const inside = text.charCodeAt(at)
        if (inside === 0x22) break
        if (inside === 0x5c) at += 1
      }
    } else if (unit === 0x3a) {
      // Outside strings, a colon only ends a key.
      keys += 1
    } else if (unit >= 0x30 && unit <= 0x39) {
      const start = at
      let isExponential = false
      for (at += 1; at < length; at++) {
        const next = text.charCodeAt(at)
        if (next === 0x65 || next === 0x45) isExponential = true
        // Digits, a point, a sign or the e of an exponent; anything else in JSON ends the number.
        else if (!((next >= 0x30 && next <= 0x39) || next === 0x2e || next === 0x2b || next === 0x2d)) break
      }
      // A double holds any number of fifteen digits.
      if ((isExponential || at - start > 15) && !isKept(text.slice(start, at))) return { keys, lossyNumber: start }
      at -= 1
    }
  }
  return { keys, lossyNumber: undefined }
}

/** Counts the keys of all objects inside a value, without recursion. */
const countKeys = (root: unknown): number => {
  const stack: Array<unknown> = [root]
  let keys = 0
  while (stack.length > 0) {
    const value = stack.pop()
    if (Array.isArray(value)) {
      for (const item of value) {
        if (typeof item === "object" && item !== null) stack.push(item)
      }
    } else if (typeof value === "object" && value !== null) {
      for (const key of Object.keys(value)) {
        keys += 1
        // The cast: an object other than an array has a value at each key.
        const item = (value as Readonly<Record<string, unknown>>)[key]
        if (typeof item === "object" && item !== null) stack.push(item)
      }
    }
  }
  return keys
}

/** Describes where an object has a key twice with different values; `undefined` if no object does. */
const conflictingKey = (text: string): string | undefined => {
  let fault: string | undefined
  try {
    parseLossless(text, undefined, {
      parseNumber: Number,
      onDuplicateKey: ({ position }) => {
        fault ??= `Expected each key once in an object; one is repeated at ${place(text, position)}`
      }
    })
    return fault
  } catch {
    // JSON.parse has accepted the text, so the lossless parser, which recurses, can only have run out of stack.
    return "Expected each key once in an object, and JSON that is nested less deeply"
  }
}

/**
 * Parses JSON text and refuses any text that JavaScript would silently change. Returns the value, or a phrase that names
 * the fault and never repeats the text.
 *
 * | in the text | what happens |
 * | --- | --- |
 * | a number that a double cannot hold exactly (`9007199254740993`, `1e400`) | refused: write it as a string |
 * | `1.0`, `1e2`, `-0` | kept as the numbers 1, 100 and 0 |
 * | a key twice in one object with different values, in any spelling (`"a"`, `"\u0061"`) | refused (the same value twice is kept once) |
 * | a lone surrogate, NUL, raw or escaped | refused: PostgreSQL and UTF-8 cannot hold them |
 * | a key named `__proto__` | kept as an ordinary key |
 * | a byte order mark before the JSON | refused, as RFC 8259 allows |
 *
 * @example
 * ```ts
 * import { parseJson } from "@aumai/handoff-protocol"
 * import * as Result from "effect/Result"
 *
 * console.log(Result.isFailure(parseJson(`{"id": 9007199254740993}`))) // true
 * ```
 */
export const parseJson = (text: string): Result.Result<unknown, string> => {
  let value: unknown
  try {
    value = readJson(text)
  } catch {
    return Result.fail(syntaxFault(text))
  }
  // A character that stores cannot keep appears raw or as an escape, so text with neither needs no search.
  if (!text.isWellFormed() || text.includes("\\u")) {
    const fault = treeFault(value, Number.POSITIVE_INFINITY)
    if (fault !== undefined) return Result.fail(`Expected ${fault}`)
  }
  const { keys, lossyNumber } = scan(text)
  if (lossyNumber !== undefined) {
    const where = place(text, lossyNumber)
    return Result.fail(`Expected numbers that JavaScript can hold; write the one at ${where} as a string`)
  }
  const fault = keys === countKeys(value) ? undefined : conflictingKey(text)
  return fault === undefined ? Result.succeed(value) : Result.fail(fault)
}
