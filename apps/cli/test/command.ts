import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterAll, inject } from "vitest"

import type { Invocation } from "./form.ts"

/** What a command printed, and how it ended. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A fresh directory for the tests of one file, and the real command in it, in the form that is being tested. */
export const command = () => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-cli-"))
  const [program, ...first]: Invocation = inject("command")
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const start = (words: ReadonlyArray<string>, options: RunOptions = {}) =>
    spawn(program, [...first, ...words], {
      cwd: directory,
      env: { ...process.env, AUMAI_HANDOFF_STORE: undefined, ...options.env }
    })

  const run = (words: ReadonlyArray<string>, options: RunOptions = {}) =>
    new Promise<Outcome>((resolve, reject) => {
      const child = start(words, options)
      let [stdout, stderr] = ["", ""]
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
      child.on("error", reject).on("close", (code) => resolve({ code, stdout, stderr }))
      // A command that is refused may be gone before it has been given anything to read.
      child.stdin.on("error", () => {}).end(options.stdin ?? "")
    })

  /** Creates a handoff in a store and gives its id; `flags` replace or follow the usual ones. */
  const create = async (store: string, flags: Readonly<Record<string, string>> = {}): Promise<string> => {
    const all = { store, from: "planner", to: "executor", task: "Generate Q3 report", ...flags }
    const words = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
    const { stdout, stderr } = await run(["create", ...words])
    const id = /^Created handoff (\S+)\n/.exec(stdout)?.[1]
    if (id === undefined) throw new Error(`create printed ${stdout}${stderr}`)
    return id
  }

  return { directory, run, start, create, program, first, path: (name: string) => join(directory, name) }
}
