import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import { decodeArchived, decodeJsonObject, frozen, limits, ofArchive, takeOver } from "../src/index.ts"

const now = DateTime.makeUnsafe(0)

const faultOf = (result: Result.Result<unknown, { readonly message: string }>): string =>
  Result.match(result, { onSuccess: () => "accepted", onFailure: ({ message }) => message })

const nested = (levels: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = { value }
  return value
}

describe("takeOver", () => {
  it("copies and freezes everything but moments, and leaves the value as it is", () => {
    const given = { at: now, context: { rows: [{ n: 1 }], nothing: null }, requires: ["a"] }
    const taken = Result.getOrThrow(takeOver("request", given))
    assert.deepStrictEqual(taken, given)
    // A copy, because the caller can change its own moment.
    assert.notStrictEqual(taken.at, now)
    for (const part of [taken, taken.context, taken.context.rows, taken.context.rows[0], taken.requires]) {
      assert.isTrue(Object.isFrozen(part))
    }
    for (const part of [given, given.at, given.context, given.context.rows, given.requires]) {
      assert.isFalse(Object.isFrozen(part))
    }
    assert.strictEqual(DateTime.toPartsUtc(taken.at).year, 1970)
  })

  it("keeps an own key named __proto__, and reads every property once", () => {
    const taken = Result.getOrThrow(takeOver("request", JSON.parse(`{"context": {"__proto__": {"polluted": true}}}`)))
    assert.strictEqual(JSON.stringify(taken), `{"context":{"__proto__":{"polluted":true}}}`)
    let reads = 0
    const given = Object.defineProperty({}, "n", { enumerable: true, get: () => (reads += 1) })
    assert.deepStrictEqual(Result.getOrThrow(takeOver("request", given)), { n: 1 })
  })

  it("reads a moment once, also one that only looks like a moment", () => {
    const like = { "~effect/DateTime": "~effect/DateTime", _tag: "Utc", epochMilliseconds: 0, partsUtc: { year: 1999 } }
    const { at } = Result.getOrThrow(
      takeOver("request", { at: Object.create(now, Object.getOwnPropertyDescriptors(like)) })
    )
    assert.strictEqual(DateTime.toPartsUtc(at as DateTime.Utc).year, 1970)
  })

  it("refuses a history of holes at the first, whatever its length", () => {
    const history: Array<object> = []
    history.length = 60_000_000
    const archive = { record_id: "a", history }
    assert.strictEqual(
      faultOf(takeOver("handoff", archive, ofArchive)),
      "Invalid handoff: history[0]: Expected an object"
    )
  })

  it("accepts JSON at its limits and refuses it beyond them", () => {
    const rows = (items: number) => ({ context: { rows: Array.from({ length: items }, () => 1) } })
    assert.strictEqual(faultOf(takeOver("request", rows(limits.jsonBytes / 2 - 8))), "accepted")
    assert.strictEqual(
      faultOf(takeOver("request", rows(limits.jsonBytes / 2 + 1))),
      "Invalid request: context: Expected at most 1048576 bytes when encoded as JSON"
    )
    assert.strictEqual(faultOf(takeOver("request", { context: nested(limits.nesting) })), "accepted")
    assert.include(faultOf(takeOver("request", { context: nested(limits.nesting + 9) })), "levels of nesting")
    assert.strictEqual(
      faultOf(takeOver("request", { requires: Array.from({ length: limits.items }, () => "a") })),
      "accepted"
    )
    assert.strictEqual(
      faultOf(takeOver("request", { requires: Array.from({ length: limits.items + 1 }, () => "a") })),
      "Invalid request: requires: Expected at most 10000 items"
    )
  })
})

describe("frozen", () => {
  it("freezes what is not frozen, and leaves moments", () => {
    const value = frozen({ at: now, list: [{ n: 1 }], kept: Object.freeze({ inner: { n: 1 } }) })
    assert.isTrue(Object.isFrozen(value) && Object.isFrozen(value.list) && Object.isFrozen(value.list[0]))
    assert.isFalse(Object.isFrozen(value.at))
  })
})

describe("decoding hostile values", () => {
  const cycle: Record<string, unknown> = {}
  cycle["self"] = cycle
  const throwing = Object.defineProperty({}, "record_id", {
    enumerable: true,
    get: () => {
      throw new Error("The caller's own code failed")
    }
  })

  it("names the place and does not throw", () => {
    assert.strictEqual(
      faultOf(decodeJsonObject("--context", cycle)),
      `Invalid --context: ${Array.from({ length: 12 }, () => "self").join(".")}…: Expected at most 128 levels of nesting`
    )
    assert.strictEqual(
      faultOf(decodeJsonObject("--context", { rows: Object.assign([], { length: 4_000_000_000 }) })),
      "Invalid --context: Expected at most 1048576 bytes when encoded as JSON"
    )
    assert.strictEqual(
      faultOf(decodeArchived("handoff", throwing)),
      "Invalid handoff: Expected a value that can be read"
    )
  })

  it("names the first fault only of a history that is longer than an argument may be", () => {
    const history = Array.from({ length: limits.items + 1 }, () => ({ _tag: "Started" }))
    const many = decodeArchived("handoff", { record_id: "a", history })
    assert.isTrue(Result.isFailure(many) && many.failure.issues.length === 1)
    const few = decodeArchived("handoff", { record_id: "a", history: history.slice(0, 10) })
    assert.isTrue(Result.isFailure(few) && few.failure.issues.length > 10)
  })
})
