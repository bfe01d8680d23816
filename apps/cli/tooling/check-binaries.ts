/**
 * Compiles the command for every platform into a temporary directory and checks the files that users download: format and
 * processor, size, content and checksum. Only the program for this machine is run.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { basename, join } from "node:path"

import packageJson from "../package.json" with { type: "json" }
import { compileAll, own, targets } from "./binary.ts"
import { bundleInto } from "./bundle.ts"

/** Processors by program format and the bytes of its header. */
const processors: Readonly<Record<string, string>> = {
  "ELF 3e00": "x64",
  "ELF b700": "arm64",
  "Mach-O 07000001": "x64",
  "Mach-O 0c000001": "arm64",
  "PE 6486": "x64"
}

/** The format and processor of a 64-bit program by its first bytes: `ELF x64`. */
const kindOf = (bytes: Buffer): string => {
  const hex = (at: number, length: number): string => bytes.subarray(at, at + length).toString("hex")
  const named = (format: string, processor: string) => `${format} ${processors[`${format} ${processor}`] ?? processor}`
  if (hex(0, 5) === "7f454c4602") return named("ELF", hex(18, 2))
  if (hex(0, 4) === "cffaedfe") return named("Mach-O", hex(4, 4))
  const pe = hex(0, 2) === "4d5a" ? bytes.readUInt32LE(0x3c) : bytes.length
  return hex(pe, 4) === "50450000" ? named("PE", hex(pe + 4, 2)) : `no program (${hex(0, 8)})`
}

const formats: Readonly<Record<string, string>> = { linux: "ELF", darwin: "Mach-O", windows: "PE" }

// Bytes. Bun alone takes 90 MB to 115 MB, the command less than 1 MB.
const [least, most] = [60e6, 160e6]

const problemsOf = (name: string, program: string): ReadonlyArray<string> => {
  const bytes = readFileSync(program)
  const [platform = "", processor = ""] = name.split("-")
  const kind = kindOf(bytes)
  console.log(`${basename(program).padEnd(32)}${kind.padEnd(14)}${(bytes.length / 1e6).toFixed(1).padStart(6)} MB`)
  return [
    ...(kind === `${formats[platform]} ${processor}` ? [] : [`${name} is ${kind}`]),
    ...(bytes.length > least && bytes.length < most ? [] : [`${name} has ${bytes.length} bytes`]),
    ...(bytes.includes("AUMAI_HANDOFF_STORE") ? [] : [`${name} does not hold the command`])
  ]
}

const directory = mkdtempSync(join(import.meta.dirname, "../node_modules/.binaries-"))
try {
  await bundleInto(join(directory, "bundle"))
  const files = join(directory, "bin")
  const names = Object.keys(targets)
  const programs = compileAll(join(directory, "bundle/main.mjs"), files, names)
  const problems = names.flatMap((name, index) => problemsOf(name, programs[index] ?? ""))

  const [sum, ...options] = process.platform === "darwin" ? ["shasum", "-a", "256"] : ["sha256sum"]
  if (sum !== undefined) execFileSync(sum, [...options, "-c", "SHA256SUMS"], { cwd: files, stdio: "pipe" })

  const mine = programs[names.indexOf(own)]
  if (mine === undefined)
    throw new Error(`no program was built for ${own}, the platform of this machine; add it to targets in binary.ts`)
  const run = (...words: ReadonlyArray<string>): string =>
    execFileSync(mine, ["--store", "store.json", ...words], { cwd: files, encoding: "utf8", env: {} })
  const version = execFileSync(mine, ["--version"], { encoding: "utf8", env: {} })
  if (!version.includes(`v${packageJson.version} `) || !version.includes("Bun"))
    problems.push(`${own} prints the version ${version}`)
  run("create", "--from", "planner", "--to", "executor", "--task", "Generate Q3 report", "--id", "report")
  const status = run("status", "--id", "report")
  if (!status.includes("pending")) problems.push(`${own} prints for the created handoff: ${status}`)

  for (const problem of problems) console.error(problem)
  console.log(`${programs.length} programs, ${problems.length} problems`)
  process.exitCode = problems.length === 0 ? 0 : 1
} finally {
  rmSync(directory, { recursive: true, force: true })
}
