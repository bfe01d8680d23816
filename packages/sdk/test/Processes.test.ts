import { describe, expect, it } from "vitest"

import { stores, temporaryDirectory } from "./stores.ts"
import { handoffsToDo, show, workThrough } from "./workers.ts"

describe("workers that are killed and stopped", () => {
  it.each(stores.filter(({ isShared }) => isShared))(
    "complete every handoff of a $name store exactly once",
    async ({ location }) => {
      using directory = temporaryDirectory()
      const told = await workThrough(location(directory.path))
      // Otherwise nothing has been tried.
      expect(told.kills + told.stops).toBeGreaterThan(0)
      expect(Math.min(told.forwarded, told.rerouted, told.parts)).toBeGreaterThan(0)
      console.log(show(told))
    },
    60_000 + handoffsToDo * 100
  )
})
