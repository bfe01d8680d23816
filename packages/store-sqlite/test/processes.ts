/** Starts and awaits real processes, and provides a temporary directory for each test. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

import * as Effect from "effect/Effect"

export interface Running {
  readonly child: ChildProcess
  /** The next printed line; `undefined` if the process ends first. */
  readonly nextLine: () => Promise<string | undefined>
  readonly exit: Promise<number | null>
}

// The compile cache lets a process reach its work before it is killed.
const environment = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "aumai-handoff-compile-cache") }

export const startCommand = (command: string, ...args: ReadonlyArray<string>): Running => {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env: environment })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    nextLine: async () => {
      const { done, value } = await lines.next()
      return done === true ? undefined : value
    },
    exit: new Promise((resolve) => child.once("exit", (code) => resolve(code)))
  }
}

export const programPath = (program: string): string => join(import.meta.dirname, "programs", program)

export const start = (program: string, ...args: ReadonlyArray<string>): Running =>
  startCommand(process.execPath, programPath(program), ...args)

/** Runs `body` with a temporary directory and removes the directory afterwards. */
export const inDirectory = <A, E>(body: (at: (name: string) => string) => Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "aumai-handoff-"))),
    (directory) => body((name) => join(directory, name)),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  )
