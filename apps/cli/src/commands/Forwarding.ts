import { HandoffManager } from "@aumai/handoff-core"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"

import { chainJson, chainText } from "../ChainText.ts"
import * as Flags from "../Flags.ts"
import * as Input from "../Input.ts"
import { once } from "../OpenStore.ts"
import { print } from "../Output.ts"

export const chain = Command.make(
  "chain",
  { id: Flags.id },
  Effect.fnUntraced(function* (flags) {
    const id = yield* Input.recordId(flags.id)
    const whole = yield* (yield* HandoffManager).chain(id)
    yield* print((yield* Flags.Json) ? chainJson(whole) : chainText(whole, id))
  }, once)
).pipe(
  Command.withDescription(
    "Draw the whole that a handoff belongs to, from any member of it: what it is a part of, and what its parts are, each with status, receiver and task."
  ),
  Command.withExamples([{ command: "aumai-handoff chain --id 7k2m9q4xw3pz" }])
)
