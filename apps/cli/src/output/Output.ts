/** The output of the command as a service, so that a test reads it without starting a process. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"

import { inert } from "./Text.ts"

/**
 * The output could not be written. `EPIPE` means that its reader closed the pipe. `made` says what stays although its output
 * is lost; a command that only reads has nothing to say.
 */
export class OutputError extends Schema.TaggedError<OutputError>()("OutputError", {
  code: Schema.String,
  made: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    return `Cannot write the output (${this.code})${this.made === undefined ? "" : `; ${this.made}`}`
  }
}

/** Adds what was made to the error of lost output, for a command that changes something. */
export const saying =
  (made: string) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E | OutputError, R> =>
    Effect.mapError(work, (error): E | OutputError =>
      error instanceof OutputError && error.made === undefined ? new OutputError({ code: error.code, made }) : error
    )

/** The same for changes that no sentence names one by one. */
export const sayingChanges = saying("changes to the store were made and stay")

/** The two streams that the command prints to. */
export class Output extends Context.Service<
  Output,
  {
    /** Writes to standard output and waits for the reader: a slow reader slows the command instead of filling the memory. */
    readonly write: (text: string) => Effect.Effect<void, OutputError>
    /** Writes to standard error. */
    readonly writeError: (text: string) => Effect.Effect<void>
  }
>()("aumai-handoff/Output") {}

const codeOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message

/** The streams of this process. */
export const layer: Layer.Layer<Output> = Layer.succeed(Output, {
  write: (text) =>
    Effect.callback((resume) => {
      process.stdout.write(text, (error) => {
        resume(error ? Effect.fail(new OutputError({ code: codeOf(error) })) : Effect.void)
      })
    }),
  writeError: (text) =>
    Effect.sync(() => {
      process.stderr.write(text)
    })
})

/** Writes to standard output. Foreign text that a command left unescaped is escaped here. */
export const write = (text: string): Effect.Effect<void, OutputError, Output> =>
  Output.use((output) => output.write(inert(text)))

/** Writes a line to standard output. */
export const print = (line: string): Effect.Effect<void, OutputError, Output> => write(`${line}\n`)

/** Writes a line to standard error, escaped in the same way. */
export const warn = (line: string): Effect.Effect<void, never, Output> =>
  Output.use((output) => output.writeError(`${inert(line)}\n`))

/** Replaces the current line on standard error if that is a terminal; does nothing otherwise. */
export const progress = (text: string): Effect.Effect<void, never, Output | Stdio.Stdio> =>
  Effect.gen(function* () {
    const isTerminal = yield* (yield* Stdio.Stdio).stderrIsTerminal
    if (isTerminal) yield* (yield* Output).writeError(`\r\u001B[2K${inert(text)}`)
  })
