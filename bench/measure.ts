/** One row of the results. Its ratio is comparable between machines. */
export interface Row {
  readonly name: string
  readonly ours: string
  readonly against: string
  /** The measurement relative to the one it is compared with, in this run. */
  readonly ratio: string
  readonly aim: string
}

/** The wall time and processor time of some work, in milliseconds. */
export interface Cost {
  readonly wall: number
  readonly cpu: number
}

/** Runs work once and measures it. */
export const timed = async (work: () => unknown): Promise<Cost> => {
  globalThis.gc?.()
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work()
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { wall, cpu: (user + system) / 1000 }
}

/** The cost with the median wall time. */
export const median = (costs: ReadonlyArray<Cost>): Cost => {
  const sorted = costs.toSorted((a, b) => a.wall - b.wall)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error("The measurement needs at least one round")
  return middle
}

/** Measures several pieces of work in turn, so that a slow moment of the machine affects all of them. Returns the medians. */
export const interleaved = async <Name extends string>(
  rounds: number,
  work: Readonly<Record<Name, () => unknown>>
): Promise<Readonly<Record<Name, Cost>>> => {
  // The casts restore the names, which Object.entries and fromEntries widen to string.
  const entries = Object.entries(work) as unknown as ReadonlyArray<[Name, () => unknown]>
  const costs = new Map<Name, Array<Cost>>(entries.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of entries) costs.get(name)?.push(await timed(run))
  }
  return Object.fromEntries(entries.map(([name]) => [name, median(costs.get(name) ?? [])])) as Record<Name, Cost>
}

/** A rate as text. */
export const perSecond = (count: number, { wall }: Cost): string =>
  `${Math.round((count / wall) * 1000).toLocaleString("en")}/s`
/** A mean as text. */
export const microseconds = (count: number, millis: number): string => `${((millis / count) * 1000).toFixed(1)} µs`
/** A time as text. */
export const milliseconds = (millis: number): string => `${millis.toFixed(millis < 100 ? 1 : 0)} ms`
/** A ratio as text. */
export const times = (ratio: number): string => `${ratio.toFixed(2)}×`
