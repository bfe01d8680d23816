import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parse as parseLossless } from "lossless-json"

import { limits } from "./Limits.ts"

// A lone half of a surrogate pair cannot be written as UTF-8; PostgreSQL cannot hold NUL in text or jsonb.
const unportable = /\0|\p{Surrogate}/u

/** Says why a string cannot be kept by every store, or nothing when it can. */
const textFault = (text: string): string | undefined =>
  unportable.test(text)
    ? text.includes("\0")
      ? "text without the NUL character"
      : "text without lone surrogates (half of a UTF-16 pair)"
    : undefined

/** The length of a string in UTF-8 bytes; a lone surrogate counts as the three bytes of its replacement character. */
const utf8Length = (text: string): number => {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > 0x7f) bytes += 1
    if (unit > 0x7ff) bytes += 1
    // A pair is two units and four bytes: the first half has just been counted as three, the second as one.
    if (unit >= 0xd800 && unit < 0xdc00 && text.charCodeAt(index + 1) >> 10 === 0x37) index += 1
  }
  return bytes
}

/** Text of at most that many UTF-8 bytes, without NUL and lone surrogates. */
export const textUpTo = (bytes: number) =>
  Schema.String.check(
    Schema.makeFilter((text) => {
      const fault = textFault(text)
      if (fault !== undefined) return `Expected ${fault}`
      // No string has more than three bytes for each UTF-16 unit, so short ones need no counting.
      return text.length * 3 > bytes && utf8Length(text) > bytes
        ? `Expected at most ${bytes} bytes of UTF-8`
        : undefined
    })
  )

interface Walk {
  readonly fault: string | undefined
  /** Keys of all objects inside. */
  readonly keys: number
}

/** Visits every value inside without recursion: text that parses can nest deeper than a stack. */
const walk = (root: unknown, nesting: number): Walk => {
  const stack: Array<unknown> = [root]
  const levels: Array<number> = [0]
  let keys = 0
  while (stack.length > 0) {
    const value = stack.pop()
    const level = levels.pop() ?? 0
    if (typeof value === "string") {
      const fault = textFault(value)
      if (fault !== undefined) return { fault, keys }
    } else if (typeof value === "object" && value !== null) {
      if (level >= nesting) return { fault: `at most ${nesting} levels of nesting`, keys }
      if (Array.isArray(value)) {
        for (const item of value) {
          stack.push(item)
          levels.push(level + 1)
        }
      } else {
        for (const [key, item] of Object.entries(value)) {
          const fault = textFault(key)
          if (fault !== undefined) return { fault, keys }
          keys += 1
          stack.push(item)
          levels.push(level + 1)
        }
      }
    }
  }
  return { fault: undefined, keys }
}

/**
 * An object of JSON values that every store keeps as it is: at most 128 levels deep, at most 1 MiB when encoded,
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
export const JsonObject = Schema.JsonObject.check(
  Schema.makeFilter((object) => {
    const { fault } = walk(object, limits.nesting)
    if (fault !== undefined) return `Expected ${fault}`
    return utf8Length(JSON.stringify(object)) > limits.jsonBytes
      ? `Expected at most ${limits.jsonBytes} bytes when encoded as JSON`
      : undefined
  })
).annotate({
  description: "An object of JSON values: at most 1 MiB encoded, 128 levels deep, no NUL, no lone surrogate"
})
export type JsonObject = typeof JsonObject.Type

/** Where in a text a position is, counted from 1. */
const place = (text: string, position: number): string => {
  const before = text.slice(0, position)
  const line = before.split("\n").length
  return `line ${line}, column ${position - before.lastIndexOf("\n")}`
}

/** JSON.parse says a position in some cases and a line in none that are old enough to rely on; this finds one. */
const syntaxFault = (text: string, cause: unknown): string => {
  const message = cause instanceof Error ? cause.message : String(cause)
  const position = /position (\d+)/.exec(message)?.[1]
  // V8 quotes a piece of the text in its message; that may be a secret, so only the place is repeated.
  const where = position === undefined ? "" : ` at ${place(text, Number(position))}`
  return text.trim() === "" ? "Expected JSON, found nothing" : `Expected JSON${where}`
}

// Sixteen digits in a row, or an exponent of three: only those can lose something as a double.
const largeNumber = /\d[\d.]{15,}|[eE][+-]?\d{3,}/
const keyEnd = /"\s*:/g

/** A number as its significant digits and a power of ten, so that two spellings of one value are equal. */
const decimal = (digits: string): string => {
  const [, whole = "", fraction = "", exponent = "0"] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(digits) ?? []
  const all = `${whole}${fraction}`.replace(/^0+/, "")
  const significant = all.replace(/0+$/, "")
  return significant === ""
    ? "0"
    : `${significant}e${Number(exponent) - fraction.length + all.length - significant.length}`
}

/** Whether a double prints as the number that was written. */
const isKept = (digits: string): boolean => {
  const number = Number(digits)
  return Number.isFinite(number) && decimal(digits) === decimal(String(number))
}

/** What JSON.parse would have changed without a word: numbers a double cannot hold, and keys given twice. */
const silentChange = (text: string): string | undefined => {
  let fault: string | undefined
  parseLossless(text, undefined, {
    parseNumber: (digits) => {
      if (!isKept(digits)) fault ??= "Expected no number that JavaScript cannot hold exactly; write it as a string"
      return Number(digits)
    },
    onDuplicateKey: ({ position }) => {
      fault ??= `Expected each key once in an object; one is given twice at ${place(text, position)}`
    }
  })
  return fault
}

/**
 * Parses JSON text and refuses what JavaScript would otherwise change without a word. Gives the value, or a phrase that
 * says what is wrong and never repeats the text.
 *
 * | in the text | what happens |
 * | --- | --- |
 * | a number that a double cannot hold exactly (`9007199254740993`, `1e400`) | refused: write it as a string |
 * | `1.0` | kept as the number 1 |
 * | a key twice in one object with different values | refused (the same value twice is one) |
 * | a lone surrogate, NUL | refused: PostgreSQL and UTF-8 cannot hold them |
 * | a key named `__proto__` | kept as an ordinary key |
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
    value = JSON.parse(text)
  } catch (cause) {
    return Result.fail(syntaxFault(text, cause))
  }
  const { fault, keys } = walk(value, Number.POSITIVE_INFINITY)
  if (fault !== undefined) return Result.fail(`Expected ${fault}`)
  // Every key in the text ends in `":`. When there are no more of those than keys that survived, no key was given twice.
  let keyEnds = 0
  keyEnd.lastIndex = 0
  while (keyEnd.test(text)) keyEnds += 1
  if (keyEnds === keys && !largeNumber.test(text)) return Result.succeed(value)
  try {
    const change = silentChange(text)
    return change === undefined ? Result.succeed(value) : Result.fail(change)
  } catch {
    // The careful parser recurses, and JSON.parse has already accepted the text: it can only have run out of stack.
    return Result.fail("Expected JSON that is nested less deeply")
  }
}
