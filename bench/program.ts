/** Starts programs that wait for a word. */
import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"

/** Starts a program of `programs/`, which prints a line when it is ready and starts when it reads one. */
export const program = (name: string, ...args: ReadonlyArray<string>) => {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, "programs", name), ...args], {
    stdio: ["pipe", "pipe", "inherit"]
  })
  if (child.stdout === null) throw new Error("no output")
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    line: async (): Promise<string> => String((await lines.next()).value),
    say: (text: string) => child.stdin?.write(`${text}\n`),
    end: async () => {
      const exited = new Promise((resolve) => child.once("exit", resolve))
      child.stdin?.end()
      await exited
    }
  }
}
