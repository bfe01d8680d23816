/** Bundles the command into `dist`: a small executable entry beside one minified module that holds everything else. */
import { chmod, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { rolldown } from "rolldown"

const directory = join(import.meta.dirname, "..")
const dist = join(directory, "dist")

// The compile cache only helps modules loaded after it is on, so the program is imported by a module of its own.
const entry = `#!/usr/bin/env node
import { enableCompileCache } from "node:module"
enableCompileCache?.()
await import("./main.mjs")
`

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
