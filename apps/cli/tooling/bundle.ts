/**
 * Bundles the command: a small executable entry beside the minified program and its stores. As a program it writes
 * `dist`; the tests bundle into a temporary directory.
 */
import { execFileSync } from "node:child_process"
import { chmod, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { type Plugin, rolldown } from "rolldown"
import { parseSync, Visitor } from "rolldown/utils"

const directory = join(import.meta.dirname, "..")

// The compile cache only helps modules loaded after it is enabled, so this module enables it and imports the program. It
// avoids newer syntax, so that an old Node can print the error.
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

/** The commit of the build, with `+` if files differ from it; `no commit` outside a clone. */
const commit = (): string => {
  try {
    const git = (...words: ReadonlyArray<string>) =>
      execFileSync("git", words, { cwd: directory, encoding: "utf8" }).trim()
    return `${git("rev-parse", "--short=10", "HEAD")}${git("status", "--porcelain") === "" ? "" : "+"}`
  } catch {
    return "no commit"
  }
}

const segmenter = /\/\*#__PURE__\*\/new Intl\.Segmenter\(([^()]*)\)/

/**
 * Creates the segmenter of `effect/cli` on first use instead of at every start, which saves Node seven milliseconds and Bun one.
 */
const lateSegmenter: Plugin = {
  name: "late-segmenter",
  transform: {
    filter: { id: /effect\/dist\/cli\/CliOutput\.js$/ },
    handler: (code) => {
      if (!segmenter.test(code))
        throw new Error(
          "CliOutput.js of effect/cli no longer creates its segmenter at load time; remove the plugin late-segmenter, or adapt its pattern"
        )
      return code.replace(
        segmenter,
        "/*#__PURE__*/((made) => ({ segment: (text) => (made ??= new Intl.Segmenter($1)).segment(text) }))()"
      )
    }
  }
}

/**
 * Puts parentheses around every function expression. V8 compiles a function eagerly only in parentheses, and the compile
 * cache of Node keeps only functions that were compiled while the module was loaded; a start needs a thousand of them.
 */
const eager = (file: string, code: string): string => {
  const places: Array<readonly [number, string]> = []
  const wrap = ({ start, end }: { readonly start: number; readonly end: number }) =>
    places.push([start, "("], [end, ")"])
  new Visitor({
    ArrowFunctionExpression: wrap,
    // The node of a method begins with its parameters and must not be wrapped.
    FunctionExpression: (node) => code[node.start] !== "(" && wrap(node)
  }).visit(parseSync(file, code).program)
  let [text, at] = ["", 0]
  for (const [place, sign] of places.toSorted(([a], [b]) => a - b)) {
    text += code.slice(at, place) + sign
    at = place
  }
  return text + code.slice(at)
}

/** Empties a directory, writes the bundle into it, and returns the path of the executable entry. */
export const bundleInto = async (dist: string): Promise<string> => {
  await rm(dist, { recursive: true, force: true })
  const bundle = await rolldown({
    input: join(directory, "src/main.ts"),
    cwd: directory,
    platform: "node",
    external: [/^node:/],
    // No property read has side effects here; without this, `globalThis.File` keeps unused schemas in the bundle.
    treeshake: { propertyReadSideEffects: false },
    plugins: [lateSegmenter],
    transform: { define: { AUMAI_HANDOFF_COMMIT: JSON.stringify(commit()) } },
    onwarn: (warning) => {
      throw new Error(typeof warning === "string" ? warning : warning.message)
    }
  })
  try {
    // One chunk per store, loaded on use, and one for shared code, because each file adds to the start time.
    const { output } = await bundle.write({
      dir: dist,
      entryFileNames: "main.mjs",
      chunkFileNames: "[name]-[hash].mjs",
      codeSplitting: { groups: [{ name: "shared", minShareCount: 2 }] },
      format: "esm",
      minify: true,
      sourcemap: false
    })
    for (const part of output) {
      if (part.type === "chunk") await writeFile(join(dist, part.fileName), eager(part.fileName, part.code))
    }
  } finally {
    await bundle.close()
  }
  const file = join(dist, "aumai-handoff.mjs")
  await writeFile(file, entry)
  await chmod(file, 0o755)
  return file
}

if (import.meta.main) await bundleInto(join(directory, "dist"))
