/** Runs custody simulations for several seeds and reports the broken promises. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { expect } from "vitest"

import { type Machine, type Report, simulate } from "./custody.ts"

// The cast is needed because core's tests are type-checked without the types of Node.
const host = globalThis as unknown as {
  readonly process: { readonly env: Readonly<Record<string, string | undefined>> }
  readonly console: { readonly log: (text: string) => void }
}
const { env } = host.process

const countsOf = (counts: object): string =>
  Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(", ")

const explain = (file: string, seed: number, { broken, ...counts }: Report): string =>
  [
    `seed ${seed}: ${countsOf(counts)}`,
    ...broken.slice(0, 10).map((promise) => `  broken: ${promise}`),
    `  replay: SIMULATION_SEED=${seed} npx vitest run ${file}`
  ].join("\n")

// The cast is needed because the types of Vite's `glob` are not loaded here.
const modules = (import.meta as unknown as { glob: (of: string) => Record<string, () => Promise<unknown>> }).glob(
  "../../core/src/**/*.ts"
)

/** Loads the engine's lazy modules first, because the test clock would otherwise advance by chance while they load. */
const warm = Effect.promise(() => Promise.all(Object.values(modules).map((load) => load())))

/** Runs every seed on a new machine. Fails if a promise was broken, or if the runs had too few events of a kind. */
export const keepsPromises = (
  file: string,
  runs: ReadonlyArray<number>,
  machineOf: (seed: number) => Effect.Effect<Machine, never, Scope.Scope>
) =>
  Effect.gen(function* () {
    yield* warm
    const failures: Array<string> = []
    const sums: Record<string, number> = {}
    for (const seed of runs) {
      const report = yield* simulate(seed, machineOf(seed))
      const { acknowledged: _, broken: __, ...counts } = report
      for (const [what, count] of Object.entries(counts)) sums[what] = (sums[what] ?? 0) + count
      if (report.broken.length > 0) failures.push(explain(file, seed, report))
    }
    if (env["SIMULATION_SEEDS"] !== undefined) host.console.log(`${runs.length} seeds: ${countsOf(sums)}`)
    expect(failures.slice(0, 5).join("\n")).toBe("")
    for (const [what, sum] of Object.entries(sums)) {
      expect(sum, `too few ${what} for a meaningful result`).toBeGreaterThan(runs.length > 1 ? runs.length / 10 : -1)
    }
  })
