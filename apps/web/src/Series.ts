/** What the charts show, from the cards. */
import type { Card } from "./Card.ts"

/** Sums for one stretch of time, which begins `at` milliseconds since 1970. */
export interface Bucket {
  readonly at: number
  readonly created: number
  readonly ended: number
  /** Mean milliseconds until the receiver's first move, of those created in it; absent when none has been answered. */
  readonly waited?: number
}

const second = 1000
const sizes = [1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600, 30 * 24 * 3600].map((s) => s * second)

// So many points can be told apart on a phone.
const points = 60

export const bucketsOf = (cards: Iterable<Card>): ReadonlyArray<Bucket> => {
  const all = [...cards]
  if (all.length === 0) return []
  const first = all.reduce((least, { createdAt }) => Math.min(least, createdAt), Infinity)
  const last = all.reduce((most, { updatedAt }) => Math.max(most, updatedAt), first)
  const size = sizes.find((size) => (last - first) / size <= points) ?? (last - first) / points
  const start = Math.floor(first / size) * size
  const count = Math.floor((last - start) / size) + 1
  const sums = Array.from({ length: count }, () => ({ created: 0, ended: 0, answered: 0, waited: 0 }))
  const at = (moment: number) => sums[Math.floor((moment - start) / size)]
  for (const { createdAt, answeredAt, endedAt } of all) {
    const created = at(createdAt)
    if (created !== undefined) {
      created.created += 1
      if (answeredAt !== undefined) {
        created.answered += 1
        created.waited += answeredAt - createdAt
      }
    }
    const ended = endedAt === undefined ? undefined : at(endedAt)
    if (ended !== undefined) ended.ended += 1
  }
  return sums.map(({ created, ended, answered, waited }, index) => ({
    at: start + index * size,
    created,
    ended,
    ...(answered === 0 ? {} : { waited: waited / answered })
  }))
}
