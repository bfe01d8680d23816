import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { type Report, scenarioOf, simulate } from "./simulation.ts"

/** `SIMULATION_SEEDS=20000` for more; `SIMULATION_SEED=123` for one again. */
const seeds = (() => {
  const only = process.env["SIMULATION_SEED"]
  if (only !== undefined) return [Number(only)]
  return Array.from({ length: Number(process.env["SIMULATION_SEEDS"] ?? 500) }, (_, index) => index + 1)
})()

const explain = (seed: number, { broken, struck, acknowledged, lives }: Report) =>
  [
    `seed ${seed}: ${acknowledged} acknowledged in ${lives} lives`,
    ...struck.map((fault) => `  struck: ${fault}`),
    ...broken.slice(0, 10).map((promise) => `  broken: ${promise}`),
    `  replay: SIMULATION_SEED=${seed} npx vitest run packages/store-file/test/Simulation.test.ts`
  ].join("\n")

describe("the simulated disk", () => {
  it.effect(
    "keeps every promise under every seed",
    () =>
      Effect.gen(function* () {
        const failures: Array<string> = []
        let acknowledged = 0
        for (const seed of seeds) {
          const report = yield* simulate(scenarioOf(seed))
          acknowledged += report.acknowledged
          if (report.broken.length > 0) failures.push(explain(seed, report))
        }
        assert.strictEqual(failures.length, 0, failures.slice(0, 5).join("\n"))
        assert.isAbove(
          acknowledged,
          seeds.length > 1 ? seeds.length * 10 : 0,
          "too little was acknowledged to say anything"
        )
      }),
    // Twenty milliseconds each, on a machine that does nothing else.
    60_000 + seeds.length * 100
  )
})
