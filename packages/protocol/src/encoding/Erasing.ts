/** Erases the body of an event: the fields that may be large or personal. */
import type * as SchemaAST from "effect/SchemaAST"

import { HandoffEvent } from "../model/HandoffEvent.ts"
import { HandoffRecord } from "../model/HandoffRecord.ts"
import type { Digest } from "../values/Digest.ts"
import { taggedBy } from "./WireFields.ts"

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The member of a schema that a value is of; `undefined` if the schema is not that of an object. */
const memberOf = (ast: SchemaAST.AST, value: Fields): SchemaAST.Objects | undefined => {
  if (ast._tag === "Objects") return ast
  if (ast._tag !== "Union") return undefined
  for (const key of ["_tag", "status"]) {
    const member = taggedBy(key, ast)?.get(value[key])
    if (member !== undefined) return member
  }
  return undefined
}

const without = (ast: SchemaAST.AST, value: Fields): Fields => {
  const kept: Record<string, unknown> = {}
  for (const { name, type } of memberOf(ast, value)?.propertySignatures ?? []) {
    const given = value[String(name)]
    if (given === undefined) continue
    const { annotations, isOptional } = type.context ?? {}
    if (annotations?.["part"] !== "body") kept[String(name)] = isFields(given) ? without(type, given) : given
    else if (isOptional !== true) kept[String(name)] = annotations["erased"]
  }
  // A value of no object, such as a moment, has no body.
  return memberOf(ast, value) === undefined ? value : kept
}

/** A record without the fields that can be erased; required ones become empty. */
export const bodiless = (record: HandoffRecord): object =>
  // The cast: a record is an object.
  without(HandoffRecord.ast, record as unknown as Fields)

/** Replaces the body of an event and its salt by their digest; required fields of the body become empty. */
export const erasedBy = (event: HandoffEvent, body: Digest): HandoffEvent => {
  const { salt: _, ...rest } = event
  // The cast: only fields of the body were removed, and the required ones have a value of their type.
  return { ...without(HandoffEvent.ast, rest), body } as unknown as HandoffEvent
}
