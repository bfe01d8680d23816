import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"

import { rolldown } from "rolldown"
import { describe, expect, it } from "vitest"

import { temporaryDirectory } from "./stores.ts"

const program = `import { openHandoffs } from ${JSON.stringify(join(import.meta.dirname, "../src/browser.ts"))}
export const run = async () => {
  const handoffs = await openHandoffs("memory:")
  const { recordId } = await handoffs.create({ fromAgent: "a", toAgent: "b", taskDescription: "c" })
  await handoffs.accept(recordId)
  const { status } = await handoffs.complete(recordId)
  await handoffs.close()
  return status
}
`

/** The program as a bundler builds it for browsers. */
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

describe("the entry for browsers", () => {
  it("contains no Node code, and loads stores, signing and validation lazily in chunks", async () => {
    using directory = temporaryDirectory()
    const { warnings, chunks } = await bundled(directory.path)
    expect(warnings).toEqual([])
    const own = new Set(chunks.map(({ fileName }) => fileName))
    for (const { imports, dynamicImports } of chunks) {
      expect([...imports, ...dynamicImports].filter((name) => !own.has(name))).toEqual([])
    }
    // An app with the memory store and without signatures and schemas does not load the other chunks.
    const isOther = /[/\\](?:store-\w+|@noble[/\\]ed25519)[/\\]|src[/\\]box[/\\](?!SchemaBox)/
    const others = chunks.filter(({ moduleIds }) => moduleIds.some((id) => isOther.test(id)))
    expect(others.length).toBe(11)
    for (const { fileName } of others) writeFileSync(join(directory.path, fileName), `throw new Error("not needed")`)
    writeFileSync(join(directory.path, "package.json"), `{ "type": "module" }`)
    const run = `import { run } from "./program.js"\nconsole.log(await run())`
    const printed = execFileSync(process.execPath, ["--input-type=module", "-e", run], {
      cwd: directory.path,
      encoding: "utf8"
    })
    expect(printed.trim()).toBe("completed")
  })
})
