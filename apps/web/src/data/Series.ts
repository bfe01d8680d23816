/** The series of the charts, computed from the cards. */
import type { Card } from "./Card.ts"

/** The time from creation to the receiver's first action, over some handoffs, in milliseconds. */
export interface Waited {
  readonly median: number
  /** The 95th percentile. */
  readonly p95: number
}

/** The totals of one interval, which begins `at` milliseconds since 1970. */
export interface Bucket {
  readonly at: number
  readonly created: number
  readonly ended: number
  /** Over the handoffs created in it; absent if none has been answered. */
  readonly waited?: Waited
}

const second = 1000
const sizes = [1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600, 30 * 24 * 3600].map((s) => s * second)

// At most this many points, which a phone can show apart.
const points = 60

/** A percentile by the nearest-rank method. */
const ranked = (sorted: ReadonlyArray<number>, share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0

const waitedOf = (waits: ReadonlyArray<number>): { readonly waited?: Waited } => {
  if (waits.length === 0) return {}
  const sorted = waits.toSorted((a, b) => a - b)
  return { waited: { median: ranked(sorted, 0.5), p95: ranked(sorted, 0.95) } }
}

const waitOf = ({ answeredAt, createdAt }: Card): ReadonlyArray<number> =>
  answeredAt === undefined ? [] : [answeredAt - createdAt]

/** The waiting time over all cards. */
export const waitedOfAll = (cards: ReadonlyArray<Card>): Waited | undefined => waitedOf(cards.flatMap(waitOf)).waited

export const bucketsOf = (cards: ReadonlyArray<Card>): ReadonlyArray<Bucket> => {
  if (cards.length === 0) return []
  const first = cards.reduce((least, { createdAt }) => Math.min(least, createdAt), Infinity)
  const last = cards.reduce((most, { updatedAt }) => Math.max(most, updatedAt), first)
  const size = sizes.find((size) => (last - first) / size <= points) ?? (last - first) / points
  const start = Math.floor(first / size) * size
  const sums = Array.from({ length: Math.floor((last - start) / size) + 1 }, () => ({
    created: 0,
    ended: 0,
    waits: new Array<number>()
  }))
  const at = (moment: number) => sums[Math.floor((moment - start) / size)]
  for (const card of cards) {
    const created = at(card.createdAt)
    if (created !== undefined) {
      created.created += 1
      created.waits.push(...waitOf(card))
    }
    const ended = card.endedAt === undefined ? undefined : at(card.endedAt)
    if (ended !== undefined) ended.ended += 1
  }
  return sums.map(({ created, ended, waits }, index) => ({
    at: start + index * size,
    created,
    ended,
    ...waitedOf(waits)
  }))
}
