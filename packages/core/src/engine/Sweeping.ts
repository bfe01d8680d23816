/** Records what time has done to the handoffs of a store: `sweep` for all of them, a claim for a page of them. */
import { type HandoffRecord, type RecordId, StoreError } from "@aumai/handoff-protocol"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import { type HandoffStore, nowIn } from "../store/HandoffStore.ts"
import type { Entries } from "./Entries.ts"

const pageSize = 256

/** Makes the verb `sweep` and its one step, over the way to apply every overdue event of one handoff. */
export const make = <E extends { readonly _tag: string }>(
  store: HandoffStore["Service"],
  entries: Entries,
  applyDue: (record: HandoffRecord, now: DateTime.Utc) => Effect.Effect<HandoffRecord, E | StoreError>
) => {
  /** Applies the overdue events of a page of handoffs, and returns those that it changed. */
  const applyAll = (
    due: ReadonlyArray<HandoffRecord>,
    now: DateTime.Utc
  ): Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError> =>
    Effect.map(
      Effect.forEach(
        due,
        (one) =>
          applyDue(one, now).pipe(
            Effect.catch((error) =>
              // Another sweeper was first, or the handoff changed: the next page shows what is left.
              error._tag === "RevisionConflict"
                ? Effect.undefined
                : error instanceof StoreError
                  ? Effect.fail(error)
                  : // Unreachable: overdue events come from the lifecycle itself.
                    Effect.die(error)
            )
          ),
        { concurrency: "unbounded" }
      ),
      (records) => records.filter((record) => record !== undefined)
    )

  const dueAt = (now: DateTime.Utc) => store.list({ _tag: "Due", at: now }, { limit: pageSize })

  const sweep = Effect.gen(function* () {
    yield* entries.ready
    const now = yield* nowIn(store)
    const moved = new Map<RecordId, HandoffRecord>()
    while (true) {
      const due = yield* dueAt(now)
      if (due.length === 0) return [...moved.values()]
      const again = due.find(({ recordId, revision }) => (moved.get(recordId)?.revision ?? 0) >= revision)
      if (again !== undefined) {
        const detail = `Handoff ${again.recordId} is still listed as due after its overdue events were applied; the store's index is wrong`
        return yield* new StoreError({ operation: "list", reason: "corrupt", detail })
      }
      for (const record of yield* applyAll(due, now)) moved.set(record.recordId, record)
    }
  })

  /** Applies the overdue events of a page of handoffs. Returns `false` if no handoff is overdue. */
  const applyOverdue = (now: DateTime.Utc): Effect.Effect<boolean, StoreError> =>
    Effect.flatMap(dueAt(now), (due) =>
      due.length === 0 ? Effect.succeed(false) : Effect.as(applyAll(due, now), true)
    )

  return { applyOverdue, sweep }
}
