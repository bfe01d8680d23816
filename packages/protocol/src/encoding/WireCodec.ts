/** Codecs of the wire format, compiled from the domain schemas. They accept exactly the JSON that the wire schemas accept. */
import type * as DateTime from "effect/DateTime"
import type * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"

import { canonical, quoted } from "../values/Digest.ts"
import { isJsonObject, isJsonValue } from "../values/Json.ts"
import { formatMoment, momentAt, parseMoment } from "../values/Moment.ts"
import { fieldsOf, filtersOf, isMoment, isRequiredIn, ordered, snake, taggedBy } from "./WireFields.ts"
import { type Dialect, dialectOf } from "./WireTable.ts"

/** The result of reading JSON that its schema does not accept. */
export const fault = Symbol("fault")

/** Reads and writes the values of one domain schema. */
export interface Codec<A, Json> {
  /** Reads and checks in one pass. Names no faults; the schema of the wire does. */
  readonly read: (json: unknown) => A | typeof fault
  readonly write: (value: A) => Json
  /** Writes the canonical JSON (RFC 8785). */
  readonly text: (value: A) => string
  /** Writes the canonical JSON without the fields that are marked as parts of the body, or stand beside the event. */
  readonly head: (value: A) => string
  /** Writes the canonical JSON of the fields of the body, at their places; `undefined` if the value has none. */
  readonly body: (value: A) => string | undefined
}
type Any = Codec<unknown, unknown>
type Writer = Omit<Any, "read">
type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const options: SchemaAST.ParseOptions = {}

/** Compiles the checks of a schema to one predicate of domain values. */
export const checksOf = (ast: SchemaAST.AST): ((value: unknown) => boolean) => {
  const [first, ...others] = filtersOf(ast.checks)
  if (first === undefined) return () => true
  return (value) => {
    if (first.run(value, ast, options) !== undefined) return false
    for (const filter of others) if (filter.run(value, ast, options) !== undefined) return false
    return true
  }
}

const itself = (value: unknown): unknown => value

const none = (): undefined => undefined

/** Writes a value that is as a whole in the event or in its body. */
const undivided = (text: Any["text"]): Omit<Writer, "write"> => ({ text, head: text, body: none })

/** Makes the codec of a value that is the same on the wire. */
const kept = (is: (value: unknown) => boolean, text: (value: never) => string): Any => ({
  read: (json) => (is(json) ? json : fault),
  write: itself,
  // The cast: `text` gets only values that `is` accepts.
  ...undivided(text as Any["text"])
})

const checked = (ast: SchemaAST.AST, type: string, text: (value: never) => string): Any => {
  const passes = checksOf(ast)
  return kept((value) => typeof value === type && passes(value), text)
}

const moment: Any = {
  read: (json) => {
    const milliseconds = typeof json === "string" ? parseMoment(json) : Number.NaN
    return Number.isNaN(milliseconds) ? fault : momentAt(milliseconds)
  },
  // The casts: the schema is that of moments.
  write: (value) => formatMoment(value as DateTime.Utc),
  ...undivided((value) => `"${formatMoment(value as DateTime.Utc)}"`)
}

/** The caller's own JSON. */
const foreign = kept(isJsonObject, canonical)

const listOf = (ast: SchemaAST.Arrays): Any => {
  const item = codecOf(ast.rest[0] as SchemaAST.AST)
  const passes = checksOf(ast)
  const read = (json: unknown): unknown => {
    if (!Array.isArray(json)) return fault
    const values: Array<unknown> = []
    for (const one of json) {
      const value = item.read(one)
      if (value === fault) return fault
      values.push(value)
    }
    return passes(values) ? values : fault
  }
  // The casts: the schema is that of an array.
  return {
    read,
    write: item.write === itself ? itself : (value) => (value as ReadonlyArray<unknown>).map(item.write),
    ...undivided((value) => `[${(value as ReadonlyArray<unknown>).map(item.text).join(",")}]`)
  }
}

/** Reads one member of a union. The members have one form on the wire, so the fields of all `members` are checked. */
const readerOf = (
  member: SchemaAST.Objects,
  dialect: Dialect,
  members: ReadonlyArray<SchemaAST.Objects>,
  status: string
): Any["read"] => {
  const own = new Set(member.propertySignatures.map(({ name }) => name))
  const fields = new Map(
    fieldsOf(members, dialect).map((field) => [
      field.name,
      { ...field, ...codecOf(field.type), isKept: own.has(field.key) }
    ])
  )
  if (members.length > 1) fields.delete("status")
  const required = [...fields.values()].filter(({ isOptional }) => !isOptional).length
  const defaults = Object.entries(dialect.defaults ?? {}).filter(([key]) => isRequiredIn(key)(member))
  const passes = checksOf(member)
  return (json) => {
    if (!isFields(json)) return fault
    const value: Record<string, unknown> = members.length > 1 ? { status } : {}
    let missing = required
    for (const name in json) {
      const field = fields.get(name)
      if (field === undefined) continue
      const given = json[name]
      if (given === null && field.isOptional) continue
      const read = field.read(given)
      if (read === fault) return fault
      if (!field.isOptional) missing -= 1
      if (field.isKept) value[field.key] = read
    }
    if (missing > 0) return fault
    for (const [key, fallback] of defaults) if (value[key] === undefined) value[key] = fallback(status)
    return passes(value) ? value : fault
  }
}

const writerOf = (ast: SchemaAST.Objects, dialect: Dialect): Writer => {
  const { always = {}, omitted = {} } = dialect
  const types = new Map(ast.propertySignatures.map(({ name, type }) => [String(name), type]))
  const fields = ordered(
    [...new Set([...types.keys(), ...Object.keys(always)])].map((key) => {
      const type = types.get(key)
      const codec = type === undefined ? foreign : codecOf(type)
      const part = type?.context?.annotations?.["part"]
      return { key, name: snake(key), ...codec, part, otherwise: always[key], omitted: omitted[key] }
    }),
    dialect
  )
  const sorted = fields.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const places = new Map(
    sorted.map((field, place) => [field.key, { ...field, place, prefix: `,"${field.name}":` }] as const)
  )
  type Placed = (typeof sorted)[number]
  /** Writes some of the fields. `write` gives the text of one; `has` tells whether a field without a value is written. */
  const textBy = (has: (field: Placed) => boolean, write: (field: Placed, given: unknown) => string | undefined) => {
    const blank = sorted.map((field) =>
      field.otherwise === undefined || !has(field) ? "" : `,"${field.name}":${canonical(field.otherwise())}`
    )
    return (value: unknown): string => {
      const parts = blank.slice()
      // Visits only the keys that are present: a state has many optional fields and few of them.
      for (const key in value as Fields) {
        const field = places.get(key)
        if (field === undefined) continue
        // The cast: the schema is that of an object.
        const given = (value as Fields)[key]
        if (given === undefined || given === field.omitted) continue
        const text = write(field, given)
        if (text !== undefined) parts[field.place] = field.prefix + text
      }
      return parts.join("").slice(1)
    }
  }
  const text = textBy(
    () => true,
    (field, given) => field.text(given)
  )
  const head = textBy(
    ({ part }) => part === undefined,
    (field, given) => (field.part === undefined ? field.head(given) : undefined)
  )
  const body = textBy(
    ({ part }) => part === "body",
    (field, given) =>
      field.part === "body" ? field.text(given) : field.part === undefined ? field.body(given) : undefined
  )
  return {
    write: (value) => {
      const json: Record<string, unknown> = {}
      for (const field of fields) {
        // The cast: the schema is that of an object.
        const given = (value as Fields)[field.key]
        if (given === undefined) {
          if (field.otherwise !== undefined) json[field.name] = field.otherwise()
        } else if (given !== field.omitted) json[field.name] = field.write(given)
      }
      return json
    },
    text: (value) => `{${text(value)}}`,
    head: (value) => `{${head(value)}}`,
    body: (value) => {
      const fields = body(value)
      return fields === "" ? undefined : `{${fields}}`
    }
  }
}

const objectOf = (ast: SchemaAST.Objects, dialect = dialectOf(ast), members = [ast], status = ""): Any => ({
  read: readerOf(ast, dialect, members, status),
  ...writerOf(ast, dialect)
})

/** Writes each value with the codec of its member of a union. */
const writerBy = (codecFor: (value: unknown) => Any): Writer => ({
  write: (value) => codecFor(value).write(value),
  text: (value) => codecFor(value).text(value),
  head: (value) => codecFor(value).head(value),
  body: (value) => codecFor(value).body(value)
})

/** Compiles on first use, because a program meets few of the events and states. */
const lazily = (make: () => Any): Any => {
  let made: Any | undefined
  const codec = () => (made ??= make())
  return { read: (json) => codec().read(json), ...writerBy(codec) }
}

const taggedUnion = (
  key: string,
  members: ReadonlyMap<unknown, SchemaAST.Objects>,
  make: (type: SchemaAST.Objects, tag: string) => Any
): Any => {
  const codecs = new Map([...members].map(([tag, type]) => [tag, lazily(() => make(type, String(tag)))]))
  // The casts: the schema has a member for the tag of each of its values.
  const codecFor = (value: unknown) => codecs.get((value as Fields)[key]) as Any
  return {
    read: (json) => {
      const codec = isFields(json) ? codecs.get(json[key]) : undefined
      return codec === undefined ? fault : codec.read(json)
    },
    ...writerBy(codecFor)
  }
}

const unionOf = (ast: SchemaAST.Union): Any => {
  const values = new Set<unknown>(ast.types.flatMap((type) => (type._tag === "Literal" ? [type.literal] : [])))
  if (values.size === ast.types.length) return kept((value) => values.has(value), canonical)
  const events = taggedBy("_tag", ast)
  if (events !== undefined) return taggedUnion("_tag", events, (type) => objectOf(type))
  const states = taggedBy("status", ast)
  if (states !== undefined) {
    const all = [...states.values()]
    return taggedUnion("status", states, (type, status) => objectOf(type, dialectOf(ast), all, status))
  }
  const members = ast.types.flatMap((type) => (type._tag === "Objects" ? [{ type, codec: objectOf(type) }] : []))
  // The casts: each value of the union has the fields that one of its members requires.
  const codecFor = (value: unknown) =>
    members.find(({ type }) =>
      type.propertySignatures.every(({ name }) => name in (value as Fields) || !isRequiredIn(String(name))(type))
    )?.codec as Any
  return {
    read: (json) => {
      for (const { codec } of members) {
        const value = codec.read(json)
        if (value !== fault) return value
      }
      return fault
    },
    ...writerBy(codecFor)
  }
}

const make = (ast: SchemaAST.AST): Any => {
  switch (ast._tag) {
    case "String":
      return checked(ast, "string", quoted)
    case "Number":
      return checked(ast, "number", String)
    case "Boolean":
      return checked(ast, "boolean", String)
    case "Literal":
      return kept((value) => value === ast.literal, canonical)
    case "Arrays":
      return lazily(() => listOf(ast))
    case "Union":
      return lazily(() => unionOf(ast))
    case "Objects":
      return ast.indexSignatures.length > 0 ? foreign : lazily(() => objectOf(ast))
    default:
      // The only other declaration is `JsonValue`.
      return isMoment(ast) ? moment : kept(isJsonValue, canonical)
  }
}

const codecs = new WeakMap<SchemaAST.AST, Any>()

const codecOf = (ast: SchemaAST.AST): Any => {
  const codec = codecs.get(ast) ?? make(ast)
  codecs.set(ast, codec)
  return codec
}

/** A codec that knows the schema it was compiled from. */
export interface Compiled<A, Json> extends Codec<A, Json> {
  readonly schema: () => Schema.Constraint
}

/** Compiles a schema of the domain. */
export const compile = <A, Json>(schema: () => Schema.Constraint): Compiled<A, Json> => ({
  // The cast: the tests hold that a compiled codec reads and writes the type of its schema.
  ...(lazily(() => codecOf(schema().ast)) as Codec<A, Json>),
  schema
})
