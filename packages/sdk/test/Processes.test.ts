import { describe, expect, it } from "vitest"

import { stores, temporaryDirectory } from "./stores.ts"
import { handoffsToDo, workThrough } from "./workers.ts"

describe("workers that are killed and stopped", () => {
  it.each(stores.filter(({ isShared }) => isShared))(
    "complete every handoff of a $name store exactly once",
    async ({ location }) => {
      using directory = temporaryDirectory()
      const { kills, stops, refused, takenOver } = await workThrough(location(directory.path))
      // Otherwise nothing has been tried.
      expect(kills + stops).toBeGreaterThan(0)
      console.log(
        `${handoffsToDo} handoffs: ${kills} kills, ${stops} stops, ${takenOver} taken over, ${refused} refused`
      )
    },
    60_000 + handoffsToDo * 100
  )
})
