/** Waits for the end of handoffs: of one for its result, or of all parts of one. Loaded on first use. */
import {
  type After,
  type HandoffNotFound,
  type HandoffRecord,
  isOpen,
  NotCompleted,
  type RecordId,
  type StoreError,
  transitions
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"

import type { HandoffStore } from "../store/HandoffStore.ts"

// In the same way as the verbs, so that a bundler keeps it apart from what is always loaded.
const partsModule = Effect.promise(() => import("./Parts.ts"))

/** Reads a handoff as it is now. */
type Get = (id: RecordId) => Effect.Effect<HandoffRecord, HandoffNotFound | StoreError>

// The longest wait for a hint, because a hint may be lost and a timer gives none.
const patience = "2 seconds"

// Milliseconds from a hint to the read that follows it: a busy store hints at every commit, and each wait reads then.
const pause = 20

/** Waits until a handoff has ended. Reads its record once, and once after each hint of the store. */
const ended = (
  { changed }: Pick<HandoffStore["Service"], "changed">,
  get: Get,
  id: RecordId
): Effect.Effect<HandoffRecord, HandoffNotFound | StoreError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const hinted = yield* Latch.make()
      yield* Effect.forkScoped(
        Stream.runForEach(changed, () => hinted.open),
        { startImmediately: true }
      )
      while (true) {
        // Reset before the read, so that a commit during the read hints again.
        hinted.closeUnsafe()
        const record = yield* get(id)
        if (!isOpen(record.status)) return record
        yield* Effect.timeoutOption(hinted.await, patience)
        yield* Effect.sleep(pause)
      }
    })
  )

/** Waits until a handoff has ended, and fails unless it was completed. */
export const resultOf = (
  store: Pick<HandoffStore["Service"], "changed">,
  get: Get,
  id: RecordId
): Effect.Effect<After<"Completed">, HandoffNotFound | NotCompleted | StoreError> =>
  Effect.flatMap(ended(store, get, id), (record) =>
    // The cast: an open record has not ended.
    record.status === transitions.Completed.to
      ? Effect.succeed(record)
      : Effect.fail(new NotCompleted({ record: record as NotCompleted["record"] }))
  )

/** Waits until every part that a handoff has delegated so far has ended, and returns them, the oldest first. */
export const partsOf = Effect.fnUntraced(function* (
  store: Pick<HandoffStore["Service"], "changed" | "get" | "history" | "list">,
  get: Get,
  id: RecordId
): Effect.fn.Return<ReadonlyArray<HandoffRecord>, HandoffNotFound | StoreError> {
  const { eachPart, wholeOf } = yield* partsModule
  while (true) {
    const parts: Array<HandoffRecord> = []
    yield* eachPart(store, wholeOf(yield* get(id)), (part) => parts.push(part) > 0)
    const open = parts.filter(({ status }) => isOpen(status))
    if (open.length === 0) return parts
    // One after another, so that a hint costs one read whatever the number of parts.
    for (const { recordId } of open) yield* ended(store, get, recordId)
  }
})
