import type { ChildProcess } from "node:child_process"

import { limits } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import { unwatch, watch } from "./Watcher.ts"

/** The exit and the output of a program. */
export interface Ended {
  /** Its exit code, or the signal that ended it. */
  readonly code: number | string
  readonly stdout: Buffer
  readonly stderr: Buffer
}

// Milliseconds. How long a program may run after SIGTERM, and how long its children may keep its output open after its end.
const patience = 5000

// Bytes kept from the end of standard error: an error of twice the length that a reason may have.
const keptStderr = 2 * limits.textBytes

// The lines around an uncaught error that tell nothing about it: frames of its stack, braces, and what Node and Bun add.
const besideError = /^(?:\s+at\s.*(?:\)|:\d+)(?: \{)?|\s+\.{3} \d+ lines matching .*|[}\]\s]*|(?:Node\.js|Bun) v\d.*)$/

/**
 * Finds the error that a program told last on standard error: the last line that is not indented, with the indented lines
 * below it, such as the code and the cause that Node prints. The text is UTF-8 or, of bytes, Latin-1: only ASCII is trimmed.
 */
export const errorIn = (stderr: string): string => {
  const lines = stderr.split(/[\r\n]+/).filter((line) => !besideError.test(line))
  const begin = lines.findLastIndex((line) => !/^[\t ]/.test(line))
  return lines
    .slice(Math.max(begin, 0))
    .map((line) => line.replaceAll(/^[\t ]+|[\t ]+$/g, ""))
    .join(" ")
}

/** Signals the program and its process group. */
const signal = ({ pid }: ChildProcess, name: "SIGTERM" | "SIGKILL"): void => {
  if (pid === undefined) return
  try {
    // A negative id addresses the whole group, which Windows does not have.
    process.kill(isWindows ? pid : -pid, name)
  } catch {
    // It has already ended.
  }
}

const isWindows = process.platform === "win32"

// Waits for a line until the program is watched, so that a worker which is killed in between leaves no program. A shell
// reads a pipe byte by byte, so that the input is left to the program.
const waiting = 'read -r _ && exec /bin/sh -c "$0"'

const running = new Set<ChildProcess>()

// Ends the programs that run when the process exits without an interrupt.
const endAll = (): void => {
  for (const child of running) signal(child, "SIGKILL")
}

/**
 * Runs a command line in the shell with a text on its standard input, and keeps little more than `limit` bytes of its output.
 * When the program has ended, its process group gets SIGTERM; children that keep the output open delay that by up to five
 * seconds. An interrupt sends SIGTERM, and SIGKILL five seconds later.
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
        const options = {
          // A new process group, so that its children can be ended with it.
          detached: !isWindows,
          env: { ...process.env, ...variables },
          stdio: "pipe"
        } as const
        const child = isWindows
          ? spawn(command, { ...options, shell: true })
          : spawn("/bin/sh", ["-c", waiting, command], options)
        const { pid } = child
        if (!isWindows && pid !== undefined) watch(spawn, pid)
        if (running.size === 0) process.once("exit", endAll)
        running.add(child)
        const output: Array<Buffer> = []
        let size = 0
        let stderr = Buffer.of()
        child.stdout.on("data", (bytes: Buffer) => {
          if (size <= limit) output.push(bytes)
          size += bytes.length
        })
        child.stderr.on("data", (bytes: Buffer) => {
          const all = Buffer.concat([stderr, bytes])
          let start = Math.max(0, all.length - keptStderr)
          // Not within a character.
          while (start > 0 && (all[start] ?? 0) >>> 6 === 2) start += 1
          stderr = all.subarray(start)
        })
        // The program need not read its input.
        child.stdin.on("error", () => {})
        child.stdin.end(isWindows ? input : `\n${input}`)
        const forget = (): void => {
          running.delete(child)
          if (pid !== undefined) unwatch(pid)
          if (running.size === 0) process.off("exit", endAll)
        }
        const ended = new Promise<void>((resolve) => {
          child.once("exit", () => {
            // A daemon may keep the output open indefinitely; destroying the streams causes "close".
            const closing = setTimeout(() => {
              child.stdout.destroy()
              child.stderr.destroy()
            }, patience)
            child.once("close", () => clearTimeout(closing))
          })
          child.once("close", (code, name) => {
            signal(child, "SIGTERM")
            forget()
            resolve()
            resume(Effect.succeed({ code: code ?? name ?? 1, stdout: Buffer.concat(output), stderr }))
          })
          child.once("error", ({ message }) => {
            forget()
            resolve()
            resume(Effect.succeed({ code: 127, stdout: Buffer.of(), stderr: Buffer.from(message) }))
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
