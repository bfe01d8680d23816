/** Starts real processes and reads their output. */
import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"

export interface Running {
  readonly child: ChildProcess
  /** The printed lines, until the process ends. */
  readonly lines: AsyncIterable<string>
  readonly exit: Promise<number | null>
}

export const start = (program: string, ...args: ReadonlyArray<string>): Running => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "programs", program), ...args], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  return {
    child,
    lines: createInterface({ input: child.stdout }),
    exit: new Promise((resolve) => child.once("exit", (code) => resolve(code)))
  }
}
