import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Sink from "effect/Sink"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"

import { tied } from "./input/Arguments.ts"

const unused = (what: string) => Effect.die(new Error(`effect/cli used ${what}, which Environment.ts does not provide`))

/**
 * The services that `effect/cli` requires. The command never prompts, spawns nothing through it and reads files itself,
 * so only the arguments are real. All of Node's services would add ten milliseconds to every start.
 */
export const layer = Layer.mergeAll(
  FileSystem.layerNoop({}),
  Path.layer,
  Layer.succeed(
    Stdio.Stdio,
    Stdio.make({
      args: Effect.sync(() => tied(process.argv.slice(2))),
      stdinIsTerminal: Effect.sync(() => process.stdin.isTTY),
      stdoutIsTerminal: Effect.sync(() => process.stdout.isTTY),
      stderrIsTerminal: Effect.sync(() => process.stderr.isTTY),
      stdin: Stream.fromEffect(unused("standard input")),
      stdout: () => Sink.fromEffect(unused("standard output")),
      stderr: () => Sink.fromEffect(unused("standard error"))
    })
  ),
  Layer.succeed(
    Terminal.Terminal,
    Terminal.make({
      columns: Effect.sync(() => process.stdout.columns),
      rows: Effect.sync(() => process.stdout.rows),
      size: unused("the size of the terminal"),
      readInput: unused("keys"),
      readLine: unused("a line"),
      display: () => unused("the terminal")
    })
  ),
  Layer.succeed(
    ChildProcessSpawner.ChildProcessSpawner,
    ChildProcessSpawner.make(() => unused("a child process"))
  )
)
