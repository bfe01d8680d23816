import { assert, describe, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

import { MemoryStore } from "../src/index.ts"
import { type Report, simulate } from "./custody.ts"

// The sources know no process, and so neither do their types; the tests run in one.
declare const process: { readonly env: Readonly<Record<string, string | undefined>> }

/** `SIMULATION_SEEDS=20000` for more; `SIMULATION_SEED=123` for one again. */
const seeds = (() => {
  const only = process.env["SIMULATION_SEED"]
  if (only !== undefined) return [Number(only)]
  return Array.from({ length: Number(process.env["SIMULATION_SEEDS"] ?? 200) }, (_, index) => index + 1)
})()

const explain = (seed: number, { broken, acknowledged, completed, crashes, stalls, faults }: Report) =>
  [
    `seed ${seed}: ${acknowledged} acknowledged, ${completed} completed, ${crashes} crashes, ${stalls} stalls, ${faults} faults`,
    ...broken.slice(0, 10).map((promise) => `  broken: ${promise}`),
    `  replay: SIMULATION_SEED=${seed} npx vitest run packages/core/test/Simulation.test.ts`
  ].join("\n")

const silently = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Console.Console, (console) =>
    Effect.provideService(effect, Console.Console, { ...console, warn: () => {} })
  )

describe("custody, simulated", () => {
  it.effect(
    "keeps every promise under every seed",
    () =>
      Effect.gen(function* () {
        const failures: Array<string> = []
        const sums = { completed: 0, crashes: 0, stalls: 0, faults: 0 }
        for (const seed of seeds) {
          const report = yield* simulate(seed, MemoryStore.layer)
          sums.completed += report.completed
          sums.crashes += report.crashes
          sums.stalls += report.stalls
          sums.faults += report.faults
          if (report.broken.length > 0) failures.push(explain(seed, report))
        }
        assert.strictEqual(failures.length, 0, failures.slice(0, 5).join("\n"))
        for (const [what, sum] of Object.entries(sums)) {
          assert.isAbove(sum, seeds.length > 1 ? seeds.length : -1, `too few were ${what} to say anything`)
        }
        // A worker says every time what it has lost.
      }).pipe(silently),
    60_000 + seeds.length * 1000
  )
})
