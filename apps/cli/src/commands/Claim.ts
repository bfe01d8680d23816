import { HandoffManager } from "@aumai/handoff-core"
import { storeVerbs } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { flagsOf } from "../input/VerbFlags.ts"
import { on } from "../OpenStore.ts"
import { print } from "../output/Output.ts"
import { printable } from "../output/Text.ts"
import { show } from "./Acting.ts"
import { withHelp } from "./VerbCommand.ts"

const flags = flagsOf(storeVerbs.claim.input.fields, { custom: { readsBack: undefined } })

export const claim = Command.make(
  "claim",
  {
    agent: Flags.required("agent", "The agent that claims from its inbox").pipe(Flag.withMetavar("AGENT")),
    ...flags.config
  },
  Effect.fnUntraced(function* (values) {
    const manager = yield* HandoffManager
    const agent = yield* Input.agentId("--agent", values.agent)
    const claimed = yield* manager.claim(agent, yield* flags.read(values))
    if (Option.isSome(claimed)) yield* show(claimed.value)
    else yield* print((yield* Flags.Json) ? "null" : `Nothing waits for ${printable(agent)}`)
  }, on("claim"))
).pipe(
  withHelp(storeVerbs.claim),
  Command.withExamples([
    { command: "aumai-handoff claim --agent executor" },
    { command: "aumai-handoff claim --agent executor --lease 10m --json" }
  ])
)
