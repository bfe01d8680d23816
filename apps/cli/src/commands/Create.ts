/** Asking somebody: a handoff of one's own, or a part of one that is held. */
import { HandoffManager, type NewPart } from "@aumai/handoff-core"
import { type HandoffRecord, InvalidInput, limits, Priority, receiverOf } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import * as Flags from "../Flags.ts"
import * as Input from "../Input.ts"
import { once } from "../OpenStore.ts"
import { print } from "../Output.ts"
import * as RequestInput from "../RequestInput.ts"
import { printable } from "../Text.ts"
import { actor, given, judged, show } from "./Acting.ts"

const created = (record: HandoffRecord): string => {
  const { request } = record
  const part = request.parent === undefined ? "" : `, a part of ${request.parent}`
  const { briefing } = request
  const confirmed = briefing?.readBack?.confirm === true ? ", and you must confirm that," : ""
  return [
    `Created handoff ${printable(record.recordId)}`,
    `  ${printable(`${request.fromAgent} -> ${receiverOf(record)}, priority ${request.priority}${part}`)}`,
    ...(briefing?.readBack === undefined
      ? []
      : [`  ${printable(receiverOf(record))} must read its briefing back${confirmed} before it starts`])
  ].join("\n")
}

const notRepeatable = (flag: string, id: string) =>
  new InvalidInput({
    input: flag,
    issues: [{ path: "", expected: `with ${id} give a timestamp: a duration is another moment each time it is said` }]
  })

const count = (name: string, metavar: string, minimum: number, maximum: number, description: string) =>
  Flag.Int(name).pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum, maximum }))),
    Flag.withDescription(description),
    Flag.withMetavar(metavar),
    Flag.optional
  )

const requires = Flags.words("requires", "Capability the receiver must have")

/** What a handoff and a part of one are asked with. */
const asking = {
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
  briefing: Flags.optional(
    "briefing",
    `What the receiver must know, as JSON: severity (stable, watcher or unstable), summary, actions, situation, contingencies; with "read_back": {} it must restate them before it starts; @file or - reads it`
  ).pipe(Flag.withMetavar("JSON")),
  deliverable: Flag.String("deliverable").pipe(
    Flag.withDescription("What must be handed back, such as report=text/markdown; repeat it for more"),
    Flag.withMetavar("NAME[=MEDIA_TYPE]"),
    Flag.atLeast(0)
  ),
  deliverables: Flags.optional(
    "deliverables",
    `The same as a JSON array of name, media_type, schema (JSON Schema) and digest (SHA-256); @file or - reads it`
  ).pipe(Flag.withMetavar("JSON")),
  deadline: Flags.optional("deadline", "When it expires: 2026-12-01T09:00:00Z, or a duration such as 2h").pipe(
    Flag.withMetavar("WHEN")
  ),
  acceptBy: Flags.optional("accept-by", "When it expires if nobody has accepted it: a timestamp or a duration").pipe(
    Flag.withMetavar("WHEN")
  ),
  remindBefore: Flags.optional("remind-before", "Put a reminder on record so long before either, such as 10m").pipe(
    Flag.withMetavar("DURATION")
  ),
  maxAttempts: count(
    "max-attempts",
    "N",
    1,
    limits.attempts,
    `After so many attempts that were released or lost their lease it fails [default: ${limits.defaultAttempts}]`
  ),
  maxHops: count(
    "max-hops",
    "N",
    0,
    limits.hops,
    `So often it may be handed on to another receiver [default: ${limits.defaultHops}]`
  ),
  reroute: Flags.onOff(
    "reroute",
    "Let it go to the next capable agent when its receiver declines, does not accept in time, or has used up its attempts"
  ),
  requires: requires.flagged,
  more: requires.following
}

type Asked = Command.Command.Config.Infer<typeof asking>

/** What the flags ask for. */
const asked = Effect.fnUntraced(function* (command: string, flags: Asked, named: string | undefined) {
  for (const [flag, value] of [
    ["--deadline", flags.deadline],
    ["--accept-by", flags.acceptBy]
  ] as const) {
    if (named !== undefined && Option.exists(value, Input.isDuration)) return yield* notRepeatable(flag, named)
  }
  const requires = yield* Input.words(command, "--requires", flags.requires, flags.more)
  const deliverables = yield* RequestInput.deliverables(flags.deliverable, Option.getOrUndefined(flags.deliverables))
  const part: NewPart = {
    taskDescription: flags.task,
    priority: flags.priority,
    ...given("toAgent", flags.to),
    ...(yield* judged("context", flags.context, (text) => Input.jsonObject("--context", text))),
    ...(yield* judged("briefing", flags.briefing, (text) => RequestInput.briefing("--briefing", text))),
    ...(deliverables.length === 0 ? {} : { deliverables }),
    ...(yield* judged("deadline", flags.deadline, (text) => Input.deadline("--deadline", text))),
    ...(yield* judged("acceptBy", flags.acceptBy, (text) => Input.deadline("--accept-by", text))),
    ...(yield* judged("remindBefore", flags.remindBefore, (text) => Input.duration("--remind-before", text))),
    ...given("maxAttempts", flags.maxAttempts),
    ...given("maxHops", flags.maxHops),
    ...(flags.reroute ? { reroute: true } : {}),
    ...(requires.length === 0 ? {} : { requires })
  }
  return part
})

/** Shows a new handoff, and why the router chose its receiver when it did. */
const showNew = Effect.fnUntraced(function* (record: HandoffRecord, isRouted: boolean) {
  yield* show(record, created)
  if (!isRouted || (yield* Flags.Json)) return
  const [first] = yield* (yield* HandoffManager).history(record.recordId)
  const event = first?.event
  if (event?._tag === "Created" && event.routing !== undefined) yield* print(`  ${printable(event.routing.reason)}`)
})

export const create = Command.make(
  "create",
  {
    from: Flags.required("from", "Sending agent").pipe(Flag.withMetavar("AGENT")),
    ...asking,
    parent: Flags.optional("parent", "Handoff that this one is a part of; see delegate").pipe(Flag.withMetavar("ID")),
    id: Flags.optional("id", "An id of your own; repeating the command with it is safe").pipe(Flag.withMetavar("ID")),
    by: Flags.by
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const ask = yield* asked("create", flags, Option.isSome(flags.id) ? "--id" : undefined)
    const record = yield* manager.create(
      { ...ask, fromAgent: flags.from, ...given("parent", flags.parent) },
      { ...given("id", flags.id), ...(yield* actor(flags)) }
    )
    yield* showNew(record, Option.isNone(flags.to))
  }, once)
).pipe(
  Command.withDescription("Hand a task to another agent: creates a pending handoff."),
  Command.withExamples([
    { command: `aumai-handoff create --from planner --to executor --task "Generate Q3 report" --priority 8` },
    { command: `aumai-handoff create --from planner --task "Analyze churn" --context @churn.json --deadline 2h` },
    {
      command: `aumai-handoff create --from planner --to executor --task "Read the scans" --accept-by 30m --deadline 1d --remind-before 10m --max-attempts 5`
    },
    {
      command: `aumai-handoff create --from planner --to executor --task "Close Q3" --deliverable report=text/markdown --reroute --briefing '{"severity": "watcher", "summary": "Two invoices are missing.", "actions": [{"id": "invoices", "task": "Ask for them"}], "read_back": {}}'`
    }
  ])
)

export const delegate = Command.make(
  "delegate",
  {
    id: Flags.id,
    ...asking,
    partId: Flags.optional("part-id", "An id of your own for the part; repeating the command with it is safe").pipe(
      Flag.withMetavar("ID")
    ),
    ...Flags.acting
  },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const ask = yield* asked("delegate", flags, Option.isSome(flags.partId) ? "--part-id" : undefined)
    const options = { ...given("id", flags.partId), ...(yield* actor(flags)) }
    const part = yield* manager.delegate(yield* Input.recordId(flags.id), ask, options)
    yield* showNew(part, Option.isNone(flags.to))
  }, once)
).pipe(
  Command.withDescription(
    "Give a part of a handoff that you hold to somebody else: a handoff of its own, with you as its sender. You stay accountable for the whole, and cannot complete it while a part is open unless you leave it. 'chain' shows the whole."
  ),
  Command.withExamples([
    { command: `aumai-handoff delegate --id 7k2m9q4xw3pz --to analyst --task "Check the totals"` },
    {
      command: `aumai-handoff delegate --id 7k2m9q4xw3pz --task "Visualize the totals" --requires visualize --deadline 2h`
    }
  ])
)
