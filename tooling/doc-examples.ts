/**
 * The examples in doc comments, READMEs and docs are programs: all are type-checked in one run of tsc, then run. A block
 * fenced as `ts no-run` is only type-checked. In Markdown, the comment behind a `console.log` is what it must print.
 *
 * `node tooling/doc-examples.ts` prints what fails; the tests run the same. Paths narrow it: `docs/sdk.md packages/core`.
 */
import { spawn } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { availableParallelism, tmpdir } from "node:os"
import { dirname, join } from "node:path"

import { parseSync } from "rolldown/utils"

import { filesBelow, lineOf, root } from "./files.ts"

/** A fenced block: where its first line of code stands, its language and the words after it, and the code. */
export interface Block {
  readonly file: string
  readonly line: number
  readonly info: string
  readonly code: string
}

/** A failed example. */
export interface Failure {
  readonly file: string
  readonly line: number
  readonly message: string
}

const fencesOf = (file: string, lines: ReadonlyArray<string>, firstLine: number): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let open: { readonly fence: string; readonly indent: number; readonly info: string; readonly at: number } | undefined
  for (const [index, line] of lines.entries()) {
    const [, indent = "", fence, info = ""] = /^(\s*)(`{3,})\s*(.*?)\s*$/.exec(line) ?? []
    if (open === undefined) {
      if (fence !== undefined) open = { fence, indent: indent.length, info, at: index + 1 }
    } else if (fence !== undefined && info === "" && fence.length >= open.fence.length) {
      const { at, indent: width } = open
      const code = lines
        .slice(at, index)
        .map((text) => text.replace(new RegExp(`^\\s{0,${width}}`), ""))
        .join("\n")
      blocks.push({ file, line: firstLine + at, info: open.info, code })
      open = undefined
    }
  }
  return blocks
}

/** All fenced blocks of a Markdown file, or of the doc comments of a source. */
export const blocksOf = (file: string, text: string): ReadonlyArray<Block> => {
  if (file.endsWith(".md")) return fencesOf(file, text.split("\n"), 1)
  return parseSync(file, text)
    .comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"))
    .flatMap(({ value, start }) => {
      const lines = value.split("\n").map((line) => line.replace(/^\s*\* ?/, ""))
      return fencesOf(file, lines, lineOf(text, start))
    })
}

const isExample = ({ info }: Block): boolean => /^(?:ts|typescript)(?:\s|$)/.test(info)
const isMarkdown = ({ file }: Block): boolean => file.endsWith(".md")
const isRun = ({ info }: Block): boolean => !info.split(/\s+/).includes("no-run")

/** Every block that a reader of the sources or the docs can see. */
export const allBlocks = (): ReadonlyArray<Block> => {
  const packages = readdirSync(join(root, "packages"))
  const files = [
    ...packages.flatMap((name) => filesBelow(`packages/${name}/src`)).filter((file) => file.endsWith(".ts")),
    ...filesBelow("docs").filter((file) => file.endsWith(".md")),
    "README.md",
    ...packages.map((name) => `packages/${name}/README.md`)
  ]
  return files
    .filter((file) => existsSync(join(root, file)))
    .flatMap((file) => blocksOf(file, readFileSync(join(root, file), "utf8")))
}

/** The lines of shell blocks that call `aumai-handoff` with a command that is not known. */
export const unknownCommands = (blocks: ReadonlyArray<Block>, known: ReadonlySet<string>): ReadonlyArray<Failure> =>
  blocks
    .filter(({ info }) => /^(?:sh|bash)(?:\s|$)/.test(info))
    .flatMap(({ file, line, code }) =>
      code.split("\n").flatMap((text, index) => {
        const [, command] = /^(?:\$ )?aumai-handoff\s+([a-z][a-z-]*)/.exec(text) ?? []
        if (command === undefined || known.has(command)) return []
        return [{ file, line: line + index, message: `aumai-handoff has no command ${command}` }]
      })
    )

/** A printed value without spaces, quotes and commas: consoles lay values out differently. */
export const withoutLayout = (text: string): string => text.replaceAll(/[\s"',]/g, "")

/** The comment behind each `console.log`, or on the line below it: the text it must print. */
export const printed = (code: string): ReadonlyArray<string> =>
  [...code.matchAll(/console\.log\(.*\)(?: |\n\s*)\/\/ (.*)$/gm)].map(([, comment = ""]) => comment)

interface Outcome {
  readonly ok: boolean
  readonly output: string
}

/** Ends an example that hangs. The longest takes five seconds on an idle machine. */
const patience = 60_000

const execute = (args: ReadonlyArray<string>, cwd: string): Promise<Outcome> => {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"], timeout: patience })
  let output = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text))
  child.on("error", (error) => resolve({ ok: false, output: String(error) }))
  child.on("close", (code, signal) => {
    const ended = signal === null ? output : `${output}\nstill running after ${patience / 1000} s`
    resolve({ ok: code === 0, output: ended.trim() })
  })
  return promise
}

/** Links every workspace package, and every dependency of one, where the examples look for it. */
export const linkPackages = (modules: string): void => {
  const directories = ["packages", "apps"].flatMap((area) =>
    readdirSync(join(root, area)).map((name) => join(root, area, name))
  )
  const link = (name: string, target: string): void => {
    const path = join(modules, name)
    if (existsSync(path)) return
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(target, path, "junction")
  }
  for (const directory of directories) {
    const manifest: { readonly name: string } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"))
    link(manifest.name, directory)
  }
  for (const directory of [...directories, root]
    .map((path) => join(path, "node_modules"))
    .filter((path) => existsSync(path))) {
    for (const name of readdirSync(directory).filter((entry) => !entry.startsWith("."))) {
      const names = name.startsWith("@") ? readdirSync(join(directory, name)).map((rest) => `${name}/${rest}`) : [name]
      for (const full of names) link(full, join(directory, full))
    }
  }
}

/** Tests for code that uses files or the process, which needs its own process and directory. */
const needsOwnProcess = (code: string): boolean =>
  /\bprocess\b|["']node:|handoff-store-|platform-node|["']@aumai\/handoff["'/]/.test(code)

const inOwnDirectory = async (args: ReadonlyArray<string>): Promise<Outcome> => {
  const cwd = mkdtempSync(join(tmpdir(), "doc-examples-"))
  try {
    return await execute(args, cwd)
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

/** Type-checks and runs the TypeScript among the blocks; gives the failures. */
export const check = async (blocks: ReadonlyArray<Block>): Promise<ReadonlyArray<Failure>> => {
  const examples = blocks.filter(isExample)
  if (examples.length === 0) return []
  mkdirSync(join(root, "node_modules/.cache"), { recursive: true })
  const work = mkdtempSync(join(root, "node_modules/.cache/doc-examples-"))
  try {
    linkPackages(join(work, "node_modules"))
    writeFileSync(join(work, "package.json"), JSON.stringify({ type: "module" }))
    const files = examples.map((block, index) => {
      // Blank lines above the code make every position in the copy a position in the original.
      const code = "\n".repeat(block.line - 1) + block.code + "\nexport {}\n"
      const name = `${index}-${block.file.replaceAll(/[^\w.]/g, "_").replace(/\.(?:ts|md)$/, "")}`
      writeFileSync(join(work, `${name}.ts`), code)
      return { block, name, code, program: join(work, `${name}.mjs`) }
    })
    writeFileSync(
      join(work, "tsconfig.json"),
      JSON.stringify({
        extends: "../../../tsconfig.base.json",
        compilerOptions: {
          noEmit: true,
          allowImportingTsExtensions: true,
          noUnusedLocals: false,
          noUnusedParameters: false,
          lib: ["es2024", "esnext.disposable", "dom"],
          types: ["node"]
        },
        files: files.map(({ name }) => `${name}.ts`)
      })
    )
    const compiled = await execute(
      [join(root, "node_modules/typescript/bin/tsc"), "-p", ".", "--pretty", "false"],
      work
    )
    const errors = [...compiled.output.matchAll(/^(\d+)-\S*\((\d+),\d+\): (.*(?:\n\s+.*)*)/gm)].flatMap(
      ([, index, line, message = ""]) => {
        const file = examples[Number(index)]?.file
        return file === undefined ? [] : [{ file, line: Number(line), message }]
      }
    )
    if (!compiled.ok && errors.length === 0) throw new Error(`tsc failed outside the examples\n${compiled.output}`)
    if (errors.length > 0) return errors

    const programs = files.filter(({ block }) => isRun(block))
    for (const { code, program } of programs) writeFileSync(program, stripTypeScriptTypes(code))
    const alone = programs.filter(({ block, code }) => isMarkdown(block) || needsOwnProcess(code))
    const together = programs.filter((program) => !alone.includes(program))
    // Examples without side effects share a process. If it fails, each runs alone, to find the failing one.
    const done = "all examples ended"
    const batch = [
      ...together.map(({ program }) => `await import(${JSON.stringify(program)})`),
      `console.log("${done}")`
    ]
    const outcome = await inOwnDirectory(["--input-type=module", "-e", batch.join("\n")])
    const queue = outcome.ok && outcome.output.includes(done) ? alone : programs
    const failures: Array<Failure> = []
    const pending = [...queue]
    const drain = async (): Promise<void> => {
      for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
        const { block, name, program } = next
        const { ok, output } = await inOwnDirectory([program])
        if (ok) {
          const missing = isMarkdown(block)
            ? printed(block.code).filter((text) => !withoutLayout(output).includes(withoutLayout(text)))
            : []
          const { file, line } = block
          failures.push(...missing.map((text) => ({ file, line, message: `prints ${output}, and not ${text}` })))
          continue
        }
        const [, line] = new RegExp(`${name.replaceAll(".", "\\.")}\\.mjs:(\\d+)`).exec(output) ?? []
        failures.push({ file: block.file, line: Number(line ?? block.line), message: output })
      }
    }
    await Promise.all(Array.from({ length: availableParallelism() }, drain))
    if (queue === programs && failures.length === 0) {
      failures.push({
        file: "tooling/doc-examples.ts",
        line: 1,
        message: `pass alone, fail together\n${outcome.output}`
      })
    }
    return failures
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** A failure as a line that editors can jump to. */
export const format = ({ file, line, message }: Failure): string => `${file}:${line} ${message}`

if (import.meta.main) {
  const paths = process.argv.slice(2)
  const blocks = allBlocks().filter(({ file }) => paths.length === 0 || paths.some((path) => file.startsWith(path)))
  const failures = await check(blocks)
  for (const failure of failures) console.error(format(failure))
  console.log(`${blocks.filter(isExample).length} examples, ${failures.length} failures`)
  process.exitCode = failures.length === 0 ? 0 : 1
}
