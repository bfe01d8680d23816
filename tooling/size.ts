/**
 * Measures everything that users load, download or install: small programs bundled like applications, and the output of the
 * build.
 *
 * `node tooling/size.ts` prints a table beside the numbers in `sizes.json`. `--check` fails if one has grown by more than 1 %
 * or is over its budget, or if `docs/sizes.md` is not current. `--write` writes today's numbers to both. Needs a build. A
 * binary that is not built keeps its number.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"

import { type OutputChunk, rolldown } from "rolldown"

import { binaries, board, command, packages, type Sizes } from "./downloads.ts"
import { root } from "./files.ts"

/** A program, and the lazily loaded sources that it uses. */
interface App {
  readonly platform: "browser" | "node"
  readonly code: string
  readonly loads: ReadonlyArray<string>
}

const sdk = join(root, "packages/sdk")

// Inside a function, because a top-level await keeps bundlers from moving shared code to one chunk.
const lifecycle = (entry: string, location: string) => `
  import { openHandoffs } from "${sdk}/src/${entry}.ts"
  const main = async () => {
    const handoffs = await openHandoffs(${location})
    const { recordId } = await handoffs.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "Report" })
    await handoffs.accept(recordId)
    console.log(await handoffs.complete(recordId, { result: { output: "report.pdf" } }))
    for await (const change of handoffs.changes()) console.log(change)
  }
  main()`

const apps: Readonly<Record<string, App>> = {
  protocol: {
    platform: "browser",
    code: `
      import { apply, decodeRecord, encodeRecord } from "@aumai/handoff-protocol"
      globalThis.protocol = { apply, decodeRecord, encodeRecord }`,
    loads: []
  },
  "SDK, browser, memory": {
    platform: "browser",
    code: lifecycle("browser", `"memory:"`),
    loads: ["packages/sdk/src/open/Memory.ts"]
  },
  "SDK, browser, IndexedDB": {
    platform: "browser",
    code: lifecycle("browser", `"my-app"`),
    loads: ["packages/store-indexeddb/src/index.ts"]
  },
  "SDK, Node, file": {
    platform: "node",
    code: lifecycle("node", `"handoffs.json"`),
    loads: ["packages/store-file/src/index.ts"]
  }
}

/** The chunks that the program loads: its own, those of its lazily loaded sources, and everything that they import. */
const loaded = ({ loads }: App, chunks: ReadonlyArray<OutputChunk>): ReadonlySet<OutputChunk> => {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
  const found = new Set<OutputChunk>()
  const visit = (chunk: OutputChunk): void => {
    if (found.has(chunk)) return
    found.add(chunk)
    for (const name of chunk.imports) {
      const next = byName.get(name)
      if (next !== undefined) visit(next)
    }
  }
  for (const chunk of chunks) if (chunk.isEntry) visit(chunk)
  for (const source of loads) {
    const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId === join(root, source))
    if (chunk === undefined)
      throw new Error(`no chunk begins with ${source}; check whether the SDK still loads it lazily`)
    visit(chunk)
  }
  return found
}

const sizeOf = async (app: App): Promise<number> => {
  const path = join(sdk, "app.ts")
  const bundle = await rolldown({
    input: path,
    cwd: root,
    platform: app.platform,
    external: [/^node:/],
    plugins: [
      { name: "app", resolveId: (id) => (id === path ? id : null), load: (id) => (id === path ? app.code : null) }
    ]
  })
  try {
    const { output } = await bundle.generate({ format: "esm", minify: true })
    const chunks = output.filter((one) => one.type === "chunk")
    return [...loaded(app, chunks)].reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0)
  } finally {
    await bundle.close()
  }
}

/** Sizes that are measured the same way and printed in the same unit. */
interface Group {
  readonly counted: string
  readonly unit: "KiB" | "MB"
  /** In that unit. */
  readonly budgets?: Sizes
  readonly sizes: () => Sizes | Promise<Sizes>
}

const libraries = async (): Promise<Sizes> => {
  const sizes: Record<string, number> = {}
  for (const [name, app] of Object.entries(apps)) sizes[name] = await sizeOf(app)
  return sizes
}

const groups: Readonly<Record<string, Group>> = {
  library: {
    counted: "in an application, including Effect, minified and gzipped",
    unit: "KiB",
    // It was 55 before attempts, leases, questions and clocks (four events, a status, and their wire forms; the worker is
    // loaded lazily but adds to the shared part of Effect), 61 before agents had capacity, keys and presence, and 62 before
    // digests (SHA-256 and RFC 8785, 3 KiB), forwards, parts, briefings and deliverables (five events, nine errors, and
    // their wire forms). Signing, verification and content schemas are loaded lazily. It was 79 before entries named their
    // log and were refused without the key in force: the key log with its events and rules, salts, and positions with a log.
    // It was 90 before records that cannot be read stood apart, verbs took turns, and shutdowns counted no attempt, and 91
    // before reviews (a status, four events, an error), retry policies, results, documents and the views Turn and Recent.
    budgets: { "SDK, browser, IndexedDB": 97 },
    sizes: libraries
  },
  board: { counted: "without its pages, gzipped", unit: "KiB", budgets: { "the board": 115 }, sizes: board },
  package: { counted: "from npm, without dependencies", unit: "KiB", sizes: packages },
  command: { counted: "read by Node from the installed command", unit: "KiB", sizes: command },
  binary: { counted: "one file that needs no Node", unit: "MB", sizes: binaries }
}

const file = join(root, "tooling/sizes.json")
const page = join(root, "docs/sizes.md")
const committed: Readonly<Record<string, Sizes>> = JSON.parse(readFileSync(file, "utf8"))
const now: Record<string, Sizes> = {}
const problems: Array<string> = []

const bytesOf = { KiB: 1024, MB: 1e6 }
const textOf = (unit: Group["unit"], bytes: number): string => `${(bytes / bytesOf[unit]).toFixed(1)} ${unit}`
const line = (name: string, ...columns: ReadonlyArray<string>): string =>
  name.padEnd(36) + columns.map((text) => text.padStart(12)).join("")

console.log(line("", "now", "committed", "budget"))
for (const [key, { unit, budgets = {}, sizes }] of Object.entries(groups)) {
  const before = committed[key] ?? {}
  const measured = await sizes()
  now[key] = { ...before, ...measured }
  for (const [name, size] of Object.entries(measured)) {
    const [was, budget] = [before[name], budgets[name]]
    const limit = budget === undefined ? "" : `${budget} ${unit}`
    console.log(line(name, textOf(unit, size), was === undefined ? "" : textOf(unit, was), limit))
    if (budget !== undefined && size > budget * bytesOf[unit]) {
      problems.push(`${name} is over its budget of ${budget} ${unit}`)
    }
    if (was === undefined || size > was * 1.01) {
      problems.push(
        `${name} has grown by more than 1 %; shrink it, or run node tooling/size.ts --write and give the reason in the commit`
      )
    }
  }
}

const pageOf = (all: Readonly<Record<string, Sizes>>): string => {
  const rows = Object.entries(groups).flatMap(([key, { counted, unit, budgets = {} }]) =>
    Object.entries(all[key] ?? {}).map(([name, bytes]) => {
      const limit = budgets[name] === undefined ? "" : `${budgets[name]} ${unit}`
      return `| ${name} | ${counted} | ${textOf(unit, bytes)} | ${limit} |`
    })
  )
  return `# Sizes

The sizes that users load, download or install. Written by \`node tooling/size.ts --write\`; \`pnpm check\` fails if one has
grown by more than 1 % or is over its limit.

| name | counted | size | limit |
| --- | --- | --: | --: |
${rows.join("\n")}
`
}

if (process.argv.includes("--write")) {
  writeFileSync(file, `${JSON.stringify(now, undefined, 2)}\n`)
  writeFileSync(page, pageOf(now))
} else if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== pageOf(committed)) {
    problems.push("docs/sizes.md differs from tooling/sizes.json; run: node tooling/size.ts --write")
  }
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length === 0 ? 0 : 1
}
