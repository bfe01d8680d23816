import { describe, expect, it } from "vitest"

import { judge, type SchemaQuestion } from "../src/engine/SchemaJudge.ts"

const ask = (question: SchemaQuestion) => judge(JSON.stringify(question))

/** The faults of a schema, as `path: sentence`. */
const faultsOf = (schema: unknown) => {
  const answer = ask({ schema })
  return "gaveUp" in answer ? [answer.gaveUp] : answer.faults.map(({ expected, path }) => `${path}: ${expected}`)
}

const refused: ReadonlyArray<readonly [name: string, schema: object, fault: string | RegExp]> = [
  [
    "an unknown type",
    { properties: { total: { type: "int" } } },
    /^\.properties\.total\.type: Expected a type \(null, /
  ],
  ["a type that is no text", { items: { type: [1] } }, /^\.items\.type: Expected a type/],
  [
    "required: true below a property",
    { properties: { a: { required: true } } },
    /^\.properties\.a\.required: Expected an array of/
  ],
  [
    "a property that is no schema",
    { properties: { a: "string" } },
    ".properties.a: Expected a schema: an object or a boolean"
  ],
  ["an array of items", { items: [{}] }, /^\.items: Expected a schema; .* prefixItems/],
  ["an empty anyOf", { anyOf: [] }, ".anyOf: Expected an array of schemas"],
  ["a limit that is no number", { exclusiveMinimum: true }, ".exclusiveMinimum: Expected a number"],
  ["a negative length", { minLength: -1 }, ".minLength: Expected a whole number from 0"],
  ["a needless escape", { pattern: "a\\-b" }, /^\.pattern: Expected a regular expression .* Invalid escape/],
  ["an inline flag", { allOf: [{ pattern: "(?i)a" }] }, /^\.allOf\[0\]\.pattern: Expected a regular expression/],
  [
    "an anchor of Python",
    { patternProperties: { "a\\Z": true } },
    /^\.patternProperties\["a\\\\Z"\]: Expected a regular/
  ],
  [
    "references that multiply below a property",
    {
      properties: { x: { $ref: "#/$defs/d0" } },
      $defs: Object.fromEntries(
        Array.from({ length: 20 }, (_, n) => [
          `d${n}`,
          n === 19 ? {} : { allOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] }
        ])
      )
    },
    /Expected at most 10000 schemas for one value/
  ],
  ["a pattern that is long", { pattern: "a".repeat(5000) }, ".pattern: Expected a pattern of at most 4096 characters"],
  ["$dynamicRef", { items: { $dynamicRef: "#node" } }, /^\.items\.\$dynamicRef: Expected \$ref and \$anchor/],
  ["$recursiveRef", { $recursiveRef: "#" }, /^\.\$recursiveRef: Expected \$ref/],
  ["additionalItems", { additionalItems: false }, /^\.additionalItems: .* 2020-12 it is items, beside prefixItems$/],
  ["dependencies", { dependencies: { a: ["b"] } }, /^\.dependencies: .* dependentRequired or dependentSchemas$/],
  ["id", { id: "https://a.test" }, /^\.id: .* it is \$id$/],
  ["a key of the validator", { __absolute_ref__: "#" }, ".__absolute_ref__: Expected no key of this name"],
  [
    "another draft",
    { $schema: "http://json-schema.org/draft-07/schema#" },
    /^\.\$schema: Expected https:.*: convert the schema/
  ],
  [
    "a remote reference",
    { $ref: "https://example.org/a.json" },
    /^\.\$ref: Expected a reference to a place in this schema/
  ],
  ["a reference to nothing", { not: { $ref: "#/$defs/a" } }, /^\.not\.\$ref: Expected a reference to a place/],
  [
    "a fault in an unknown place that is referred to",
    { x: { y: { type: "int" } }, $ref: "#/x/y" },
    /^\.\$ref\.type: Expected a type/
  ],
  ["a reference to itself", { $ref: "#" }, /^\.\$ref: Expected references that do not lead back to themselves/],
  [
    "a circle of references",
    { $defs: { a: { anyOf: [{ $ref: "#/$defs/b" }] }, b: { not: { $ref: "#/$defs/a" } } } },
    /^\.\$defs\.b\.not\.\$ref: Expected references that do not lead back/
  ]
]

const accepted: ReadonlyArray<readonly [name: string, schema: object]> = [
  ["a tree", { $ref: "#/$defs/t", $defs: { t: { properties: { kids: { items: { $ref: "#/$defs/t" } } } } } }],
  ["anchors and ids", { $id: "https://a.test/s", $defs: { a: { $anchor: "x" } }, items: { $ref: "#x" } }],
  ["its draft", { $schema: "https://json-schema.org/draft/2020-12/schema", definitions: { a: true } }],
  ["annotations, also unknown ones", { title: "Sums", "x-note": [1], nullable: true, deprecated: true, examples: [1] }],
  [
    "examples that have an id or a reference",
    {
      properties: { a: { example: { id: "42" } }, b: { example: { id: "42", $ref: "http://[" } } },
      "x-a": { id: "http://[" }
    }
  ],
  ["a reference into an unknown keyword", { components: { "a/b": { type: "string" } }, $ref: "#/components/a~1b" }],
  ["properties with the names of keywords", { properties: { id: {}, type: { type: "string" }, dependencies: true } }],
  ["a property named __proto__", JSON.parse('{ "properties": { "__proto__": { "type": "string" } } }')],
  ["many types", { type: ["integer", "null"], enum: [1, null], const: null, minimum: 0.5, multipleOf: 0.1 }]
]

describe("a schema", () => {
  it.each(refused)("with %s is refused, with the path", (_, schema, fault) => {
    const faults = faultsOf(schema)
    const isIt = (found: string) => (typeof fault === "string" ? found === fault : fault.test(found))
    expect([faults.length, faults.filter(isIt)]).toEqual([1, faults])
  })

  it.each(accepted)("with %s is accepted", (_, schema) => {
    expect(faultsOf(schema)).toEqual([])
  })

  it("is refused if it is larger than 64 KiB as JSON", () => {
    expect(faultsOf({ description: "é".repeat(33_000) })).toEqual([
      ": Expected at most 65536 bytes as JSON, found 66018"
    ])
    expect(faultsOf({ description: "é".repeat(32_000) })).toEqual([])
  })

  it("gets its first faults named, each of a bounded length", () => {
    const answer = ask({
      schema: { properties: Object.fromEntries(Array.from({ length: 9 }, (_, n) => ["x".repeat(6000) + n, 1])) }
    })
    expect(answer).toMatchObject({ more: 4 })
    if ("gaveUp" in answer) return
    expect(answer.faults.map(({ path }) => path.length)).toEqual([500, 500, 500, 500, 500])
  })
})

describe("a content", () => {
  it("fits whatever its format is, because a format is an annotation", () => {
    for (const format of ["url", "email", "date", "constructor", "__proto__", "hasOwnProperty"]) {
      expect(ask({ schema: { format }, content: "neither" })).toEqual({ faults: [], more: 0 })
    }
  })

  it("gets its faults in messages of a bounded length", () => {
    const answer = ask({ schema: { enum: ["x".repeat(60_000)] }, content: "y" })
    if ("gaveUp" in answer) throw new Error(answer.gaveUp)
    expect(answer.faults[0]?.expected).toMatch(/^Instance does not match any of \["xxx.*…$/)
    expect(answer.faults[0]?.expected).toHaveLength(500)
  })

  it("is compared with a constant, and with what a reference leads to", () => {
    const fits = { faults: [], more: 0 }
    expect(ask({ schema: { const: 1 }, content: 2 })).not.toEqual(fits)
    const schema = { components: { b: { type: "string" } }, $ref: "#/components/b", example: { id: "42" } }
    expect(ask({ schema, content: 2 })).not.toEqual(fits)
    expect(ask({ schema, content: "a" })).toEqual(fits)
  })

  it("is not judged by a schema that nests deeper than the stack", () => {
    const schema = { $ref: "#/$defs/0", $defs: [...Array(30_000).keys()].map((n) => ({ $ref: `#/$defs/${n + 1}` })) }
    const deep = { ...schema, $defs: Object.fromEntries(schema.$defs.map((one, n) => [n, n === 29_999 ? {} : one])) }
    expect(ask({ schema: deep, content: 1 })).toMatchObject({ gaveUp: expect.stringContaining("nests too deeply") })
  })

  it("is reported with what a stored schema that cannot be used lacks", () => {
    expect(ask({ schema: { pattern: "\\-" }, content: "-" })).toMatchObject({
      faults: [{ path: "", expected: expect.stringContaining("Its schema cannot be used: Invalid regular expression") }]
    })
  })
})
