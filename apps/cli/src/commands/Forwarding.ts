/** Handing a handoff on, and looking at where its parts have gone. */
import { HandoffManager } from "@aumai/handoff-core"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"

import { chainJson, chainText } from "../ChainText.ts"
import * as Flags from "../Flags.ts"
import * as Input from "../Input.ts"
import { once } from "../OpenStore.ts"
import { print } from "../Output.ts"
import { actor, given, judged, learnt, showForwarded } from "./Acting.ts"

export const forward = Command.make(
  "forward",
  {
    id: Flags.id,
    to: Flags.optional("to", "Next receiver [default: the router chooses among those who have not had it]").pipe(
      Flag.withMetavar("AGENT")
    ),
    reason: Flags.optional("reason", "Why").pipe(Flag.withMetavar("TEXT")),
    ...Flags.handBack,
    ...Flags.acting
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const options = {
      ...(yield* actor(flags)),
      ...(yield* judged("to", flags.to, (text) => Input.agentId("--to", text))),
      ...given("reason", flags.reason),
      ...learnt(flags)
    }
    yield* showForwarded(yield* manager.forward(yield* Input.recordId(flags.id), options))
  }, once)
).pipe(
  Command.withDescription(
    "Hand a handoff on to another receiver, who then has it alone: it is pending for that one, and whoever held it is refused from then on. It never goes back to somebody who has had it."
  ),
  Command.withExamples([
    { command: `aumai-handoff forward --id 7k2m9q4xw3pz --to analyst --reason "This is a question of statistics."` },
    {
      command: `aumai-handoff forward --id 7k2m9q4xw3pz --done "Pages 1 to 4" --remaining "Page 5" --pitfall "Page 5 is blurred"`
    }
  ])
)

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
