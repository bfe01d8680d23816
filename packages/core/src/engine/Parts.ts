/** Handoffs and the parts of them that were given to others. */
import { type HandoffRecord, holdersOf, isOpen, type RecordId, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import type { HandoffStore } from "../store/HandoffStore.ts"

/** A handoff with its parts, and theirs. */
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

// A whole of more parts is read in pieces, and not at once.
const mostLinks = 10_000

/** Where parts are looked for: all of them are held in memory meanwhile. */
type Store = Pick<HandoffStore["Service"], "get" | "list">

/** The parts of one handoff, oldest first; at most so many. */
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

/** Whether a handoff was given as a part by one who had the whole: anybody may name any parent. */
const isGivenBy =
  (whole: HandoffRecord) =>
  ({ recordId, request }: HandoffRecord): boolean =>
    recordId !== whole.recordId && holdersOf(whole).slice(1).includes(request.fromAgent)

/** The parts of a handoff that were given by who had it; one that has given none away is not asked for any. */
const given = (store: Store, whole: HandoffRecord): Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError> =>
  whole.parts === undefined
    ? Effect.succeed([])
    : Effect.map(partsOf(store, whole.recordId, Infinity), (parts) => parts.filter(isGivenBy(whole)))

/** The open parts of a handoff, and of those theirs. */
export const openBelow = (
  store: Store,
  record: HandoffRecord
): Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError> =>
  Effect.gen(function* () {
    const found = new Map<RecordId, HandoffRecord>()
    const parents = [record]
    for (const whole of parents) {
      for (const part of yield* given(store, whole)) {
        if (found.has(part.recordId) || part.recordId === record.recordId) continue
        // What has ended may have open parts of its own.
        parents.push(part)
        if (isOpen(part.status)) found.set(part.recordId, part)
      }
    }
    return [...found.values()]
  })

/** The open parts of a handoff itself. */
export const openParts = (
  store: Store,
  record: HandoffRecord
): Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError> =>
  Effect.map(given(store, record), (parts) => parts.filter(({ status }) => isOpen(status)))

/** The whole tree, from any member of it. */
export const chainOf = (store: Store, member: HandoffRecord): Effect.Effect<Chain, StoreError> =>
  Effect.gen(function* () {
    const above = new Set<RecordId>()
    let root = member
    while (root.request.parent !== undefined && !above.has(root.recordId)) {
      above.add(root.recordId)
      const parent = yield* store.get(root.request.parent)
      // The id of a parent may be anything; and whoever is its own ancestor is as good a root as any.
      if (Option.isNone(parent)) break
      root = parent.value
    }
    // By hand and not by recursion: a chain may be deeper than a stack.
    interface Growing extends ChainLink {
      readonly parts: Array<Growing>
    }
    const top: Growing = { record: root, parts: [] }
    const seen = new Set<RecordId>([root.recordId])
    let isCut = false
    const links = [top]
    for (let link = links.pop(); link !== undefined; link = links.pop()) {
      // One more than there is room for shows that there are more.
      for (const part of yield* partsOf(store, link.record.recordId, mostLinks - seen.size + 1)) {
        if (seen.has(part.recordId)) continue
        if (seen.size >= mostLinks) {
          isCut = true
          break
        }
        seen.add(part.recordId)
        link.parts.push({ record: part, parts: [] })
      }
      // The oldest first.
      links.push(...link.parts.toReversed())
    }
    return { root: top, isCut }
  })
