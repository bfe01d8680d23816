/** Finds the elements of a JSON array in any layout, as ranges of its bytes. Does not judge what is inside of an element. */
import * as Result from "effect/Result"

import { standsAt } from "./RestRecord.ts"

/** The range of an element, and the id of the record in it. */
export interface Element {
  readonly start: number
  readonly end: number
  /** `undefined` if the element is no object, or its `record_id` is no text that can be an id. */
  readonly id: string | undefined
}

const [tab, lineFeed, carriageReturn, blank, quote, comma, colon] = [0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x3a]
const [openArray, backslash, closeArray, openObject, closeObject] = [0x5b, 0x5c, 0x5d, 0x7b, 0x7d]
const byteOrderMark = Buffer.from("\ufeff")

const isBlank = (byte: number | undefined): boolean =>
  byte === blank || byte === lineFeed || byte === carriageReturn || byte === tab

/** The offset of the first byte that is not a blank. */
const afterBlanks = (bytes: Buffer, from: number): number => {
  let at = from
  while (isBlank(bytes[at])) at += 1
  return at
}

/** The offset after the closing quote of a string; the length of the bytes if it has none. */
const afterString = (bytes: Buffer, from: number): number => {
  let at = from + 1
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1
  return Math.min(at + 1, bytes.length)
}

const textIn = (bytes: Buffer, start: number, end: number): string | undefined => {
  try {
    // The cast: JSON that begins with a quote is a string.
    return JSON.parse(bytes.toString("utf8", start, end)) as string
  } catch {
    return undefined
  }
}

const isId = (id: string | undefined): boolean => id !== undefined && id !== "" && !id.includes("\0")

/** The offset after an object or an array, and the `record_id` of an object; `undefined` if its brackets do not match. */
const afterNested = (bytes: Buffer, from: number): Omit<Element, "start"> | undefined => {
  const open: Array<number> = []
  let id: string | undefined
  // The last string of the outermost level, and the key whose value comes next.
  let last: string | undefined
  let key: string | undefined
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === quote) {
      const end = afterString(bytes, at)
      if (open.length === 1) {
        last = textIn(bytes, at, end)
        // The last one counts, as in JSON.parse and in Python.
        if (key === "record_id") id = last
      }
      at = end - 1
    } else if (byte === openObject || byte === openArray) open.push(byte === openObject ? closeObject : closeArray)
    else if (byte === closeObject || byte === closeArray) {
      if (open.pop() !== byte) return undefined
      if (open.length === 0) return { end: at + 1, id: bytes[from] === openObject && isId(id) ? id : undefined }
    } else if (open.length === 1 && byte === colon) key = last
    else if (open.length === 1 && byte === comma) key = undefined
  }
  return undefined
}

/** The offset after a number, a word, or anything else up to the next comma, bracket or blank. */
const afterWord = (bytes: Buffer, from: number): number => {
  let at = from
  while (at < bytes.length && !isBlank(bytes[at]) && !isMark(bytes[at])) at += 1
  return at
}

const isMark = (byte: number | undefined): boolean =>
  byte === comma || byte === colon || byte === quote || isBracket(byte)
const isBracket = (byte: number | undefined): boolean =>
  byte === openArray || byte === closeArray || byte === openObject || byte === closeObject

const elementAt = (bytes: Buffer, start: number): Element | undefined => {
  const byte = bytes[start]
  if (byte === openObject || byte === openArray) {
    const nested = afterNested(bytes, start)
    return nested && { start, ...nested }
  }
  const end = byte === quote ? afterString(bytes, start) : afterWord(bytes, start)
  return end === start ? undefined : { start, end, id: undefined }
}

/** The elements of an array, in order; or a phrase for an error sentence. */
export const scan = (bytes: Buffer): Result.Result<ReadonlyArray<Element>, string> => {
  const elements: Array<Element> = []
  let at = afterBlanks(bytes, standsAt(bytes, 0, byteOrderMark) ? byteOrderMark.length : 0)
  if (at === bytes.length) return Result.fail("Expected JSON, found nothing")
  if (bytes[at] !== openArray) return Result.fail("Expected an array of records")
  at = afterBlanks(bytes, at + 1)
  let isEnd = bytes[at] === closeArray
  while (!isEnd) {
    const element = elementAt(bytes, at)
    if (element === undefined) return Result.fail(`Expected a whole record at [${elements.length}]`)
    elements.push(element)
    at = afterBlanks(bytes, element.end)
    isEnd = bytes[at] === closeArray
    if (isEnd) break
    if (bytes[at] !== comma) return Result.fail(`Expected a comma or ] after [${elements.length - 1}]`)
    at = afterBlanks(bytes, at + 1)
  }
  return afterBlanks(bytes, at + 1) === bytes.length
    ? Result.succeed(elements)
    : Result.fail("Expected nothing more after the closing bracket")
}
