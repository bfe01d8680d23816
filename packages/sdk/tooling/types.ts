/** Prints schemas as the plain TypeScript that a caller of the SDK reads: a `Date` for a moment, a string for an id. */
import { JsonObject, JsonValue, Timestamp } from "@aumai/handoff-protocol"
import type * as SchemaAST from "effect/SchemaAST"

import { bodyOf, descriptionOf } from "../../../tooling/schemas.ts"

/** The names that schemas have in the printed files, by their bodies. */
export type Names = ReadonlyMap<unknown, string>

const known: Names = new Map([
  [bodyOf(Timestamp.ast), "Date"],
  [bodyOf(JsonObject.ast), "JsonObject"],
  [bodyOf(JsonValue.ast), "Json"]
])

/** The style of a printed type. Fields of options can also be `undefined`, and take a moment as text. */
export interface Style {
  readonly names: Names
  readonly isOptions?: boolean
}

const typeOf = (ast: SchemaAST.AST, style: Style): string => {
  const name = style.names.get(bodyOf(ast)) ?? known.get(bodyOf(ast))
  if (name !== undefined) return name === "Date" && style.isOptions ? "Date | string" : name
  return anonymous(ast, style)
}

/** Prints the type of a schema without its name. */
export const anonymous = (ast: SchemaAST.AST, style: Style): string => {
  switch (ast._tag) {
    case "String":
    case "Number":
    case "Boolean":
      return ast._tag.toLowerCase()
    case "Literal":
      return JSON.stringify(ast.literal)
    case "Union":
      return ast.types.map((type) => typeOf(type, style)).join(" | ")
    case "Arrays":
      return `ReadonlyArray<${ast.rest.map((item) => typeOf(item, style)).join(" | ")}>`
    case "Objects":
      return `{\n${fieldsOf(ast.propertySignatures, style)}}`
    default:
      throw new Error(`No plain type is known for a schema of the kind ${ast._tag}`)
  }
}

/** Prints a doc comment, on several lines if it does not fit on one. */
export const comment = (text: string, indent = "  "): string => {
  const line = `${indent}/** ${text} */\n`
  if (line.length <= 121 && !text.includes("\n")) return line
  const lines: Array<string> = []
  for (const paragraph of text.split("\n")) {
    let line = ""
    for (const word of paragraph.startsWith("  ") || paragraph === "" ? [paragraph] : paragraph.split(" ")) {
      if (line !== "" && indent.length + 3 + line.length + 1 + word.length > 120) {
        lines.push(line)
        line = word
      } else line = line === "" ? word : `${line} ${word}`
    }
    lines.push(line)
  }
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`
}

/** Prints the fields of an object with their descriptions, one per line. */
export const fieldsOf = (fields: ReadonlyArray<SchemaAST.PropertySignature>, style: Style): string =>
  fields
    .map(({ name, type }) => {
      const description = descriptionOf(type)
      const mark = type.context?.isOptional ? "?" : ""
      const absent = mark !== "" && style.isOptions ? " | undefined" : ""
      const doc = description === undefined ? "" : comment(description)
      return `${doc}  readonly ${String(name)}${mark}: ${typeOf(type, style)}${absent}\n`
    })
    .join("")
