import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** What was to be printed could not be written. `EPIPE`: the reader has seen enough. */
export class OutputError extends Schema.TaggedError<OutputError>()("OutputError", { code: Schema.String }) {
  override get message() {
    return `Cannot write the output (${this.code}); what the command did is done`
  }
}

const codeOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message

/** Writes to standard output and waits until it was taken: a slow reader slows us down instead of filling the memory. */
export const write = (text: string): Effect.Effect<void, OutputError> =>
  Effect.callback((resume) => {
    process.stdout.write(text, (error) => {
      resume(error ? Effect.fail(new OutputError({ code: codeOf(error) })) : Effect.void)
    })
  })

/** Writes a line to standard output. */
export const print = (line: string): Effect.Effect<void, OutputError> => write(`${line}\n`)

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
