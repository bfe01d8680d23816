import { HandoffManager } from "@aumai/handoff-core"
import { encodeRecord, isOpen, readVerbs } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { on } from "../OpenStore.ts"
import { print, progress } from "../output/Output.ts"
import { jsonText, printable, word } from "../output/Text.ts"
import { root, storeFlag } from "../Root.ts"
import { withHelp } from "./VerbCommand.ts"

/** The handoff has not ended within the time that `--timeout` gives. */
export class NoResultYet extends Schema.TaggedError<NoResultYet>()("NoResultYet", {
  recordId: Schema.String,
  timeout: Schema.String,
  /** The command that shows where the handoff is. */
  command: Schema.String
}) {
  override get message() {
    return `Handoff ${this.recordId} has not ended within ${this.timeout}; '${this.command}' shows whose turn it is`
  }
}

export const result = Command.make(
  "result",
  {
    id: Flags.id,
    timeout: Flags.optional(
      "timeout",
      "Stop waiting after this time, and exit with 1 [such as 90s, 10m or 2h] [default: wait indefinitely]"
    ).pipe(Flag.withMetavar("DURATION"))
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const json = yield* Flags.Json
    const limit = Option.isSome(flags.timeout) ? yield* Input.duration("--timeout", flags.timeout.value) : undefined
    const { recordId, status } = yield* Input.handoff(flags.id)
    if (isOpen(status)) yield* progress(`Waiting for handoff ${printable(recordId)}, which is ${status} …`)
    const awaited = manager.result(recordId).pipe(
      // With --json the record is printed in any case; the exit code tells how it ended.
      Effect.tapError((error) =>
        json && error._tag === "NotCompleted" ? print(jsonText(encodeRecord(error.record))) : Effect.void
      )
    )
    const { store } = yield* root
    const done = yield* Effect.ensuring(
      limit === undefined
        ? awaited
        : Effect.timeoutOrElse(awaited, {
            duration: limit,
            orElse: () => {
              const command = `aumai-handoff where --id ${word(recordId)}${storeFlag(store)}`
              return Effect.fail(
                new NoResultYet({ recordId, timeout: Option.getOrElse(flags.timeout, () => ""), command })
              )
            }
          }),
      progress("")
    )
    yield* print(jsonText(json ? encodeRecord(done) : done.result))
  }, on("result"))
).pipe(
  withHelp(
    readVerbs.result,
    "Prints the result as JSON; with --json the whole record, however it ended. Exits with 3 if it ended without being completed."
  ),
  Command.withExamples([
    { command: "aumai-handoff result --id 7k2m9q4xw3pz" },
    { command: "aumai-handoff result --id 7k2m9q4xw3pz --timeout 10m --json" }
  ])
)
