/** Finds the chains that may leave a store: handoffs with all their parts that ended before a moment. */
import { type HandoffRecord, type HandoffStatus, isOpen, type StoreError } from "@aumai/handoff-protocol"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { eachPart, wholeOf } from "../engine/Parts.ts"
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

/** Checks that a handoff was delegated by the one that it names as its parent, and leaves the store with that one. */
const isPart = (store: HandoffStore["Service"], record: HandoffRecord) =>
  Effect.gen(function* () {
    const { parent } = record.request
    if (parent === undefined) return false
    const whole = Option.getOrUndefined(yield* store.get(parent))
    if (whole === undefined || whole.recordId === record.recordId) return false
    let isFound = false
    yield* eachPart(store, wholeOf(whole), ({ recordId }) => {
      isFound = recordId === record.recordId
      return !isFound
    })
    return isFound
  })

/** A handoff with all its parts; `undefined` if one of them must stay. */
const chainFrom = (store: HandoffStore["Service"], whole: HandoffRecord, hasEnded: (record: HandoffRecord) => boolean) =>
  Effect.gen(function* () {
    const members = new Map([[whole.recordId, whole]])
    const waiting = [whole]
    let stays = false
    for (let next = waiting.pop(); next !== undefined && !stays; next = waiting.pop()) {
      yield* eachPart(store, wholeOf(next), (part) => {
        if (members.has(part.recordId)) return true
        members.set(part.recordId, part)
        waiting.push(part)
        stays = !hasEnded(part) || members.size > mostMembers
        return !stays
      })
    }
    return stays ? undefined : [...members.values()]
  })

/** Streams the chains, the oldest first. */
export const chainsIn = (
  store: HandoffStore["Service"],
  { before, status }: Which
): Stream.Stream<ReadonlyArray<HandoffRecord>, StoreError> => {
  const hasEnded = (record: HandoffRecord) =>
    !isOpen(record.status) && record.updatedAt.epochMilliseconds < before.epochMilliseconds
  const isWanted = (record: HandoffRecord) => hasEnded(record) && (status === undefined || status.includes(record.status))
  return Stream.paginate<HandoffRecord | undefined, HandoffRecord, StoreError>(undefined, (after) =>
    Effect.map(store.list({ _tag: "All" }, { limit: pageSize, ...(after && { after }) }), (page) => {
      const last = page.at(-1)
      // Oldest first: no later one has ended before the moment.
      const isOver =
        page.length < pageSize || last === undefined || last.createdAt.epochMilliseconds >= before.epochMilliseconds
      return [page, isOver ? Option.none() : Option.some(last)]
    })
  ).pipe(
    Stream.filter(isWanted),
    Stream.mapEffect((whole) =>
      Effect.flatMap(isPart(store, whole), (isPart) =>
        isPart ? Effect.undefined : chainFrom(store, whole, hasEnded)
      )
    ),
    Stream.filter((chain) => chain !== undefined)
  )
}
