import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { storeLaws } from "../src/laws.ts"
import { storeLayer } from "../src/node.ts"
import { rejection, temporaryDirectory } from "./stores.ts"

describe("the laws of a store", () => {
  it("hold for a file", async () => {
    using directory = temporaryDirectory()
    const laws = storeLaws(storeLayer(join(directory.path, "handoffs.json")))
    // Each store runs all laws in its own tests. These are one law of each kind.
    for (const { check } of [...laws.slice(0, 2), ...laws.slice(-1)]) await check()
    expect(laws.length).toBeGreaterThan(50)
  })

  it("reject with a sentence if a store breaks them", async () => {
    const reopening = storeLaws(storeLayer("memory:")).at(-1)
    if (reopening === undefined) throw new Error("there are no laws")
    expect(await rejection(reopening.check())).toMatchObject({
      _tag: "LawBroken",
      message: expect.stringContaining(reopening.name)
    })
  })
})
