import * as Effect from "effect/Effect"

/** Writes to standard output and waits until it was taken: a slow reader slows us down instead of filling the memory. */
export const write = (text: string): Effect.Effect<void> =>
  Effect.callback((resume) => {
    process.stdout.write(text, () => resume(Effect.void))
  })

/** Writes a line to standard output. */
export const print = (line: string): Effect.Effect<void> => write(`${line}\n`)

/** Writes a line to standard error. */
export const warn = (line: string): Effect.Effect<void> =>
  Effect.sync(() => {
    process.stderr.write(`${line}\n`)
  })

/** A line on standard error that is written over again and again, when a person is looking; nothing otherwise. */
export const progress = (text: string): Effect.Effect<void> =>
  Effect.sync(() => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[2K${text}`)
  })
