import type * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"

import { isJsonObject } from "../values/Json.ts"
import { checksOf } from "./WireCodec.ts"

type Test = (value: unknown) => boolean

/** Compiles the test of one argument; `undefined` if only its schema can check it. */
const testOf = (ast: SchemaAST.AST): Test | undefined => {
  const passes = checksOf(ast)
  switch (ast._tag) {
    case "String":
    case "Number":
    case "Boolean": {
      const type = ast._tag.toLowerCase()
      return (value) => typeof value === type && passes(value)
    }
    case "Objects":
      return ast.indexSignatures.length > 0 ? isJsonObject : undefined
    default:
      return undefined
  }
}

/**
 * Compiles a fast path for a schema of plain arguments. It is `true` only for values that the schema accepts; if it is
 * `false`, the schema decides. Most verbs carry an actor, an attempt, and a lease, a sentence or a result, for which the
 * schema costs as much as the rest of the verb.
 */
export const fastPath = ({ ast }: Schema.Struct<Schema.Struct.Fields>): ((payload: object) => boolean) => {
  const fields = new Map(
    ast.propertySignatures.map(({ name, type }) => [
      String(name),
      { test: testOf(type), isRequired: type.context?.isOptional !== true }
    ])
  )
  const required = [...fields.values()].filter(({ isRequired }) => isRequired).length
  return (payload) => {
    let missing = required
    for (const [key, value] of Object.entries(payload)) {
      const field = fields.get(key)
      if (field?.test?.(value) !== true) return false
      if (field.isRequired) missing -= 1
    }
    return missing === 0
  }
}
