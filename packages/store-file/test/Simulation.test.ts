import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { keepsPromises } from "../../testing/src/custodyRuns.ts"
import { seedsOf } from "../../testing/src/seeds.ts"
import { FileStore } from "../src/index.ts"
import { path } from "./model.ts"
import { makeDisk } from "./SimulatedDisk.ts"
import { type Report, scenarioOf, simulate } from "./simulation.ts"

const explain = (seed: number, { broken, struck, acknowledged, lives }: Report) =>
  [
    `seed ${seed}: ${acknowledged} acknowledged in ${lives} lives`,
    ...struck.map((fault) => `  struck: ${fault}`),
    ...broken.slice(0, 10).map((promise) => `  broken: ${promise}`),
    `  replay: SIMULATION_SEED=${seed} npx vitest run packages/store-file/test/Simulation.test.ts`
  ].join("\n")

/** The processes of this machine share one disk, and each has its own open files. */
const machineOf = (seed: number) =>
  Effect.map(Clock.Clock, (clock) => {
    const disk = makeDisk({ seed, now: () => clock.currentTimeMillisUnsafe() })
    return () => {
      const { layer, kill } = disk.process()
      return { store: FileStore.layerOn({ path, lockTimeout: "60 seconds" }).pipe(Layer.provide(layer)), kill }
    }
  })

// To both lists of seeds, add one that has broken a promise. The first ones alone do enough for the run to say something.
describe("custody on the simulated disk", () => {
  // The three cover every kind of event.
  const { name, seeds } = seedsOf([3, 7, 18], 3)
  it.effect(
    `keeps every promise (${name})`,
    () => keepsPromises("packages/store-file/test/Simulation.test.ts", seeds, machineOf),
    60_000 + seeds.length * 10_000
  )
})

describe("the simulated disk beside a program that keeps no history", () => {
  // A power cut may tear what that program wrote, because it never flushes.
  const tears = new Set<string>(["powerCut", "lostFlush"])
  const { name, seeds } = seedsOf([1, 2, 3, 4, 5], 30)
  it.effect(
    `keeps every promise (${name})`,
    () =>
      Effect.gen(function* () {
        const failures: Array<string> = []
        let acknowledged = 0
        for (const seed of seeds) {
          const scenario = scenarioOf(seed)
          const faults = scenario.faults.filter(({ kind }) => !tears.has(kind))
          const report = yield* simulate({ ...scenario, faults, endsWithPowerCut: false, rewritten: true })
          acknowledged += report.acknowledged
          if (report.broken.length > 0) failures.push(explain(seed, report))
        }
        assert.strictEqual(failures.length, 0, failures.slice(0, 5).join("\n"))
        assert.isAbove(acknowledged, seeds.length > 1 ? seeds.length * 5 : 0, "too few commits for a meaningful result")
      }),
    60_000 + seeds.length * 2000
  )
})

describe("the simulated disk", () => {
  const { name, seeds } = seedsOf([1, 2, 3, 4, 5, 241_102_959], 100)
  it.effect(
    `keeps every promise (${name})`,
    () =>
      Effect.gen(function* () {
        const failures: Array<string> = []
        let acknowledged = 0
        let keys = 0
        for (const seed of seeds) {
          const report = yield* simulate(scenarioOf(seed))
          acknowledged += report.acknowledged
          keys += report.keys
          if (report.broken.length > 0) failures.push(explain(seed, report))
        }
        assert.strictEqual(failures.length, 0, failures.slice(0, 5).join("\n"))
        assert.isAbove(
          acknowledged,
          seeds.length > 1 ? seeds.length * 10 : 0,
          "too few commits for a meaningful result"
        )
        assert.isAbove(keys, seeds.length > 1 ? seeds.length : -1, "too few changes of keys for a meaningful result")
      }),
    // Each takes sixty milliseconds on an idle machine.
    60_000 + seeds.length * 1000
  )
})
