import { assert, describe, it } from "@effect/vitest"

import * as JournalLine from "../src/JournalLine.ts"

const salt = JournalLine.saltOf("a generation")
const line = (value: unknown, by = salt) => JournalLine.encode(JSON.stringify(value), by)
const whole = { whole: true }
const growing = { whole: false }

describe("JournalLine", () => {
  it("decodes an encoded line, including non-Latin text", () => {
    const scan = JournalLine.scan(Buffer.concat([line({ a: 1 }), line("übergabe 🤝 \n")]), salt, growing)
    assert.deepStrictEqual(
      scan.lines.map((json) => JSON.parse(json)),
      [{ a: 1 }, "übergabe 🤝 \n"]
    )
    assert.strictEqual(scan.skipped, 0)
  })

  it("skips a line torn at any byte and keeps its neighbours", () => {
    const [before, torn, after] = [line(1), line({ long: "text" }), line(3)]
    for (let length = 1; length < torn.length - 1; length += 1) {
      const scan = JournalLine.scan(Buffer.concat([before, torn.subarray(0, length), after]), salt, whole)
      assert.deepStrictEqual(scan.lines, ["1", "3"], `torn at ${length}`)
      assert.strictEqual(scan.skipped, length < 2 ? 0 : 1, `torn at ${length}`)
    }
  })

  it("rejects a line with a changed byte", () => {
    const good = line({ status: "pending" })
    for (let index = 1; index < good.length - 1; index += 1) {
      const bad = Buffer.from(good)
      bad[index] = bad[index] === 0 ? 1 : 0
      assert.deepStrictEqual(JournalLine.scan(Buffer.concat([bad, line(2)]), salt, whole).lines, ["2"], `byte ${index}`)
    }
  })

  it("rejects a line of another generation", () => {
    const old = line({ status: "pending" }, JournalLine.saltOf("another generation"))
    assert.deepStrictEqual(JournalLine.scan(old, salt, whole), { lines: [], skipped: 1, consumed: old.length })
  })

  it("skips zeroed sectors", () => {
    const scan = JournalLine.scan(Buffer.concat([line(1), Buffer.alloc(700), line(2)]), salt, whole)
    assert.deepStrictEqual(scan.lines, ["1", "2"])
    assert.strictEqual(scan.skipped, 1)
  })

  it("does not read a last line without its newline while it may be growing", () => {
    const [first, second] = [line(1), line(2)]
    const unfinished = Buffer.concat([first, second.subarray(0, -1)])
    assert.deepStrictEqual(JournalLine.scan(unfinished, salt, growing), {
      lines: ["1"],
      skipped: 0,
      consumed: first.length + 1
    })
    assert.deepStrictEqual(JournalLine.scan(unfinished, salt, whole).lines, ["1", "2"])
  })
})
