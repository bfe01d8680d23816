import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { type FaultKind, fits } from "./faults.ts"
import { type Scenario, scenarioOf, simulate } from "./simulation.ts"

/** One process commits fifty times over several openings, with a checkpoint after every few commits. */
const script: Scenario = { seed: 50, processes: 1, commits: 50, faults: [], delay: 0, endsWithPowerCut: true }

const kinds: ReadonlyArray<FaultKind> = ["kill", "powerCut", "eio", "enospc", "short", "emfile", "lostFlush"]

describe("a script of fifty commits", () => {
  for (const kind of kinds) {
    it.effect(
      `survives ${kind} at each operation in turn`,
      () =>
        Effect.gen(function* () {
          const { performed, acknowledged } = yield* simulate(script)
          assert.strictEqual(acknowledged, 50)
          const failures: Array<string> = []
          let struck = 0
          for (const [index, operation] of performed.entries()) {
            if (!fits(kind, operation)) continue
            const report = yield* simulate({ ...script, faults: [{ at: index + 1, kind }] })
            struck += report.struck.length
            if (report.broken.length > 0)
              failures.push(`${report.struck.join()}: ${report.broken.slice(0, 3).join("; ")}`)
            // A fault may refuse one commit and a few that depend on it.
            if (report.acknowledged < 45)
              failures.push(`${report.struck.join()}: only ${report.acknowledged} acknowledged`)
          }
          assert.deepStrictEqual(failures.slice(0, 5), [])
          assert.isAbove(struck, kind === "emfile" ? 10 : 40, "too few faults struck for a meaningful result")
        }),
      600_000
    )
  }
})

describe("two faults in a row", () => {
  // A failed flush loses data only if the power is cut before the journal is written again. A kill leaves that to the other
  // process.
  for (const [first, second] of [
    ["lostFlush", "powerCut"],
    ["lostFlush", "kill"],
    ["kill", "powerCut"]
  ] as const) {
    it.effect(
      `${first}, and ${second} a little later, with two processes`,
      () =>
        Effect.gen(function* () {
          const pair: Scenario = { ...script, processes: 2, commits: 20 }
          const { performed } = yield* simulate(pair)
          const failures: Array<string> = []
          let struck = 0
          for (const [index, operation] of performed.entries()) {
            if (!fits(first, operation)) continue
            for (const later of first === "kill" ? [9] : [3, 9, 27]) {
              const faults = [
                { at: index + 1, kind: first },
                { at: index + 1 + later, kind: second },
                { at: index + 40 + later, kind: "powerCut" as const }
              ]
              const report = yield* simulate({ ...pair, faults })
              struck += report.struck.length
              if (report.broken.length > 0)
                failures.push(`${report.struck.join()}: ${report.broken.slice(0, 3).join("; ")}`)
            }
          }
          assert.deepStrictEqual(failures.slice(0, 5), [])
          assert.isAbove(struck, 200, "too few faults struck for a meaningful result")
        }),
      600_000
    )
  }
})

describe("the simulation itself", () => {
  it.effect("detects a store whose flushes do nothing", () =>
    Effect.gen(function* () {
      let caught = 0
      for (let seed = 1; seed <= 40; seed += 1) {
        const report = yield* simulate({ ...scenarioOf(seed), flushes: false, endsWithPowerCut: true })
        if (report.broken.length > 0) caught += 1
      }
      assert.isAbove(caught, 30)
    })
  )

  it.effect("repeats a run with the same seed", () =>
    Effect.gen(function* () {
      for (const seed of [3, 14, 15]) {
        assert.deepStrictEqual(yield* simulate(scenarioOf(seed)), yield* simulate(scenarioOf(seed)))
      }
    })
  )
})
