/**
 * Bundles the command: a small executable entry beside the minified program and its stores. Run as a program
 * it writes `dist`; the tests bundle into a directory of their own.
 */
import { execFileSync } from "node:child_process"
import { chmod, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { rolldown } from "rolldown"

const directory = join(import.meta.dirname, "..")

// The compile cache only helps modules loaded after it is on, so the program is imported by a module of its own. That
// module uses nothing a Node too old for the program would not know, and so can say so.
const entry = `#!/usr/bin/env node
import * as module from "node:module"
const [major, minor] = process.versions.node.split(".").map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(\`Error: aumai-handoff needs Node 22.19 or newer; this is \${process.versions.node}\\n\`)
  process.exit(1)
}
module.enableCompileCache()
await import("./main.mjs")
`

/** The commit that is built, marked when there is more than it; outside of a clone there is none. */
const commit = (): string => {
  try {
    const git = (...words: ReadonlyArray<string>) =>
      execFileSync("git", words, { cwd: directory, encoding: "utf8" }).trim()
    return `${git("rev-parse", "--short=10", "HEAD")}${git("status", "--porcelain") === "" ? "" : "+"}`
  } catch {
    return "no commit"
  }
}

/** Writes the bundle into a directory, which is emptied first; gives the path of the executable entry. */
export const bundleInto = async (dist: string): Promise<string> => {
  await rm(dist, { recursive: true, force: true })
  const bundle = await rolldown({
    input: join(directory, "src/main.ts"),
    cwd: directory,
    platform: "node",
    external: [/^node:/],
    transform: { define: { AUMAI_HANDOFF_COMMIT: JSON.stringify(commit()) } },
    onwarn: (warning) => {
      throw new Error(typeof warning === "string" ? warning : warning.message)
    }
  })
  try {
    // Each store is a file of its own, which is only read when it is chosen.
    await bundle.write({
      dir: dist,
      entryFileNames: "main.mjs",
      chunkFileNames: "[name]-[hash].mjs",
      format: "esm",
      minify: true,
      sourcemap: false
    })
  } finally {
    await bundle.close()
  }
  const file = join(dist, "aumai-handoff.mjs")
  await writeFile(file, entry)
  await chmod(file, 0o755)
  return file
}

if (import.meta.main) await bundleInto(join(directory, "dist"))
