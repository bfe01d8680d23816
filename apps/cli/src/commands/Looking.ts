import { encodeEntry, encodeMetrics, encodeWaiting, HandoffManager, HandoffStore, type View } from "@aumai/handoff-core"
import {
  type AgentId,
  type Awaits,
  encodeRecord,
  type HandoffRecord,
  HandoffStatus,
  isReopenable,
  isSuccessor,
  readVerbs,
  successorId,
  waitingOf
} from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { flagsOf } from "../input/VerbFlags.ts"
import { on } from "../OpenStore.ts"
import { entryText } from "../output/EntryText.ts"
import { type Output, type OutputError, print, warn, write } from "../output/Output.ts"
import { details, lines, reopenText, table } from "../output/RecordText.ts"
import { jsonText, printable } from "../output/Text.ts"
import { waitingText } from "../output/WaitingText.ts"
import { root, storeFlag } from "../Root.ts"
import { decodedOption, given } from "./Acting.ts"
import { withHelp } from "./VerbCommand.ts"

/** The sentence for an empty list, as the Python tool prints it. */
const nothing = "No handoff records found"

/** Writes a JSON array item by item, so that memory does not grow with it. */
const jsonArray = <A, E>(
  items: Stream.Stream<A, E>,
  encode: (item: A) => unknown
): Effect.Effect<void, E | OutputError, Output> => {
  let separator = "["
  return items.pipe(
    Stream.runForEachArray((chunk) => {
      const text = chunk.map((item) => `${separator}${((separator = ",\n"), jsonText(encode(item)))}`).join("")
      return write(text)
    }),
    Effect.andThen(Effect.suspend(() => print(separator === "[" ? "[]" : "]")))
  )
}

/** Prints records as a JSON array, as a table on a terminal, or as one line each. Returns `true` if it wrote lines of records. */
const listing = Effect.fnUntraced(function* <E>(records: Stream.Stream<HandoffRecord, E>) {
  if (yield* Flags.Json) {
    yield* jsonArray(records, encodeRecord)
    return false
  }
  const now = (yield* DateTime.now).epochMilliseconds
  const columns = (yield* (yield* Stdio.Stdio).stdoutIsTerminal)
    ? (yield* (yield* Terminal.Terminal).columns) || standardColumns
    : undefined
  let some = false
  yield* Stream.runForEachArray(records, (chunk) => {
    some = true
    return print(columns === undefined ? lines(chunk) : table(chunk, columns, now))
  })
  if (!some) yield* print(nothing)
  return some
})

// A terminal that does not know its width reports 0; 80 columns are usual since the VT100.
const standardColumns = 80

const limit = Flag.Int("limit").pipe(
  Flag.withSchema(Schema.Int.check(Schema.isGreaterThan(0))),
  Flag.withDescription("The most handoffs to print [default: all]"),
  Flag.withMetavar("N"),
  Flag.optional
)
const taken = <A, E>(records: Stream.Stream<A, E>, limit: Option.Option<number>) =>
  Option.isNone(limit) ? records : Stream.take(records, limit.value)

/** The handoff that reopened another one, if its sender chose no id for it; only that one is found by its id. */
const successorOf = Effect.fnUntraced(function* (record: HandoffRecord) {
  if (!isReopenable(record)) return undefined
  const found = yield* (yield* HandoffStore).get(successorId(record.recordId))
  return Option.getOrUndefined(Option.filter(found, (successor) => isSuccessor(successor, record)))
})

export const status = Command.make(
  "status",
  { id: Flags.id },
  Effect.fnUntraced(function* (flags) {
    const record = yield* Input.handoff(flags.id)
    const successor = yield* successorOf(record)
    const { store } = yield* root
    const reopened = successor && { reopened_as: successor.recordId }
    const isJson = yield* Flags.Json
    yield* print(
      isJson ? jsonText({ ...encodeRecord(record), ...reopened }) : details(record, successor, storeFlag(store))
    )
  }, on("status"))
).pipe(withHelp(readVerbs.get), Command.withExamples([{ command: "aumai-handoff status --id 7k2m9q4xw3pz" }]))

const viewOf = (isRecent: boolean, agent: AgentId | undefined, status: HandoffStatus | undefined): View => {
  if (isRecent) return { _tag: "Recent", ...(agent && { agent }) }
  if (agent !== undefined) return { _tag: "Sent", agent }
  return status === undefined ? { _tag: "All" } : { _tag: "Status", status }
}

export const list = Command.make(
  "list",
  {
    status: Flag.Literals("status", HandoffStatus.literals).pipe(
      Flag.withDescription("Only handoffs with this status [default: all]"),
      Flag.optional
    ),
    from: Flags.optional("from", "Only handoffs that this agent sent, newest first").pipe(Flag.withMetavar("AGENT")),
    recent: Flag.Boolean("recent").pipe(
      Flag.withDescription("Most recently changed first [default: oldest first]"),
      Flag.withDefault(false)
    ),
    limit
  },
  Effect.fnUntraced(function* (flags) {
    const { from } = yield* decodedOption("from", flags.from, (from) => Input.agentId("--from", from))
    const { status } = given("status", flags.status)
    const view = viewOf(flags.recent, from, status)
    const records = (yield* HandoffManager).listAll(view)
    // Only `Status` is an index of statuses.
    const some = status === undefined ? records : Stream.filter(records, (record) => record.status === status)
    const hasLines = yield* listing(taken(some, flags.limit))
    // Beside the list, which a script may read line by line.
    if (hasLines && status !== undefined && isReopenable({ status })) {
      yield* warn(`To hand one of them over again: ${reopenText("ID", storeFlag((yield* root).store))}`)
    }
  }, on("list"))
).pipe(
  withHelp({ summary: "Lists handoffs, oldest first." }),
  Command.withExamples([
    { command: "aumai-handoff list --status pending" },
    { command: "aumai-handoff list --recent --limit 10" },
    { command: "aumai-handoff list --json | jq '.[].record_id'" }
  ])
)

const awaits = flagsOf(readVerbs.inbox.input.fields, { custom: { limit: undefined } })

export const inbox = Command.make(
  "inbox",
  {
    agent: Flags.required("agent", "The agent whose inbox is listed").pipe(Flag.withMetavar("AGENT")),
    ...awaits.config,
    limit
  },
  Effect.fnUntraced(function* (flags) {
    const agent = yield* Input.agentId("--agent", flags.agent)
    const { store } = yield* root
    // The cast: the flag has the type of the argument.
    const wanted = (yield* awaits.read(flags)) as { readonly awaits?: Awaits }
    const all = (yield* HandoffManager).listAll({ _tag: "Turn", agent }).pipe(
      Stream.map(waitingOf),
      Stream.filter((one) => one !== undefined),
      Stream.filter((one) => (wanted.awaits ?? one.awaits) === one.awaits)
    )
    const some = taken(all, flags.limit)
    if (yield* Flags.Json) return yield* jsonArray(some, encodeWaiting)
    let isEmpty = true
    yield* Stream.runForEachArray(some, (waiting) => {
      isEmpty = false
      return print(waitingText(waiting, storeFlag(store)))
    })
    if (isEmpty) yield* print(`Nothing waits for ${printable(agent)}`)
  }, on("inbox"))
).pipe(
  withHelp(readVerbs.inbox),
  Command.withExamples([
    { command: "aumai-handoff inbox --agent executor" },
    { command: "aumai-handoff inbox --agent planner --awaits answer" }
  ])
)

export const history = Command.make(
  "history",
  { id: Flags.id },
  Effect.fnUntraced(function* (flags) {
    const manager = yield* HandoffManager
    const entries = yield* Input.withId(flags.id, manager.history)
    yield* print((yield* Flags.Json) ? jsonText(entries.map(encodeEntry)) : entries.map(entryText).join("\n"))
  }, on("history"))
).pipe(withHelp(readVerbs.history), Command.withExamples([{ command: "aumai-handoff history --id 7k2m9q4xw3pz" }]))

const rounded = (seconds: number | undefined) => (seconds === undefined ? "–" : `${seconds.toFixed(1)} s`)

export const stats = Command.make(
  "stats",
  {},
  Effect.fnUntraced(function* () {
    const metrics = yield* (yield* HandoffManager).metrics
    if (yield* Flags.Json) return yield* print(jsonText(encodeMetrics(metrics)))
    const rate = metrics.completionRate
    const rows = [
      ["Total", String(metrics.total)],
      ...HandoffStatus.literals.map((status) => [`  ${status}`, String(metrics.byStatus[status])]),
      ["Average time", rounded(metrics.averageSeconds)],
      ["95th percentile", rounded(metrics.p95Seconds)],
      ["Completion rate", rate === undefined ? "–" : `${(rate * 100).toFixed(1)} % of those that ended`]
    ]
    yield* print(rows.map(([label = "", text = ""]) => `${label.padEnd(17)}${text}`).join("\n"))
  }, on("stats"))
).pipe(withHelp(readVerbs.metrics), Command.withExamples([{ command: "aumai-handoff stats" }]))
