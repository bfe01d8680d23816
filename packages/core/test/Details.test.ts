import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"

import { details, type Told } from "../src/Details.ts"

const some = {
  by: ["executor", "", "x".repeat(129), 7, null, "\0"],
  attempt: [1, 0, 1.5, -1, "1", Number.NaN, 2 ** 53],
  lease: [1, 0, 864_000_000_000, 864_000_000_001, 0.5, "60"],
  result: [{}, { pages: 3 }, [], null, { rows: Number.NaN }],
  reason: ["no", 1]
} as const

/** Everything that may be said with up to three of these, right and wrong. */
const sayings = function* (): Generator<Readonly<Record<string, unknown>>> {
  yield {}
  const keys = Object.entries(some)
  for (const [a, as] of keys) {
    for (const one of as) {
      yield { [a]: one }
      for (const [b, bs] of keys) {
        if (b <= a) continue
        for (const two of bs) {
          yield { [a]: one, [b]: two }
          for (const [c, cs] of keys) if (c > b) for (const three of cs) yield { [a]: one, [b]: two, [c]: three }
        }
      }
    }
  }
}

describe("what is said with a verb", () => {
  // The cast: Object.keys forgets the keys.
  it.each(Object.keys(details) as ReadonlyArray<Told>)(
    "%s is fine at a glance only where its schema takes it",
    (tag) => {
      const { decode, isFine } = details[tag]
      let fine = 0
      for (const said of sayings()) {
        if (!isFine(said)) continue
        fine += 1
        assert.isTrue(Result.isSuccess(decode(said)), JSON.stringify(said))
      }
      const isSilent = [
        "Accepted",
        "Started",
        "Progressed",
        "Confirmed",
        "Released",
        "Completed",
        "Cancelled"
      ].includes(tag)
      assert.strictEqual(fine > 0, isSilent)
    }
  )
})
