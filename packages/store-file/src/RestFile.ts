/**
 * Splits the readable file into the bytes of its records without parsing them, and joins them again. Unchanged records keep
 * their bytes, and so does an element that is no record.
 */
import { isUtf8 } from "node:buffer"

import { readJson } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import * as Elements from "./Elements.ts"
import * as RestRecord from "./RestRecord.ts"

/** The bytes of one record, as a range of the file they came from. */
export interface Slice {
  readonly source: Buffer
  readonly start: number
  readonly end: number
  /** True if another record of the file has the same id, so that neither can be told to be the right one. */
  readonly twice?: true
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

/**
 * The records of a file by their key, in file order; or a phrase for an error sentence. The key is the id, or one of
 * `nameless` for an element without an id, or with that of an earlier one.
 */
export const split = (bytes: Buffer): Result.Result<Map<string, Slice>, string> =>
  (isUtf8(bytes) ? splitLaidOut(bytes) : undefined) ?? splitScanned(bytes)

/**
 * The fast path for the layout of this store and of Python's `json.dump(indent=2)`. The lines inside a record are indented
 * deeper, and a string holds no raw newline, so that the first line `  }` ends the record. `undefined` for another layout,
 * and for a file with an id twice.
 */
const splitLaidOut = (bytes: Buffer): Result.Result<Map<string, Slice>, string> | undefined => {
  if (!RestRecord.standsAt(bytes, 0, opening)) return undefined
  const slices = new Map<string, Slice>()
  for (let start = 2; ;) {
    const at = bytes.indexOf(recordEnd, start)
    const id = idAt(bytes, start)
    if (at === -1 || id === undefined || slices.has(id)) return undefined
    const end = at + recordEnd.length
    slices.set(id, { source: bytes, start, end })
    if (RestRecord.standsAt(bytes, end, nextRecord)) start = end + separator.length
    else return isClosed(bytes, end) ? Result.succeed(slices) : undefined
  }
}

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

const splitScanned = (bytes: Buffer): Result.Result<Map<string, Slice>, string> =>
  Result.map(Elements.scan(bytes), (elements) => {
    const slices = new Map<string, Slice>()
    for (const [index, { end, id, start }] of elements.entries()) {
      const slice = { source: bytes, start: isIndented(bytes, start) ? start - indent.length : start, end }
      const first = id === undefined ? undefined : slices.get(id)
      if (id !== undefined && first === undefined) slices.set(id, slice)
      else slices.set(nameless(index, id), slice)
      if (id !== undefined && first !== undefined) slices.set(id, { ...first, twice: true })
    }
    return slices
  })

const indent = Buffer.from("  ")
const indented = Buffer.from("\n  {")
/** Tests for an element with the indentation of this store, which belongs to its slice, as on the fast path. */
const isIndented = (bytes: Buffer, start: number): boolean =>
  RestRecord.standsAt(bytes, start - indented.length + 1, indented)

// A NUL cannot stand in an id that the store accepts.
const mark = "\0"

/** The key of an element without an id, or with the id of an earlier one. */
export const nameless = (index: number | string, id = ""): string => `${id}${mark}${index}`

/** The id in a key; `undefined` if its element has none. */
export const idOf = (key: string): string | undefined => (key.split(mark)[0] ?? "") || undefined

/** Tests for the key of an element without an id, or with that of an earlier one. */
export const isNameless = (key: string): boolean => key.includes(mark)

/** Decodes the record of an element. The failure says why it is odd, as a phrase for an error sentence. */
export const decode = (key: string, slice: Slice): Result.Result<RestRecord.Handoff, string> =>
  Result.flatMap(RestRecord.decode(bytesOf(slice)), (read) =>
    isAmbiguous(key, slice)
      ? Result.fail("Expected each id once; another record has it, too")
      : read.record.recordId === key
        ? Result.succeed(read)
        : Result.fail("Expected one record_id")
  )

/** Tests for an element whose id does not tell it from the others. */
export const isAmbiguous = (key: string, slice: Slice): boolean => slice.twice === true || isNameless(key)

/**
 * Tests that the bytes are one element of an array. The fast path takes a part of a record for a whole one if its lines are
 * not indented as it assumes.
 */
export const isElement = (slice: Slice): boolean =>
  Result.match(Elements.scan(Buffer.concat([brackets.subarray(0, 1), bytesOf(slice), brackets.subarray(1)])), {
    onFailure: () => false,
    onSuccess: ({ length }) => length === 1
  })

const brackets = Buffer.from("[]")

/** The slice of a record in the layout of this store, from its bytes in another one, which are JSON. */
export const laidOut = (slice: Slice): Slice => {
  const { source, start, end } = slice
  if (RestRecord.standsAt(source, start, idKey) && RestRecord.standsAt(source, end - recordEnd.length, recordEnd))
    return slice
  return sliceOf(RestRecord.indent(readJson(bytesOf(slice).toString("utf8"))))
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
