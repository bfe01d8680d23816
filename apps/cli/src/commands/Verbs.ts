import { HandoffManager } from "@aumai/handoff-core"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Flags from "../Flags.ts"
import * as Input from "../Input.ts"
import { once } from "../OpenStore.ts"
import { print } from "../Output.ts"
import { printable } from "../Text.ts"
import { actor, given, leased, show, showForwarded } from "./Acting.ts"

export const start = Command.make(
  "start",
  { id: Flags.id, ...Flags.acting },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const id = yield* Input.recordId(flags.id)
    yield* show(yield* manager.start(id, yield* actor(flags)))
  }, once)
).pipe(
  Command.withDescription("Begin to work on an accepted handoff."),
  Command.withExamples([{ command: "aumai-handoff start --id 7k2m9q4xw3pz" }])
)

const reason = Flags.required("reason", "Why").pipe(Flag.withMetavar("TEXT"))

/** A verb that must say why. */
const explained = (name: "reject" | "fail", description: string, example: string) =>
  Command.make(
    name,
    { id: Flags.id, reason, ...Flags.acting },
    Effect.fnUntraced(function* (flags) {
      const manager = yield* HandoffManager
      const id = yield* Input.recordId(flags.id)
      yield* showForwarded(yield* manager[name](id, { reason: flags.reason, ...(yield* actor(flags)) }))
    }, once)
  ).pipe(
    Command.withDescription(description),
    Command.withExamples([{ command: `aumai-handoff ${name} --id 7k2m9q4xw3pz --reason "${example}"` }])
  )

export const reject = explained(
  "reject",
  "Decline a pending handoff. One that may be re-routed goes to the next capable agent.",
  "No Klingon translation capability."
)
export const fail = explained("fail", "Give up an accepted or started handoff.", "External API returned 503.")

export const cancel = Command.make(
  "cancel",
  { id: Flags.id, reason: Flags.optional("reason", "Why").pipe(Flag.withMetavar("TEXT")), by: Flags.by },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const id = yield* Input.recordId(flags.id)
    yield* show(yield* manager.cancel(id, { ...given("reason", flags.reason), ...(yield* actor(flags)) }))
  }, once)
).pipe(
  Command.withDescription("Withdraw a handoff that is still open."),
  Command.withExamples([{ command: `aumai-handoff cancel --id 7k2m9q4xw3pz --reason "No longer needed"` }])
)

export const claim = Command.make(
  "claim",
  { agent: Flags.required("agent", "Whose inbox").pipe(Flag.withMetavar("AGENT")), lease: Flags.lease },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const claimed = yield* manager.claim(yield* Input.agentId("--agent", flags.agent), yield* leased(flags))
    if (Option.isSome(claimed)) yield* show(claimed.value)
    else yield* print((yield* Flags.Json) ? "null" : `Nothing waits for ${printable(flags.agent)}`)
  }, once)
).pipe(
  Command.withDescription(
    "Accept the most urgent handoff that waits for an agent. With --lease it comes back for another attempt if its receiver falls silent: renew it with progress, and name your --attempt with every verb, so that you notice when you were too late."
  ),
  Command.withExamples([
    { command: "aumai-handoff claim --agent executor" },
    { command: "aumai-handoff claim --agent executor --lease 10m --json" }
  ])
)
