import { describe, expect, it } from "vitest"

import { stores, temporaryDirectory } from "./stores.ts"
import { handoffsToDo, show, workThrough } from "./workers.ts"

describe("workers that are killed and stopped", () => {
  it.each(stores.filter(({ isShared }) => isShared))(
    "complete every handoff of a $name store exactly once",
    async ({ location }) => {
      using directory = temporaryDirectory()
      const outcome = await workThrough(location(directory.path))
      // Otherwise the test has tried nothing.
      expect(outcome.kills + outcome.stops).toBeGreaterThan(0)
      expect(Math.min(outcome.forwarded, outcome.rerouted, outcome.parts)).toBeGreaterThan(0)
      console.log(show(outcome))
    },
    60_000 + handoffsToDo * 100
  )
})
