/** The command as a program that tests run in their own process; `main.ts` adds signals and standard streams. */
import { NotCompleted } from "@aumai/handoff-protocol"
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stdio from "effect/Stdio"

import { cli } from "./Cli.ts"
import { NothingCreated } from "./commands/Create.ts"
import { strangeWord, UnclearValue, unclearValue } from "./input/Arguments.ts"
import { OutputError, warn } from "./output/Output.ts"
import { inert, printable } from "./output/Text.ts"
import { withoutPasswords } from "./Root.ts"

// A reader such as `head` closes the pipe early, which is not a failure unless the output tells of a change.
const isClosedPipe = (error: unknown): boolean =>
  error instanceof OutputError && error.code === "EPIPE" && error.made === undefined

const presenter = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.gen(function* () {
          const formatter = yield* CliOutput.Formatter
          yield* Console.error(inert(withoutPasswords(formatter.formatErrors(event.errors).trimEnd())))
          const command = event.helpDoc.commandPath?.join(" ") ?? "aumai-handoff"
          yield* Console.error(`\nUsage: ${event.helpDoc.usage}\nTry '${command} --help'.`)
        })
      : CliOutput.defaultPresenter.present(event)
})

const services = Layer.mergeAll(
  Layer.succeed(Logger.LogToStderr, true),
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] }),
  presenter
)

/** Prints one line that begins with `Error: `, as the Python tool does; for a defect, also its stack. */
const report = (cause: Cause.Cause<unknown>) =>
  Effect.suspend(() => {
    const error = Cause.squash(cause)
    if (Cause.hasInterruptsOnly(cause) || CliError.isCliError(error) || isClosedPipe(error)) return Effect.void
    const known = error instanceof Error && "_tag" in error
    const text = known
      ? printable(error.message)
      : `this is a defect of aumai-handoff; please report it with the following lines\n${Cause.pretty(cause)}`
    return warn(`Error: ${text}`)
  })

// Before `effect/cli`, which would take `--task --help` for a wish for help.
const checkWords = Effect.gen(function* () {
  const words = yield* (yield* Stdio.Stdio).args
  const unclear = unclearValue(words) ?? (yield* Effect.promise(() => strangeWord(words)))
  if (unclear !== undefined) return yield* unclear
})

/** Runs the command with the arguments of its environment, and prints the error if it fails. */
export const program = (version: string) =>
  Effect.andThen(checkWords, Command.run(cli, { version })).pipe(Effect.tapCause(report), Effect.provide(services))

/**
 * The exit code: 2 for a usage error, 3 if the handoff has ended without being completed; otherwise 0, 1 for a failure, and
 * for an interrupt that of its signal.
 */
export const exitCodeOf = (exit: Exit.Exit<unknown, unknown>, signalled = 130): number => {
  if (Exit.isSuccess(exit)) return 0
  if (Cause.hasInterruptsOnly(exit.cause)) return signalled
  const error = Cause.squash(exit.cause)
  if (isClosedPipe(error)) return 0
  if (CliError.isCliError(error) && error._tag === "ShowHelp") return error.errors.length > 0 ? 2 : 0
  if (error instanceof UnclearValue) return 2
  return error instanceof NothingCreated || error instanceof NotCompleted ? 3 : 1
}
