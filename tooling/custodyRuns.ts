/** Simulated runs of custody, seed by seed. */
import { HandoffManager, MemoryStore } from "@aumai/handoff-core"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { expect } from "vitest"

import { type Machine, type Report, simulate } from "./custody.ts"
import { fullAsk } from "./custodyAgents.ts"

// The cast: core's tests are judged without the types of Node, and run in it.
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

/** What the engine loads when it is first asked for it: while that takes its time, the clock of a run would go on by chance. */
const warm = Effect.flatMap(HandoffManager, (manager) =>
  Effect.flatMap(DateTime.now, (now) => Effect.ignore(manager.create(fullAsk(now))))
).pipe(
  Effect.provide(Layer.fresh(HandoffManager.layer).pipe(Layer.provideMerge(Layer.fresh(MemoryStore.layer))), {
    local: true
  })
)

/** Runs every seed on a machine of its own; fails with those that broke a promise, and with runs too tame to say anything. */
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
      expect(sum, `too few were ${what} to say anything`).toBeGreaterThan(runs.length > 1 ? runs.length / 10 : -1)
    }
  })
