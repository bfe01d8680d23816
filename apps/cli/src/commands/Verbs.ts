import { HandoffManager } from "@aumai/handoff-core"
import {
  type AgentId,
  encodeRecord,
  type HandoffRecord,
  InvalidInput,
  Priority,
  type RecordId
} from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Flags from "../Flags.ts"
import * as Input from "../Input.ts"
import { once, staying } from "../OpenStore.ts"
import { print } from "../Output.ts"
import { outcome } from "../RecordText.ts"
import { printable } from "../Text.ts"

/** Prints a record: its wire JSON with `--json`, otherwise what it has come to. */
const show = Effect.fnUntraced(function* (record: HandoffRecord, text: (record: HandoffRecord) => string = outcome) {
  yield* print((yield* Flags.Json) ? JSON.stringify(encodeRecord(record)) : text(record))
})

/** `{ by }`, or `{}` when nobody is named. */
const actor = (by: Option.Option<string>) =>
  Option.isNone(by)
    ? Effect.succeed<{ readonly by?: AgentId }>({})
    : Effect.map(Input.agentId("--by", by.value), (by): { readonly by?: AgentId } => ({ by }))

/** `{ key: value }`, or `{}` when there is no value: what is left out must not be there as undefined. */
const given = <Key extends string, A>(key: Key, value: Option.Option<A>): { readonly [K in Key]?: A } =>
  // The cast: TypeScript widens a computed key to string.
  (Option.isSome(value) ? { [key]: value.value } : {}) as { readonly [K in Key]?: A }

const created = (record: HandoffRecord): string =>
  [
    `Created handoff ${printable(record.recordId)}`,
    `  ${printable(`${record.request.fromAgent} -> ${record.request.toAgent}`)}, priority ${record.request.priority}`
  ].join("\n")

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
    if (Option.isSome(flags.id) && Option.exists(flags.deadline, Input.isDuration)) {
      return yield* new InvalidInput({
        input: "--deadline",
        issues: [
          { path: "", expected: "with --id give a timestamp: a duration is another moment each time it is said" }
        ]
      })
    }
    const deadline = Option.isSome(flags.deadline)
      ? Option.some(yield* Input.deadline("--deadline", flags.deadline.value))
      : Option.none()
    const requires = yield* Input.words("create", "--requires", flags.requires, flags.more)
    const record = yield* manager.create(
      {
        fromAgent: flags.from,
        taskDescription: flags.task,
        priority: flags.priority,
        ...given("toAgent", flags.to),
        ...given("context", context),
        ...given("deadline", deadline),
        ...given("parent", flags.parent),
        ...(requires.length === 0 ? {} : { requires })
      },
      { ...given("id", flags.id), ...(yield* actor(flags.by)) }
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
    { command: `aumai-handoff create --from planner --task "Analyze churn" --context @churn.json --deadline 2h` }
  ])
)

/** A verb on one handoff with nothing but who does it. */
const plain = (
  name: string,
  description: string,
  act: (
    manager: HandoffManager["Service"],
    id: RecordId,
    options: { readonly by?: AgentId }
  ) => Effect.Effect<HandoffRecord, Error>
) =>
  Command.make(
    name,
    { id: Flags.id, by: Flags.by },
    Effect.fnUntraced(function* (flags) {
      const id = yield* Input.recordId(flags.id)
      yield* show(yield* act(yield* HandoffManager, id, yield* actor(flags.by)))
    }, once)
  ).pipe(
    Command.withDescription(description),
    Command.withExamples([{ command: `aumai-handoff ${name} --id 7k2m9q4xw3pz` }])
  )

export const start = plain("start", "Begin to work on an accepted handoff.", (manager, id, options) =>
  manager.start(id, options)
)

export const accept = Command.make(
  "accept",
  {
    id: Flags.id,
    by: Flags.by,
    reason: Flags.optional("reason", "A word to the sender").pipe(Flag.withMetavar("TEXT")),
    estimate: Flags.optional("estimate", "When it will be done: a timestamp or a duration such as 2h").pipe(
      Flag.withMetavar("WHEN")
    )
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const estimatedCompletion = Option.isSome(flags.estimate)
      ? Option.some(yield* Input.deadline("--estimate", flags.estimate.value))
      : Option.none()
    const id = yield* Input.recordId(flags.id)
    const options = {
      ...(yield* actor(flags.by)),
      ...given("reason", flags.reason),
      ...given("estimatedCompletion", estimatedCompletion)
    }
    yield* show(yield* manager.accept(id, options))
  }, once)
).pipe(
  Command.withDescription("Take on a pending handoff."),
  Command.withExamples([{ command: "aumai-handoff accept --id 7k2m9q4xw3pz --by executor" }])
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
    by: Flags.by
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const result = yield* Input.jsonObject("--result", flags.result)
    const id = yield* Input.recordId(flags.id)
    yield* show(yield* manager.complete(id, { result, ...(yield* actor(flags.by)) }))
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
    { id: Flags.id, reason, by: Flags.by },
    Effect.fnUntraced(function* (flags) {
      const manager = yield* HandoffManager
      const id = yield* Input.recordId(flags.id)
      yield* show(yield* manager[name](id, { reason: flags.reason, ...(yield* actor(flags.by)) }))
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
    yield* show(yield* manager.cancel(id, { ...given("reason", flags.reason), ...(yield* actor(flags.by)) }))
  }, once)
).pipe(
  Command.withDescription("Withdraw a handoff that is still open."),
  Command.withExamples([{ command: `aumai-handoff cancel --id 7k2m9q4xw3pz --reason "No longer needed"` }])
)

export const claim = Command.make(
  "claim",
  { agent: Flags.required("agent", "Whose inbox").pipe(Flag.withMetavar("AGENT")) },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const claimed = yield* manager.claim(yield* Input.agentId("--agent", flags.agent))
    if (Option.isSome(claimed)) yield* show(claimed.value)
    else yield* print((yield* Flags.Json) ? "null" : `Nothing waits for ${printable(flags.agent)}`)
  }, once)
).pipe(
  Command.withDescription("Accept the most urgent handoff that waits for an agent."),
  Command.withExamples([{ command: "aumai-handoff claim --agent executor" }])
)

export const expire = Command.make(
  "expire",
  {},
  Effect.fnUntraced(function* () {
    const expired = yield* (yield* HandoffManager).sweep
    if (yield* Flags.Json) yield* print(JSON.stringify(expired.map(encodeRecord)))
    else if (expired.length === 0) yield* print("Nothing is overdue")
    else yield* print(expired.map(outcome).join("\n"))
  }, staying)
).pipe(
  Command.withDescription("Expire every open handoff whose deadline has passed."),
  Command.withExamples([{ command: "aumai-handoff expire" }])
)
