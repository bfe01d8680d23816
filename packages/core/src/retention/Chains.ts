/** Finds the chains that may leave a store: handoffs with all their parts that ended before a moment. */
import { type HandoffRecord, type HandoffStatus, isOpen, type StoreError } from "@aumai/handoff-protocol"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import { eachPart, isPart, wholeOf } from "../engine/Parts.ts"
import type { HandoffStore } from "../store/HandoffStore.ts"
import { pageSize } from "../store/PageSize.ts"

/** The chains to archive. */
export interface Which {
  /** Only chains whose last change is before this moment. */
  readonly before: DateTime.Utc
  /** Only chains whose whole has one of these statuses. Default: any final one. */
  readonly status?: ReadonlyArray<HandoffStatus>
}

// A chain is in memory as a whole. A longer one stays in the store.
const mostMembers = 10_000

/** A handoff with all its parts; `undefined` if one of them must stay. */
const chainFrom = (
  store: HandoffStore["Service"],
  whole: HandoffRecord,
  hasEnded: (record: HandoffRecord) => boolean
) =>
  Effect.gen(function* () {
    const members = new Map([[whole.recordId, whole]])
    const waiting = [whole]
    const found = { stays: false }
    for (let next = waiting.pop(); next !== undefined && !found.stays; next = waiting.pop()) {
      yield* eachPart(store, wholeOf(next), (part) => {
        if (members.has(part.recordId)) return true
        members.set(part.recordId, part)
        waiting.push(part)
        found.stays = !hasEnded(part) || members.size > mostMembers
        return !found.stays
      })
    }
    return found.stays ? undefined : [...members.values()]
  })

/** Makes a reader of the chains, the oldest first: each run returns the next one, and `undefined` after the last. */
export const chainsIn = (
  store: HandoffStore["Service"],
  { before, status }: Which
): Effect.Effect<ReadonlyArray<HandoffRecord> | undefined, StoreError> => {
  const hasEnded = (record: HandoffRecord) =>
    !isOpen(record.status) && record.updatedAt.epochMilliseconds < before.epochMilliseconds
  let page: ReadonlyArray<HandoffRecord> = []
  let next = 0
  let isOver = false
  return Effect.gen(function* () {
    while (true) {
      const record = page[next++]
      if (record === undefined) {
        if (isOver) return undefined
        const after = page.at(-1)
        page = yield* store.list({ _tag: "All" }, { limit: pageSize, ...(after && { after }) })
        next = 0
        const last = page.at(-1)
        // Oldest first: no later one has ended before the moment.
        isOver =
          page.length < pageSize || last === undefined || last.createdAt.epochMilliseconds >= before.epochMilliseconds
      } else if (hasEnded(record) && (status === undefined || status.includes(record.status))) {
        // A part leaves with its whole.
        const chain = (yield* isPart(store, record)) ? undefined : yield* chainFrom(store, record, hasEnded)
        if (chain !== undefined) return chain
      }
    }
  })
}
