import { assert, describe, it } from "@effect/vitest"

import * as Paths from "../src/Paths.ts"

describe("the files of a store", () => {
  const [plain, json, deeper] = ["/d/x", "/d/x.json", "/d/x.json.json"].map(Paths.of)
  assert(plain !== undefined && json !== undefined && deeper !== undefined)

  it("share no name with the files of a store with a similar name", () => {
    const names = [plain, json, deeper].flatMap(({ rest, journal, trail, lock, agents, log }) => [
      rest,
      journal,
      trail,
      lock,
      agents,
      log
    ])
    assert.strictEqual(new Set(names).size, names.length)
  })

  it("are recognized as temporary by their own store only", () => {
    const name = json.temporary("0123456789abcdef").slice("/d/".length)
    assert.deepStrictEqual(
      [plain, json, deeper].map(({ isTemporary }) => isTemporary(name)),
      [false, true, false]
    )
  })
})
