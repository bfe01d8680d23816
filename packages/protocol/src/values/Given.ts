/** Takes over what a caller gives: copies it within limits and freezes the copy, so that nobody can change it later. */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import { limits } from "./Limits.ts"

/** The fields with the caller's JSON; all other fields have the shapes of this protocol. */
export const contents: ReadonlySet<string> = /*#__PURE__*/ new Set(["context", "result", "content", "schema"])

/** The first fault of a given value: the keys that lead to it, and what was expected there. */
export interface Misfit {
  readonly path: ReadonlyArray<string | number>
  readonly expected: string
}

/** The limits of a value. */
export interface Bounds {
  /** The bytes that it may have as JSON. */
  readonly bytes: number
  /** The field with an array of any length, of which each item has its own limit. */
  readonly long?: string
  /** `true` for the caller's JSON itself. */
  readonly isContent?: boolean
}

/** The state of one walk through a value. */
interface Walk {
  /** The bytes that the rest may have. Counted from below, so that nothing that fits is refused. */
  left: number
  readonly long: string | undefined
  expected: string
  /** The keys that lead to the fault, the last one first. */
  readonly path: Array<string | number>
}

const refused = Symbol("refused")

const refuse = (walk: Walk, expected: string): typeof refused => {
  walk.expected = expected
  return refused
}

const tooLarge = `Expected at most ${limits.jsonBytes} bytes when encoded as JSON`
const tooMuch = `Expected at most ${limits.callBytes} bytes in all`
const tooDeep = `Expected at most ${limits.nesting} levels of nesting`

/** Subtracts bytes from those that are left. A proxy can have a length of NaN, which is too much. */
const has = (walk: Walk, bytes: number): boolean => (walk.left -= bytes) >= 0

// An event nests its contents at most six levels deep. The schemas check the exact depth of each.
const deepest = limits.nesting + 8

// Each object or array outside of the caller's JSON counts as 1 KiB, because a record at its limits has about 1,500 of them.
const structure = 1024

/** Tests for an object without a class; one of another realm has another prototype, which has none itself. */
export const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null
}

const copyArray = (
  given: ReadonlyArray<unknown>,
  walk: Walk,
  level: number,
  isContent: boolean,
  isLong = isContent
): unknown => {
  const { length } = given
  if (!isLong && length > limits.items) return refuse(walk, `Expected at most ${limits.items} items`)
  // An item has at least one byte, and a comma or a bracket.
  if ((isContent || !isLong) && !has(walk, 2 * length)) return refuse(walk, isContent ? tooLarge : tooMuch)
  const items: Array<unknown> = []
  const { left } = walk
  for (let index = 0; index < length; index++) {
    if (isLong && !isContent) walk.left = left
    const one = given[index]
    // A hole costs nothing, so a long array of them would never end.
    const isEntry = !isLong || isContent || (typeof one === "object" && one !== null)
    const item = isEntry ? copy(one, walk, level, isContent) : refuse(walk, "Expected an object")
    if (item === refused) {
      walk.path.push(index)
      return refused
    }
    items.push(item)
  }
  return Object.freeze(items)
}

const copyObject = (given: object, walk: Walk, level: number, isContent: boolean): unknown => {
  const keys = Object.keys(given)
  if (!isContent && keys.length > limits.items) return refuse(walk, `Expected at most ${limits.items} fields`)
  const fields: Record<string, unknown> = {}
  for (const key of keys) {
    // Two quotes, a colon, a value, and a comma or a bracket.
    if (!has(walk, key.length + 5)) return refuse(walk, isContent ? tooLarge : tooMuch)
    // The cast: an object other than an array has a value at each key.
    const value = (given as Readonly<Record<string, unknown>>)[key]
    const item = isContent
      ? copy(value, walk, level, true)
      : contents.has(key)
        ? copyContent(value, walk, level)
        : key === walk.long && Array.isArray(value)
          ? copyArray(value, walk, level + 1, false, true)
          : copy(value, walk, level, false)
    if (item === refused) {
      walk.path.push(key)
      return refused
    }
    // An assignment to this key would set the prototype.
    if (key === "__proto__") Object.defineProperty(fields, key, { value: item, enumerable: true })
    else fields[key] = item
  }
  return Object.freeze(fields)
}

/** Copies the caller's JSON, which has its own limit of bytes. */
const copyContent = (value: unknown, walk: Walk, level: number): unknown => {
  const { left } = walk
  walk.left = limits.jsonBytes
  const content = copy(value, walk, level, true)
  walk.left += left - limits.jsonBytes
  // The whole is too large, not the item at which that was noticed.
  if (content === refused && walk.expected === tooLarge) walk.path.length = 0
  return content
}

// Plain recursion without closures, because it runs for every call. Its depth is limited.
const copy = (value: unknown, walk: Walk, level: number, isContent: boolean): unknown => {
  if (typeof value === "string") {
    return has(walk, value.length) ? value : refuse(walk, isContent ? tooLarge : tooMuch)
  }
  // Anything else that is not an object is left to the schema.
  if (typeof value !== "object" || value === null) return value
  if (level > deepest) return refuse(walk, tooDeep)
  if (!isContent && !has(walk, structure)) return refuse(walk, tooMuch)
  try {
    if (Array.isArray(value)) return copyArray(value, walk, level + 1, isContent)
    // A new moment, because the caller can change its own, and a moment that only looks like one fails here.
    if (!isContent && DateTime.isDateTime(value)) {
      if (!DateTime.isUtc(value)) return value
      const { epochMilliseconds } = value
      // `makeUnsafe` would cut fractions.
      return Number.isInteger(epochMilliseconds)
        ? DateTime.makeUnsafe(epochMilliseconds)
        : refuse(walk, "Expected whole milliseconds")
    }
    if (isPlain(value)) return copyObject(value, walk, level + 1, isContent)
  } catch {
    // A getter or a proxy of the caller has thrown.
    return refuse(walk, "Expected a value that can be read")
  }
  return refuse(walk, "Expected plain JSON, not an instance of a class")
}

const ofCall: Bounds = { bytes: limits.callBytes }

/** The limits of a context or a result. */
export const ofContent: Bounds = { bytes: limits.jsonBytes, isContent: true }

/** The limits of a handoff in an archive: its history has any length. */
export const ofArchive: Bounds = { bytes: limits.callBytes, long: "history" }

/**
 * Copies a value and freezes the copy, except for moments, which cache their parts. Judges its shape, its depth and its
 * size on the way, in bounded time and memory, and reads every property once. A schema judges the rest.
 */
export const taken = <A>(value: A, { bytes, isContent = false, long }: Bounds = ofCall): Result.Result<A, Misfit> => {
  const walk: Walk = { left: bytes, long, expected: "", path: [] }
  const copied = isContent ? copyContent(value, walk, 0) : copy(value, walk, 0, false)
  return copied === refused
    ? Result.fail({ path: walk.path.toReversed(), expected: walk.expected })
    : // The cast: the copy of a value has its type.
      Result.succeed(copied as A)
}

/** Freezes a value that this library made, and everything in it that is not frozen, except for moments. */
export const frozen = <A>(value: A): A => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value
  if (Array.isArray(value)) for (const item of value) frozen(item)
  else if (isPlain(value)) {
    // The cast: an object other than an array has a value at each key.
    for (const key of Object.keys(value)) frozen((value as Readonly<Record<string, unknown>>)[key])
  } else return value
  return Object.freeze(value)
}
