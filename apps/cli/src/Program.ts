/** The command as a program: all that `main.ts` does, except for what only a process has. */
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
import * as Runtime from "effect/Runtime"

import { cli } from "./Cli.ts"
import { OutputError, warn } from "./output/Output.ts"
import { printable } from "./output/Text.ts"

// A reader that has seen enough (`list | head`) closes the pipe: nothing to report, and no failure.
const hasSeenEnough = (error: unknown): boolean => error instanceof OutputError && error.code === "EPIPE"

const presenter = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.gen(function* () {
          const formatter = yield* CliOutput.Formatter
          yield* Console.error(formatter.formatErrors(event.errors).trimEnd())
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

/** One line that begins `Error: `, as the Python tool prints it; for a fault of ours the whole story. */
const report = (cause: Cause.Cause<unknown>) =>
  Effect.suspend(() => {
    const error = Cause.squash(cause)
    if (Cause.hasInterruptsOnly(cause) || CliError.isCliError(error) || hasSeenEnough(error)) return Effect.void
    const known = error instanceof Error && "_tag" in error
    const text = known
      ? printable(error.message)
      : `this is a fault of aumai-handoff, please report it\n${Cause.pretty(cause)}`
    return warn(`Error: ${text}`)
  })

/** Runs the command with the arguments of its environment, and prints why it failed. */
export const program = (version: string) =>
  cli.pipe(Command.run({ version }), Effect.tapCause(report), Effect.provide(services))

/** The exit code: 2 for a usage error; otherwise 0, 1 for a failure and 130 for an interrupt. */
export const exitCodeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
  if (hasSeenEnough(error)) return 0
  if (CliError.isCliError(error) && error._tag === "ShowHelp" && error.errors.length > 0) return 2
  let code = 0
  Runtime.defaultTeardown(exit, (usual) => (code = usual))
  return code
}
