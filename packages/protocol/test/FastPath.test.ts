import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { assert, describe, it } from "vitest"

import { fastPath } from "../src/encoding/FastPath.ts"
import { verbs } from "../src/verbs/Verbs.ts"

/** Values of every kind, right for some arguments and wrong for others. */
const values: ReadonlyArray<unknown> = [
  "executor",
  "",
  "x".repeat(129),
  "\0",
  1,
  0,
  1.5,
  -1,
  Number.NaN,
  2 ** 53,
  864_000_000_001,
  true,
  null,
  undefined,
  {},
  { pages: 3 },
  { rows: Number.NaN },
  [],
  DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
  DateTime.makeUnsafe(1.5),
  new Date(0)
]

describe("the fast path of a verb's arguments", () => {
  it.each(Object.values(verbs).map(({ input, name }) => [name, input] as const))(
    "%s accepts only what its schema accepts",
    (_, input) => {
      const schema: Schema.Struct<Schema.Struct.Fields> = input
      const isValid = fastPath(schema)
      const decode = Schema.decodeUnknownResult(Schema.make<Schema.Codec<unknown>>(schema.ast), {
        onExcessProperty: "error"
      })
      const keys = [...Object.keys(schema.fields), "surprise"]
      let accepted = 0
      const check = (payload: object) => {
        if (!isValid(payload)) return
        accepted += 1
        assert.isTrue(Result.isSuccess(decode(payload)), JSON.stringify(payload))
      }
      check({})
      for (const a of keys) {
        for (const one of values) {
          check({ [a]: one })
          for (const b of keys) if (b > a) for (const two of values) check({ [a]: one, [b]: two })
        }
      }
      assert.isFalse(isValid({ surprise: 1 }))
      const isEverythingOptional = Object.values(schema.fields).every(({ ast }) => ast.context?.isOptional === true)
      assert.strictEqual(isValid({}), isEverythingOptional)
      if (isEverythingOptional) assert.isAbove(accepted, 0)
    }
  )

  it("accepts the arguments of the usual verbs", () => {
    assert.isTrue(fastPath(verbs.accept.input)({ lease: 60_000 }))
    assert.isTrue(fastPath(verbs.complete.input)({ result: { pages: 3 } }))
    assert.isTrue(fastPath(verbs.fail.input)({ reason: "No." }))
    assert.isFalse(fastPath(verbs.fail.input)({}))
  })
})
