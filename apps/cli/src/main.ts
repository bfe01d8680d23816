import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
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

import packageJson from "../package.json" with { type: "json" }
import { cli } from "./Cli.ts"
import { environment } from "./Environment.ts"
import { OutputError } from "./Output.ts"
import { printable } from "./Text.ts"

// Whoever writes is told of the error; without a listener it would end the process before the store is closed.
process.stdout.on("error", () => {})

// A terminal that is closed ends a worker as SIGTERM does: the program that it runs has a group of its own, and would stay.
process.on("SIGHUP", () => process.emit("SIGTERM"))

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
  environment,
  Layer.succeed(Logger.LogToStderr, true),
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] }),
  presenter
)

/** One line that begins `Error: `, as the Python tool prints it; for a fault of ours the whole story. */
const report = (cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Effect.sync(() => {
    const error = Cause.squash(cause)
    if (Cause.hasInterruptsOnly(cause) || CliError.isCliError(error) || hasSeenEnough(error)) return
    const known = error instanceof Error && "_tag" in error
    const text = known
      ? printable(error.message)
      : `this is a fault of aumai-handoff, please report it\n${Cause.pretty(cause)}`
    process.stderr.write(`Error: ${text}\n`)
  })

// Put in by the bundler.
declare const AUMAI_HANDOFF_COMMIT: string | undefined

const commit = typeof AUMAI_HANDOFF_COMMIT === "string" ? AUMAI_HANDOFF_COMMIT : "source"
const { bun, node } = process.versions
const version = `${packageJson.version} (${commit}, ${bun === undefined ? `Node ${node}` : `Bun ${bun}`})`

cli.pipe(
  Command.run({ version }),
  Effect.tapCause(report),
  Effect.provide(services),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, done) => {
      const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
      // A usage error exits with 2; otherwise 0, 1 for a failure and 130 for an interrupt.
      if (hasSeenEnough(error)) done(0)
      else if (CliError.isCliError(error) && error._tag === "ShowHelp" && error.errors.length > 0) done(2)
      else Runtime.defaultTeardown(exit, done)
    }
  })
)
