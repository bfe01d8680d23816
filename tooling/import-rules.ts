/**
 * Enforces the order of the packages: `apps → server, sdk → stores → core → protocol → effect`. A package imports only what
 * stands to its right, stores never import stores, and shipped sources import Effect module by module. The board imports the SDK
 * and nothing below it. Within a package the folders have an order, too.
 *
 * `node tooling/import-rules.ts` checks every source below `packages/` and `apps/`.
 */
import { readFileSync } from "node:fs"
import { join, posix } from "node:path"

import { parseSync } from "rolldown/utils"

import { filesBelow, lineOf, root } from "./files.ts"

/** An import that breaks a rule, with the correction. */
export interface Violation {
  readonly file: string
  readonly line: number
  readonly message: string
}

const layers = ["effect", "protocol", "core", "stores", "server, sdk", "apps"] as const
type Layer = (typeof layers)[number]

/** The folders of each package in reading order: a file imports only from its own folder and from those before it. */
export const rooms: Readonly<Record<string, ReadonlyArray<string>>> = {
  "packages/protocol": ["values", "model", "encoding", "lifecycle", "verbs", "telling", "foreign", "wire"],
  "packages/core": ["store", "routing", "engine", "worker", "verification", "wire", "retention", "laws"],
  "packages/sdk": ["types", "box", "client", "open"],
  "apps/cli": ["output", "input", "verify", "commands"],
  "apps/web": ["words", "data", "ui", "moves", "lanes", "handoff", "day", "pages"]
}

const layerOfDirectory = (directory: string): Layer | undefined => {
  if (directory.startsWith("apps/")) return "apps"
  const name = directory.slice("packages/".length)
  if (name === "protocol" || name === "core") return name
  if (name.startsWith("store-")) return "stores"
  return name === "server" || name === "sdk" ? "server, sdk" : undefined
}

const directoryOfPackage = (specifier: string): string | undefined => {
  const [, name] = /^@aumai\/(handoff(?:-[a-z0-9-]+)?)(?:\/|$)/.exec(specifier) ?? []
  if (name === undefined) return undefined
  return name === "handoff" ? "packages/sdk" : `packages/${name.slice("handoff-".length)}`
}

interface Import {
  readonly specifier: string
  readonly offset: number
}

const importsOf = (file: string, text: string): ReadonlyArray<Import> => {
  const { module } = parseSync(file, text)
  const at = (request: { readonly start: number; readonly end: number }): Import => ({
    specifier: text.slice(request.start + 1, request.end - 1),
    offset: request.start
  })
  const exported = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest ? [at(moduleRequest)] : []))
  )
  const all = [
    ...module.staticImports.map(({ moduleRequest }) => at(moduleRequest)),
    ...exported,
    ...module.dynamicImports.map(({ moduleRequest }) => at(moduleRequest))
  ]
  return [...new Map(all.map((found) => [found.offset, found])).values()].toSorted((a, b) => a.offset - b.offset)
}

const judgeEffect = (specifier: string): string | undefined =>
  specifier === "effect"
    ? `imports all of Effect; import the module itself, as in: import * as Effect from "effect/Effect"`
    : undefined

/** Restricts the board to the SDK: a function that the board needs is one that other clients need, too. */
const judgeBoard = (specifier: string): string | undefined => {
  const target = directoryOfPackage(specifier)
  return (target === undefined || target === "packages/sdk") && !/^effect(?:\/|$)/.test(specifier)
    ? undefined
    : `imports "${specifier}", but the board may import only @aumai/handoff; export from there what it needs`
}

const judgePackage = (from: string, specifier: string, target: string): string | undefined => {
  if (from === target) return `imports its own package by name ("${specifier}"); use a relative path`
  const [fromLayer, targetLayer] = [layerOfDirectory(from), layerOfDirectory(target)]
  if (fromLayer === undefined || targetLayer === undefined) {
    const unknown = fromLayer === undefined ? from : target
    return `${unknown} has no place among the layers; give it one in tooling/import-rules.ts`
  }
  if (layers.indexOf(targetLayer) < layers.indexOf(fromLayer)) return undefined
  if (fromLayer === "stores" && targetLayer === "stores") {
    return `imports "${specifier}", another store; what stores share belongs in core`
  }
  const allowed = layers.slice(0, layers.indexOf(fromLayer)).toReversed().join("; ")
  return `imports "${specifier}" (${targetLayer}), but ${fromLayer} may import only: ${allowed}`
}

const judgeRelative = (file: string, from: string, specifier: string): string | undefined => {
  const target = posix.join(posix.dirname(file), specifier)
  // Tests and tools share the workspace's rigs, such as the browser and the simulator.
  const isRig = /^(?:tooling|packages\/testing\/src)\//.test(target)
  if (/^\/(test|tooling)\//.test(file.slice(from.length)) && isRig) return undefined
  if (!target.startsWith(`${from}/`)) return `reaches out of its package ("${specifier}"); import the package by name`
  // An app ships as a bundle, which can include its package.json. A package ships its sources.
  const isBundled = from.startsWith("apps/") && target === `${from}/package.json`
  if (file.startsWith(`${from}/src/`) && !target.startsWith(`${from}/src/`) && !isBundled) {
    return `imports "${specifier}", which is not shipped; move what it needs into src`
  }
  if (!file.startsWith(`${from}/src/`)) return undefined
  return judgeRoom(from, file.slice(`${from}/src/`.length), target.slice(`${from}/src/`.length))
}

/** Judges an import within `src` by the folders of the package; paths are relative to `src`. */
const judgeRoom = (from: string, file: string, target: string): string | undefined => {
  const order = rooms[from]
  if (order === undefined || !file.includes("/")) return undefined
  const [room = "", targetRoom = ""] = [file, target].map((path) => path.split("/")[0])
  const place = order.indexOf(room)
  if (place < 0) return `the folder ${room} has no place in ${from}; give it one in tooling/import-rules.ts`
  // A file beside the folders is an entry of the package; in an app, it may also be shared by all folders.
  if (!target.includes("/")) {
    return from.startsWith("apps/") ? undefined : `imports ${target}, which gathers the folders; import the file itself`
  }
  if (order.slice(0, place + 1).includes(targetRoom)) return undefined
  const above = order.slice(0, place).join(", ")
  return `imports from ${targetRoom}, which stands below it; ${room} may import only from ${above || "itself"}`
}

/** The violations of one source file, whose path is relative to the root. */
export const violationsOf = (file: string, text: string): ReadonlyArray<Violation> => {
  const [area = "", name = "", place = ""] = file.split("/")
  const from = `${area}/${name}`
  // This package is not shipped.
  if (from === "packages/testing") return []
  return importsOf(file, text).flatMap(({ specifier, offset }) => {
    const judge = (): string | undefined => {
      if (specifier.startsWith(".")) return judgeRelative(file, from, specifier)
      if (place !== "src") return undefined // tests and tools may reach up: a store's test imports the laws it runs
      if (from === "apps/web") return judgeBoard(specifier)
      const target = directoryOfPackage(specifier)
      return target === undefined ? judgeEffect(specifier) : judgePackage(from, specifier, target)
    }
    const message = judge()
    return message === undefined ? [] : [{ file, line: lineOf(text, offset), message }]
  })
}

if (import.meta.main) {
  const sources = ["packages", "apps"]
    .flatMap((area) => filesBelow(area))
    .filter((file) => /\.(?:m?ts|tsx)$/.test(file))
  const violations = sources.flatMap((file) => violationsOf(file, readFileSync(join(root, file), "utf8")))
  for (const { file, line, message } of violations) console.error(`${file}:${line} ${message}`)
  console.log(`${sources.length} files, ${violations.length} against the import rules`)
  process.exitCode = violations.length === 0 ? 0 : 1
}
