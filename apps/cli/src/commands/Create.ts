/** The commands that create handoffs: `create` and, for a part of a handoff that the agent holds, `delegate`. */
import { HandoffManager, HandoffStore, type NewPart } from "@aumai/handoff-core"
import {
  encodeRecord,
  type HandoffRecord,
  HandoffStatus,
  isOpen,
  receiverOf,
  RecordId,
  storeVerbs,
  transitions
} from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import * as RequestInput from "../input/RequestInput.ts"
import { flagsFor, flagsOf } from "../input/VerbFlags.ts"
import { on } from "../OpenStore.ts"
import { print, saying } from "../output/Output.ts"
import { outcome } from "../output/RecordText.ts"
import { jsonText, printable } from "../output/Text.ts"
import { root, storeFlag } from "../Root.ts"
import { actor, decodedOption } from "./Acting.ts"
import { withHelp } from "./VerbCommand.ts"

const created = (record: HandoffRecord): string => {
  const { request } = record
  const part = request.parent === undefined ? "" : `, a part of ${request.parent}`
  const old = request.retryOf === undefined ? "" : `, reopens ${request.retryOf}`
  const { briefing } = request
  const confirmed = briefing?.readBack?.confirm === true ? ", and you must confirm that," : ""
  return [
    `Created handoff ${printable(record.recordId)}`,
    `  ${printable(`${request.fromAgent} -> ${receiverOf(record)}, priority ${request.priority}${part}${old}`)}`,
    ...(briefing?.readBack === undefined
      ? []
      : [`  ${printable(receiverOf(record))} must read its briefing back${confirmed} before it starts`])
  ].join("\n")
}

export const repeated =
  "A handoff that is there already is printed, with the key created: false in JSON, and nothing is created. The exit code is then 3 if it ended without being completed."

const requires = Flags.words("requires", "A capability that the receiver must have")

const context = Flags.orFile("context", "A JSON object for the receiver [default: {}]", "JSON")
const briefing = Flags.orFile(
  "briefing",
  `The briefing as JSON: severity (stable, watcher or unstable), summary, actions, situation, contingencies; with "read_back": {} the receiver must restate it before it starts`,
  "JSON"
)
const retry = Flags.orFile(
  "retry",
  "The pauses between attempts as JSON: initial and max in milliseconds, factor, jitter, and final (error names or exit codes) [default: the policy of the worker]",
  "JSON"
)
const review = Flags.orFile(
  "review",
  `The terms of the review as JSON: "{}", or with within (milliseconds), silence (approves or escalates), escalate_to and reworks; the sender then approves or returns the work`,
  "JSON"
)
const deliverables = Flags.orFile(
  "deliverables",
  "Deliverables as a JSON array of name, media_type, schema (JSON Schema) and digest (SHA-256)",
  "JSON"
)

/** The flag of the context of a request. */
export const contextFlag = (context: ReturnType<typeof Flags.orFile>) =>
  flagsFor({ context }, (flags) =>
    Effect.flatMap(Input.json("--context", flags.context), (given) => decodedOption("context", given, Input.jsonObject))
  )

/** The flags of arguments that are not plain. */
const custom = {
  context: contextFlag(context),
  briefing: flagsFor({ briefing }, (flags) =>
    Effect.flatMap(Input.json("--briefing", flags.briefing), (given) =>
      decodedOption("briefing", given, RequestInput.briefing)
    )
  ),
  retry: flagsFor({ retry }, (flags) =>
    Effect.flatMap(Input.json("--retry", flags.retry), (given) => decodedOption("retry", given, RequestInput.retry))
  ),
  review: flagsFor({ review }, (flags) =>
    Effect.flatMap(Input.json("--review", flags.review), (given) => decodedOption("review", given, RequestInput.review))
  ),
  deliverables: flagsFor(
    {
      deliverable: Flags.value("deliverable").pipe(
        Flag.withDescription("A deliverable, such as report=text/markdown; repeat it for more"),
        Flag.withMetavar("NAME[=MEDIA_TYPE]"),
        Flag.atLeast(0)
      ),
      deliverables
    },
    Effect.fnUntraced(function* (flags) {
      const given = yield* Input.json("--deliverables", flags.deliverables)
      const all = yield* RequestInput.deliverables(flags.deliverable, given)
      return all.length === 0 ? {} : { deliverables: all }
    })
  ),
  // The words of --requires may follow it, which needs an argument of the command.
  requires: undefined
}

/** The duration that a flag for a moment has, so that a repeated command is the same request; `undefined` for a moment. */
const timeTo = (flag: string, value: unknown) =>
  Option.isOption(value) && Option.exists(value, (text) => Input.isDuration(String(text)))
    ? Input.duration(flag, String(Option.getOrThrow(value)))
    : Effect.undefined

/** Replaces the moments of a request by the times to them that the flags gave. */
export const withTimes = Effect.fnUntraced(function* <A extends object>(
  { acceptBy, deadline, ...given }: A & Pick<NewPart, "acceptBy" | "deadline">,
  values: Readonly<Record<string, unknown>>
) {
  const deadlineIn = yield* timeTo("--deadline", values["deadline"])
  const acceptIn = yield* timeTo("--accept-by", values["acceptBy"])
  return {
    ...given,
    ...(deadlineIn === undefined ? deadline && { deadline } : { deadlineIn }),
    ...(acceptIn === undefined ? acceptBy && { acceptBy } : { acceptIn })
  }
})

/** The flags of a verb that creates a handoff, and their reader. `newId` names the flag for the id of the new handoff. */
const creationFlags = (command: "create" | "delegate", newId: string) => {
  // A duration is the time to the moment of another flag.
  const { id, routing: _, acceptIn: __, deadlineIn: ___, ...fields } = storeVerbs[command].input.fields
  const flags = flagsOf({ ...fields, newId: id }, { custom, names: { newId, taskDescription: "task", toAgent: "to" } })
  const read = Effect.fnUntraced(function* (
    values: Readonly<Record<string, unknown>> & {
      readonly requires: ReadonlyArray<string>
      readonly more: ReadonlyArray<string>
    }
  ) {
    // The cast: the manager checks the request.
    const { newId: id, ...given } = (yield* flags.read(values)) as NewPart & { readonly newId?: string }
    const ask: NewPart = yield* withTimes(given, values)
    const words = yield* Input.words(command, "--requires", values.requires, values.more)
    return { ask: { ...ask, ...(words.length === 0 ? {} : { requires: words }) }, ...(id === undefined ? {} : { id }) }
  })
  return { config: { ...flags.config, requires: requires.flagged, more: requires.following }, read }
}

/** A repeated command found a handoff that ended without being completed, so that nothing follows from it. */
export class NothingCreated extends Schema.TaggedError<NothingCreated>()("NothingCreated", {
  recordId: Schema.String,
  status: HandoffStatus,
  flag: Schema.String
}) {
  override get message() {
    return `Handoff ${this.recordId} is ${this.status}, and nothing was created; choose another ${this.flag} to hand the task over again`
  }
}

/** True if a handoff has the id that a new one is to get. */
export const isTaken = (id: string | undefined) =>
  Schema.is(RecordId)(id)
    ? HandoffStore.use((store) => Effect.map(store.get(id), Option.isSome))
    : Effect.succeed(false)

/** Prints a new handoff, with the reason of the router if it chose the receiver; or the one that was there already. */
export const showNew = Effect.fnUntraced(function* (
  record: HandoffRecord,
  { flag, isRouted, wasThere }: { readonly flag: string; readonly isRouted: boolean; readonly wasThere: boolean }
) {
  const isJson = yield* Flags.Json
  const { store } = yield* root
  const { recordId, status } = record
  const text = isJson
    ? jsonText({ ...encodeRecord(record), ...(wasThere ? { created: false } : {}) })
    : wasThere
      ? `Nothing was created, because the handoff is there already\n${outcome(record, storeFlag(store))}`
      : created(record)
  yield* saying(`handoff ${recordId} is ${status}, and stays so`)(print(text))
  if (wasThere && !isOpen(status) && status !== transitions.Completed.to) {
    return yield* new NothingCreated({ recordId, status, flag })
  }
  if (isJson || wasThere || !isRouted) return
  const [first] = yield* (yield* HandoffManager).history(record.recordId)
  const event = first?.event
  if (event?._tag === "Created" && event.routing !== undefined) yield* print(`  ${printable(event.routing.reason)}`)
})

const creating = creationFlags("create", "id")

export const create = Command.make(
  "create",
  { from: Flags.required("from", "The sender").pipe(Flag.withMetavar("AGENT")), ...creating.config, by: Flags.by },
  Effect.fnUntraced(function* (values) {
    const manager = yield* HandoffManager
    const { ask, ...options } = yield* creating.read(values)
    const wasThere = yield* isTaken(options.id)
    const record = yield* manager.create(
      { ...ask, fromAgent: values.from },
      { ...options, ...(yield* actor({ by: values.by })) }
    )
    yield* showNew(record, { flag: "--id", isRouted: ask.toAgent === undefined, wasThere })
  }, on("create"))
).pipe(
  withHelp(storeVerbs.create, repeated),
  Command.withExamples([
    { command: `aumai-handoff create --from planner --to executor --task "Generate Q3 report" --priority 8` },
    { command: `aumai-handoff create --from planner --task "Analyze churn" --context-file churn.json --deadline 2h` },
    {
      command: `aumai-handoff create --from planner --to executor --task "Read the scans" --accept-by 30m --deadline 1d --remind-before 10m --max-attempts 5`
    },
    {
      command: `aumai-handoff create --from planner --to executor --task "Close Q3" --deliverable report=text/markdown --reroute --briefing '{"severity": "watcher", "summary": "Two invoices are missing.", "actions": [{"id": "invoices", "task": "Ask for them"}], "read_back": {}}'`
    }
  ])
)

const delegating = creationFlags("delegate", "part-id")

export const delegate = Command.make(
  "delegate",
  { id: Flags.id, ...delegating.config, ...Flags.acting },
  Effect.fnUntraced(function* (values) {
    const manager = yield* HandoffManager
    const { ask, ...named } = yield* delegating.read(values)
    const options = { ...named, ...(yield* actor(values)) }
    const wasThere = yield* isTaken(named.id)
    const part = yield* Input.withId(values.id, (id) => manager.delegate(id, ask, options))
    yield* showNew(part, { flag: "--part-id", isRouted: ask.toAgent === undefined, wasThere })
  }, on("delegate"))
).pipe(
  withHelp(storeVerbs.delegate, repeated),
  Command.withExamples([
    { command: `aumai-handoff delegate --id 7k2m9q4xw3pz --to analyst --task "Check the totals"` },
    {
      command: `aumai-handoff delegate --id 7k2m9q4xw3pz --task "Visualize the totals" --requires visualize --deadline 2h`
    }
  ])
)
