/** Writes schema/, vectors/ and PROTOCOL.md from the sources; with `--check` it only lists the stale files. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"

import * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"

import { reportSchemas, wireSchemas } from "../src/index.ts"
import { docOf, inWireNames } from "./fields.ts"
import { aligned } from "./markdown.ts"
import { page } from "./page.ts"
import { themes } from "./vectors.ts"
import { guideTable } from "./verb-tables.ts"

const print = (json: unknown): string => `${JSON.stringify(json, undefined, 2)}\n`

/**
 * Tidies a JSON Schema for readers: merges the `allOf` that Effect adds into the schema itself, replaces the description
 * of a type by that of its key, and uses wire names in descriptions.
 */
const tidy = (json: unknown): unknown => {
  if (Array.isArray(json)) return json.map(tidy)
  if (typeof json !== "object" || json === null) return json
  const tidied = Object.entries(json).map(([key, value]) => [
    key,
    key === "description" && typeof value === "string" ? inWireNames(value) : tidy(value)
  ])
  const { allOf = [], ...schema }: { allOf?: ReadonlyArray<object> } = Object.fromEntries(tidied)
  const kept: Array<object> = []
  for (const part of allOf) {
    const { description, ...keywords }: { description?: string } = part
    if (description !== undefined) Object.assign(schema, { description })
    if (Object.keys(keywords).some((key) => key in schema)) kept.push(keywords)
    else Object.assign(schema, keywords)
  }
  return kept.length === 0 ? schema : { ...schema, allOf: kept }
}

/** Adds the doc comments of schemas to the definitions of a JSON Schema. */
const described = (definitions: JsonSchema.Definitions): object =>
  Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [name, { description: docOf(name), ...schema }])
  )

const guide = "../../docs/lifecycle.md"

/** Prints the guide to the lifecycle with its table of verbs. */
const guidePage = (): string =>
  (read(guide) ?? "").replace(
    /(<!-- verbs[^>]*-->\n)[^]*(\n<!-- \/verbs -->)/,
    (_, begin: string, end: string) => `${begin}\n${aligned(`${guideTable()}\n`)}${end}`
  )

/** Makes all generated files, by their path in the package. */
export const files = (): ReadonlyMap<string, string> => {
  const made = new Map<string, string>([
    ["PROTOCOL.md", page()],
    [guide, guidePage()]
  ])
  for (const [name, schema] of Object.entries({ ...wireSchemas, ...reportSchemas })) {
    const document = Schema.toJsonSchemaDocument(schema)
    made.set(
      `schema/${name}.json`,
      print({
        $schema: JsonSchema.META_SCHEMA_URI_DRAFT_2020_12,
        $id: `https://github.com/aumai/aumai-handoff/schema/${name}.json`,
        title: name,
        description: Schema.resolveAnnotations(schema)?.description ?? docOf(name),
        ...document.schema,
        $defs: tidy(described(document.definitions))
      })
    )
  }
  for (const [name, theme] of Object.entries(themes)) made.set(`vectors/${name}.json`, print(theme))
  return made
}

const home = new URL("../", import.meta.url)

const read = (path: string): string | undefined => {
  try {
    return readFileSync(new URL(path, home), "utf8")
  } catch {
    return undefined
  }
}

/** Lists the files that differ from the sources, and files that no source generates. */
const stale = (made: ReadonlyMap<string, string>): ReadonlyArray<string> => [
  ...[...made].filter(([path, text]) => read(path) !== text).map(([path]) => path),
  ...["schema", "vectors"].flatMap((folder) =>
    readdirSync(new URL(folder, home))
      .map((name) => `${folder}/${name}`)
      .filter((path) => !made.has(path))
  )
]

if (import.meta.main) {
  const made = files()
  if (process.argv.includes("--check")) {
    for (const path of stale(made)) {
      console.error(`packages/protocol/${path} is stale: run packages/protocol/tooling/generate.ts`)
      process.exitCode = 1
    }
  } else {
    for (const folder of ["schema", "vectors"]) mkdirSync(new URL(folder, home), { recursive: true })
    for (const [path, text] of made) writeFileSync(new URL(path, home), text)
  }
}
