import { type HandoffRecord, transitions } from "@aumai/handoff-protocol"

import { keysOf, type Tally } from "./HandoffStore.ts"

const total = "elapsed"
const within = "elapsed:"

// Each bucket ends 5 % above the one before, so that its middle is at most 2.5 % from any time in it. A range from a
// millisecond to a century takes about six hundred buckets.
const growth = Math.log(1.05)

/**
 * The amounts that a record adds to the tally: one for its status and, if it is completed, its milliseconds from creation
 * to completion and one for the bucket of that time.
 */
export const tallyOf = (record: HandoffRecord): ReadonlyArray<readonly [name: string, amount: number]> => {
  const one = [record.status, 1] as const
  if (record.status !== transitions.Completed.to) return [one]
  const elapsed = Math.max(0, Math.trunc(record.updatedAt.epochMilliseconds) - keysOf(record).createdAt)
  const bucket = elapsed === 0 ? -1 : Math.ceil(Math.log(elapsed) / growth)
  return [one, [total, elapsed], [`${within}${bucket}`, 1]]
}

/** The times of the completed handoffs, in milliseconds. */
export interface Elapsed {
  readonly count: number
  readonly total: number
  /** The time within which this share of them was done, by nearest rank, to within 2.5 %. */
  readonly quantile: (share: number) => number
}

/** Reads the times of the completed handoffs from a tally. */
export const elapsedIn = (tally: Tally): Elapsed => {
  const buckets = Object.entries(tally)
    .filter(([name]) => name.startsWith(within))
    .map(([name, count]) => ({ bucket: Number(name.slice(within.length)), count }))
    .toSorted((a, b) => a.bucket - b.bucket)
  const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
  return {
    count,
    total: tally[total] ?? 0,
    quantile: (share) => {
      let left = Math.ceil(count * share)
      const found = buckets.find(({ count }) => (left -= count) <= 0)
      return found === undefined || found.bucket < 0 ? 0 : Math.exp((found.bucket - 0.5) * growth)
    }
  }
}
