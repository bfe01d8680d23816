import { HandoffStatus, isOpen } from "@aumai/handoff-protocol"

import type { Tally } from "../store/HandoffStore.ts"
import { elapsedIn } from "../store/Tally.ts"

/** Counts and durations over all handoffs of a store. */
export interface Metrics {
  /** The number of handoffs. */
  readonly total: number
  /** The number of handoffs in each status. */
  readonly byStatus: Readonly<Record<HandoffStatus, number>>
  /** The mean time from creation to completion, in seconds; absent while no handoff is completed. */
  readonly averageSeconds?: number
  /**
   * The time within which 95 % of the completed handoffs were done, in seconds (nearest rank, to within 2.5 %); absent
   * while no handoff is completed.
   */
  readonly p95Seconds?: number
  /** The share of completed handoffs among those that have ended, from 0 to 1; absent while none has ended. */
  readonly completionRate?: number
}

/** Computes the metrics from the tally of a store. */
export const measure = (tally: Tally): Metrics => {
  const byStatus = HandoffStatus.literals.map((status) => [status, tally[status] ?? 0] as const)
  const sum = (counted: typeof byStatus) => counted.reduce((sum, [, count]) => sum + count, 0)
  const ended = sum(byStatus.filter(([status]) => !isOpen(status)))
  const elapsed = elapsedIn(tally)
  return {
    total: sum(byStatus),
    // The cast: one entry for each status.
    byStatus: Object.fromEntries(byStatus) as Record<HandoffStatus, number>,
    ...(elapsed.count === 0
      ? {}
      : { averageSeconds: elapsed.total / elapsed.count / 1000, p95Seconds: elapsed.quantile(0.95) / 1000 }),
    ...(ended === 0 ? {} : { completionRate: elapsed.count / ended })
  }
}
