/** Runs somebody's program, and ends it politely when nobody wants what it makes any more. */
import type { ChildProcess } from "node:child_process"

import * as Effect from "effect/Effect"

/** How a program ended, and what it said. */
export interface Ended {
  /** Its exit code, or the signal that ended it. */
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

// Milliseconds that a program may tidy up after it was asked to end, and that others may go on writing to its output after
// it has ended.
const patience = 5000

// Of what a program says on standard error so many characters are kept, from the end: a reason is one line of it.
const keptStderr = 4096

/** Asks the program and all that it has started to end, or makes them. */
const signal = ({ pid }: ChildProcess, name: "SIGTERM" | "SIGKILL"): void => {
  if (pid === undefined) return
  try {
    // A negative id is the whole group; Windows has none.
    process.kill(process.platform === "win32" ? pid : -pid, name)
  } catch {
    // It has ended by itself.
  }
}

/**
 * Runs a command line in the shell, with a text on its standard input; no more than `limit` characters of its output are
 * kept. What it has started is asked to end when it has ended, five seconds later when that still writes. Interrupted, it is
 * asked to end with SIGTERM, and made to with SIGKILL five seconds later.
 */
export const exec = (
  command: string,
  input: string,
  variables: Readonly<Record<string, string>>,
  limit: number
): Effect.Effect<Ended> =>
  Effect.flatMap(
    Effect.promise(() => import("node:child_process")),
    ({ spawn }) =>
      Effect.callback<Ended>((resume) => {
        const child = spawn(command, {
          shell: true,
          // A group of its own, so that what it starts can be ended with it.
          detached: process.platform !== "win32",
          env: { ...process.env, ...variables },
          stdio: "pipe"
        })
        let [stdout, stderr] = ["", ""]
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
          if (stdout.length <= limit) stdout += text
        })
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
          stderr = (stderr + text).slice(-keptStderr)
        })
        // It need not read what it is given.
        child.stdin.on("error", () => {})
        child.stdin.end(input)
        const ended = new Promise<void>((resolve) => {
          child.once("exit", () => {
            // A daemon that keeps the output open may do so for ever: closed here, "close" comes.
            const closing = setTimeout(() => {
              child.stdout.destroy()
              child.stderr.destroy()
            }, patience)
            child.once("close", () => clearTimeout(closing))
          })
          child.once("close", (code, name) => {
            signal(child, "SIGTERM")
            resolve()
            resume(Effect.succeed({ code: code ?? name ?? 1, stdout, stderr }))
          })
          child.once("error", ({ message }) => {
            resolve()
            resume(Effect.succeed({ code: 127, stdout, stderr: message }))
          })
        })
        return Effect.gen(function* () {
          signal(child, "SIGTERM")
          yield* Effect.timeoutOption(
            Effect.promise(() => ended),
            patience
          )
          signal(child, "SIGKILL")
          yield* Effect.promise(() => ended)
        })
      })
  )
