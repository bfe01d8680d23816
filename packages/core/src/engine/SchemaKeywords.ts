/**
 * Judges a JSON Schema without a content: the values of the keywords, the references, and the patterns. A schema may have
 * further keys, which are annotations by the specification.
 */
import { limits } from "@aumai/handoff-protocol"
import { dereference } from "@cfworker/json-schema"

/** A fault of a schema or of a content. */
export interface SchemaFault {
  /** The path within the schema, such as `.properties.total.type`; within a content a JSON Pointer. */
  readonly path: string
  /** The expected value, as a sentence; for a content, the fault in the words of the validator. */
  readonly expected: string
}

type Node = Readonly<Record<string, unknown>>

/** The rule of a keyword, and the schemas inside its value. */
interface Rule {
  readonly expected: string
  readonly fits: (value: unknown) => boolean
  readonly inside?: (value: unknown) => ReadonlyArray<readonly [path: string, schema: unknown]>
  /** The schemas inside are applied to the same value as the schema that contains them. */
  readonly isInPlace?: boolean
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value)
const isSchema = (value: unknown): boolean => typeof value === "boolean" || isNode(value)
const isText = (value: unknown): value is string => typeof value === "string"
const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every(isText) && new Set(value).size === value.length
const isReference = (value: unknown): boolean => isText(value) && value !== ""

// UTF-16 units. An engine cannot be interrupted while it compiles a pattern; for this many it usually takes some tenths of a second.
const patternUnits = 4096

/** Describes why the validator cannot compile a pattern; it compiles with the flag u, which allows no needless escapes. */
const patternFault = (pattern: string): string | undefined => {
  if (pattern.length > patternUnits) return `Expected a pattern of at most ${patternUnits} characters`
  try {
    // Compiled when it first runs, and again for text outside of Latin 1.
    const compiled = new RegExp(pattern, "u")
    for (const text of ["a", "\u{1F600}"]) compiled.test(text)
    return undefined
  } catch (cause) {
    return `Expected a regular expression of JavaScript with the flag u; ${cause instanceof Error ? cause.message : ""}`
  }
}

const step = (key: string): string => (/^[\w$-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`)

// The cast of both: `fits` has checked that the value is an array or an object.
const items = (value: unknown) =>
  (value as ReadonlyArray<unknown>).map((schema, index) => [`[${index}]`, schema] as const)
const members = (value: unknown) => Object.entries(value as Node).map(([key, schema]) => [step(key), schema] as const)

const schema: Rule = {
  expected: "Expected a schema: an object or a boolean",
  fits: isSchema,
  inside: (value) => [["", value]]
}
const schemas: Rule = {
  expected: "Expected an array of schemas",
  fits: (value) => Array.isArray(value) && value.length > 0,
  inside: items
}
const map: Rule = { expected: "Expected an object of schemas", fits: isNode, inside: members }
const inPlace = (rule: Rule): Rule => ({ ...rule, isInPlace: true })

const text: Rule = { expected: "Expected a text", fits: isText }
const flag: Rule = { expected: "Expected true or false", fits: (value) => typeof value === "boolean" }
const number: Rule = { expected: "Expected a number", fits: (value) => typeof value === "number" }
const list: Rule = { expected: "Expected an array", fits: Array.isArray }
const count: Rule = {
  expected: "Expected a whole number from 0",
  fits: (value) => Number.isInteger(value) && Number(value) >= 0
}

const types = ["null", "boolean", "object", "array", "number", "integer", "string"]
const isType = (value: unknown): boolean => isText(value) && types.includes(value)

/** Counts the bytes of a text in UTF-8, of which each that is no ASCII is an escape in a URI. */
const utf8Length = (text: string): number => encodeURI(text).replaceAll(/%[0-9A-F]{2}/g, "x").length

const draft = "https://json-schema.org/draft/2020-12/schema"

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...["additionalProperties", "unevaluatedProperties", "propertyNames"].map((name) => [name, schema] as const),
  ...["contains", "unevaluatedItems", "contentSchema"].map((name) => [name, schema] as const),
  ["items", { ...schema, expected: "Expected a schema; an array of schemas is prefixItems in draft 2020-12" }],
  ["prefixItems", schemas],
  ...["allOf", "anyOf", "oneOf"].map((name) => [name, inPlace(schemas)] as const),
  ...["not", "if", "then", "else"].map((name) => [name, inPlace(schema)] as const),
  ...["$defs", "definitions", "properties", "patternProperties"].map((name) => [name, map] as const),
  ["dependentSchemas", inPlace(map)],
  [
    "type",
    {
      expected: `Expected a type (${types.join(", ")}) or an array of types`,
      fits: (value) => isType(value) || (isNames(value) && Array.isArray(value) && value.every(isType))
    }
  ],
  ["required", { expected: "Expected an array of property names, beside properties", fits: isNames }],
  [
    "dependentRequired",
    {
      expected: "Expected an object of arrays of property names",
      fits: (value) => isNode(value) && Object.values(value).every(isNames)
    }
  ],
  ...["enum", "examples"].map((name) => [name, list] as const),
  ...[
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minContains",
    "maxContains",
    "minProperties",
    "maxProperties"
  ].map((name) => [name, count] as const),
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].map((name) => [name, number] as const),
  ["const", { expected: "Expected a value", fits: () => true }],
  ["multipleOf", { expected: "Expected a number above 0", fits: (value) => number.fits(value) && Number(value) > 0 }],
  ...["uniqueItems", "deprecated", "readOnly", "writeOnly"].map((name) => [name, flag] as const),
  ...["title", "description", "$comment", "format", "pattern", "contentEncoding", "contentMediaType"].map(
    (name) => [name, text] as const
  ),
  ["$vocabulary", { expected: "Expected an object", fits: isNode }],
  [
    "$schema",
    {
      expected: `Expected ${draft}: convert the schema to draft 2020-12, or leave $schema out if it has no keyword of another draft`,
      fits: (value) => value === draft || value === `${draft}#`
    }
  ],
  [
    "$id",
    {
      expected: "Expected a URI without a fragment",
      fits: (value) => isReference(value) && !String(value).includes("#")
    }
  ],
  [
    "$anchor",
    { expected: "Expected a plain name", fits: (value) => isText(value) && /^[A-Za-z_][-A-Za-z0-9._]*$/.test(value) }
  ],
  ["$ref", { expected: "Expected a reference such as #/$defs/name", fits: isReference }]
])

// Judged within a tenth of the time for a question. The largest schemas in use apply some hundreds to one value.
const mostApplied = 10_000

const elsewhere = "Expected no keyword of another draft; in 2020-12 it is"
const unsupported = "Expected $ref and $anchor; this keyword is not supported"

/** The keywords that would change what a schema means if the validator ignored them, or that it would take as its own. */
const refused: ReadonlyMap<string, string> = new Map([
  ...["$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor"].map((name) => [name, unsupported] as const),
  ["additionalItems", `${elsewhere} items, beside prefixItems`],
  ["dependencies", `${elsewhere} dependentRequired or dependentSchemas`],
  ["id", `${elsewhere} $id`],
  ["divisibleBy", `${elsewhere} multipleOf`],
  ["disallow", `${elsewhere} not`],
  ["extends", `${elsewhere} allOf`],
  ...["__absolute_uri__", "__absolute_ref__", "__absolute_recursive_ref__"].map(
    (name) => [name, "Expected no key of this name"] as const
  )
])

const decoded = (reference: string): string => {
  try {
    return decodeURIComponent(reference)
  } catch {
    // It leads nowhere, which is found later.
    return reference
  }
}

/** The references of a schema, and of everything in it, as one text, with the keys in them as they are. */
const referencesIn = (root: unknown): string => {
  const found: Array<string> = []
  JSON.stringify(root, (key, value: unknown) => {
    if (key === "$ref" && isReference(value)) found.push(decoded(String(value)))
    return value
  })
  // RFC 6901, section 4: a pointer writes / as ~1 and ~ as ~0.
  return found.join(" ").replaceAll("~1", "/").replaceAll("~0", "~")
}

/**
 * Removes the unknown keywords that no reference leads into. They are annotations, such as `example`, but the validator
 * would take an `id` or a `$ref` in their values as its own.
 */
export const removeAnnotations = (root: unknown): void => {
  const references = referencesIn(root)
  const prune = (node: unknown): void => {
    if (!isNode(node)) return
    // The cast: the schema is a copy.
    const own = node as Record<string, unknown>
    for (const [key, value] of Object.entries(own)) {
      const rule = rules.get(key)
      if (rule?.fits(value) === true) for (const [, one] of rule.inside?.(value) ?? []) prune(one)
      else if (rule === undefined && !refused.has(key) && !references.includes(key)) delete own[key]
    }
  }
  prune(root)
}

/** The faults of a schema. It writes into the schema, as the validator does. */
export const staticFaults = (root: unknown): ReadonlyArray<SchemaFault> => {
  const faults: Array<SchemaFault> = []
  const fault = (path: string, expected: string): void => void faults.push({ path, expected })
  /** The path of each judged schema. */
  const paths = new Map<Node, string>()
  /** The schemas that each schema applies to its own value, with their paths. */
  const applied = new Map<Node, Array<readonly [path: string, schema: unknown]>>()

  const walk = (at: string, node: unknown): void => {
    if (typeof node === "boolean") return
    if (!isNode(node)) return fault(at, schema.expected)
    if (paths.has(node)) return
    paths.set(node, at)
    const same: Array<readonly [string, unknown]> = []
    applied.set(node, same)
    for (const [key, value] of Object.entries(node)) {
      const path = `${at}${step(key)}`
      const refusal = refused.get(key)
      if (refusal !== undefined) fault(path, refusal)
      const rule = rules.get(key)
      if (rule === undefined) continue
      if (!rule.fits(value)) {
        fault(path, rule.expected)
        continue
      }
      const patterns: ReadonlyArray<readonly [string, string]> =
        key === "pattern"
          ? [["", String(value)]]
          : key === "patternProperties" && isNode(value)
            ? Object.keys(value).map((pattern) => [step(pattern), pattern] as const)
            : []
      for (const [inner, pattern] of patterns) {
        const problem = patternFault(pattern)
        if (problem !== undefined) fault(path + inner, problem)
      }
      for (const [inner, one] of rule.inside?.(value) ?? []) {
        if (rule.isInPlace === true) same.push([path + inner, one])
        walk(path + inner, one)
      }
    }
  }

  /** Finds references that lead nowhere. One that leads to a place without a keyword makes that a schema, too. */
  const resolve = (): void => {
    const targets = dereference(root as object)
    // The map grows while references lead to further schemas.
    for (const [node, at] of paths) {
      if (node["$ref"] === undefined) continue
      const path = `${at}.$ref`
      // The validator has added the absolute URI.
      const target = targets[String(node["__absolute_ref__"])]
      if (target === undefined) {
        fault(path, "Expected a reference to a place in this schema, such as #/$defs/name; nothing else is loaded")
        continue
      }
      applied.get(node)?.push([path, target])
      walk(path, target)
    }
  }

  /**
   * Counts the schemas that a schema applies to one value, itself included. Finds those that apply themselves, which never
   * ends, and those that multiply.
   */
  const counts = new Map<unknown, number>()
  const open = new Set<unknown>()
  const countFrom = (at: string, node: unknown): number => {
    if (!isNode(node)) return 1
    const known = counts.get(node)
    if (known !== undefined) return known
    if (open.has(node)) {
      fault(at, "Expected references that do not lead back to themselves for the same value")
      return 1
    }
    open.add(node)
    let total = 1
    for (const [path, next] of applied.get(node) ?? []) total += countFrom(path, next)
    open.delete(node)
    if (total > mostApplied) {
      fault(at, `Expected at most ${mostApplied} schemas for one value, counted along all references`)
      // Named once, and not again for each schema that leads here.
      total = 1
    }
    counts.set(node, total)
    return total
  }

  const bytes = utf8Length(JSON.stringify(root))
  if (bytes > limits.schemaBytes) fault("", `Expected at most ${limits.schemaBytes} bytes as JSON, found ${bytes}`)
  else walk("", root)
  if (faults.length > 0) return faults
  resolve()
  for (const [node, at] of paths) countFrom(at, node)
  return faults
}
