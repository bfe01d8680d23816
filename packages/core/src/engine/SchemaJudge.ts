import { readJson } from "@aumai/handoff-protocol"
/** Judges JSON Schemas and contents. It runs in the box, so it imports no Effect and no part of the engine. */
import { dereference, format, type OutputUnit, validate } from "@cfworker/json-schema"

import { removeAnnotations, type SchemaFault, staticFaults } from "./SchemaKeywords.ts"

export type { SchemaFault } from "./SchemaKeywords.ts"

/** A schema to be judged, or a content to be judged by a schema. It crosses to the box as JSON text. */
export interface SchemaQuestion {
  /** The JSON Schema. */
  readonly schema: unknown
  /** The content that must fit the schema; without it, the schema itself is judged. */
  readonly content?: unknown
  /** Lists every fault of the content instead of the first ones found. That can take much more time and memory. */
  readonly isDetailed?: boolean
}

/** The faults of a schema or a content, none if it fits; or the limit at which the box gave up, as a clause. */
export type SchemaAnswer =
  | { readonly faults: ReadonlyArray<SchemaFault>; readonly more: number }
  | { readonly gaveUp: string }

// The faults that an answer lists, and the UTF-16 units of each text in it: a message quotes a whole `enum` or pattern.
const listed = 5
const textUnits = 500

const cut = (text: string): string =>
  text.length <= textUnits ? text : `${text.slice(0, textUnits - 1).toWellFormed()}…`

// `format` is an annotation in draft 2020-12. The validator would assert it, with regular expressions that never end.
for (const name of Object.keys(format)) delete format[name]
Object.setPrototypeOf(format, null)

/** The innermost faults. An outer fault precedes those inside it and only says that something inside is wrong. */
const innermost = (errors: ReadonlyArray<OutputUnit>): ReadonlyArray<SchemaFault> =>
  errors
    .filter(({ keyword, keywordLocation }, index) => {
      const next = errors[index + 1]
      // The fault around a `false` schema names the unexpected value; the branch of an `if` names its fault.
      if (keyword === "false" || keyword === "if") return false
      return next === undefined || next.keyword === "false" || !next.keywordLocation.startsWith(`${keywordLocation}/`)
    })
    // Joined with others into one sentence.
    .map(({ error, instanceLocation }) => ({ path: instanceLocation.slice(1), expected: error.replace(/\.$/, "") }))

const faultsOf = ({ schema, isDetailed = false, ...rest }: SchemaQuestion): ReadonlyArray<SchemaFault> => {
  removeAnnotations(schema)
  if ("content" in rest) return innermost(check(schema, rest.content, !isDetailed))
  const faults = staticFaults(schema)
  // A trial: references that multiply take too long with any content.
  if (faults.length === 0) check(schema, {}, true)
  return faults
}

/** The faults of a content; only those of the first item and property that do not fit, if it `stopsEarly`. */
const check = (schema: unknown, content: unknown, stopsEarly: boolean): ReadonlyArray<OutputUnit> => {
  // The cast: the validator fails by itself if the schema is not one.
  const own = schema as object
  return validate(content, own, "2020-12", dereference(own), stopsEarly).errors
}

/** Judges a question, given as the JSON text of a `SchemaQuestion`. It can take any time and any memory. */
export const judge = (text: string): SchemaAnswer => {
  // The cast: `SchemaBox` wrote the text.
  const question = readJson(text) as SchemaQuestion
  try {
    const faults = faultsOf(question)
    const some = faults.slice(0, listed).map(({ expected, path }) => ({ path: cut(path), expected: cut(expected) }))
    return { faults: some, more: faults.length - some.length }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    // The stack is a limit of the machine, like time and memory.
    if (cause instanceof RangeError) return { gaveUp: cut(`it nests too deeply: ${message}`) }
    const expected = "content" in question ? "Its schema cannot be used" : "Expected a JSON Schema that can be used"
    return { faults: [{ path: "", expected: cut(`${expected}: ${message}`) }], more: 0 }
  }
}
