/**
 * Splits the readable file into the bytes of its records without parsing them, and joins them again. Unchanged records keep
 * their bytes.
 */
import { isUtf8 } from "node:buffer"

import { parseJson } from "@aumai/handoff-protocol"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

import * as RestRecord from "./RestRecord.ts"

/** The bytes of one record, as a range of the file they came from. */
export interface Slice {
  readonly source: Buffer
  readonly start: number
  readonly end: number
}

/** The bytes of a slice, without copying. */
export const bytesOf = ({ source, start, end }: Slice): Buffer => source.subarray(start, end)

/** The slice of a newly encoded record. */
export const sliceOf = (bytes: Buffer): Slice => ({ source: bytes, start: 0, end: bytes.length })

const opening = Buffer.from("[\n  {\n")
const recordEnd = Buffer.from("\n  }")
const separator = Buffer.from(",\n")
const nextRecord = Buffer.from(",\n  {\n")
const idKey = Buffer.from(`  {\n    "record_id": "`)

/** The records of a file by id, in file order; or a phrase for an error sentence. */
export const split = (bytes: Buffer): Result.Result<Map<string, Slice>, string> => {
  if (!isUtf8(bytes)) return Result.fail("Expected UTF-8")
  return splitLaidOut(bytes) ?? splitParsed(bytes)
}

/**
 * The fast path for the layout of this store and of Python's `json.dump(indent=2)`. The lines inside a record are indented
 * deeper, and a string holds no raw newline, so that the first line `  }` ends the record. `undefined` for another layout.
 */
const splitLaidOut = (bytes: Buffer): Result.Result<Map<string, Slice>, string> | undefined => {
  if (!RestRecord.standsAt(bytes, 0, opening)) return undefined
  const slices = new Map<string, Slice>()
  for (let start = 2; ;) {
    const at = bytes.indexOf(recordEnd, start)
    const id = idAt(bytes, start)
    if (at === -1 || id === undefined) return undefined
    const end = at + recordEnd.length
    if (slices.has(id)) return Result.fail(duplicate(id))
    slices.set(id, { source: bytes, start, end })
    if (RestRecord.standsAt(bytes, end, nextRecord)) start = end + separator.length
    else return isClosed(bytes, end) ? Result.succeed(slices) : undefined
  }
}

const duplicate = (id: string) => `Expected each record once; ${JSON.stringify(id)} is there twice`

const isClosed = (bytes: Buffer, end: number): boolean => {
  // Reads more bytes than the closing has, so that anything after the array counts as another layout.
  const closing = bytes.toString("latin1", end, end + 8)
  return closing === "\n]" || closing === "\n]\n"
}

const quote = 34
const backslash = 92

const idAt = (bytes: Buffer, start: number): string | undefined => {
  if (!RestRecord.standsAt(bytes, start, idKey)) return undefined
  const from = start + idKey.length
  let isAscii = true
  for (let end = from; end < bytes.length; end += 1) {
    const byte = bytes[end] ?? 0
    if (byte === quote) return bytes.toString(isAscii ? "latin1" : "utf8", from, end)
    // An id with an escape needs the parser.
    if (byte === backslash) return undefined
    if (byte > 127) isAscii = false
  }
  return undefined
}

const splitParsed = (bytes: Buffer): Result.Result<Map<string, Slice>, string> => {
  const text = bytes.toString("utf8")
  const parsed = parseJson(text.startsWith("\ufeff") ? text.slice(1) : text)
  if (Result.isFailure(parsed)) return Result.fail(parsed.failure)
  if (!Array.isArray(parsed.success)) return Result.fail("Expected an array of records")
  const slices = new Map<string, Slice>()
  for (const [index, value] of parsed.success.entries()) {
    if (!Predicate.hasProperty(value, "record_id") || typeof value.record_id !== "string") {
      return Result.fail(`Expected a record with a record_id at [${index}]`)
    }
    if (slices.has(value.record_id)) return Result.fail(duplicate(value.record_id))
    slices.set(value.record_id, sliceOf(RestRecord.indent(value)))
  }
  return Result.succeed(slices)
}

/** The file in pieces of about 4 MiB, encoded as the generator reaches them. */
export const join = function* (slices: Iterable<Slice>): Generator<Buffer> {
  let batch: Array<Buffer> = []
  let size = 0
  let open: { readonly source: Buffer; readonly start: number; end: number } | undefined
  let isFirst = true
  const add = (piece: Buffer) => {
    batch.push(piece)
    size += piece.length
  }
  const flush = () => {
    const whole = batch.length === 1 && batch[0] !== undefined ? batch[0] : Buffer.concat(batch, size)
    batch = []
    size = 0
    return whole
  }
  for (const { source, start, end } of slices) {
    // Adjacent unchanged records are copied as one range of the old file, with their separators.
    if (open?.source === source && start === open.end + separator.length && end - open.start <= pieceSize) {
      open.end = end
      continue
    }
    if (open !== undefined) add(bytesOf(open))
    if (size >= pieceSize) yield flush()
    add(isFirst ? Buffer.from("[\n") : separator)
    isFirst = false
    open = { source, start, end }
  }
  if (open !== undefined) add(bytesOf(open))
  add(Buffer.from(isFirst ? "[]\n" : "\n]\n"))
  yield flush()
}

// A write of this size takes the thread pool a few milliseconds; larger ones are not faster.
const pieceSize = 4 * 1024 * 1024
