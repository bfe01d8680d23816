/** What keeps a handoff moving once it is held: heartbeats, questions, giving it back, and the clock. */
import { encodeWhereabouts, HandoffManager } from "@aumai/handoff-core"
import { encodeRecord } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import * as Flags from "../Flags.ts"
import * as Input from "../Input.ts"
import { once, staying } from "../OpenStore.ts"
import { print } from "../Output.ts"
import { outcome } from "../RecordText.ts"
import { root, storeFlag } from "../Root.ts"
import { whereText } from "../WhereText.ts"
import { actor, given, judged, learnt, leased, show } from "./Acting.ts"

export const progress = Command.make(
  "progress",
  {
    id: Flags.id,
    note: Flags.optional("note", "How far it is, in words").pipe(Flag.withMetavar("TEXT")),
    percent: Flag.Finite("percent").pipe(
      Flag.withSchema(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 }))),
      Flag.withDescription("How far it is, from 0 to 100"),
      Flag.withMetavar("0-100"),
      Flag.optional
    ),
    lease: Flags.optional("lease", "From now on hold it for so long each time, such as 10m").pipe(
      Flag.withMetavar("DURATION")
    ),
    ...Flags.acting
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const options = {
      ...(yield* actor(flags)),
      ...(yield* leased(flags)),
      ...given("note", flags.note),
      ...given(
        "fraction",
        Option.map(flags.percent, (percent) => percent / 100)
      )
    }
    yield* show(yield* manager.progress(yield* Input.recordId(flags.id), options))
  }, once)
).pipe(
  Command.withDescription(
    "Say that the receiver is still at it, and perhaps how far. This is the heartbeat that renews a lease: send it well before the lease runs out."
  ),
  Command.withExamples([
    { command: "aumai-handoff progress --id 7k2m9q4xw3pz --attempt 1" },
    { command: `aumai-handoff progress --id 7k2m9q4xw3pz --percent 80 --note "Page 4 of 5"` }
  ])
)

export const ask = Command.make(
  "ask",
  {
    id: Flags.id,
    question: Flags.required("question", "What the sender must answer").pipe(Flag.withMetavar("TEXT")),
    ...Flags.acting
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const options = { question: flags.question, ...(yield* actor(flags)) }
    yield* show(yield* manager.ask(yield* Input.recordId(flags.id), options))
  }, once)
).pipe(
  Command.withDescription(
    "Ask the sender what a started handoff cannot go on without. It is then input_required and the sender's turn; a lease rests until the answer."
  ),
  Command.withExamples([{ command: `aumai-handoff ask --id 7k2m9q4xw3pz --question "May page 5 be left out?"` }])
)

export const answer = Command.make(
  "answer",
  {
    id: Flags.id,
    answer: Flags.required("answer", "What the receiver has asked for").pipe(Flag.withMetavar("TEXT")),
    by: Flags.by
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const options = { answer: flags.answer, ...(yield* actor(flags)) }
    yield* show(yield* manager.answer(yield* Input.recordId(flags.id), options))
  }, once)
).pipe(
  Command.withDescription("Answer what the receiver has asked; it then goes on."),
  Command.withExamples([
    { command: "aumai-handoff list --status input_required" },
    { command: `aumai-handoff answer --id 7k2m9q4xw3pz --answer "Yes, leave it out."` }
  ])
)

export const release = Command.make(
  "release",
  {
    id: Flags.id,
    ...Flags.handBack,
    notBefore: Flags.optional("not-before", "Claims pass it by until then: a timestamp or a duration such as 2h").pipe(
      Flag.withMetavar("WHEN")
    ),
    reason: Flags.optional("reason", "Why").pipe(Flag.withMetavar("TEXT")),
    ...Flags.acting
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const options = {
      ...(yield* actor(flags)),
      ...given("reason", flags.reason),
      ...(yield* judged("notBefore", flags.notBefore, (text) => Input.deadline("--not-before", text))),
      ...learnt(flags)
    }
    yield* show(yield* manager.release(yield* Input.recordId(flags.id), options))
  }, once)
).pipe(
  Command.withDescription(
    "Give a handoff back for another attempt, with what was learnt: the next one finds it in status. Refused in the last attempt, which can only be failed."
  ),
  Command.withExamples([
    { command: `aumai-handoff release --id 7k2m9q4xw3pz --reason "The scanner is down" --not-before 1h` },
    {
      command: `aumai-handoff release --id 7k2m9q4xw3pz --done "Pages 1 to 4" --remaining "Page 5" --pitfall "Page 5 is blurred"`
    }
  ])
)

export const where = Command.make(
  "where",
  { id: Flags.id },
  Effect.fnUntraced(function* (flags) {
    const record = yield* (yield* HandoffManager).get(yield* Input.recordId(flags.id))
    const now = (yield* DateTime.now).epochMilliseconds
    yield* print(
      (yield* Flags.Json)
        ? JSON.stringify(encodeWhereabouts(record))
        : whereText(record, now, storeFlag((yield* root).store))
    )
  }, once)
).pipe(
  Command.withDescription(
    "Tell where one handoff is: whose turn, since when, in which attempt, and what happens when if nobody does anything."
  ),
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
  Command.withDescription(
    "Put on record what is due: what has missed its deadline or was not accepted in time expires; what has lost its lease waits for the next attempt, or fails after the last one; what is near is mentioned in the log. Run it from time to time, anywhere: it is safe at any number of places at once."
  ),
  Command.withExamples([
    { command: "aumai-handoff sweep" },
    { command: "while sleep 60; do aumai-handoff sweep; done" }
  ])
)
