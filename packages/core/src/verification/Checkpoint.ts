/**
 * Checkpoints of the log of a store: the size of the log and the root of the Merkle tree over its entries (RFC 9162,
 * section 2.1). A person who keeps a checkpoint elsewhere finds every later change of the entries that it covers.
 */
import { type Digest, digestOf, type LogName, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import type { AgentStore } from "../store/AgentStore.ts"
import { HandoffStore, type Position } from "../store/HandoffStore.ts"
import { isBefore } from "../store/Positions.ts"
import { eachLeaf } from "./Leaves.ts"

export { leafHash } from "../engine/LeafHash.ts"

/** The first entries of a log, in one hash. */
export interface Checkpoint {
  /** The name of the log. */
  readonly log: LogName
  /** The number of entries. */
  readonly size: number
  /** The root of the tree over these entries. */
  readonly root: Digest
}

// Letters have bit 6; their low four bits are 1 to 6, and those of digits are 0 to 9.
const nibble = (code: number): number => (code & 15) + (code >> 6) * 9

// The prefix of inner nodes and two hashes. Shared, because hashing is synchronous.
const node = Uint8Array.of(1, ...new Uint8Array(64))

/** The hash of a subtree of two. Hashes stay hexadecimal text: node:crypto returns text four times as fast as bytes. */
export const nodeHash = (left: Digest, right: Digest): Digest => {
  const text = left + right
  for (let at = 0; at < 64; at++) {
    node[at + 1] = (nibble(text.charCodeAt(2 * at)) << 4) | nibble(text.charCodeAt(2 * at + 1))
  }
  return digestOf(node)
}

/** A Merkle tree that keeps only the roots of its complete subtrees, of which it has at most one per bit of its size. */
export interface CompactRange {
  /** Appends the hash of a leaf, or of a subtree of 2 to the power of `level` leaves, which must be aligned. */
  readonly push: (leaf: Digest, level?: number) => void
  /** The number of leaves. */
  readonly size: () => number
  /** The root of the tree over all leaves. */
  readonly root: () => Digest
}

/** Makes an empty tree. */
export const compactRange = (): CompactRange => {
  const roots: Array<Digest> = []
  let size = 0
  return {
    push: (leaf, level = 0) => {
      let root = leaf
      size += 2 ** level
      // Two subtrees of one size become one. Division, because a shift would cut the size to 32 bits.
      for (let left = size / 2 ** level; left % 2 === 0; left /= 2) root = nodeHash(roots.pop() ?? root, root)
      roots.push(root)
    },
    size: () => size,
    root: () => (size === 0 ? digestOf("") : roots.reduceRight((right, left) => nodeHash(left, right)))
  }
}

/**
 * The checkpoint of the log up to the last entry of a handoff when the read begins, and the position of that entry. Keeps a
 * page of entries in memory.
 */
export const checkpointTo: Effect.Effect<
  Checkpoint & { readonly last: Position | undefined },
  StoreError,
  HandoffStore | AgentStore
> = Effect.gen(function* () {
  const { end, origin } = yield* HandoffStore
  const { log } = yield* origin
  const until = Option.getOrUndefined(yield* end)
  const range = compactRange()
  let last: Position | undefined
  yield* eachLeaf((leaf) => {
    if (!leaf.isRemoved && leaf.isEntry && (until === undefined || isBefore(until, leaf.position))) return false
    range.push(leaf.hash, leaf.level)
    last = leaf.position
    return true
  })
  return { log, size: range.size(), root: range.root(), last }
})

/** The checkpoint of the log up to the last entry of a handoff when the read begins. Keeps a page of entries in memory. */
export const checkpoint: Effect.Effect<Checkpoint, StoreError, HandoffStore | AgentStore> = Effect.map(
  checkpointTo,
  ({ log, root, size }) => ({ log, size, root })
)

/** The result of comparing a log with a checkpoint. */
export interface Holding {
  readonly outcome: "holds" | "other log" | "truncated" | "other entries" | "archived" | "unreadable"
  /** The result in one sentence. */
  readonly sentence: string
}

/**
 * Compares a log with a checkpoint of it. It holds if the first entries of the log are those that the checkpoint saw;
 * entries after them change nothing.
 */
export const holds = (checkpoint: Checkpoint): Effect.Effect<Holding, StoreError, HandoffStore | AgentStore> =>
  Effect.gen(function* (): Effect.fn.Return<Holding, StoreError, HandoffStore | AgentStore> {
    const { log } = yield* (yield* HandoffStore).origin
    const { size } = checkpoint
    if (log !== checkpoint.log) {
      const sentence = `The checkpoint is of the log ${checkpoint.log}, but this store has the log ${log}`
      return { outcome: "other log", sentence }
    }
    const range = compactRange()
    if (size > 0) {
      yield* eachLeaf(({ hash, level }) => {
        range.push(hash, level)
        return range.size() < size
      })
    }
    if (range.size() > size) {
      const sentence = `The checkpoint saw the first ${size} entries, the last of them among entries that were archived and folded; name their archive with --with`
      return { outcome: "archived", sentence }
    }
    if (range.size() < size) {
      const sentence = `Entries were removed: the log has ${range.size()}, but the checkpoint saw ${size}`
      return { outcome: "truncated", sentence }
    }
    if (range.root() !== checkpoint.root) {
      const sentence = `Entries were changed, removed, inserted or moved: the first ${size} are not those that the checkpoint saw`
      return { outcome: "other entries", sentence }
    }
    const sentence = `The checkpoint holds: the first ${size} entries are those that the checkpoint saw`
    return { outcome: "holds", sentence }
  }).pipe(
    Effect.catchIf(
      ({ reason }) => reason === "corrupt",
      ({ message }) =>
        Effect.succeed<Holding>({
          outcome: "unreadable",
          sentence: `The log cannot be compared with the checkpoint: ${message}`
        })
    )
  )
