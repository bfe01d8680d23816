import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"

import { rolldown } from "rolldown"
import { describe, expect, it } from "vitest"

import { temporaryDirectory } from "./stores.ts"

const program = `import { openHandoffs } from ${JSON.stringify(join(import.meta.dirname, "../src/browser.ts"))}
export const run = async (location) => {
  const handoffs = await openHandoffs(location)
  const { recordId } = await handoffs.create({ fromAgent: "a", toAgent: "b", taskDescription: "c" })
  await handoffs.accept(recordId)
  const { status } = await handoffs.complete(recordId)
  await handoffs.close()
  return status
}
`

/** The program as a bundler makes it for browsers. */
const bundled = async (directory: string) => {
  const warnings: Array<string> = []
  writeFileSync(join(directory, "program.ts"), program)
  const bundle = await rolldown({
    input: join(directory, "program.ts"),
    platform: "browser",
    onLog: (_, { message }) => warnings.push(message)
  })
  const { output } = await bundle.write({ dir: directory, format: "esm", minify: true })
  await bundle.close()
  return { warnings, chunks: output.flatMap((one) => (one.type === "chunk" ? [one] : [])) }
}

/** What a program says that runs in Node: there is no IndexedDB. */
const printed = (directory: string, location: string): string => {
  const run = `import { run } from "./program.js"
console.log(await run(${JSON.stringify(location)}).catch(({ message }) => message))`
  return execFileSync(process.execPath, ["--input-type=module", "-e", run], { cwd: directory, encoding: "utf8" })
}

describe("the entry for browsers", () => {
  it("has nothing of Node in it, and memory in a chunk that is only loaded when it is chosen", async () => {
    using directory = temporaryDirectory()
    const { warnings, chunks } = await bundled(directory.path)
    expect(warnings).toEqual([])
    const own = new Set(chunks.map(({ fileName }) => fileName))
    for (const { imports, dynamicImports } of chunks) {
      expect([...imports, ...dynamicImports].filter((name) => !own.has(name))).toEqual([])
    }
    writeFileSync(join(directory.path, "package.json"), `{ "type": "module" }`)
    expect(printed(directory.path, "memory:")).toBe("completed\n")
    const memory = chunks.filter(({ moduleIds }) => moduleIds.some((id) => /[/\\]MemoryStore\.ts$/.test(id)))
    expect(memory).toHaveLength(1)
    for (const { fileName } of memory) writeFileSync(join(directory.path, fileName), `throw new Error("not needed")`)
    expect(printed(directory.path, "my-app")).toContain("there is no IndexedDB here")
  })
})
