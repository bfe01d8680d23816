import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"

import { Timestamp } from "../src/index.ts"
import { parseMoment } from "../src/values/Moment.ts"

describe("parseMoment", () => {
  it.prop(
    "parses every time that Date writes",
    { moment: Timestamp },
    ({ moment }) => {
      const milliseconds = Math.trunc(moment.epochMilliseconds)
      assert.strictEqual(parseMoment(new Date(milliseconds).toISOString()), milliseconds)
    },
    { arbitrary: { runs: 1000 } }
  )

  it("accepts the first and the last day of every month from 1890 to 2110, and no later day", () => {
    for (let month = 0; month < 220 * 12; month++) {
      const start = Date.UTC(1890, month, 1)
      const next = Date.UTC(1890, month + 1, 1)
      const name = new Date(start).toISOString().slice(0, 7)
      const days = (next - start) / 86_400_000
      assert.strictEqual(parseMoment(`${name}-01T00:00:00`), start)
      assert.strictEqual(parseMoment(`${name}-${days}T23:59:59.999`), next - 1)
      assert.isNaN(parseMoment(`${name}-${days + 1}T00:00:00`))
    }
  })

  const digits = Schema.Literals([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  it.prop(
    "agrees with Date.parse on all digits that Date.parse accepts without adjustment",
    { at: Schema.Array(digits), offset: Schema.Boolean },
    ({ at: [a = 2, b = 0, c = 2, d = 6, e = 1, f = 2, g = 0, h = 1], offset }) => {
      const text = `${a}${b}${c}${d}-${e}${f}-${g}${h}T09:00:00.123`
      const zone = offset ? "+05:30" : "Z"
      const parsed = Date.parse(`${text}${zone}`)
      const kept = !Number.isNaN(parsed) && new Date(Date.parse(`${text}Z`)).toISOString() === `${text}Z`
      const inRange = parsed >= Date.parse("0000-01-01T00:00:00Z")
      assert.deepStrictEqual(parseMoment(`${text}${zone}`), kept && inRange ? parsed : Number.NaN)
    },
    { arbitrary: { runs: 500 } }
  )

  it("refuses any other character at any place", () => {
    const text = "2026-12-01T09:00:00.123+05:30"
    for (let index = 0; index < text.length; index++) {
      for (const other of ["x", "/", ":", " ", "٣", "é"]) {
        if (text[index] === other) continue
        assert.isNaN(parseMoment(text.slice(0, index) + other + text.slice(index + 1)), `${other} at ${index}`)
      }
    }
    for (const more of [`${text} `, ` ${text}`, `${text}\n`, `${text}Z`, text.slice(0, -1), text.slice(0, -3)]) {
      assert.isNaN(parseMoment(more))
    }
  })
})
