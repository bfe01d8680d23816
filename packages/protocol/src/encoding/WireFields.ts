/** Reads fields, checks and tags from domain schemas, for the codecs and the schemas of the wire. */
import type * as SchemaAST from "effect/SchemaAST"

import { Timestamp } from "../values/Fields.ts"
import { type Dialect, last } from "./WireTable.ts"

/** Converts the name of a field to its wire name. */
export const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Copies a schema without the context of its field and without its encoding. */
export const bare = (ast: SchemaAST.AST): SchemaAST.AST =>
  // The cast: `Object.create` forgets the prototype's type.
  Object.assign(Object.create(Object.getPrototypeOf(ast)) as SchemaAST.AST, ast, {
    context: undefined,
    encoding: undefined
  })

export const isMoment = (ast: SchemaAST.AST): boolean => ast._tag === "Declaration" && ast.run === Timestamp.ast.run

export const filtersOf = (checks: SchemaAST.Checks | undefined): ReadonlyArray<SchemaAST.Filter<unknown>> =>
  (checks ?? []).flatMap((check) => (check._tag === "Filter" ? [check] : filtersOf(check.checks)))

/** A field of an object, or of several objects that have one form on the wire. */
export interface Field {
  readonly key: string
  readonly name: string
  readonly type: SchemaAST.AST
  /** `true` if the field may be missing or null. */
  readonly isOptional: boolean
}

export const isRequiredIn = (key: string) => (ast: SchemaAST.Objects) =>
  ast.propertySignatures.some(({ name, type }) => name === key && type.context?.isOptional !== true)

/** Merges the fields of the members of a union. If two members differ in a field, the later one counts, because it is wider. */
export const fieldsOf = (
  members: ReadonlyArray<SchemaAST.Objects>,
  { defaults = {} }: Dialect
): ReadonlyArray<Field> => {
  const types = new Map<string, SchemaAST.AST>()
  const required = new Map<string, number>()
  for (const { propertySignatures } of members) {
    for (const { name, type } of propertySignatures) {
      const key = String(name)
      types.set(key, type)
      if (type.context?.isOptional !== true) required.set(key, (required.get(key) ?? 0) + 1)
    }
  }
  return [...types].map(([key, type]) => ({
    key,
    name: snake(key),
    type,
    isOptional: key in defaults || required.get(key) !== members.length
  }))
}

/** Orders fields as they are written. */
export const ordered = <A extends { readonly key: string }>(fields: ReadonlyArray<A>, { first = [] }: Dialect) => {
  const rank = ({ key }: A) => (first.includes(key) ? first.indexOf(key) : first.length + 1 + last.indexOf(key))
  return fields.toSorted((a, b) => rank(a) - rank(b))
}

/** Maps the literal in a field to the member of a union; `undefined` unless every member has one. */
export const taggedBy = (
  key: string,
  { types }: SchemaAST.Union
): ReadonlyMap<unknown, SchemaAST.Objects> | undefined => {
  const members = new Map<unknown, SchemaAST.Objects>()
  for (const type of types) {
    if (type._tag !== "Objects") return undefined
    const tag = type.propertySignatures.find(({ name }) => name === key)?.type
    if (tag?._tag === "Literal") members.set(tag.literal, type)
  }
  return members.size === types.length ? members : undefined
}
