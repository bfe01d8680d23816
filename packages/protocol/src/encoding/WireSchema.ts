/** The schemas of the wire, derived from those of the domain. JSON Schema is generated from them, and they name the faults of bad JSON. */
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"

import { HandoffEvent } from "../model/HandoffEvent.ts"
import { HandoffRecord, HandoffResponse } from "../model/HandoffRecord.ts"
import { HandoffRequest } from "../model/HandoffRequest.ts"
import { HandoffStatus } from "../model/HandoffStatus.ts"
import { parseMoment } from "../values/Moment.ts"
import { compile, fault } from "./WireCodec.ts"
import { bare, type Field, fieldsOf, filtersOf, isMoment, ordered, taggedBy } from "./WireFields.ts"
import { ArchivedHandoff, type Dialect, dialectOf } from "./WireTable.ts"
import type { WireArchived, WireEvent, WireRecord, WireRequest, WireResponse } from "./WireTypes.ts"

// The part of a timestamp that a JSON Schema pattern can express; `parseMoment` checks the calendar. JSON Schema needs the flag u.
const moment =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/u

// The pattern comes last, because JSON Schema takes the annotations of the last check.
export const WireTimestamp = Schema.String.check(
  Schema.makeFilter(
    (text) =>
      !moment.test(text) ||
      !Number.isNaN(parseMoment(text)) ||
      "Expected a day that is in the calendar, in the years 0000 to 9999 of UTC"
  ),
  Schema.isPattern(moment, { expected: "a timestamp such as 2026-12-01T09:00:00Z" })
).annotate({ description: "RFC 3339, as in 2026-12-01T09:00:00Z; without a zone it is UTC; kept to the millisecond" })

type Any = Schema.Codec<unknown>

const make = (ast: SchemaAST.AST): Any => Schema.make<Any>(ast)

/** Adds the checks of a domain schema, which run on the value that the JSON stands for. */
const checkedAs = (ast: SchemaAST.AST, schema: Any): Any => {
  const unchecked = make(Object.assign(bare(ast), { checks: undefined }))
  const { read } = compile(() => unchecked)
  const [first, ...others] = filtersOf(ast.checks).map(
    ({ run, annotations, aborted }) =>
      new SchemaAST.Filter<unknown>(
        (json, self, options) => {
          const value = read(json)
          return value === fault ? undefined : run(value, self, options)
        },
        annotations,
        aborted
      )
  )
  return first === undefined ? schema : schema.check(first, ...others)
}

const fieldOf = ({ key, type, isOptional }: Field, { defaults = {} }: Dialect): Any => {
  if (key === "_tag" && type._tag === "Literal") return Schema.tag(type.literal)
  const inner = derive(type)
  const nullable = Schema.NullOr(inner)
  const isJson = type._tag === "Objects" && type.indexSignatures.length > 0
  const field = isOptional
    ? Schema.optionalKey(isJson && key in defaults ? nullable.annotate({ default: {} }) : nullable)
    : inner
  const annotations = type.context?.annotations
  return annotations === undefined ? field : field.annotateKey(annotations)
}

const structOf = (fields: ReadonlyArray<Field>, dialect: Dialect): Any =>
  Schema.Struct(Object.fromEntries(fields.map((field) => [field.name, fieldOf(field, dialect)])))

const unionOf = (ast: SchemaAST.Union, dialect: Dialect): Any => {
  const states = taggedBy("status", ast)
  if (states === undefined) return Schema.Union(ast.types.map(derive)).annotate(ast.annotations ?? {})
  const fields = fieldsOf([...states.values()], dialect).map((field) =>
    field.key === "status"
      ? { ...field, type: Object.assign(bare(HandoffStatus.ast), { context: field.type.context }) }
      : field
  )
  return structOf(ordered(fields, dialect), dialect)
}

const shapeOf = (ast: SchemaAST.AST, dialect: Dialect): Any => {
  const [item] = ast._tag === "Arrays" ? ast.rest : []
  if (item !== undefined) return checkedAs(ast, Schema.Array(derive(item)))
  if (ast._tag === "Objects" && ast.indexSignatures.length === 0)
    return checkedAs(ast, structOf(fieldsOf([ast], dialect), dialect))
  if (ast._tag === "Union" && ast.types.some((type) => type._tag !== "Literal")) return unionOf(ast, dialect)
  return isMoment(ast) ? WireTimestamp : make(bare(ast))
}

const named = new Map<string, Any>()

const derive = (ast: SchemaAST.AST): Any => {
  const dialect = dialectOf(ast)
  const { identifier, message } = dialect
  if (identifier === undefined) return shapeOf(ast, dialect)
  const known = named.get(identifier)
  if (known !== undefined) return known
  const schema = shapeOf(ast, dialect).annotate({ identifier, ...(message && { message }) })
  named.set(identifier, schema)
  return schema
}

/** Derives the wire schema of a domain schema. */
export const wireSchemaOf = (schema: Schema.Constraint): Any => derive(schema.ast)

/** A wire schema of one object. */
export interface WireStruct<A> extends Schema.Codec<A> {
  readonly fields: Schema.Struct.Fields
}

/** A wire schema of one object for each `_tag`. */
export interface WireUnion<A> extends Schema.Codec<A> {
  readonly members: ReadonlyArray<WireStruct<A> & { readonly fields: { readonly _tag: Schema.tag<string> } }>
}

/** The schema of every wire type by name. The JSON Schema files are generated from these. */
export const wireSchemas = {
  // The casts: the schemas are derived at run time; tests hold that they have these types.
  get HandoffRequest() {
    return derive(HandoffRequest.ast) as WireStruct<WireRequest>
  },
  get HandoffResponse() {
    return derive(HandoffResponse.ast) as WireStruct<WireResponse>
  },
  get HandoffRecord() {
    return derive(HandoffRecord.ast) as WireStruct<WireRecord>
  },
  get HandoffEvent() {
    return derive(HandoffEvent.ast) as WireUnion<WireEvent>
  },
  get ArchivedHandoff() {
    return derive(ArchivedHandoff.ast) as WireStruct<WireArchived>
  }
}
