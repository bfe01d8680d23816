import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import type { DocumentRow, DocumentRows } from "./DocumentRows.ts"

/** A document with its kind. */
export interface KindRow extends DocumentRow {
  readonly kind: string
}

/**
 * All documents of a store in memory, as rows. The memory store consists of one, and the file store reads and writes one.
 * Every write is one synchronous step.
 */
export interface DocumentImage extends DocumentRows {
  readonly all: () => ReadonlyArray<KindRow>
  /** The greatest version that a write has got. */
  readonly last: () => number
}

/** Makes an image of some documents; `last` is the greatest version so far, also of documents that were removed. */
export const make = (rows: Iterable<KindRow> = [], last = 0): DocumentImage => {
  const kinds = new Map<string, Map<string, KindRow>>()
  const of = (kind: string): Map<string, KindRow> => {
    const known = kinds.get(kind) ?? new Map<string, KindRow>()
    kinds.set(kind, known)
    return known
  }
  let version = last
  for (const row of rows) {
    of(row.kind).set(row.key, row)
    version = Math.max(version, row.version)
  }
  const versionOf = (kind: string, key: string): number => kinds.get(kind)?.get(key)?.version ?? 0
  return {
    put: (kind, key, expected, body) =>
      Effect.sync(() => {
        const present = versionOf(kind, key)
        if (present !== expected) return Result.fail(present)
        version += 1
        of(kind).set(key, { kind, key, version, body })
        return Result.succeed(version)
      }),
    remove: (kind, key, expected) =>
      Effect.sync(() => {
        const present = versionOf(kind, key)
        if (present !== expected || present === 0) return Result.fail(present)
        kinds.get(kind)?.delete(key)
        return Result.void
      }),
    get: (kind, key) => Effect.sync(() => kinds.get(kind)?.get(key)),
    list: (kind, after, limit) =>
      Effect.sync(() =>
        [...(kinds.get(kind)?.values() ?? [])]
          .filter(({ key }) => key > after)
          .toSorted((a, b) => (a.key < b.key ? -1 : 1))
          .slice(0, limit)
      ),
    all: () => [...kinds.values()].flatMap((rows) => [...rows.values()]),
    last: () => version
  }
}
