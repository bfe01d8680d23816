/** Keeps what is known of the elements of the file that no record can be read from. They stay in the file as they are. */
import { isUtf8 } from "node:buffer"

import type { OddRecord } from "@aumai/handoff-core"

import * as RestFile from "./RestFile.ts"

/** The slices of a store by key, in file order; `undefined` for a record that is in memory. */
export type Slices = Map<string, RestFile.Slice | undefined>

/** The odd elements that were found so far. */
export interface Odd {
  readonly note: (key: string, reason: string) => void
  readonly has: (key: string) => boolean
  readonly count: () => number
  /** Describes an element by its key. */
  readonly get: (key: string) => OddRecord | undefined
  readonly all: () => ReadonlyArray<OddRecord>
  /**
   * Takes over an odd element of another program's file, under its key there. Returns `false` if this store has a record
   * with its id, which is then not replaced.
   */
  readonly keep: (key: string, slice: RestFile.Slice, reason: string) => boolean
  /** Removes and returns the elements with this id, or all of them. */
  readonly drop: (id?: string) => ReadonlyMap<string, { readonly slice: RestFile.Slice; readonly reason: string }>
}

/** Makes the odd elements among these slices. */
export const make = (slices: Slices): Odd => {
  const reasons = new Map<string, string>()
  let kept = 0

  const describe = (key: string, index: number): OddRecord => {
    const slice = slices.get(key)
    const bytes = slice && RestFile.bytesOf(slice)
    const recordId = RestFile.idOf(key)
    return {
      place: `[${index}]`,
      reason: reasons.get(key) ?? "",
      ...(recordId === undefined ? {} : { recordId }),
      ...(bytes !== undefined && isUtf8(bytes) ? { text: bytes.toString("utf8").trimStart() } : {})
    }
  }

  const all = () => [...slices.keys()].flatMap((key, index) => (reasons.has(key) ? [describe(key, index)] : []))

  const isSame = (a: RestFile.Slice | undefined, b: RestFile.Slice): boolean =>
    a !== undefined && RestFile.bytesOf(a).equals(RestFile.bytesOf(b))

  const keep = (key: string, slice: RestFile.Slice, reason: string): boolean => {
    const id = RestFile.idOf(key)
    if (id !== undefined && slices.has(id) && !reasons.has(id)) return false
    if ([...reasons.keys()].some((known) => isSame(slices.get(known), slice))) return true
    // The key of an element without an id says only where it stood in the other file.
    const own = RestFile.isNameless(key) ? RestFile.nameless(`+${(kept += 1)}`, id) : key
    slices.set(own, slice)
    reasons.set(own, reason)
    return true
  }

  return {
    note: (key, reason) => reasons.set(key, reason),
    has: (key) => reasons.has(key),
    count: () => reasons.size,
    get: (key) => (reasons.has(key) ? describe(key, [...slices.keys()].indexOf(key)) : undefined),
    all,
    keep,
    drop: (id) => {
      const dropped = new Map<string, { readonly slice: RestFile.Slice; readonly reason: string }>()
      for (const [key, reason] of reasons) {
        const slice = slices.get(key)
        if (slice === undefined || (id !== undefined && RestFile.idOf(key) !== id)) continue
        dropped.set(key, { slice, reason })
        slices.delete(key)
        reasons.delete(key)
      }
      return dropped
    }
  }
}
