import { describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { expect } from "vitest"

import { Misplaced, type Part, pathOf, splitter } from "../src/input/JsonParts.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

/** The parts of a text that comes in chunks of this many bytes. */
const partsOf = (text: string | Uint8Array, size = 7, most = 1_000_000): ReadonlyArray<Part> => {
  const all = typeof text === "string" ? bytes(text) : text
  const parts: Array<Part> = []
  const { end, push } = splitter(most, (part) => parts.push(part))
  for (let at = 0; at < all.length; at += size) push(all.subarray(at, at + size))
  end()
  return parts
}

const faultOf = (text: string | Uint8Array, most?: number): string => {
  try {
    partsOf(text, 7, most)
  } catch (fault) {
    if (!(fault instanceof Misplaced)) throw fault
    return fault.path === "" ? fault.message : `${fault.path}: ${fault.message}`
  }
  return "it was accepted"
}

/** The value that the parts add up to. */
const joined = (parts: ReadonlyArray<Part>): unknown => {
  const members: Record<string, unknown> = {}
  let items: Array<unknown> = []
  for (const { index, key = "", text } of parts) {
    if (text === undefined) items = []
    else if (index === undefined) items = [JSON.parse(text)]
    else expect(items.push(JSON.parse(text)) - 1).toBe(index)
    Object.defineProperty(members, key, {
      value: index === undefined && text !== undefined ? items[0] : items,
      enumerable: true,
      configurable: true
    })
  }
  return parts[0]?.key === undefined ? items : members
}

const Key = Schema.String.check(Schema.isMaxLength(20))

describe("parts of a text", () => {
  it.prop(
    "are the items of an array, in chunks of any size",
    { items: Schema.Array(Schema.Json), size: Schema.Literals([1, 2, 3, 7, 4096]), space: Schema.Literals([0, 2]) },
    ({ items, size, space }) => {
      const text = JSON.stringify(items, undefined, space)
      expect(joined(partsOf(text, size))).toEqual(JSON.parse(text))
    }
  )

  it.prop(
    "are the members of an object and the items of their arrays, in chunks of any size",
    { first: Schema.Json, rest: Schema.Record(Key, Schema.Json), size: Schema.Literals([1, 3, 4096]) },
    ({ first, rest, size }) => {
      const text = JSON.stringify({ 'fir"st\\': first, ...rest }, undefined, 1)
      expect(joined(partsOf(text, size))).toEqual(JSON.parse(text))
    }
  )

  it("know the lines in which they begin, with either kind of line end", () => {
    for (const end of ["\n", "\r\n"]) {
      const text = ["[", "  {", '    "a": 1', "  },", "  2, 3", "]", ""].join(end)
      expect(partsOf(text).map((part) => [pathOf(part), part.line])).toEqual([
        ["", 1],
        ["[0]", 2],
        ["[1]", 5],
        ["[2]", 5]
      ])
    }
  })

  it("may be nested to any depth", () => {
    const deep = `${"[".repeat(500_000)}${"]".repeat(500_000)}`
    expect(partsOf(`[${deep}]`, 65_536, 2_000_000)[1]?.text).toBe(deep)
  })

  it("that do not match in their brackets stay together, so that their parser refuses them", () => {
    expect(partsOf('[{"a":1], 2]')[1]?.text).toBe('{"a":1]')
  })
})

describe("a text that is not JSON", () => {
  it.each([
    ["", "Expected JSON, found nothing"],
    ["  \n ", "Expected JSON, found nothing"],
    ["\uFEFF", "Expected JSON, found nothing"],
    ["1", "Expected JSON: an array or an object, in line 1"],
    ["[1\n 2]", "Expected a comma or ], after [0], in line 2"],
    ["[1, 2 ", "Expected a comma or ], after [1], in line 1"],
    ["[1,]", "Expected an item after the comma, after [0], in line 1"],
    ["[,1]", "Expected an item or ], in line 1"],
    ["[1}", "Expected a comma or ], after [0], in line 1"],
    ["[1]\n[2]", "Expected nothing more after the closing bracket, in line 2"],
    ['{"a":1}{"a":1}', "Expected nothing more after the closing bracket, in line 1"],
    ["[1]\0", "Expected nothing more after the closing bracket, in line 1"],
    ["{a:1}", "Expected a key in double quotes, or }, in line 1"],
    ['{"a":1,}', "Expected a key in double quotes, after a, in line 1"],
    ['{"a" 1}', "Expected a colon after the key, after a, in line 1"],
    ['{"a":}', "Expected a value, after a, in line 1"],
    ['{"a":[1,{}', "Expected a comma or ], after a[1], in line 1"],
    ['{"a":[1,{"b":\n"]', "a[1]: Expected the rest of it (the text ends in line 2)"],
    ['{"\n":1}', "Expected a key that is JSON in line 1"],
    [`{"${"k".repeat(200)}":1}`, "Expected keys of at most 128 characters"]
  ])("is refused where it ends to be JSON: %j", (text, fault) => {
    expect(faultOf(text)).toBe(fault)
  })

  it("is read beyond a part that is not UTF-8", () => {
    const parts = partsOf(Buffer.concat([bytes('[1,\n"'), Buffer.from([0xc3, 0x28]), bytes('", 3]')]))
    expect(parts.slice(1).map(({ fault, text }) => fault ?? text)).toEqual([
      "1",
      "Expected UTF-8 (it begins in line 2)",
      "3"
    ])
  })

  it("is refused at a part that is too long, before it ends", () => {
    const { push } = splitter(1000, () => {})
    push(bytes('{"records":[{},"'))
    expect(() => {
      for (let round = 0; round < 100; round++) push(bytes("x".repeat(100)))
    }).toThrow("Expected at most 1000 bytes (it begins in line 1)")
    expect(faultOf(`[{}, "${"x".repeat(1000)}"]`, 1000)).toBe("[1]: Expected at most 1000 bytes (it begins in line 1)")
  })
})
