/** Reads the leaves of the tree over the log of a store: its entries, those that were removed, and those of its key log. */
import { type Digest, keyEntryText, StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import { entryLeaf, leafHash } from "../engine/LeafHash.ts"
import { AgentStore } from "../store/AgentStore.ts"
import { type Entry, HandoffStore, type Position } from "../store/HandoffStore.ts"
import { logPage } from "../store/Pages.ts"
import { isBefore } from "../store/Positions.ts"
import type { RemovedRun, Retention } from "../store/Retention.ts"

/** A leaf of the tree, or a run of removed leaves in one hash. */
export interface Leaf {
  readonly hash: Digest
  /** The height of the run: it has 2 to the power of `level` leaves; 0 for one leaf. */
  readonly level: number
  /** The position of the leaf, or of the last one of the run. */
  readonly position: Position
  /** False for an entry of the key log. */
  readonly isEntry: boolean
  /** True if the store no longer has the entries. */
  readonly isRemoved: boolean
}

// One page is one read of the store. A run is a hundred bytes.
const pageSize = 256
const runsPage = 1024

/** The runs after a position up to another one; without it, all of them. */
const runsBetween = Effect.fnUntraced(function* (
  retention: Retention | undefined,
  from: Position | undefined,
  to: Position | undefined
) {
  const found: Array<RemovedRun> = []
  if (retention === undefined) return found
  let after = from
  while (true) {
    const page: ReadonlyArray<RemovedRun> = yield* retention.removed({ limit: runsPage, ...(after && { after }) })
    for (const run of page) {
      if (to !== undefined && isBefore(to, run.first)) return found
      found.push(run)
    }
    after = page.at(-1)?.first
    if (page.length < runsPage) return found
  }
})

/**
 * Visits the leaves from the first on, until `visit` returns `false`. Entries of the key log of this store are leaves at their
 * positions. Those after the last entry of a handoff are left out, because an entry before them may still appear. An entry
 * that came back from an archive counts as the run that it was removed in.
 */
export const eachLeaf = (visit: (leaf: Leaf) => boolean): Effect.Effect<void, StoreError, HandoffStore | AgentStore> =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const { log } = yield* store.origin
    const keys = (yield* (yield* AgentStore).keys).get(log) ?? []
    const retention = store.retention && (yield* store.retention)
    let nextKey = 0
    let seen: Position | undefined
    let covered: Position | undefined

    /** Visits a leaf, after the entries of the key log before it. */
    const take = (leaf: Leaf, first: Position): boolean => {
      for (let key = keys[nextKey]; key?.position !== undefined; key = keys[(nextKey += 1)]) {
        const { event, position, revision } = key
        if (!isBefore(position, first)) break
        const hash = leafHash(keyEntryText(revision, event))
        if (!visit({ hash, level: 0, position, isEntry: false, isRemoved: false })) return false
      }
      seen = leaf.position
      return visit(leaf)
    }

    const takeRun = ({ first, hash, last, level }: RemovedRun) => {
      covered = last
      return take({ hash, level, position: last, isEntry: true, isRemoved: true }, first)
    }

    let after: Position | undefined
    while (true) {
      const page: ReadonlyArray<Entry> = yield* logPage(store, pageSize, after)
      const isLast = page.length < pageSize
      const end = isLast ? undefined : page.at(-1)?.position
      // Read after the entries, so that one that was removed meanwhile is in one of the two.
      const runs = yield* runsBetween(retention, after, end)
      let nextRun = 0
      for (const entry of page) {
        const { position } = entry
        for (let run = runs[nextRun]; run !== undefined && !isBefore(position, run.first); run = runs[(nextRun += 1)]) {
          if (seen !== undefined && !isBefore(seen, run.first)) return yield* changed
          if (!takeRun(run)) return
        }
        if (covered !== undefined && !isBefore(covered, position)) continue
        if (!take({ hash: entryLeaf(entry), level: 0, position, isEntry: true, isRemoved: false }, position)) return
      }
      for (const run of runs.slice(nextRun)) if (!takeRun(run)) return
      after = page.at(-1)?.position
      if (isLast) return
    }
  })

const changed = Effect.suspend(() =>
  Effect.fail(
    new StoreError({
      operation: "log",
      reason: "unavailable",
      detail: "Entries were archived while the log was read; read it again"
    })
  )
)
