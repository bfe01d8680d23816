/** Reads the chain of a handoff: its whole with all parts below it. */
import { bytesOf, type HandoffRecord, type RecordId, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import { readable } from "./Along.ts"
import { eachPart, type PartStore, readAtOnce, wholeOf } from "./Parts.ts"

/** A handoff with its parts, recursively. */
export interface ChainLink {
  /** The handoff. */
  readonly record: HandoffRecord
  /** `false` if the handoff only names the one above it as its parent; `true` if it was delegated, and at the top. */
  readonly isDelegated: boolean
  /** The delegated parts of the handoff, oldest first, then others that name it as their parent. */
  readonly parts: ReadonlyArray<ChainLink>
}

/** The whole chain that a handoff belongs to. */
export interface Chain {
  /** The handoff at the top of the chain. */
  readonly root: ChainLink
  /** `true` if the chain has more handoffs than are shown. */
  readonly isCut: boolean
}

interface MutableLink extends ChainLink {
  readonly parts: Array<MutableLink>
}

/** The links that a chain may still get, and their bytes. */
interface Budget {
  links: number
  bytes: number
}

/** Checks that a link did not fit. */
const isSpent = ({ bytes, links }: Budget): boolean => links < 0 || bytes < 0

// Bounds the memory of one chain, and the number of handoffs above the one that was asked for.
const mostLinks = 10_000
const mostBytes = 64 * 1024 * 1024

// Any agent can name any parent, so handoffs that were not delegated have a budget that a person can read.
const mostNamed = 256
const mostNamedBytes = 16 * 1024 * 1024

/** The whole chain, from any member of it. */
export const chainOf = Effect.fnUntraced(function* (
  store: PartStore,
  member: HandoffRecord
): Effect.fn.Return<Chain, StoreError> {
  // The next handoff on the way from the root to the member.
  const way = new Map<RecordId, RecordId>()
  let root = member
  // In a cycle, any member serves as the root.
  while (root.request.parent !== undefined && !way.has(root.request.parent) && way.size < mostLinks) {
    const parent = yield* readable(store, root.request.parent)
    // `parent` may name a handoff that does not exist or cannot be read.
    if (Option.isNone(parent)) break
    way.set(parent.value.recordId, root.recordId)
    root = parent.value
  }

  const top: MutableLink = { record: root, isDelegated: true, parts: [] }
  const seen = new Set([root.recordId])
  const links: Array<MutableLink> = []
  const delegated: Budget = { links: mostLinks - 1, bytes: mostBytes }
  const named: Budget = { links: mostNamed, bytes: mostNamedBytes }

  /** Adds a part to a link; `undefined` if the budget is used up. */
  const add = (link: MutableLink, record: HandoffRecord, isDelegated: boolean, budget: Budget) => {
    budget.links -= 1
    budget.bytes -= bytesOf(record)
    if (isSpent(budget)) return undefined
    const part: MutableLink = { record, isDelegated, parts: [] }
    seen.add(record.recordId)
    link.parts.push(part)
    return part
  }

  /** Adds the delegated parts below a link. A loop instead of recursion, because a chain may be deeper than the stack. */
  const addParts = Effect.fnUntraced(function* (link: MutableLink, budget: Budget) {
    const pending = [link]
    while (!isSpent(budget)) {
      const next = pending.pop()
      if (next === undefined) break
      links.push(next)
      yield* eachPart(store, wholeOf(next.record), (part) => {
        if (!seen.has(part.recordId)) add(next, part, true, budget)
        return !isSpent(budget)
      })
      // Reversed, so that the oldest part is next.
      pending.push(...next.parts.toReversed())
    }
  })

  /** Adds a handoff that names a link as its parent, with the parts below it. */
  const addNamed = Effect.fnUntraced(function* (link: MutableLink, record: HandoffRecord) {
    if (seen.has(record.recordId) || isSpent(named)) return
    const part = add(link, record, false, named)
    if (part !== undefined) yield* addParts(part, named)
  })

  yield* addParts(top, delegated)
  // All delegated parts have their place before any other handoff is read.
  for (const link of links) {
    if (isSpent(delegated) || isSpent(named)) break
    const parent = link.record.recordId
    // First the handoff that leads to the member.
    const next = way.get(parent)
    const onTheWay = next === undefined || seen.has(next) ? Option.none() : yield* store.get(next)
    if (Option.isSome(onTheWay)) yield* addNamed(link, onTheWay.value)
    let after: HandoffRecord | undefined
    while (!isSpent(named)) {
      const page = yield* store.list({ _tag: "Children", parent }, { limit: readAtOnce, ...(after && { after }) })
      for (const record of page) yield* addNamed(link, record)
      after = page.at(-1)
      if (page.length < readAtOnce) break
    }
  }
  return { root: top, isCut: isSpent(delegated) || isSpent(named) }
})
