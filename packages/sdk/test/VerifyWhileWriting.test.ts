import { describe, expect, it } from "vitest"

import { openHandoffs } from "../src/node.ts"
import { stores, temporaryDirectory, using } from "./stores.ts"
import { whileWriting } from "./writers.ts"
import { verifyRepeatedly, writeUntil } from "./writing.ts"

const times = 12

describe("verify() while others write", () => {
  it.each(stores.filter(({ isShared }) => isShared))(
    "accuses no commit of two other processes on a $name store",
    async ({ location }) => {
      using directory = temporaryDirectory()
      const place = location(directory.path)
      await using handoffs = await openHandoffs(place)
      const { accused, grown } = await whileWriting(place, [1, 2], () => verifyRepeatedly(handoffs, times))
      expect(accused).toEqual([])
      // Otherwise the test has tried nothing.
      expect(grown).toBe(times)
      expect(await handoffs.verify()).toMatchObject({ flaws: [], faults: [], notes: [] })
    },
    120_000
  )

  it("accuses no commit of the same process on a memory store", () =>
    using({ name: "memory", location: () => "memory:", isShared: false }, async (handoffs) => {
      const stop = new AbortController()
      const writing = writeUntil(handoffs, 3, stop.signal)
      const { accused, grown } = await verifyRepeatedly(handoffs, times)
      stop.abort()
      await writing
      expect(accused).toEqual([])
      expect(grown).toBe(times)
    }))
})
