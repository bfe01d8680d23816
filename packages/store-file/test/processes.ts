/** Starts and awaits real processes, and provides temporary directories. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

export interface Running {
  readonly child: ChildProcess
  /** The next printed line; `undefined` if the process ends first. */
  readonly nextLine: () => Promise<string | undefined>
  readonly exit: Promise<number | null>
}

export const start = (program: string, ...args: ReadonlyArray<string>): Running => {
  const command = program.endsWith(".py") ? "python3" : process.execPath
  const child = spawn(command, [join(import.meta.dirname, "programs", program), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    // The compile cache lets a process reach its work before it is killed.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "aumai-handoff-compile-cache") }
  })
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

/** Starts a process that rewrites the file this many times: in Python if the machine has it. */
export const startRewriter = (path: string, name: string, count: number): Running => {
  const hasPython = spawnSync("python3", ["--version"]).status === 0
  return start(hasPython ? "rewrite.py" : "rewrite.ts", path, name, String(count))
}

export const temporaryDirectory = (): { readonly path: string; readonly [Symbol.dispose]: () => void } => {
  const path = mkdtempSync(join(tmpdir(), "aumai-handoff-"))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
