/**
 * Bundles the command: a small executable entry beside the minified program and its stores. Run as a program
 * it writes `dist`; the tests bundle into a directory of their own.
 */
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

/** Writes the bundle into a directory, which is emptied first; gives the path of the executable entry. */
export const bundleInto = async (dist: string): Promise<string> => {
  await rm(dist, { recursive: true, force: true })
  const bundle = await rolldown({
    input: join(directory, "src/main.ts"),
    cwd: directory,
    platform: "node",
    external: [/^node:/],
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
