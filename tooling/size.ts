/**
 * How much an application has to load: small programs are bundled and minified, and what they load is gzipped.
 *
 * `node tooling/size.ts` prints a table beside the numbers in `sizes.json`; `--check` fails when one has grown by more than
 * a hundredth or is over its budget; `--write` commits to the numbers of today.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"

import { type OutputChunk, rolldown } from "rolldown"

import { root } from "./files.ts"

/** A program, and of what it can load later the sources that it does load. */
interface App {
  readonly platform: "browser" | "node"
  readonly code: string
  readonly loads: ReadonlyArray<string>
  /** In KiB, gzipped. */
  readonly budget?: number
}

const sdk = join(root, "packages/sdk")

// Not at the top level of a module: one that awaits there keeps bundlers from putting what is shared into one chunk.
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
    loads: ["packages/sdk/src/Memory.ts"]
  },
  "SDK, browser, IndexedDB": {
    platform: "browser",
    code: lifecycle("browser", `"my-app"`),
    loads: ["packages/store-indexeddb/src/index.ts"],
    // 55 before attempts, leases, questions and clocks: four more events, one more status, and their wire forms.
    budget: 59
  },
  "SDK, Node, file": {
    platform: "node",
    code: lifecycle("node", `"handoffs.json"`),
    loads: ["packages/store-file/src/index.ts"]
  }
}

/** The chunks that the program loads: its own, those of the sources it loads later, and what all of these import. */
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
    if (chunk === undefined) throw new Error(`no chunk begins with ${source}; has the SDK stopped loading it later?`)
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

const file = join(root, "tooling/sizes.json")
const committed: Readonly<Record<string, number>> = JSON.parse(readFileSync(file, "utf8"))
const sizes: Record<string, number> = {}
const problems: Array<string> = []
const kib = (bytes: number | undefined) => (bytes === undefined ? "" : (bytes / 1024).toFixed(1)).padStart(10)

console.log(
  `${"KiB, minified and gzipped".padEnd(26)}${"now".padStart(10)}${"committed".padStart(10)}${"budget".padStart(10)}`
)
for (const [name, app] of Object.entries(apps)) {
  const size = await sizeOf(app)
  const before = committed[name]
  const budget = app.budget === undefined ? undefined : app.budget * 1024
  sizes[name] = size
  console.log(`${name.padEnd(26)}${kib(size)}${kib(before)}${kib(budget)}`)
  if (budget !== undefined && size > budget) problems.push(`${name} is over its budget of ${app.budget} KiB`)
  if (before === undefined || size > before * 1.01) {
    problems.push(`${name} has grown; if it must: node tooling/size.ts --write, and say why in the commit`)
  }
}
if (process.argv.includes("--write")) writeFileSync(file, `${JSON.stringify(sizes, undefined, 2)}\n`)
else if (process.argv.includes("--check")) {
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length === 0 ? 0 : 1
}
