/**
 * Compiles the bundle into one file that needs no Node, for this machine or with `--all` for every platform, with a
 * `SHA256SUMS` beside them. The runtimes of other platforms come from the npm registry.
 */
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, dirname, join } from "node:path"

import { bundleInto } from "./bundle.ts"

const bun = join(dirname(createRequire(import.meta.url).resolve("bun/package.json")), "bin/bun.exe")

/** The supported platforms, with the name that Bun has for each. */
export const targets: Readonly<Record<string, string>> = {
  "linux-x64": "bun-linux-x64",
  "linux-arm64": "bun-linux-arm64",
  "darwin-x64": "bun-darwin-x64",
  "darwin-arm64": "bun-darwin-arm64",
  "windows-x64": "bun-windows-x64"
}

/** Compiles a bundle into a program, for this machine if no target is given. */
export const compile = (entry: string, program: string, target?: string): void => {
  const options = [
    "--compile",
    "--minify",
    "--bytecode",
    "--format=esm",
    // A command loads only the chunks it needs, such as one store.
    "--splitting",
    // Most commands end before a compiled function pays off; long ones were equally fast with and without this policy.
    "--compile-jit-policy=10",
    // The working directory must not configure the command.
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    `--outfile=${program}`
  ]
  execFileSync(bun, ["build", ...options, ...(target === undefined ? [] : [`--target=${target}`]), entry], {
    // Bun writes intermediate files into the working directory.
    cwd: dirname(program),
    stdio: ["ignore", "pipe", "pipe"]
  })
}

/** The platform of this machine, a key of `targets`. */
export const own = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`

/** Compiles a bundle for the named platforms with a `SHA256SUMS` beside them, and returns the files. */
export const compileAll = (entry: string, directory: string, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  mkdirSync(directory, { recursive: true })
  const programs = names.map((name) => {
    const program = join(directory, `aumai-handoff-${name}${name.startsWith("windows") ? ".exe" : ""}`)
    compile(entry, program, targets[name])
    return program
  })
  const sums = programs.map((program) => {
    const sum = createHash("sha256").update(readFileSync(program)).digest("hex")
    return `${sum}  ${basename(program)}\n`
  })
  writeFileSync(join(directory, "SHA256SUMS"), sums.join(""))
  return programs
}

if (import.meta.main) {
  const dist = join(import.meta.dirname, "../dist")
  const entry = join(dirname(await bundleInto(dist)), "main.mjs")
  const names = process.argv.includes("--all") ? Object.keys(targets) : [own]
  for (const program of compileAll(entry, join(dist, "bin"), names)) console.log(program)
}
