import { encodeWhereabouts, HandoffManager } from "@aumai/handoff-core"
import { encodeRecord, readVerbs, storeVerbs } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import * as Flags from "../Flags.ts"
import * as Input from "../Input.ts"
import { once, staying } from "../OpenStore.ts"
import { print } from "../Output.ts"
import { outcome } from "../RecordText.ts"
import { root, storeFlag } from "../Root.ts"
import { whereText } from "../WhereText.ts"
import { helpOf } from "./VerbCommand.ts"

export const where = Command.make(
  "where",
  { id: Flags.id },
  Effect.fnUntraced(function* (flags) {
    const record = yield* Input.handoff(flags.id)
    const now = (yield* DateTime.now).epochMilliseconds
    yield* print(
      (yield* Flags.Json)
        ? JSON.stringify(encodeWhereabouts(record))
        : whereText(record, now, storeFlag((yield* root).store))
    )
  }, once)
).pipe(
  Command.withDescription(helpOf(readVerbs.where)),
  Command.withExamples([{ command: "aumai-handoff where --id 7k2m9q4xw3pz" }])
)

export const sweep = Command.make(
  "sweep",
  {},
  Effect.fnUntraced(function* () {
    const moved = yield* (yield* HandoffManager).sweep
    if (yield* Flags.Json) yield* print(JSON.stringify(moved.map(encodeRecord)))
    else yield* print(moved.length === 0 ? "Nothing is due" : moved.map((record) => outcome(record)).join("\n"))
  }, staying)
).pipe(
  Command.withDescription(`${helpOf(storeVerbs.sweep)} Run it from time to time.`),
  Command.withExamples([
    { command: "aumai-handoff sweep" },
    { command: "while sleep 60; do aumai-handoff sweep; done" }
  ])
)
