import { HandoffManager } from "@aumai/handoff-core"
import { encodeRecord, storeVerbs } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"

import * as Flags from "../input/Flags.ts"
import { on } from "../OpenStore.ts"
import { print } from "../output/Output.ts"
import { outcome } from "../output/RecordText.ts"
import { jsonText } from "../output/Text.ts"
import { withHelp } from "./VerbCommand.ts"

export const sweep = Command.make(
  "sweep",
  {},
  Effect.fnUntraced(function* () {
    const moved = yield* (yield* HandoffManager).sweep
    if (yield* Flags.Json) yield* print(jsonText(moved.map(encodeRecord)))
    else yield* print(moved.length === 0 ? "Nothing is due" : moved.map((record) => outcome(record)).join("\n"))
  }, on("sweep"))
).pipe(
  withHelp(storeVerbs.sweep, "Run it regularly."),
  Command.withExamples([
    { command: "aumai-handoff sweep" },
    { command: "while sleep 60; do aumai-handoff sweep; done" }
  ])
)
