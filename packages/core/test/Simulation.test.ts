import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { keepsPromises, seeds } from "../../../tooling/custodyRuns.ts"
import { MemoryStore } from "../src/index.ts"

/** The processes of this machine share one memory store. */
const machine = Effect.map(Layer.build(Layer.fresh(MemoryStore.layer)), (shared) => () => ({
  store: Layer.succeedContext(shared),
  kill: () => {}
}))

describe("custody, simulated", () => {
  const runs = seeds(100)
  it.effect(
    "keeps every promise in memory under every seed",
    () => keepsPromises("packages/core/test/Simulation.test.ts", runs, () => machine),
    60_000 + runs.length * 1000
  )
})
