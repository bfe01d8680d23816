/** The commands that show the state of one handoff, and of the whole that it belongs to. */
import { encodeWhereabouts, HandoffManager } from "@aumai/handoff-core"
import { readVerbs } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { on } from "../OpenStore.ts"
import { chainJson, chainText } from "../output/ChainText.ts"
import { print } from "../output/Output.ts"
import { jsonText } from "../output/Text.ts"
import { whereText } from "../output/WhereText.ts"
import { root, storeFlag } from "../Root.ts"
import { withHelp } from "./VerbCommand.ts"

export const where = Command.make(
  "where",
  { id: Flags.id },
  Effect.fnUntraced(function* (flags) {
    const record = yield* Input.handoff(flags.id)
    const now = (yield* DateTime.now).epochMilliseconds
    yield* print(
      (yield* Flags.Json) ? jsonText(encodeWhereabouts(record)) : whereText(record, now, storeFlag((yield* root).store))
    )
  }, on("where"))
).pipe(withHelp(readVerbs.where), Command.withExamples([{ command: "aumai-handoff where --id 7k2m9q4xw3pz" }]))

export const chain = Command.make(
  "chain",
  { id: Flags.id },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const [id, whole] = yield* Input.withId(flags.id, (id) =>
      Effect.map(manager.chain(id), (whole) => [id, whole] as const)
    )
    yield* print((yield* Flags.Json) ? chainJson(whole) : chainText(whole, id))
  }, on("chain"))
).pipe(withHelp(readVerbs.chain), Command.withExamples([{ command: "aumai-handoff chain --id 7k2m9q4xw3pz" }]))
