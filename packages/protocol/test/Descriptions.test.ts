import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"

import { descriptionOf } from "../../../tooling/schemas.ts"
import * as Protocol from "../src/index.ts"

/** Every key inside a schema by its path, with its description. */
const keysIn = (
  ast: SchemaAST.AST,
  path: string
): ReadonlyArray<readonly [path: string, description: string | undefined]> => {
  switch (ast._tag) {
    case "Objects":
      return ast.propertySignatures.flatMap(({ name, type }) => {
        const here = `${path}.${String(name)}`
        // A tag tells the members of a union apart.
        const own = type._tag === "Literal" ? [] : [[here, descriptionOf(type)] as const]
        return [...own, ...keysIn(type, here)]
      })
    case "Arrays":
      return ast.rest.flatMap((item) => keysIn(item, `${path}[]`))
    case "Union":
      return ast.types.flatMap((member) => keysIn(member, path))
    case "Declaration":
      return ast.typeParameters.flatMap((parameter) => keysIn(parameter, path))
    default:
      return []
  }
}

const keys = [
  ...Object.entries(Protocol).flatMap(([name, exported]) =>
    Schema.isSchema(exported) ? keysIn(exported.ast, name) : []
  ),
  ...Object.entries(Protocol.verbs).flatMap(([name, { input }]) => keysIn(input.ast, name))
]

describe("the keys of all exported schemas and verbs", () => {
  it("are there", () => {
    assert.isAbove(keys.length, 300)
  })

  it("have a description each", () => {
    assert.deepStrictEqual(
      keys.filter(([, description]) => description === undefined),
      []
    )
  })

  it("are described in whole sentences that begin with their subject", () => {
    const odd = keys.filter(
      ([, description = ""]) =>
        !/^[A-Z`].*\.$/s.test(description) || /^(?:What|Whatever|Who|Whoever|Whether|So many) /.test(description)
    )
    assert.deepStrictEqual(odd, [])
  })
})
