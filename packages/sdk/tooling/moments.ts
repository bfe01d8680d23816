/** Finds the fields that hold a moment. The client converts arguments by the names of these fields. */
import { HandoffRecord, Timestamp, verbs } from "@aumai/handoff-protocol"
import type * as SchemaAST from "effect/SchemaAST"

import { bodyOf } from "../../../tooling/schemas.ts"

const fieldsBelow = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.PropertySignature> => {
  switch (ast._tag) {
    case "Objects":
      return [...ast.propertySignatures, ...ast.propertySignatures.flatMap(({ type }) => fieldsBelow(type))]
    case "Union":
      return ast.types.flatMap(fieldsBelow)
    case "Arrays":
      return [...ast.elements, ...ast.rest].flatMap(fieldsBelow)
    default:
      return []
  }
}

// The options of `changes` have no moments: their `until` is a word.
const { changes: _, ...others } = verbs

const fields = [HandoffRecord, ...Object.values(others).map(({ input }) => input)].flatMap(({ ast }) =>
  fieldsBelow(ast)
)

const namesOf = (isMoment: boolean): ReadonlySet<string> =>
  new Set(
    fields.filter(({ type }) => (bodyOf(type) === bodyOf(Timestamp.ast)) === isMoment).map(({ name }) => String(name))
  )

/** The names of all fields with a moment, in records and in the input of verbs. Throws if another field has such a name. */
export const momentNames = (): ReadonlyArray<string> => {
  const others = namesOf(false)
  const names = [...namesOf(true)].toSorted()
  const ambiguous = names.find((name) => others.has(name))
  if (ambiguous !== undefined) throw new Error(`${ambiguous} is a moment in one schema and not in another; rename one`)
  return names
}
