/** Runs the whole command in this process, with its own output, input, arguments and environment variables. */
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stdio from "effect/Stdio"

import * as Environment from "../src/Environment.ts"
import { tied } from "../src/input/Arguments.ts"
import { StandardInput } from "../src/input/Input.ts"
import { Output } from "../src/output/Output.ts"
import { exitCodeOf, program } from "../src/Program.ts"

/** The output and the exit code of a command. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs one command to its end. Relative paths start at the working directory of this process. */
export const execute = async (
  words: ReadonlyArray<string>,
  { env = {}, stdin = "" }: RunOptions = {}
): Promise<Outcome> => {
  let [stdout, stderr] = ["", ""]
  const services = Layer.mergeAll(
    Environment.layer,
    Stdio.layerTest({ args: Effect.succeed(tied(words)) }),
    Layer.succeed(Output, {
      write: (text) => Effect.sync(() => void (stdout += text)),
      writeError: (text) => Effect.sync(() => void (stderr += text))
    }),
    // `effect/cli` prints help to the console.
    Layer.succeed(Console.Console, {
      ...globalThis.console,
      log: (text: string) => void (stdout += `${text}\n`),
      warn: (text: string) => void (stderr += `${text}\n`),
      error: (text: string) => void (stderr += `${text}\n`)
    }),
    Layer.succeed(StandardInput, () => new Blob([stdin]).stream()),
    ConfigProvider.layer(ConfigProvider.fromEnv({ env }))
  )
  const exit = await Effect.runPromiseExit(Effect.provide(program("0.0.0 (test)"), services))
  return { code: exitCodeOf(exit), stdout, stderr }
}
