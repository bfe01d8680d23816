/** Taking a handoff on, and saying in one's own words what it asks for. */
import { HandoffManager } from "@aumai/handoff-core"
import { InvalidInput } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Flags from "../Flags.ts"
import * as Input from "../Input.ts"
import { once } from "../OpenStore.ts"
import * as ReadBackInput from "../ReadBackInput.ts"
import { actor, given, judged, leased, show } from "./Acting.ts"

export const accept = Command.make(
  "accept",
  {
    id: Flags.id,
    ...Flags.acting,
    lease: Flags.lease,
    reason: Flags.optional("reason", "A word to the sender").pipe(Flag.withMetavar("TEXT")),
    estimate: Flags.optional("estimate", "When it will be done: a timestamp or a duration such as 2h").pipe(
      Flag.withMetavar("WHEN")
    ),
    ...ReadBackInput.flags
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const options = {
      ...(yield* actor(flags)),
      ...(yield* leased(flags)),
      ...given("reason", flags.reason),
      ...(yield* judged("estimatedCompletion", flags.estimate, (text) => Input.deadline("--estimate", text))),
      ...given("readBack", yield* ReadBackInput.given(flags))
    }
    const id = yield* Input.recordId(flags.id)
    yield* show(yield* manager.accept(id, options))
  }, once)
).pipe(
  Command.withDescription(
    "Take on a pending handoff. Where its briefing must be read back, say in your own words what you are to do, and what of its actions and contingencies you have understood; what is missing is named, and 'restate' adds it."
  ),
  Command.withExamples([
    { command: "aumai-handoff accept --id 7k2m9q4xw3pz --by executor --lease 10m" },
    {
      command: `aumai-handoff accept --id 7k2m9q4xw3pz --summary "Two invoices, by Friday" --understood invoices --question "late=Whose Friday?"`
    },
    { command: "aumai-handoff accept --id 7k2m9q4xw3pz --read-back @read-back.json" }
  ])
)

export const restate = Command.make(
  "restate",
  { id: Flags.id, ...ReadBackInput.flags, ...Flags.acting },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const readBack = yield* ReadBackInput.given(flags)
    if (Option.isNone(readBack)) {
      return yield* new InvalidInput({
        input: "--summary",
        issues: [{ path: "", expected: "expected the briefing in your words, or --read-back with it" }]
      })
    }
    const options = { readBack: readBack.value, ...(yield* actor(flags)) }
    yield* show(yield* manager.restate(yield* Input.recordId(flags.id), options))
  }, once)
).pipe(
  Command.withDescription(
    "Read the briefing of an accepted handoff back, or what of it was still missing. What was restated before stays, unless it is restated."
  ),
  Command.withExamples([
    {
      command: `aumai-handoff restate --id 7k2m9q4xw3pz --summary "Two invoices, by Friday" --understood invoices,late`
    },
    { command: `aumai-handoff restate --id 7k2m9q4xw3pz --summary "Two invoices" --refused "late=I report no guesses"` }
  ])
)

export const confirm = Command.make(
  "confirm",
  {
    id: Flags.id,
    correct: Flags.optional("correct", "What of it you set right; the receiver finds it in status").pipe(
      Flag.withMetavar("TEXT")
    ),
    by: Flags.by
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const options = { ...given("correction", flags.correct), ...(yield* actor(flags)) }
    yield* show(yield* manager.confirm(yield* Input.recordId(flags.id), options))
  }, once)
).pipe(
  Command.withDescription(
    "Confirm, as the sender, what the receiver has read back, or set it right; it may then start."
  ),
  Command.withExamples([
    { command: "aumai-handoff confirm --id 7k2m9q4xw3pz" },
    { command: `aumai-handoff confirm --id 7k2m9q4xw3pz --correct "By Thursday, not Friday."` }
  ])
)
