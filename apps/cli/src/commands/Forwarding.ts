import { HandoffManager } from "@aumai/handoff-core"
import { readVerbs } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"

import { chainJson, chainText } from "../ChainText.ts"
import * as Flags from "../Flags.ts"
import * as Input from "../Input.ts"
import { once } from "../OpenStore.ts"
import { print } from "../Output.ts"
import { helpOf } from "./VerbCommand.ts"

export const chain = Command.make(
  "chain",
  { id: Flags.id },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const [id, whole] = yield* Input.withId(flags.id, (id) =>
      Effect.map(manager.chain(id), (whole) => [id, whole] as const)
    )
    yield* print((yield* Flags.Json) ? chainJson(whole) : chainText(whole, id))
  }, once)
).pipe(
  Command.withDescription(helpOf(readVerbs.chain)),
  Command.withExamples([{ command: "aumai-handoff chain --id 7k2m9q4xw3pz" }])
)
