import type { Deliverable } from "@aumai/handoff-protocol"
import { describe, expect, it } from "vitest"

import { contentFaults } from "../src/engine/ContentSchemas.ts"
import { judge } from "../src/engine/SchemaJudge.ts"

type JsonSchema = NonNullable<Deliverable["schema"]>

const box = { judge: async (question: string) => judge(question) }

const faultsOf = async (schema: JsonSchema, content: JsonSchema) => {
  const faults = await contentFaults(box, [{ name: "report", schema }], [{ name: "report", content }])
  return faults.map(({ expected }) => expected.replace("Expected content that fits its schema; ", ""))
}

describe("content that does not fit its schema", () => {
  it("is reported with the path of every fault", async () => {
    const schema = {
      type: "object",
      required: ["total"],
      properties: {
        lines: { type: "array", items: { properties: { amount: { type: "number" } } } },
        tax: { $ref: "#/$defs/share" }
      },
      additionalProperties: false,
      $defs: { share: { type: "number", maximum: 1 } }
    }
    expect(await faultsOf(schema, { lines: [{ amount: 7 }, { amount: "7" }], tax: 19, due: "soon" })).toEqual([
      [
        'Instance does not have required property "total"',
        'at /lines/1/amount: Instance type "string" is invalid. Expected "number"',
        "at /tax: 19 is greater than 1",
        'Property "due" does not match additional properties schema'
      ].join(", ")
    ])
    expect(await faultsOf(schema, { total: 7, lines: [] })).toEqual([
      'Property "total" does not match additional properties schema'
    ])
  })

  it("is reported with the fault inside a condition", async () => {
    const schema = { if: { required: ["tax"] }, then: { required: ["country"] }, minProperties: 2 }
    expect(await faultsOf(schema, { tax: 1 })).toEqual([
      'Instance does not have required property "country", Instance does not have at least 2 properties'
    ])
  })

  it("is reported with the first faults, and the number of others", async () => {
    const names = ["a", "b", "c", "d", "e", "f", "g"]
    const [told] = await faultsOf({ required: names }, {})
    expect(told).toMatch(/"a".*"e", and 2 more$/)
  })
})
