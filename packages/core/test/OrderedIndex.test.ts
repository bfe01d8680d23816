import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

import * as OrderedIndex from "../src/store/OrderedIndex.ts"
import type { SortKey } from "../src/store/SortKey.ts"

const compare = (a: SortKey, b: SortKey): number =>
  a.major - b.major || a.minor - b.minor || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** The same set, implemented as a sorted array. */
const plain = () => {
  const keys: Array<SortKey> = []
  return {
    keys,
    has: (key: SortKey) => keys.some((other) => compare(other, key) === 0),
    add: (key: SortKey) => {
      const at = keys.findIndex((other) => compare(other, key) > 0)
      keys.splice(at === -1 ? keys.length : at, 0, key)
    },
    remove: (key: SortKey) => {
      const at = keys.findIndex((other) => compare(other, key) === 0)
      if (at !== -1) keys.splice(at, 1)
    }
  }
}

const all = (index: OrderedIndex.OrderedIndex) => index.page(Number.POSITIVE_INFINITY)

describe("an ordered index", () => {
  for (const [what, majors, seed] of [
    ["keys all over", 1e9, 1],
    ["many ties", 20, 2],
    ["ids only", 1, 3]
  ] as const) {
    it.effect(`behaves like a sorted array: ${what}`, () =>
      Effect.gen(function* () {
        const index = OrderedIndex.make()
        const model = plain()
        const draw = (below: number) => Random.nextIntBetween(0, below, { halfOpen: true })
        const drawKey = Effect.gen(function* () {
          return { major: yield* draw(majors), minor: yield* draw(3), id: (yield* draw(1e6)).toString(36) }
        })
        for (let turn = 0; turn < 10_000; turn++) {
          const what = yield* draw(20)
          const known = model.keys[yield* draw(Math.max(1, model.keys.length))]
          // It grows and shrinks in turns, so that chunks split, become empty and are filled again.
          const growing = turn % 4000 < 2600
          if (known === undefined || what < (growing ? 13 : 4)) {
            const key = yield* drawKey
            if (!model.has(key)) {
              index.add(key)
              model.add(key)
            }
          } else if (what < 17) {
            index.remove({ ...known })
            model.remove(known)
          } else if (what === 17) {
            const key = yield* drawKey
            index.remove(key)
            model.remove(key)
          } else {
            const key = what === 18 ? known : yield* drawKey
            const limit = yield* draw(600)
            const from = model.keys.filter((other) => compare(other, key) >= 0)
            const after = from.filter((other) => compare(other, key) > 0)
            assert.deepStrictEqual(index.page(limit, { from: key }), from.slice(0, limit))
            assert.deepStrictEqual(index.page(limit, { after: key }), after.slice(0, limit))
          }
          assert.strictEqual(index.size(), model.keys.length)
        }
        assert.deepStrictEqual(all(index), model.keys)
        assert.isAbove(model.keys.length, 1024)
        for (const key of model.keys) index.remove(key)
        assert.deepStrictEqual(all(index), [])
        assert.strictEqual(index.size(), 0)
      }).pipe(Random.withSeed(seed))
    )
  }

  it("accepts keys in order, in reverse and from the middle", () => {
    for (const order of [(n: number) => n, (n: number) => 5000 - n, (n: number) => (n * 2477) % 5000]) {
      const index = OrderedIndex.make()
      for (let n = 0; n < 5000; n++) index.add({ major: order(n), minor: 0, id: "a" })
      const majors = all(index).map(({ major }) => major)
      assert.deepStrictEqual(
        majors,
        majors.toSorted((a, b) => a - b)
      )
      assert.strictEqual(majors.length, 5000)
    }
  })

  it("returns nothing for a limit of 0, and everything for an infinite one", () => {
    const index = OrderedIndex.make()
    index.add({ major: 1, minor: 1, id: "a" })
    assert.deepStrictEqual(index.page(0), [])
    assert.strictEqual(all(index).length, 1)
    assert.deepStrictEqual(index.page(5, { after: { major: 1, minor: 1, id: "a" } }), [])
  })
})
