/**
 * Bundles the command: a small executable entry beside one minified module that holds everything else. Run as a program
 * it writes `dist`; the tests bundle into a directory of their own.
 */
import { chmod, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { rolldown } from "rolldown"

const directory = join(import.meta.dirname, "..")

// The compile cache only helps modules loaded after it is on, so the program is imported by a module of its own.
const entry = `#!/usr/bin/env node
import { enableCompileCache } from "node:module"
enableCompileCache?.()
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
    await bundle.write({
      file: join(dist, "main.mjs"),
      format: "esm",
      minify: true,
      codeSplitting: false,
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
