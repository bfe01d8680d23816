import { HandoffManager } from "@aumai/handoff-core"
import { type HandoffRecord, InvalidInput, limits, Priority } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import * as Flags from "../Flags.ts"
import * as Input from "../Input.ts"
import { once } from "../OpenStore.ts"
import { print } from "../Output.ts"
import { printable } from "../Text.ts"
import { actor, given, judged, leased, show } from "./Acting.ts"

const created = (record: HandoffRecord): string =>
  [
    `Created handoff ${printable(record.recordId)}`,
    `  ${printable(`${record.request.fromAgent} -> ${record.request.toAgent}`)}, priority ${record.request.priority}`
  ].join("\n")

const notRepeatable = (flag: string) =>
  new InvalidInput({
    input: flag,
    issues: [{ path: "", expected: "with --id give a timestamp: a duration is another moment each time it is said" }]
  })

const requires = Flags.words("requires", "Capability the receiver must have")

export const create = Command.make(
  "create",
  {
    from: Flags.required("from", "Sending agent").pipe(Flag.withMetavar("AGENT")),
    to: Flags.optional("to", "Receiving agent [default: the router chooses]").pipe(Flag.withMetavar("AGENT")),
    task: Flags.required("task", "What is to be done").pipe(Flag.withMetavar("TEXT")),
    priority: Flag.Int("priority").pipe(
      Flag.withSchema(Priority),
      Flag.withDescription("1 to 10, 10 is most urgent [default: 5]"),
      Flag.withMetavar("1-10"),
      Flag.withDefault(5)
    ),
    context: Flags.optional("context", "JSON object for the receiver; @file or - reads it [default: {}]").pipe(
      Flag.withMetavar("JSON")
    ),
    deadline: Flags.optional("deadline", "When it expires: 2026-12-01T09:00:00Z, or a duration such as 2h").pipe(
      Flag.withMetavar("WHEN")
    ),
    acceptBy: Flags.optional("accept-by", "When it expires if nobody has accepted it: a timestamp or a duration").pipe(
      Flag.withMetavar("WHEN")
    ),
    remindBefore: Flags.optional("remind-before", "Put a reminder on record so long before either, such as 10m").pipe(
      Flag.withMetavar("DURATION")
    ),
    maxAttempts: Flag.Int("max-attempts").pipe(
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: limits.attempts }))),
      Flag.withDescription(
        `After so many attempts that were released or lost their lease it fails [default: ${limits.defaultAttempts}]`
      ),
      Flag.withMetavar("N"),
      Flag.optional
    ),
    requires: requires.flagged,
    more: requires.following,
    parent: Flags.optional("parent", "Handoff that this one is a part of").pipe(Flag.withMetavar("ID")),
    id: Flags.optional("id", "An id of your own; repeating the command with it is safe").pipe(Flag.withMetavar("ID")),
    by: Flags.by
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const context = Option.isSome(flags.context)
      ? Option.some(yield* Input.jsonObject("--context", flags.context.value))
      : Option.none()
    for (const [flag, value] of [
      ["--deadline", flags.deadline],
      ["--accept-by", flags.acceptBy]
    ] as const) {
      if (Option.isSome(flags.id) && Option.exists(value, Input.isDuration)) return yield* notRepeatable(flag)
    }
    const requires = yield* Input.words("create", "--requires", flags.requires, flags.more)
    const record = yield* manager.create(
      {
        fromAgent: flags.from,
        taskDescription: flags.task,
        priority: flags.priority,
        ...given("toAgent", flags.to),
        ...given("context", context),
        ...(yield* judged("deadline", flags.deadline, (text) => Input.deadline("--deadline", text))),
        ...(yield* judged("acceptBy", flags.acceptBy, (text) => Input.deadline("--accept-by", text))),
        ...(yield* judged("remindBefore", flags.remindBefore, (text) => Input.duration("--remind-before", text))),
        ...given("maxAttempts", flags.maxAttempts),
        ...given("parent", flags.parent),
        ...(requires.length === 0 ? {} : { requires })
      },
      { ...given("id", flags.id), ...(yield* actor(flags)) }
    )
    yield* show(record, created)
    if (Option.isNone(flags.to) && !(yield* Flags.Json)) {
      const [first] = yield* manager.history(record.recordId)
      const event = first?.event
      if (event?._tag === "Created" && event.routing !== undefined) yield* print(`  ${printable(event.routing.reason)}`)
    }
  }, once)
).pipe(
  Command.withDescription("Hand a task to another agent: creates a pending handoff."),
  Command.withExamples([
    { command: `aumai-handoff create --from planner --to executor --task "Generate Q3 report" --priority 8` },
    { command: `aumai-handoff create --from planner --task "Analyze churn" --context @churn.json --deadline 2h` },
    {
      command: `aumai-handoff create --from planner --to executor --task "Read the scans" --accept-by 30m --deadline 1d --remind-before 10m --max-attempts 5`
    }
  ])
)

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

export const accept = Command.make(
  "accept",
  {
    id: Flags.id,
    ...Flags.acting,
    lease: Flags.lease,
    reason: Flags.optional("reason", "A word to the sender").pipe(Flag.withMetavar("TEXT")),
    estimate: Flags.optional("estimate", "When it will be done: a timestamp or a duration such as 2h").pipe(
      Flag.withMetavar("WHEN")
    )
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const options = {
      ...(yield* actor(flags)),
      ...(yield* leased(flags)),
      ...given("reason", flags.reason),
      ...(yield* judged("estimatedCompletion", flags.estimate, (text) => Input.deadline("--estimate", text)))
    }
    const id = yield* Input.recordId(flags.id)
    yield* show(yield* manager.accept(id, options))
  }, once)
).pipe(
  Command.withDescription("Take on a pending handoff."),
  Command.withExamples([{ command: "aumai-handoff accept --id 7k2m9q4xw3pz --by executor --lease 10m" }])
)

export const complete = Command.make(
  "complete",
  {
    id: Flags.id,
    result: Flag.String("result").pipe(
      Flag.withDescription("JSON object to hand back; @file or - reads it [default: {}]"),
      Flag.withMetavar("JSON"),
      Flag.withDefault("{}")
    ),
    ...Flags.acting
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const result = yield* Input.jsonObject("--result", flags.result)
    const id = yield* Input.recordId(flags.id)
    yield* show(yield* manager.complete(id, { result, ...(yield* actor(flags)) }))
  }, once)
).pipe(
  Command.withDescription("Finish a handoff, with a result."),
  Command.withExamples([
    { command: `aumai-handoff complete --id 7k2m9q4xw3pz --result '{"output": "report.pdf"}'` },
    { command: "aumai-handoff complete --id 7k2m9q4xw3pz --result @result.json" }
  ])
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
      yield* show(yield* manager[name](id, { reason: flags.reason, ...(yield* actor(flags)) }))
    }, once)
  ).pipe(
    Command.withDescription(description),
    Command.withExamples([{ command: `aumai-handoff ${name} --id 7k2m9q4xw3pz --reason "${example}"` }])
  )

export const reject = explained("reject", "Decline a pending handoff.", "No Klingon translation capability.")
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
