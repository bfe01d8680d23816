import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { keepsPromises } from "../../testing/src/custodyRuns.ts"
import { seedsOf } from "../../testing/src/seeds.ts"
import { MemoryStore } from "../src/index.ts"

/** The processes of this machine share one memory store. */
const machine = Effect.map(Layer.build(Layer.fresh(MemoryStore.layer)), (shared) => () => ({
  store: Layer.succeedContext(shared),
  kill: () => {}
}))

// Add a seed that has broken a promise. The first five alone cover every kind of event.
const archived = [1, 2, 3, 4, 5]

describe("custody, simulated", () => {
  const { name, seeds } = seedsOf(archived, 10)
  it.effect(
    `keeps every promise in memory (${name})`,
    () => keepsPromises("packages/core/test/Simulation.test.ts", seeds, () => machine),
    60_000 + seeds.length * 10_000
  )
})
