/**
 * Tests the installed packages: runs the README's programs in every supported Node on the PATH, in Bun, in Deno and in a
 * browser, and the command as npm installs it.
 */
import { execFile } from "node:child_process"
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { promisify } from "node:util"

import { chromium } from "playwright"
import { rolldown } from "rolldown"

import { runtimes as testedRuntimes } from "../packages/testing/src/runtimes.ts"
import { launchOptions, ready } from "./browser.ts"
import { blocksOf, withoutLayout, printed } from "./doc-examples.ts"
import { root } from "./files.ts"
import { serve } from "./site.ts"

const run = promisify(execFile)

/** A program of the README, and the output that the README promises. */
interface Program {
  readonly code: string
  readonly prints: string
}

const programs: ReadonlyArray<Program> = blocksOf("README.md", readFileSync(join(root, "README.md"), "utf8"))
  .filter(({ info }) => info === "ts")
  .map(({ code }) => ({ code, prints: printed(code).join("\n") }))

/** The first program with the import that the README gives for a browser. */
const forBrowser = ({ code, prints }: Program): Program => {
  const import_ = /"@aumai\/handoff\/node" \/\/ in a browser: ("\S+")/
  if (!import_.test(code)) throw new Error("README.md no longer has the import of its program for a browser")
  return { code: code.replace(import_, "$1"), prints }
}

/** A runtime. If it does not know `await using`, its programs are translated first. */
interface Runtime {
  readonly name: string
  readonly program: string
  readonly options: ReadonlyArray<string>
  readonly knowsUsing: boolean
}

/** This Node, and every other supported version on the PATH. */
const nodes = async (): Promise<ReadonlyArray<Runtime>> => {
  const found = new Map<string, Runtime>()
  const paths = (process.env["PATH"] ?? "").split(delimiter).map((directory) => join(directory, "node"))
  for (const program of [process.execPath, ...paths]) {
    const version = await run(program, ["--version"]).then(
      ({ stdout }) => stdout.trim(),
      () => "v0.0"
    )
    const [major = 0, minor = 0] = version.slice(1).split(".").map(Number)
    if (major < 22 || (major === 22 && minor < 19) || found.has(version)) continue
    found.set(version, { name: `Node ${version}`, program, options: [], knowsUsing: major >= 24 })
  }
  return [...found.values()]
}

const translated = async (program: string): Promise<string> => {
  const bundle = await rolldown({ input: program, external: [/^@aumai\//, "effect"], transform: { target: "node22" } })
  const { output } = await bundle.generate({ format: "esm" })
  await bundle.close()
  return output[0].code
}

const problemOf = (where: string, printed: string, { prints }: Program): ReadonlyArray<string> =>
  withoutLayout(printed) === withoutLayout(prints)
    ? []
    : [`README.md: in ${where} its program prints ${printed}, not ${prints}`]

const inRuntime = async (project: string, runtime: Runtime): Promise<ReadonlyArray<string>> => {
  const problems: Array<string> = []
  for (const [index, program] of programs.entries()) {
    // The programs write to their working directory.
    const cwd = join(project, `${runtime.name.replace(" ", "-")}-${index}`)
    mkdirSync(cwd)
    const file = join(cwd, "program.mjs")
    writeFileSync(file, program.code)
    if (!runtime.knowsUsing) writeFileSync(file, await translated(file))
    const printed = await run(runtime.program, [...runtime.options, file], { cwd }).then(({ stdout }) => stdout, String)
    problems.push(...problemOf(runtime.name, printed, program))
  }
  return problems
}

const inBrowser = async (project: string): Promise<ReadonlyArray<string>> => {
  const [first] = programs
  if (first === undefined) throw new Error("README.md has no program")
  const program = forBrowser(first)
  const file = join(project, "page.js")
  writeFileSync(file, program.code)
  await using site = await serve(file)
  ready()
  const browser = await chromium.launch(launchOptions)
  try {
    const page = await browser.newPage()
    const ended = new Promise<string>((resolve) => {
      page.on("console", (message) => resolve(message.text()))
      page.on("pageerror", (error) => resolve(String(error)))
      setTimeout(resolve, 30_000, "nothing").unref()
    })
    await page.goto(site.url)
    return problemOf("a browser", await ended, program)
  } finally {
    await browser.close()
  }
}

/** Runs the README's programs in a project with the packages installed, and returns the problems. */
export const runPrograms = async (project: string): Promise<ReadonlyArray<string>> => {
  const others = testedRuntimes.flatMap(({ name, executable: program, options }) =>
    name === "Node" ? [] : [{ name, program, options, knowsUsing: true }]
  )
  const runtimes = [...(await nodes()), ...others]
  const found = await Promise.all([...runtimes.map((runtime) => inRuntime(project, runtime)), inBrowser(project)])
  console.log(`README.md's programs in ${runtimes.map(({ name }) => name).join(", ")} and a browser`)
  return found.flat()
}

/** Installs the command with npm, runs a handoff through it, and returns the problems. */
export const runCommand = async (directory: string, tarball: string): Promise<ReadonlyArray<string>> => {
  const cwd = realpathSync(directory)
  // The command starts the first `node` on the PATH, so this one goes first.
  const path = `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`
  const options = { cwd, env: { ...process.env, PATH: path } }
  const npx = async (...words: ReadonlyArray<string>) =>
    (await run("npx", ["--no", "--", "aumai-handoff", ...words], options)).stdout
  try {
    writeFileSync(join(cwd, "package.json"), JSON.stringify({ private: true }))
    await run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], options)
    const { version }: { readonly version: string } = JSON.parse(
      readFileSync(join(cwd, "node_modules/aumai-handoff/package.json"), "utf8")
    )
    const printed = await npx("--version")
    await npx("create", "--from", "planner", "--to", "executor", "--task", "Generate Q3 report", "--id", "report")
    await npx("accept", "--id", "report")
    const { status }: { readonly status: string } = JSON.parse(await npx("status", "--id", "report", "--json"))
    return [
      ...(printed.includes(`v${version} `) ? [] : [`aumai-handoff: --version of ${version} prints ${printed}`]),
      ...(status === "accepted" ? [] : [`aumai-handoff: the accepted handoff is ${status}`])
    ]
  } catch (error) {
    return [`aumai-handoff: does not run when installed by npm\n${String(error)}`]
  }
}
