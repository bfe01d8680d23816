/** Makes the tables of fields in PROTOCOL.md from the schemas and their descriptions. */
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"

import { docsBelow } from "../../../tooling/docs.ts"
import { bodyOf, descriptionOf } from "../../../tooling/schemas.ts"
import * as Protocol from "../src/index.ts"
import { Name } from "../src/values/Fields.ts"

const docs = docsBelow("packages/protocol/src")

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Converts domain names in the code spans of a text to wire names. */
export const inWireNames = (text: string): string => text.replaceAll(/`[a-z]+(?:[A-Z][a-z]+)+`/g, snake)

/** Reads the first paragraph of the doc comment of an exported schema, with wire names. */
export const docOf = (name: string): string | undefined => {
  const doc = docs.get(name)
  return doc === undefined ? undefined : inWireNames(doc)
}

const code = (text: string): string => `\`${text}\``

const {
  Answer,
  Artifact,
  Briefing,
  Deliverable,
  Evidence,
  HandBack,
  HandoffResponse,
  Hop,
  KeptReadBack,
  Lease,
  OwnEvidence,
  Progress,
  ReadBack,
  ReadBackItem,
  RoutingDecision
} = Protocol

/** The objects inside requests, records and events that have a name. */
export const parts: Readonly<Record<string, Schema.Top>> = {
  Briefing,
  ReadBack,
  ReadBackItem,
  KeptReadBack,
  Deliverable,
  Artifact,
  OwnEvidence,
  Evidence,
  HandBack,
  Lease,
  Progress,
  Answer,
  Hop,
  RoutingDecision
}

const link = (name: string): string => `[${name}](#${name.toLowerCase()})`

const words = new Map<unknown, string>([
  [bodyOf(Protocol.Timestamp.ast), "timestamp"],
  [bodyOf(Name.ast), "name"],
  [bodyOf(Protocol.AgentId.ast), "agent id"],
  [bodyOf(Protocol.RecordId.ast), "handoff id"],
  [bodyOf(Protocol.Capability.ast), "capability"],
  [bodyOf(Protocol.Digest.ast), "SHA-256"],
  [bodyOf(Protocol.Signature.ast), "signature"],
  [bodyOf(Protocol.Milliseconds.ast), "milliseconds"],
  [bodyOf(Protocol.JsonObject.ast), "JSON object"],
  [bodyOf(Protocol.JsonValue.ast), "JSON"],
  ...Object.entries({
    ...parts,
    HandoffRequest: Protocol.HandoffRequest,
    HandoffResponse,
    HandoffRecord: Protocol.HandoffRecord
  }).map(([name, { ast }]) => [bodyOf(ast), link(name)] as const)
])

const isWhole = Schema.Int.ast.checks?.[0]

const typeOf = (ast: SchemaAST.AST): string => {
  const word = words.get(bodyOf(ast))
  if (word !== undefined) return word
  switch (ast._tag) {
    case "Literal":
      return code(String(ast.literal))
    case "Union":
      return ast.types.map(typeOf).join(", ")
    case "Arrays":
      return `list of ${ast.rest.map(typeOf).join(", ")}`
    case "Number":
      return ast.checks?.some((check) => check === isWhole) ? "whole number" : "number"
    case "Boolean":
      return "boolean"
    case "String":
      return "text"
    default:
      return "object"
  }
}

/** A row of a table: the wire name of a field, its type, `optional` or nothing, and its meaning. */
export type Row = readonly [name: string, type: string, optional: string, description: string]

const isOptional = ({ context }: SchemaAST.AST): boolean =>
  context?.isOptional === true || context?.constructorDefault !== undefined

const rowsOfField = ({ name, type }: SchemaAST.PropertySignature, path: string): ReadonlyArray<Row> => {
  const description = descriptionOf(type)
  // The tag of a union member has no description.
  if (description === undefined) return []
  const full = path + snake(String(name))
  const [item = type] = type._tag === "Arrays" ? type.rest : []
  const nested = words.has(bodyOf(item)) ? [] : rowsOfAst(item, `${full}${type._tag === "Arrays" ? "[]" : ""}.`)
  return [[code(full), typeOf(type), isOptional(type) ? "optional" : "", inWireNames(description)], ...nested]
}

const rowsOfAst = (ast: SchemaAST.AST, path = ""): ReadonlyArray<Row> => {
  if (ast._tag === "Objects") return ast.propertySignatures.flatMap((field) => rowsOfField(field, path))
  if (ast._tag !== "Union") return []
  const members = ast.types.map((type) => rowsOfAst(type, path))
  const all = new Map(members.flat().map((row) => [row.join("\n"), row]))
  return [...all].map(([key, row]) =>
    members.every((rows) => rows.some((one) => one.join("\n") === key)) ? row : [row[0], row[1], "one form", row[3]]
  )
}

/** Lists the fields of an object, including those of unnamed objects inside it. */
export const rowsOf = ({ ast }: Schema.Top): ReadonlyArray<Row> => rowsOfAst(ast)
