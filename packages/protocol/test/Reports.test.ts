import { readFileSync } from "node:fs"

import { assert, describe, it } from "@effect/vitest"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Schema from "effect/Schema"

import * as protocol from "../src/index.ts"

const { encodeError, reportSchemas } = protocol

const load = (name: string): Readonly<Record<string, unknown>> =>
  JSON.parse(readFileSync(new URL(`../schema/${name}.json`, import.meta.url), "utf8")) // Ours.
// Strict: an unknown keyword in a generated file is an error.
const compile = (name: string) => new Ajv2020({ strict: true, strictTypes: false }).compile(load(name))

/** The paths of the properties without a description. */
const undescribed = (node: unknown, path: string): ReadonlyArray<string> => {
  if (typeof node !== "object" || node === null) return []
  return Object.entries(node).flatMap(([key, value]: readonly [string, unknown]) => {
    if (key !== "properties") return undescribed(value, `${path}.${key}`)
    return Object.entries(Object(value) as Readonly<Record<string, unknown>>).flatMap(([name, property]) => [
      ...(JSON.stringify(property).includes(`"description":`) || name === "_tag" ? [] : [`${path}.${name}`]),
      ...undescribed(property, `${path}.${name}`)
    ])
  })
}

/** The types of records and events, which have separate files. */
const onWire = new Set(
  ["HandoffRecord", "HandoffEvent"]
    .flatMap((name) => Object.keys(Object(load(name)["$defs"])))
    .concat("RoutingDecision")
)

describe("the schemas of reports", () => {
  for (const [name, schema] of Object.entries(reportSchemas)) {
    const validate = compile(name)
    it.prop(
      `${name}: JSON Schema takes any valid value`,
      { json: schema },
      ({ json }) => {
        assert.isTrue(validate(json), JSON.stringify(validate.errors))
      },
      { arbitrary: { runs: 10, maxDiscards: 100_000 } }
    )

    it(`${name}: JSON Schema and decoder refuse other values`, () => {
      for (const json of [undefined, "", 1, [], {}, { record_id: 1 }, { _tag: "Unheard" }]) {
        assert.isFalse(validate(json), JSON.stringify(json))
        assert.isFalse(Schema.is(schema as Schema.Codec<unknown>)(json), JSON.stringify(json))
      }
    })

    it(`${name}: is described, and so is each of its fields`, () => {
      const { $defs, description } = load(name)
      assert.match(String(description), /\.$/)
      const own = Object.entries(Object($defs)).filter(([part]) => !onWire.has(part))
      assert.deepStrictEqual(
        own.flatMap(([part, node]) => undescribed(node, part)),
        []
      )
    })
  }
})

it("every result of a verb has a schema", () => {
  const schemas = { ...reportSchemas, ...protocol.wireSchemas }
  const rows: ReadonlyArray<protocol.Verb> = Object.values(protocol.verbs)
  assert.includeMembers(
    Object.keys(schemas),
    rows.flatMap(({ gives = [] }) => gives.slice(0, 1))
  )
})

describe("the schema of errors", () => {
  const classes = Object.entries(protocol).flatMap(([name, value]: readonly [string, unknown]) =>
    typeof value === "function" && value.prototype instanceof Error
      ? [[name, value as unknown as Schema.Codec<Error & { readonly _tag: string }>] as const]
      : []
  )
  const validate = compile("HandoffError")
  const decode = Schema.decodeUnknownSync(reportSchemas.HandoffError, { onExcessProperty: "error" })

  it("covers every error", () => {
    assert.deepStrictEqual(
      Object.entries(Object(load("HandoffError")["$defs"]) as object)
        // The definitions of a record have no tag.
        .filter(([name, { properties }]) => name !== "HandoffError" && properties?._tag !== undefined)
        .map(([name]) => name)
        .toSorted(),
      classes.map(([name]) => name).toSorted()
    )
  })

  for (const [name, schema] of classes) {
    it.prop(
      `${name} is written as its schema says, and nothing else with it`,
      { error: schema },
      ({ error }) => {
        const json: unknown = JSON.parse(JSON.stringify(encodeError(error)))
        assert.isTrue(validate(json), JSON.stringify(validate.errors))
        decode(json)
      },
      { arbitrary: { runs: 20, maxDiscards: 100_000 } }
    )
  }
})
