/**
 * Packs every publishable package and checks the tarballs with publint and are-the-types-wrong. Then installs all of them in
 * an empty project outside the workspace, imports each, and runs the README's programs. Needs a build.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core"
import { publint } from "publint"
import { formatMessage } from "publint/utils"

import { root } from "./files.ts"
import { runCommand, runPrograms } from "./installed.ts"
import { pnpm } from "./pnpm.ts"
import { pack, published } from "./tarballs.ts"

const lint = async (tarball: Buffer): Promise<ReadonlyArray<string>> => {
  const bytes = Uint8Array.from(tarball)
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true, level: "warning" })
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`)
}

/** The packages are ESM only, so resolution by `require` and by bundlers before 2022 is not checked. */
const judged = new Set(["node16-esm", "bundler"])

const types = async (tarball: Buffer): Promise<ReadonlyArray<string>> => {
  const analysis = await checkPackage(createPackageFromTarballData(Uint8Array.from(tarball)))
  if (analysis.types === false) return ["attw: holds no types"]
  return analysis.problems
    .filter((problem) => !("resolutionKind" in problem) || judged.has(problem.resolutionKind))
    .map((problem) => `attw: ${JSON.stringify(problem)}`)
}

/** Output of deleted sources. A restored build keeps it, and it would be published. */
const stale = (directory: string): ReadonlyArray<string> =>
  existsSync(join(directory, "tsconfig.build.json"))
    ? readdirSync(join(directory, "dist"), { recursive: true, encoding: "utf8" })
        .filter((file) => {
          const source = join(directory, "src", file)
          return file.endsWith(".js") && !existsSync(source) && !existsSync(source.replace(/\.js$/, ".ts"))
        })
        .map((file) => `dist/${file} has no source; remove dist and build again`)
    : []

const problems: Array<string> = []
const work = mkdtempSync(join(tmpdir(), "verify-packages-"))
try {
  const tarballs = new Map<string, string>()
  const packages = published()
  for (const one of packages) {
    const { directory, manifest } = one
    const path = await pack(one, work)
    tarballs.set(manifest.name, path)
    const bytes = readFileSync(path)
    const found = [stale(directory), await lint(bytes), manifest.exports === undefined ? [] : await types(bytes)].flat()
    problems.push(...found.map((problem) => `${manifest.name}: ${problem}`))
  }

  const project = join(work, "project")
  mkdirSync(project)
  const files = Object.fromEntries([...tarballs].map(([name, path]) => [name, `file:${path}`]))
  const [, effect = ""] = /^ {2}effect: (.*)$/m.exec(readFileSync(join(root, "pnpm-workspace.yaml"), "utf8")) ?? []
  const dependencies = { ...files, effect }
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }))
  // The packages depend on each other by version, and these versions are not on a registry yet.
  const overrides = Object.entries(files).map(([name, file]) => `  "${name}": "${file}"\n`)
  writeFileSync(join(project, "pnpm-workspace.yaml"), `pmOnFail: ignore\noverrides:\n${overrides.join("")}`)
  await pnpm(project, "install", "--prefer-offline", "--ignore-scripts")

  for (const { manifest } of packages) {
    const entries = Object.keys(manifest.exports ?? {}).filter((key) => key !== "./package.json")
    const imports = entries.flatMap((key) => {
      if (!key.endsWith("/*")) return [{ what: manifest.name + key.slice(1), how: "" }]
      // Each JSON file in an exported folder is an entry.
      const folder = key.slice(1, -2)
      const names = readdirSync(join(project, "node_modules", manifest.name, folder))
      return names.map((name) => ({ what: `${manifest.name}${folder}/${name}`, how: `, { with: { type: "json" } }` }))
    })
    // One process for all of them; the error says which could not be imported.
    const code = imports.map(({ what, how }) => `await import("${what}"${how})`).join("\n")
    const programs = imports.length === 0 ? [] : [{ what: "an entry", args: ["--input-type=module", "-e", code] }]
    const bins = Object.entries(manifest.bin ?? {}).map(([what, file]) => ({
      what,
      args: [join("node_modules", manifest.name, file), "--help"]
    }))
    for (const { what, args } of [...programs, ...bins]) {
      try {
        execFileSync(process.execPath, args, { cwd: project, encoding: "utf8", stdio: "pipe" })
      } catch (error) {
        const detail = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error)
        problems.push(`${manifest.name}: installed from its tarball, ${what} does not run\n${detail}`)
      }
    }
  }
  problems.push(...(await runPrograms(project)))
  const command = tarballs.get("aumai-handoff")
  if (command === undefined) throw new Error("the command is not among the packages")
  mkdirSync(join(work, "command"))
  problems.push(...(await runCommand(join(work, "command"), command)))
  for (const problem of problems) console.error(problem)
  console.log(`${tarballs.size} packages packed, installed and run, ${problems.length} problems`)
  process.exitCode = problems.length === 0 ? 0 : 1
} finally {
  rmSync(work, { recursive: true, force: true })
}
