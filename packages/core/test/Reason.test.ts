import { limits, Text } from "@aumai/handoff-protocol"
import * as Schema from "effect/Schema"
import { assert, describe, it } from "vitest"

import { GiveUp } from "../src/worker/HandoffWorker.ts"
import { reasonOf } from "../src/worker/Reason.ts"

const isText = Schema.is(Text)

class Refused extends Error {
  override readonly name = "Refused"
  readonly code = "E42"
}

const itself: { self?: unknown } = {}
itself.self = itself

const looped = new Error("outer")
looped.cause = looped

const endless = (): Error => Object.defineProperty(new Error("deep"), "cause", { get: endless })

describe("the reason of what a handler threw", () => {
  const cases: ReadonlyArray<readonly [name: string, thrown: unknown, reason: string]> = [
    ["a text", "No tool", "No tool"],
    ["an error", new Error("No tool"), "No tool"],
    ["the name of an error", new TypeError("x is no function"), "TypeError: x is no function"],
    ["an error without a message", new TypeError(), "TypeError"],
    ["an error without anything", new Error(), "Error"],
    ["a code", new Refused("Not today"), "Refused: Not today (E42)"],
    ["a code that the message has", Object.assign(new Error("ENOENT: gone"), { code: "ENOENT" }), "ENOENT: gone"],
    [
      "a chain of causes",
      new Error("No report", { cause: new TypeError("fetch failed", { cause: new Refused("Closed") }) }),
      "No report caused by: TypeError: fetch failed caused by: Refused: Closed (E42)"
    ],
    [
      "a cause that is no error",
      new Error("No report", { cause: { status: 503 } }),
      'No report caused by: {"status":503}'
    ],
    [
      "what an AggregateError collects",
      new AggregateError([new Error("one"), "two", new AggregateError([new Refused("three")])], "All failed"),
      "AggregateError: All failed [one; two; AggregateError [Refused: three (E42)]]"
    ],
    [
      "a give-up with its cause",
      new GiveUp({ reason: "No file", cause: new Refused("Gone") }),
      "No file caused by: Refused: Gone (E42)"
    ],
    ["an object", { status: 503, body: { error: "busy" } }, '{"status":503,"body":{"error":"busy"}}'],
    ["an object with a message", { name: "Busy", message: "Later", code: 7 }, "Busy: Later (7)"],
    ["an array", [1, "a"], '[1,"a"]'],
    ["undefined", undefined, "undefined"],
    ["null", null, "null"],
    ["a symbol", Symbol("s"), "Symbol(s)"],
    ["an object that holds itself", itself, "[object Object]"],
    ["an error that causes itself", looped, "outer caused by: …"],
    [
      "an object whose getters throw",
      Object.defineProperty({}, "message", {
        get: () => {
          throw new Error("no")
        }
      }),
      "[object Object]"
    ],
    ["NUL, colours and other control characters", new Error("\u001B[31ma\0b\u0007\u001B[0m\tc\nd"), "ab\tc\nd"],
    ["a lone surrogate", "a\uD800b", "a\uFFFDb"],
    ["a byte order mark", "\uFEFFa", "\uFEFFa"]
  ]
  it.each(cases)("tells %s", (_, thrown, reason) => {
    assert.strictEqual(reasonOf(thrown), reason)
    assert.isTrue(isText(reasonOf(thrown)))
  })

  it("ends a chain of causes that never ends", () => {
    assert.match(reasonOf(endless()), /^(?:deep caused by: )+…$/)
  })

  it.each([
    ["of one byte each", "x", 1],
    ["of two", "é", 2],
    ["of four", "🤝", 4]
  ])("keeps a text of characters %s up to the limit, and cuts a longer one", (_, character, bytes) => {
    const whole = character.repeat(limits.textBytes / bytes)
    assert.strictEqual(reasonOf(whole), whole)
    const cut = reasonOf(new Error(`${whole}${whole}`))
    assert.isTrue(isText(cut))
    assert.match(cut, /^(.)\1*…$/u)
    assert.isAbove(bytes * ([...cut].length - 1), limits.textBytes - 3 - bytes)
  })
})
