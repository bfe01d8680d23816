/**
 * The command, as tests run it. A test chooses its form by the name of its file:
 *
 * - `*.test.ts` calls `command` and runs it in the process of the test: a few milliseconds each.
 * - `*.process.test.ts` calls `commandProcess` and starts a process each time, to test signals, pipes, locks, and
 *   differences between Node and Bun. The projects `bundle` and `binary` run these files.
 * - `Start.process.test.ts` runs from source, too.
 *
 * `AUMAI_TEST_COMMAND=all` runs every file in the projects `bundle` and `binary`.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterAll, inject } from "vitest"

import { execute, type Outcome, type RunOptions } from "../tooling/execute.ts"
import type { Invocation } from "./form.ts"

type Words = ReadonlyArray<string>
type Run = (words: Words, options?: RunOptions) => Promise<Outcome>

const temporaryDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-cli-"))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

const client = (directory: string, run: Run) => ({
  /** A directory of the test file, in which the command runs. */
  directory,
  path: (name: string): string => join(directory, name),
  run,
  /** Creates a handoff in a store and returns its id; `flags` replace the usual ones or follow them. */
  create: async (store: string, flags: Readonly<Record<string, string>> = {}): Promise<string> => {
    const all = { store, from: "planner", to: "executor", task: "Generate Q3 report", ...flags }
    const words = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
    const { stdout, stderr } = await run(["create", ...words])
    const id = /^Created handoff (\S+)\n/.exec(stdout)?.[1]
    if (id === undefined) throw new Error(`create printed ${stdout}${stderr}`)
    return id
  }
})

/** The command in a fresh directory. */
export type Cli = ReturnType<typeof client>

const starter =
  (directory: string, [program, ...first]: Invocation) =>
  (words: Words, options: RunOptions = {}) =>
    spawn(program, [...first, ...words], {
      cwd: directory,
      env: { ...process.env, AUMAI_HANDOFF_STORE: undefined, ...options.env }
    })

const runner =
  (start: ReturnType<typeof starter>): Run =>
  (words, options = {}) =>
    new Promise<Outcome>((resolve, reject) => {
      const child = start(words, options)
      let [stdout, stderr] = ["", ""]
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
      child.on("error", reject).on("close", (code) => resolve({ code, stdout, stderr }))
      // A refused command may end before it reads its input.
      child.stdin.on("error", () => {}).end(options.stdin ?? "")
    })

/** Starts the command as a process, in the form that the project is named after. */
export const commandProcess = () => {
  const form = inject("command")
  if (form === undefined) throw new Error("Only the projects source, bundle, binary and postgres start processes")
  const directory = temporaryDirectory()
  const start = starter(directory, form)
  const [program, ...first] = form
  return { ...client(directory, runner(start)), start, program, first }
}

/** Runs the command in the process of the test, which changes its working directory. */
export const command = (): Cli => {
  if (inject("command") !== undefined) return commandProcess()
  const directory = temporaryDirectory()
  const before = process.cwd()
  process.chdir(directory)
  afterAll(() => process.chdir(before))
  return client(directory, execute)
}
