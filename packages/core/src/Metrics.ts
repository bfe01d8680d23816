import { type HandoffRecord, HandoffStatus, isOpen, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** How a store's handoffs have fared. */
export interface Metrics {
  readonly total: number
  readonly byStatus: Readonly<Record<HandoffStatus, number>>
  /** Mean seconds from creation to completion; absent while nothing is completed. */
  readonly averageSeconds?: number
  /** The seconds within which 95 of 100 completed handoffs were done (nearest rank); absent while nothing is completed. */
  readonly p95Seconds?: number
  /** Completed handoffs among those that have ended, 0 to 1; absent while none has ended. */
  readonly completionRate?: number
}

/** Computes the metrics from the counts and the completed records. */
export const measure = (
  counts: Readonly<Record<HandoffStatus, number>>,
  completed: Stream.Stream<HandoffRecord, StoreError>
): Effect.Effect<Metrics, StoreError> =>
  Effect.gen(function* () {
    const seconds: Array<number> = []
    yield* Stream.runForEachArray(completed, (records) =>
      Effect.sync(() => {
        for (const { createdAt, updatedAt } of records) {
          seconds.push((updatedAt.epochMilliseconds - createdAt.epochMilliseconds) / 1000)
        }
      })
    )
    seconds.sort((a, b) => a - b)
    const total = HandoffStatus.literals.reduce((sum, status) => sum + counts[status], 0)
    const ended = HandoffStatus.literals.reduce((sum, status) => sum + (isOpen(status) ? 0 : counts[status]), 0)
    const p95Seconds = seconds[Math.ceil(seconds.length * 0.95) - 1]
    return {
      total,
      byStatus: counts,
      ...(p95Seconds === undefined
        ? {}
        : { averageSeconds: seconds.reduce((sum, one) => sum + one, 0) / seconds.length, p95Seconds }),
      ...(ended === 0 ? {} : { completionRate: counts.completed / ended })
    }
  })
