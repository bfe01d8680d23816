/** Walks through the slices of a store, in file order. */
import * as Result from "effect/Result"

import type { Slices } from "./Odd.ts"
import * as RestFile from "./RestFile.ts"
import * as RestRecord from "./RestRecord.ts"

/** The slices of all records. A changed record is encoded when the generator reaches it. */
export const slicesOf = function* (
  slices: Slices,
  handoff: (key: string) => RestRecord.Handoff | undefined
): Generator<RestFile.Slice> {
  for (const [key, slice] of slices) {
    const changed = slice === undefined ? handoff(key) : undefined
    // One of the two always holds: a record without bytes is in memory.
    if (slice !== undefined) yield slice
    else if (changed !== undefined) yield RestFile.sliceOf(RestRecord.encode(changed))
  }
}

/** Tests that two files have the same elements in the same order, besides those that are decoded. */
export const isSameRest = (
  ours: ReadonlyMap<string, RestFile.Slice | undefined>,
  theirs: ReadonlyMap<string, RestFile.Slice>,
  isDecoded: (key: string) => boolean
): boolean => {
  if (ours === theirs) return true
  const [mine, others] = [ours, theirs].map((all) =>
    [...all].flatMap(([key, slice]) => (slice === undefined || isDecoded(key) ? [] : [RestFile.bytesOf(slice)]))
  )
  return mine?.length === others?.length && mine?.every((bytes, index) => others?.[index]?.equals(bytes)) === true
}

// The name of the log stands in an entry of format 2. Text inside a string has escaped quotes.
const namesLog = Buffer.from(`"log":`)

const mayNameLog = (slice: RestFile.Slice): boolean => RestFile.bytesOf(slice).includes(namesLog)

/** Tests for an element that may name a log although no record can be read. */
export const mayName = (slices: Slices): boolean =>
  [...slices.values()].some((slice) => slice !== undefined && mayNameLog(slice))

/** The first record that can be read, and those whose entries may name a log. */
export const handoffsThatMayName = function* (
  slices: Slices,
  live: ReadonlyMap<string, RestRecord.Handoff>
): Generator<RestRecord.Handoff> {
  let isFirst = true
  for (const [key, slice] of slices) {
    const held = live.get(key)
    if (held === undefined && (slice === undefined || RestFile.isAmbiguous(key, slice))) continue
    if (held === undefined && !isFirst && slice !== undefined && !mayNameLog(slice)) continue
    const found = held ?? (slice && Result.getOrUndefined(RestRecord.decode(RestFile.bytesOf(slice))))
    if (found === undefined) continue
    isFirst = false
    yield found
  }
}
