/**
 * Bundles the command: a small executable entry beside the minified program and its stores. Run as a program
 * it writes `dist`; the tests bundle into a directory of their own.
 */
import { execFileSync } from "node:child_process"
import { chmod, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { type Plugin, rolldown } from "rolldown"
import { parseSync, Visitor } from "rolldown/utils"

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

const segmenter = /\/\*#__PURE__\*\/new Intl\.Segmenter\(([^()]*)\)/

/**
 * Makes the segmenter of `effect/cli` when help is laid out, not at every start: it takes Node seven milliseconds and Bun one.
 */
const lateSegmenter: Plugin = {
  name: "late-segmenter",
  transform: {
    filter: { id: /effect\/dist\/cli\/CliOutput\.js$/ },
    handler: (code) => {
      if (!segmenter.test(code)) throw new Error("effect/cli makes its segmenter otherwise: is it late by itself now?")
      return code.replace(
        segmenter,
        "/*#__PURE__*/((made) => ({ segment: (text) => (made ??= new Intl.Segmenter($1)).segment(text) }))()"
      )
    }
  }
}

/**
 * Puts parentheses around every function that may bear them. Node keeps in its compile cache what was compiled when a module
 * was loaded, and V8 leaves a function for its first call unless it has parentheses: a thousand of them at every start.
 */
const eager = (file: string, code: string): string => {
  const places: Array<readonly [number, string]> = []
  const wrap = ({ start, end }: { readonly start: number; readonly end: number }) =>
    places.push([start, "("], [end, ")"])
  new Visitor({
    ArrowFunctionExpression: wrap,
    // A method is one, too, that begins with its parameters.
    FunctionExpression: (node) => code[node.start] !== "(" && wrap(node)
  }).visit(parseSync(file, code).program)
  let [text, at] = ["", 0]
  for (const [place, sign] of places.toSorted(([a], [b]) => a - b)) {
    text += code.slice(at, place) + sign
    at = place
  }
  return text + code.slice(at)
}

/** Writes the bundle into a directory, which is emptied first; gives the path of the executable entry. */
export const bundleInto = async (dist: string): Promise<string> => {
  await rm(dist, { recursive: true, force: true })
  const bundle = await rolldown({
    input: join(directory, "src/main.ts"),
    cwd: directory,
    platform: "node",
    external: [/^node:/],
    // Reading a property does nothing else anywhere in here; without saying so, `globalThis.File` keeps unused schemas.
    treeshake: { propertyReadSideEffects: false },
    plugins: [lateSegmenter],
    transform: { define: { AUMAI_HANDOFF_COMMIT: JSON.stringify(commit()) } },
    onwarn: (warning) => {
      throw new Error(typeof warning === "string" ? warning : warning.message)
    }
  })
  try {
    // Each store is a file of its own, which is only read when it is chosen; what two need is in one file, for each costs.
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
