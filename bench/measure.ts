/** One row of the results: a name, what was measured, and the ratio that says something on any machine. */
export interface Row {
  readonly name: string
  readonly ours: string
  readonly against: string
  /** What is measured against what, within this run. */
  readonly ratio: string
  readonly aim: string
}

/** Wall and processor time of one piece of work, in milliseconds. */
export interface Cost {
  readonly wall: number
  readonly cpu: number
}

/** Runs a piece of work once. */
export const timed = async (work: () => unknown): Promise<Cost> => {
  globalThis.gc?.()
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work()
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { wall, cpu: (user + system) / 1000 }
}

/** The run with the median wall time of several. */
export const median = (costs: ReadonlyArray<Cost>): Cost => {
  const sorted = costs.toSorted((a, b) => a.wall - b.wall)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error("nothing was measured")
  return middle
}

/** Runs several pieces of work in turn, so that a slow moment of the machine meets all of them; the median of each. */
export const interleaved = async <Name extends string>(
  rounds: number,
  work: Readonly<Record<Name, () => unknown>>
): Promise<Readonly<Record<Name, Cost>>> => {
  // The casts: Object.entries and fromEntries forget the names.
  const entries = Object.entries(work) as unknown as ReadonlyArray<[Name, () => unknown]>
  const costs = new Map<Name, Array<Cost>>(entries.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of entries) costs.get(name)?.push(await timed(run))
  }
  return Object.fromEntries(entries.map(([name]) => [name, median(costs.get(name) ?? [])])) as Record<Name, Cost>
}

export const perSecond = (count: number, { wall }: Cost): string =>
  `${Math.round((count / wall) * 1000).toLocaleString("en")}/s`
export const microseconds = (count: number, millis: number): string => `${((millis / count) * 1000).toFixed(1)} µs`
export const milliseconds = (millis: number): string => `${millis.toFixed(millis < 100 ? 1 : 0)} ms`
export const times = (ratio: number): string => `${ratio.toFixed(2)}×`
