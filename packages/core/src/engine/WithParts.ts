/** Completes and cancels handoffs that have parts. */
import { type HandoffRecord, isOpen, type Transition } from "@aumai/handoff-protocol"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import type { Change, HandoffStore } from "../store/HandoffStore.ts"
import type { Entries } from "./Entries.ts"
import { openBelow, openParts } from "./Parts.ts"
import type { Refusal } from "./Verbs.ts"

/** Makes both over a store, from the commit and the overdue events of the verbs. */
export const make = (
  store: HandoffStore["Service"],
  entries: Entries,
  commit: (change: Change, ...others: ReadonlyArray<Change>) => Effect.Effect<HandoffRecord, Refusal>,
  applyDue: (current: HandoffRecord, now: DateTime.Utc) => Effect.Effect<HandoffRecord, Refusal>
) => {
  /** Applies the overdue events of handoffs, and returns those that are still open. */
  const stillOpen = (
    records: ReadonlyArray<HandoffRecord>,
    now: DateTime.Utc
  ): Effect.Effect<ReadonlyArray<HandoffRecord>, Refusal> =>
    Effect.map(
      Effect.forEach(records, (record) => applyDue(record, now)),
      (records) => records.filter(({ status }) => isOpen(status))
    )

  /** The open parts of a handoff, at most as many as an error names. An overdue part has not ended until that is recorded. */
  const openNow = (whole: HandoffRecord, now: DateTime.Utc): Effect.Effect<ReadonlyArray<HandoffRecord>, Refusal> =>
    Effect.gen(function* () {
      const listed = yield* openParts(store, whole)
      const open = yield* stillOpen(listed, now)
      // The next ones, if all of these have ended.
      return listed.length > 0 && open.length === 0 ? yield* openNow(whole, now) : open
    })

  /** Cancels a handoff and all open parts of it in one commit. */
  const cancel = (
    current: HandoffRecord,
    { at, by }: Transition,
    change: Change
  ): Effect.Effect<HandoffRecord, Refusal> =>
    Effect.gen(function* () {
      const changes: Array<Change> = []
      for (const part of yield* stillOpen(yield* openBelow(store, current), at)) {
        const { parent } = part.request
        const along = entries.next(part, {
          _tag: "Cancelled",
          at,
          by,
          reason: `${current.recordId}, which it was a part of, was cancelled.`,
          ...(parent === undefined ? {} : { along: parent })
        })
        if (Result.isFailure(along)) return yield* Effect.fail(along.failure)
        changes.push(along.success)
      }
      return yield* commit(change, ...changes)
    })

  return { cancel, openNow }
}
