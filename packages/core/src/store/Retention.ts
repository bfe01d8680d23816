import type { Digest, HandoffRecord, RevisionConflict, StoreError } from "@aumai/handoff-protocol"
import type * as Effect from "effect/Effect"

import type { Entry, Page, Position } from "./HandoffStore.ts"

/** The entries that were removed at adjacent leaves of the log, as the hash of their subtree (RFC 9162). */
export interface RemovedRun {
  /** The position of the first entry. */
  readonly first: Position
  /** The position of the last entry; equal to `first` at level 0. */
  readonly last: Position
  /** The height of the subtree: it has 2 to the power of `level` leaves. */
  readonly level: number
  /** The hash of the leaf, or the root of the subtree. */
  readonly hash: Digest
}

/** A handoff that is written with all its entries, at the positions that they name. */
export interface Rewritten {
  readonly record: HandoffRecord
  readonly entries: ReadonlyArray<Entry>
  /** The revision that the store must have: that of `record`, or 0 for a handoff that it does not have. */
  readonly base: number
}

/** Changes of stored entries that no verb makes, as one atomic write. */
export interface Rewrite {
  /** Handoffs that leave the store with their entries, each at the revision that it must have. */
  readonly drop?: ReadonlyArray<Pick<HandoffRecord, "recordId" | "revision">>
  readonly put?: ReadonlyArray<Rewritten>
  /** The runs that stand for removed entries from now on, all before an entry of the key log that notes the removal. */
  readonly leave?: ReadonlyArray<RemovedRun>
  /** The first position of each run that stands for nothing any longer. */
  readonly retract?: ReadonlyArray<Position>
}

/** The part of a store that removes and erases. `archive`, `purge` and `import` use it; no other verb does. */
export interface Retention {
  /** The number of handoffs that one rewrite should have. */
  readonly batch: number
  /**
   * Rewrites entries and records atomically, and counts them in the tally. Compares revisions first, and fails with the first
   * handoff that has another one. The positions of other entries stay valid, and no position is given again. Durable when it
   * succeeds.
   */
  readonly rewrite: (rewrite: Rewrite) => Effect.Effect<void, RevisionConflict | StoreError>
  /** One page of the runs of removed entries, by position; `after` is the first position of a run. */
  readonly removed: (page: Page<Position>) => Effect.Effect<ReadonlyArray<RemovedRun>, StoreError>
  /** Gives space back, and leaves no copy of what was rewritten in the files of the store, as far as it can tell. */
  readonly reclaim: Effect.Effect<void, StoreError>
}
