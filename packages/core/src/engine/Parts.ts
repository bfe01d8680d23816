/** Reads the chains of handoffs: wholes and the parts delegated from them. */
import { type HandoffRecord, holdersOf, isOpen, type RecordId, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import type { HandoffStore } from "../store/HandoffStore.ts"

/** A handoff with its parts, recursively. */
export interface ChainLink {
  /** The handoff. */
  readonly record: HandoffRecord
  /** The parts of the handoff, oldest first. */
  readonly parts: ReadonlyArray<ChainLink>
}

/** The whole chain that a handoff belongs to. */
export interface Chain {
  /** The handoff at the top of the chain. */
  readonly root: ChainLink
  /** `true` if the chain has more handoffs than are shown. */
  readonly isCut: boolean
}

const pageSize = 256

// Bounds the memory of one chain.
const mostLinks = 10_000

type Store = Pick<HandoffStore["Service"], "get" | "list">

/** The parts of one handoff, oldest first; at most `most`. */
const partsOf = (
  store: Store,
  parent: RecordId,
  most: number
): Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError> =>
  Effect.gen(function* () {
    const parts: Array<HandoffRecord> = []
    let after: HandoffRecord | undefined
    while (parts.length < most) {
      const limit = Math.min(pageSize, most - parts.length)
      const page = yield* store.list({ _tag: "Children", parent }, { limit, ...(after && { after }) })
      parts.push(...page)
      after = page.at(-1)
      if (page.length < limit) break
    }
    return parts
  })

/** Tests for a part that a holder of the whole delegated. Any other request may name the same parent. */
const isDelegatedFrom =
  (whole: HandoffRecord) =>
  ({ recordId, request }: HandoffRecord): boolean =>
    recordId !== whole.recordId && holdersOf(whole).slice(1).includes(request.fromAgent)

/** The parts that the holders of a handoff delegated. Fast path: a record without `parts` has none. */
const delegatedParts = (store: Store, whole: HandoffRecord): Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError> =>
  whole.parts === undefined
    ? Effect.succeed([])
    : Effect.map(partsOf(store, whole.recordId, Infinity), (parts) => parts.filter(isDelegatedFrom(whole)))

/** The open parts of a handoff at every depth. */
export const openBelow = (
  store: Store,
  record: HandoffRecord
): Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError> =>
  Effect.gen(function* () {
    const found = new Map<RecordId, HandoffRecord>()
    const parents = [record]
    for (const whole of parents) {
      for (const part of yield* delegatedParts(store, whole)) {
        if (found.has(part.recordId) || part.recordId === record.recordId) continue
        // A final part may have open parts.
        parents.push(part)
        if (isOpen(part.status)) found.set(part.recordId, part)
      }
    }
    return [...found.values()]
  })

/** The open direct parts of a handoff. */
export const openParts = (
  store: Store,
  record: HandoffRecord
): Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError> =>
  Effect.map(delegatedParts(store, record), (parts) => parts.filter(({ status }) => isOpen(status)))

/** The whole chain, from any member of it. */
export const chainOf = (store: Store, member: HandoffRecord): Effect.Effect<Chain, StoreError> =>
  Effect.gen(function* () {
    const above = new Set<RecordId>()
    let root = member
    while (root.request.parent !== undefined && !above.has(root.recordId)) {
      above.add(root.recordId)
      const parent = yield* store.get(root.request.parent)
      // `parent` may name a handoff that does not exist. In a cycle, any member serves as the root.
      if (Option.isNone(parent)) break
      root = parent.value
    }
    // A loop instead of recursion, because a chain may be deeper than the stack.
    interface MutableLink extends ChainLink {
      readonly parts: Array<MutableLink>
    }
    const top: MutableLink = { record: root, parts: [] }
    const seen = new Set<RecordId>([root.recordId])
    let isCut = false
    const links = [top]
    for (let link = links.pop(); link !== undefined; link = links.pop()) {
      // One part beyond the limit shows that there are more.
      for (const part of yield* partsOf(store, link.record.recordId, mostLinks - seen.size + 1)) {
        if (seen.has(part.recordId)) continue
        if (seen.size >= mostLinks) {
          isCut = true
          break
        }
        seen.add(part.recordId)
        link.parts.push({ record: part, parts: [] })
      }
      // Reversed, so that the stack visits the oldest part first.
      links.push(...link.parts.toReversed())
    }
    return { root: top, isCut }
  })
