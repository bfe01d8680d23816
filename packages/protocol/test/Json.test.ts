import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import { wireSchemaOf } from "../src/encoding/WireSchema.ts"
import { Briefing, HandBack, JsonObject, JsonValue, limits, parseJson, readJson, ReadBack } from "../src/index.ts"
import { Artifacts, OwnEvidences } from "../src/model/Delivery.ts"
import { isJsonObject } from "../src/values/Json.ts"

const WireArtifacts = wireSchemaOf(Artifacts)
const WireBriefing = wireSchemaOf(Briefing)
const WireHandBack = wireSchemaOf(HandBack)
const WireOwnEvidences = wireSchemaOf(OwnEvidences)
const WireReadBack = wireSchemaOf(ReadBack)

const faultOf = (text: string): string => {
  const parsed = parseJson(text)
  assert(Result.isFailure(parsed), "it was accepted")
  return parsed.failure
}
const valueOf = (text: string): unknown =>
  Result.getOrThrow(Result.mapError(parseJson(text), (fault) => new Error(fault)))

const deep = (inner: string) => `${`{"a":[`.repeat(50_000)}${inner}${"]}".repeat(50_000)}`

describe("readJson", () => {
  it("keeps a key with an escape after an object with a key that looks like its text", () => {
    const pairs = [
      [String.raw`\\`, String.raw`\u0001`],
      [String.raw`\\`, String.raw`\n`],
      [String.raw`\\`, String.raw`\"`],
      [String.raw`\"`, String.raw`\\`],
      [String.raw`\"`, String.raw`\u540d`],
      [String.raw`ab\\`, String.raw`ab\n`],
      [String.raw`\\bc`, String.raw`\bcd`],
      [String.raw`C:\\new`, String.raw`C:\new\t`],
      [String.raw`\\u`, String.raw`\u0041b`],
      [String.raw`k\\`, String.raw`k\/`]
    ]
    // The shapes that a parser has seen matter, so each pair has another place.
    for (const [index, [before, key]] of pairs.entries()) {
      JSON.parse(`{"${index}.": 1, "${before}": 1}`)
      readJson(`{"${index}.": 1, "${before}": 1}`)
      const read = readJson(`{"${index}.": 1, "${key}": {"__proto__": 1.5}}`)
      assert.deepStrictEqual(Object.keys(Object(read)), [`${index}.`, JSON.parse(`"${key}"`)])
      assert.strictEqual(JSON.stringify(Object.values(Object(read))), '[1,{"__proto__":1.5}]')
    }
    assert.throws(() => readJson('{"\\u0001": }'), SyntaxError)
  })

  it("does what JSON.parse does beside such a key", () => {
    const inside = String.raw`{"a\"\n":"x\":","__proto__":{"\t":[]},"1":[{"":"\\"}],"2":1}`
    const text = String.raw`{"\n" : ${inside}, "\u0061": 1, "b": ["\n", "\":"], "a": 2}`
    assert.strictEqual(
      JSON.stringify(readJson(text)),
      String.raw`{"\n":{"1":[{"":"\\"}],"2":1,"a\"\n":"x\":","__proto__":{"\t":[]}},"a":2,"b":["\n","\":"]}`
    )
    assert.notProperty({}, "\t")
    const nested = 100_000
    assert.isObject(readJson(`${String.raw`{"\n":`.repeat(nested)}1${"}".repeat(nested)}`))
  })
})

describe("parseJson", () => {
  it("reports the place of a number that a double cannot hold", () => {
    for (const number of [
      "9007199254740993",
      "-9007199254740993",
      "1e400",
      "1e-400",
      "0.1234567890123456789",
      "1E+400"
    ]) {
      assert.strictEqual(
        faultOf(`{\n  "id": ${number}}`),
        "Expected numbers that JavaScript can hold; write the one at line 2, column 9 as a string".replace(
          "column 9",
          number.startsWith("-") ? "column 10" : "column 9"
        )
      )
      assert.include(faultOf(number), "write the one at")
    }
  })

  it("keeps every number that a double holds, in any spelling", () => {
    const kept = [
      "9007199254740991",
      "9007199254740994",
      "1.0",
      "1e2",
      "0.10",
      "5e-324",
      "1.7976931348623157e308",
      "1e21"
    ]
    for (const number of kept) assert.strictEqual(valueOf(number), Number(number))
    assert.deepStrictEqual(valueOf(`["12345678901234567890", "1e400"]`), ["12345678901234567890", "1e400"])
  })

  it("refuses a duplicate key with different values, at any depth and in any spelling", () => {
    assert.strictEqual(
      faultOf(`{"a": 1,\n "a": 2}`),
      "Expected each key once in an object; one is repeated at line 2, column 3"
    )
    for (const text of [
      `[[{"x": {"a": 1, "b": {}, "a": 2}}]]`,
      String.raw`{"a": 1, "\u0061": 2}`,
      String.raw`{"\u0061": {"b": 1}, "a": {"b": 2}}`,
      `{"__proto__": 1, "__proto__": 2}`,
      `{"constructor": 1, "constructor" : 2}`
    ]) {
      assert.include(faultOf(text), "Expected each key once", text)
    }
    assert.deepStrictEqual(valueOf(`{"a": [1], "a": [1]}`), { a: [1] })
  })

  it("is not confused by a key or a quote inside a string", () => {
    const text = String.raw`{"a": "\"b\": 1, \"b\": 2", "c\\": ":", "d\"": "\\\\", "e": "9007199254740993"}`
    assert.deepStrictEqual(valueOf(text), JSON.parse(text))
  })

  it("refuses lone surrogates and NUL, raw or escaped, in values and keys, and keeps surrogate pairs", () => {
    for (const bad of [String.raw`\ud83d`, String.raw`\uDE00`, String.raw`\ude00\ud83d`, "\ud83d"]) {
      assert.strictEqual(faultOf(`["${bad}"]`), "Expected text without lone surrogates (half of a UTF-16 pair)")
      assert.strictEqual(faultOf(`{"${bad}": 1}`), "Expected text without lone surrogates (half of a UTF-16 pair)")
    }
    for (const text of [String.raw`["a\u0000b"]`, String.raw`[{"\u0000": 1}]`]) {
      assert.strictEqual(faultOf(text), "Expected text without the NUL character")
    }
    assert.strictEqual(faultOf(`["a\0b"]`), "Expected JSON; it stops being JSON at line 1, column 4")
    assert.deepStrictEqual(valueOf(String.raw`["\ud83d\ude00", "😀", "\u00fc"]`), ["😀", "😀", "ü"])
  })

  it("keeps a key named __proto__ and sets no prototype", () => {
    const text = `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`
    const value = valueOf(text)
    assert.strictEqual(JSON.stringify(value), text)
    assert.isTrue(Object.hasOwn(Object(value), "__proto__"))
    assert.isUndefined(Reflect.get({}, "polluted"))
  })

  it("refuses invalid JSON with the place and without the text", () => {
    const secret = "hunter2"
    assert.strictEqual(faultOf(`{"a": 1,\n\n  }`), "Expected JSON; it stops being JSON at line 3, column 3")
    assert.strictEqual(faultOf(`[1,]`), "Expected JSON; it stops being JSON at line 1, column 4")
    assert.strictEqual(faultOf("  \n "), "Expected JSON, found nothing")
    assert.strictEqual(faultOf(""), "Expected JSON, found nothing")
    assert.strictEqual(faultOf("\uFEFF{}"), "Expected JSON without a byte order mark before it")
    for (const text of [
      secret,
      `{"a": ${secret}}`,
      `"${secret}`,
      `{${secret}: 1}`,
      `{"a": 1} ${secret}`,
      `NaN ${secret}`
    ]) {
      assert.match(faultOf(text), /^Expected JSON; it stops being JSON at line 1, column \d+$/)
    }
  })

  it("accepts any depth", () => {
    const value = valueOf(deep("1"))
    assert.isFalse(Schema.is(JsonObject)(value))
    assert.isFalse(isJsonObject(value))
    assert.include(faultOf(deep(`{"b":1,"b":2}`)), "nested less deeply")
    assert.include(faultOf(deep("9007199254740993")), "line 1, column 300001")
    assert.include(faultOf(deep(String.raw`"\u0000"`)), "NUL")
    assert.strictEqual(faultOf("[".repeat(100_000)), "Expected JSON")
  })

  it.prop(
    "keeps every JSON value, and accepts the same texts as a lossless parser",
    { value: Schema.JsonObject },
    ({ value }) => {
      const text = JSON.stringify(value, undefined, 1)
      const fault = /\\u0000|\\ud[89a-f]/.test(text)
      const parsed = parseJson(text)
      assert.strictEqual(Result.isFailure(parsed), fault)
      if (Result.isSuccess(parsed)) assert.strictEqual(JSON.stringify(parsed.success, undefined, 1), text)
    },
    { arbitrary: { runs: 300 } }
  )

  const entry = Schema.Struct({
    key: Schema.Literals([`"a"`, String.raw`"\u0061"`, `"b"`, `"__proto__"`, String.raw`"\"a\":"`]),
    value: Schema.Literals(["1", "2", "1.0", `{"a": 1}`, `["a:", 0]`, "12345678901234567", "[1e400]"])
  })
  it.prop(
    "accepts an object exactly if each number is exact and each key has one value",
    { entries: Schema.Array(entry) },
    ({ entries }) => {
      const text = `[{${entries.map(({ key, value }) => `${key} :${value}`).join(",\n")}}]`
      const values = new Map<unknown, Set<string>>()
      for (const { key, value } of entries) {
        const name: unknown = JSON.parse(key)
        values.set(name, (values.get(name) ?? new Set()).add(JSON.stringify(JSON.parse(value))))
      }
      const isExact =
        entries.every(({ value }) => !value.includes("12345") && !value.includes("e400")) &&
        [...values.values()].every((different) => different.size === 1)
      assert.strictEqual(Result.isSuccess(parseJson(text)), isExact, text)
    },
    { arbitrary: { runs: 1000 } }
  )
})

describe("JsonObject", () => {
  const is = Schema.is(JsonObject)
  const nested = (levels: number): unknown => (levels === 1 ? {} : { a: nested(levels - 1) })
  const cyclic: Record<string, unknown> = {}
  cyclic["self"] = cyclic

  it.each([
    { name: "an empty object", value: {}, ok: true },
    { name: "an object without a prototype", value: Object.create(null), ok: true },
    { name: "an array", value: [], ok: false },
    { name: "null", value: null, ok: false },
    { name: "NaN", value: { a: Number.NaN }, ok: false },
    { name: "infinity", value: { a: [Number.POSITIVE_INFINITY] }, ok: false },
    { name: "undefined", value: { a: undefined }, ok: false },
    { name: "a hole", value: { a: Array.from({ length: 1 }).concat(Array(1)) }, ok: false },
    { name: "a function", value: { toJSON: () => 1 }, ok: false },
    { name: "a bigint", value: { a: 1n }, ok: false },
    { name: "a date", value: { a: new Date(0) }, ok: false },
    { name: "a map", value: { a: new Map() }, ok: false },
    { name: "a cycle", value: cyclic, ok: false },
    { name: "NUL in a key", value: { "\0": 1 }, ok: false },
    { name: "a lone surrogate inside", value: { a: [{ b: "\ud83d" }] }, ok: false },
    { name: "the deepest nesting", value: nested(limits.nesting), ok: true },
    { name: "one level more", value: nested(limits.nesting + 1), ok: false },
    { name: "the deepest arrays", value: { a: JSON.parse("[".repeat(127) + "]".repeat(127)) }, ok: true },
    { name: "one array more", value: { a: JSON.parse("[".repeat(128) + "]".repeat(128)) }, ok: false },
    { name: "1 MiB of keys", value: { ["k".repeat(limits.jsonBytes - 6)]: 1 }, ok: true },
    { name: "one byte more of keys", value: { ["k".repeat(limits.jsonBytes - 5)]: 1 }, ok: false },
    { name: "1 MiB of control characters", value: { a: "\u0001".repeat((limits.jsonBytes - 10) / 6) }, ok: true },
    { name: "one more of them", value: { a: "\u0001".repeat((limits.jsonBytes - 10) / 6 + 1) }, ok: false },
    { name: "1 MiB of numbers", value: { a: Array.from({ length: (limits.jsonBytes - 6) / 2 }, () => 1) }, ok: false },
    { name: "a little fewer", value: { a: Array.from({ length: (limits.jsonBytes - 8) / 2 }, () => 1) }, ok: true }
  ])("$name: the schema and the guard agree", ({ value, ok }) => {
    assert.strictEqual(is(value), ok)
    assert.strictEqual(isJsonObject(value), ok)
  })
})

describe("the size limit of a field", () => {
  const bytes = limits.jsonBytes
  const content = (value: unknown) => [{ name: "a", content: value }]
  const around = JSON.stringify(content("")).length
  const texts = (length: number) => Array.from({ length: 16 }, () => "x".repeat(length))
  const evidence = (length: number) => texts(length).map((statement) => ({ grade: "observed", statement }))
  const items = (length: number) => texts(length).map((note) => ({ id: "a", answer: "understood", note }))
  const parts = [
    { name: "texts in a content", schema: Artifacts, wire: WireArtifacts, of: (n: number) => content("x".repeat(n)) },
    {
      name: "keys in a content",
      schema: Artifacts,
      wire: WireArtifacts,
      of: (n: number) => content({ ["_".repeat(n - 4)]: 1 })
    },
    { name: "escapes", schema: Artifacts, wire: WireArtifacts, of: (n: number) => content("\u0001".repeat(n / 6)) }
  ] as const

  it.each(parts)("accepts $name up to one mebibyte", ({ of, schema, wire }) => {
    for (const [length, ok] of [
      [6 * Math.floor((bytes - around) / 6), true],
      [6 * Math.floor((bytes - around) / 6) + 6, false]
    ] as const) {
      assert.strictEqual(Schema.is(schema)(of(length)), ok)
      assert.strictEqual(Schema.is(wire)(of(length)), ok)
    }
  })

  it("is exact to the byte", () => {
    assert.isTrue(Schema.is(Artifacts)(content("x".repeat(bytes - around))))
    assert.isFalse(Schema.is(Artifacts)(content("x".repeat(bytes - around + 1))))
    assert.isTrue(Schema.is(Artifacts)(content({ ["_".repeat(bytes - around - 4)]: 1 })))
    assert.isFalse(Schema.is(Artifacts)(content({ ["_".repeat(bytes - around - 3)]: 1 })))
    for (const json of [{}, [], [[], {}], { a: {}, b: [null, true, -1.5e-7, "é\n\u000b"] }, 0, null]) {
      const rest = bytes - around - JSON.stringify(json).length - 1
      const padded = (more: number) => content([json, "x".repeat(rest - 2 + more)])
      const length = new TextEncoder().encode(JSON.stringify(padded(0))).length
      assert.isTrue(Schema.is(Artifacts)(padded(bytes - length)), JSON.stringify(json))
      assert.isFalse(Schema.is(Artifacts)(padded(bytes - length + 1)), JSON.stringify(json))
    }
  })

  it("counts the encoded length of numbers", () => {
    const numbers = Array.from({ length: 500_000 }, () => 1)
    assert.isTrue(Schema.is(Artifacts)(content(numbers)))
    assert.isFalse(Schema.is(Artifacts)(content([...numbers, ...numbers])))
  })

  it.each([
    { name: "evidence", schema: OwnEvidences, wire: WireOwnEvidences, of: evidence, enough: 65_000 },
    {
      name: "a read-back",
      schema: ReadBack,
      wire: WireReadBack,
      of: (n: number) => ({ summary: "s", items: items(n) }),
      enough: 65_000
    },
    {
      name: "a hand-back",
      schema: HandBack,
      wire: WireHandBack,
      of: (n: number) => ({ done: texts(n) }),
      enough: 65_000
    }
  ])("bounds $name, though each text is within its own", ({ enough, of, schema, wire }) => {
    for (const is of [Schema.is(schema), Schema.is(wire)] as ReadonlyArray<(value: unknown) => boolean>) {
      assert.isTrue(is(of(enough)))
      assert.isFalse(is(of(limits.textBytes)))
    }
  })

  const moments = ["2026-12-01T09:00:00.000Z", "2026-12-01T09:00:00", `2026-12-01T09:00:00.${"0".repeat(60)}Z`]
  it.each(moments)("is the same for both sides of the wire, for any spelling of %s", (due) => {
    const actions = (length: number) => [
      ...texts(length).map((task, index) => ({ id: `${index}`, task })),
      { id: "due", task: "t", due: DateTime.makeUnsafe("2026-12-01T09:00:00Z"), owner: "o" }
    ]
    const room = bytes - 16 * `{"id":"00","task":"",},`.length
    const verdicts = new Set<boolean>()
    for (let length = Math.floor(room / 16) - 12; length < room / 16 + 3; length += 1) {
      const ours = { severity: "stable", summary: "s", actions: actions(length) }
      const wire = {
        ...ours,
        situation: null,
        actions: ours.actions.map((action) => ("due" in action ? { ...action, due } : { ...action, owner: null }))
      }
      assert.strictEqual(Schema.is(WireBriefing)(wire), Schema.is(Briefing)(ours), String(length))
      verdicts.add(Schema.is(WireBriefing)(wire))
    }
    assert.strictEqual(verdicts.size, 2)
  })
})

describe("JsonValue", () => {
  it.each([
    { name: "a text", value: "x".repeat(limits.jsonBytes - 2), ok: true },
    { name: "one byte more", value: "x".repeat(limits.jsonBytes - 1), ok: false },
    { name: "null", value: null, ok: true },
    { name: "NaN", value: Number.NaN, ok: false },
    { name: "undefined", value: undefined, ok: false },
    { name: "the deepest arrays", value: JSON.parse("[".repeat(128) + "]".repeat(128)), ok: true },
    { name: "one array more", value: JSON.parse("[".repeat(129) + "]".repeat(129)), ok: false },
    { name: "NUL in a key", value: [{ "\0": 1 }], ok: false },
    { name: "a lone surrogate", value: "\ud83d", ok: false }
  ])("$name: $ok", ({ value, ok }) => {
    assert.strictEqual(Schema.is(JsonValue)(value), ok)
  })
})
