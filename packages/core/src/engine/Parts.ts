/** Finds the parts of a handoff: those that its history delegated. */
import {
  type AgentId,
  type HandoffRecord,
  holdersOf,
  isOpen,
  type RecordId,
  type StoreError
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import type { HandoffStore } from "../store/HandoffStore.ts"

/** The methods of a store that lead to parts. */
export type PartStore = Pick<HandoffStore["Service"], "get" | "history" | "list">

/** The number of records that are read at once: each may have several MiB. */
export const readAtOnce = 16

// OpenChildren names at most this many.
const mostOpen = 256

/** The fields of a record that lead to its parts, so that a walk need not keep the record. */
type Whole = Pick<HandoffRecord, "recordId" | "parts"> & { readonly holders: ReadonlyArray<AgentId> }

export const wholeOf = (record: HandoffRecord): Whole => ({
  recordId: record.recordId,
  ...(record.parts === undefined ? {} : { parts: record.parts }),
  holders: holdersOf(record).slice(1)
})

/**
 * Visits the parts of a handoff in the order in which they were delegated, until `visit` returns `false`. Any agent can
 * name any parent, so only the history tells which handoffs are parts, and others are not read. The history of an
 * imported handoff may begin after its first parts: for those, the oldest handoffs count that one of its holders sent and
 * that name it as their parent.
 */
export const eachPart = Effect.fnUntraced(function* (
  store: PartStore,
  { recordId: parent, parts = 0, holders }: Whole,
  visit: (part: HandoffRecord) => boolean
): Effect.fn.Return<void, StoreError> {
  // Fast path: most handoffs have no parts.
  if (parts === 0) return
  const given = new Map<RecordId, AgentId>()
  const history = yield* store.history(parent)
  for (const { event } of history) if (event._tag === "Delegated") given.set(event.child, event.by)
  given.delete(parent)
  const ids = [...given.keys()]
  for (let start = 0; start < ids.length; start += readAtOnce) {
    const found = yield* Effect.forEach(ids.slice(start, start + readAtOnce), store.get, { concurrency: readAtOnce })
    for (const part of found) {
      if (Option.isNone(part) || part.value.request.parent !== parent) continue
      if (part.value.request.fromAgent === given.get(part.value.recordId) && !visit(part.value)) return
    }
  }
  let left = history[0]?.event._tag === "Imported" ? parts - ids.length : 0
  let after: HandoffRecord | undefined
  while (left > 0) {
    const page = yield* store.list({ _tag: "Children", parent }, { limit: readAtOnce, ...(after && { after }) })
    for (const part of page) {
      if (left === 0 || part.recordId === parent || given.has(part.recordId)) continue
      if (!holders.includes(part.request.fromAgent)) continue
      left -= 1
      if (!visit(part)) return
    }
    after = page.at(-1)
    if (page.length < readAtOnce) return
  }
})

/** Tests that a handoff is a part: the one that it names as its parent delegated it. */
export const isPart = Effect.fnUntraced(function* (
  store: PartStore,
  { recordId, request: { parent } }: HandoffRecord
): Effect.fn.Return<boolean, StoreError> {
  const whole = parent === undefined ? undefined : Option.getOrUndefined(yield* store.get(parent))
  if (whole === undefined) return false
  let isFound = false
  yield* eachPart(store, wholeOf(whole), (part) => {
    isFound = part.recordId === recordId
    return !isFound
  })
  return isFound
})

/** The open parts of a handoff at every depth. */
export const openBelow = Effect.fnUntraced(function* (
  store: PartStore,
  record: HandoffRecord
): Effect.fn.Return<ReadonlyArray<HandoffRecord>, StoreError> {
  const open: Array<HandoffRecord> = []
  const seen = new Set([record.recordId])
  const wholes = [wholeOf(record)]
  for (const whole of wholes) {
    yield* eachPart(store, whole, (part) => {
      if (seen.has(part.recordId)) return true
      seen.add(part.recordId)
      // A final part may have open parts.
      if (part.parts !== undefined) wholes.push(wholeOf(part))
      if (isOpen(part.status)) open.push(part)
      return true
    })
  }
  return open
})

/** The open direct parts of a handoff, at most as many as an error names. */
export const openParts = (
  store: PartStore,
  record: HandoffRecord
): Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError> =>
  Effect.suspend(() => {
    const open: Array<HandoffRecord> = []
    const visited = eachPart(store, wholeOf(record), (part) => {
      if (isOpen(part.status)) open.push(part)
      return open.length < mostOpen
    })
    return Effect.as(visited, open)
  })
