/** PROTOCOL.md, printed from the table, the limits, the errors and the doc comments. */
import { readFileSync } from "node:fs"

import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import {
  AgentId,
  Capability,
  EmptyHistory,
  encodeArchived,
  decodeArchived,
  HandoffExists,
  HandoffNotFound,
  HandoffStatus,
  InvalidInput,
  InvalidTransition,
  isOpen,
  limits,
  NoAttemptLeft,
  NoCapableAgent,
  NotDue,
  NotYourHandoff,
  RecordId,
  RevisionConflict,
  type Rule,
  StaleAttempt,
  StoreError,
  transitions,
  turns,
  type wireSchemas
} from "../src/index.ts"
import { histories, moves, recordId, recordOf, request, themes } from "./vectors.ts"

const source = (name: string): string => readFileSync(new URL(`../src/${name}.ts`, import.meta.url), "utf8")

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

/** Pads every table of a page as the formatter does, so that checking and generating agree. */
const aligned = (text: string): string =>
  text.replaceAll(/(?:^\|.*\|\n)+/gm, (block) => {
    const rows = block
      .trimEnd()
      .split("\n")
      .map((line) =>
        line
          .split(/(?<!\\)\|/)
          .slice(1, -1)
          .map((cell) => cell.trim())
      )
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0), 3))
    const lines = rows.map((cells) =>
      widths.map((width, column) => {
        const cell = cells[column] ?? ""
        return cell === "---" ? "-".repeat(width) : cell.padEnd(width)
      })
    )
    return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("")
  })

const code = (text: string): string => `\`${text}\``
const example = (json: unknown): string => `\`\`\`json\n${JSON.stringify(json, undefined, 2)}\n\`\`\``

const meanings: Readonly<Record<(typeof HandoffStatus.literals)[number], string>> = {
  pending: "Waits for the receiver's answer.",
  accepted: "The receiver has taken it on.",
  in_progress: "The receiver works on it.",
  input_required: "The receiver has put a `question`; a lease rests.",
  completed: "Done; `result` is what the receiver hands back.",
  rejected: "Declined by the receiver; `response.reason` says why.",
  failed: "Given up by the receiver, or `code` says by what; `response.reason` says why.",
  cancelled: "Withdrawn by the sender; `reason` says why.",
  expired: "Still open when one of its clocks ran out; `missed` says which."
}

const statuses = () =>
  table(
    ["status", "", "whose turn", "meaning"],
    HandoffStatus.literals.map((status) => [
      code(status),
      isOpen(status) ? "open" : "final",
      turns[status] === undefined ? "nobody" : `the ${turns[status]}`,
      meanings[status]
    ])
  )

const rules: ReadonlyArray<readonly [string, Rule]> = Object.entries(transitions)

const moveTable = () =>
  table(
    ["event", "from", "to", "recorded by"],
    rules.map(([event, { from, to, by, clock }]) => [
      code(event),
      from.map(code).join(", "),
      to === "same" ? "the same" : code(to),
      by === "anyone" ? "anyone, when due" : clock ? `the ${by}; the clock, when due` : `the ${by}`
    ])
  )

const diagram = () =>
  [
    "```mermaid",
    "stateDiagram-v2",
    "  [*] --> pending: Created",
    // What is said along the way moves nothing, and would hide what does.
    ...rules.flatMap(([event, { from, to }]) =>
      to === "same" ? [] : from.map((status) => `  ${status} --> ${to}: ${event}`)
    ),
    ...HandoffStatus.literals.filter((status) => !isOpen(status)).map((status) => `  ${status} --> [*]`),
    "```"
  ].join("\n")

const eventFields: Readonly<Record<string, string>> = {
  Created: "`request`; `routing` when the receiver was chosen by the router",
  Imported: "`record`: the state as it came, without a trail",
  Accepted: "`reason`, `estimated_completion`, `lease` (in milliseconds), all optional",
  Rejected: "`reason`",
  Started: "",
  Progressed: "`note`, `fraction` (0 to 1), `lease`, all optional",
  Asked: "`question`",
  Answered: "`answer`",
  Released: "`reason`, `hand_back`, `not_before`, all optional",
  Completed: "`result`",
  Failed: "`reason`; `code` when it was not the receiver who gave up",
  Cancelled: "`reason`, optional",
  Reminded: "`of`: the clock that runs out soon",
  Expired: "`missed`: the clock that ran out"
}

const errors = () => {
  const id = RecordId.make(recordId)
  const [planner, executor] = [AgentId.make("planner"), AgentId.make("executor")]
  const samples = [
    new HandoffNotFound({ recordId: id }),
    new InvalidTransition({
      recordId: id,
      status: "pending",
      event: "Completed",
      allowedFrom: transitions.Completed.from
    }),
    new InvalidTransition({ recordId: id, status: "pending", event: "Created", allowedFrom: [] }),
    new NotYourHandoff({ recordId: id, event: "Accepted", by: planner, party: "receiver", expected: executor }),
    new StaleAttempt({ recordId: id, event: "Completed", attempt: 1, current: 2 }),
    new NoAttemptLeft({ recordId: id, maxAttempts: 3 }),
    new NotDue({ recordId: id, event: "Expired", at: DateTime.makeUnsafe("2026-11-22T08:00:00Z") }),
    new EmptyHistory({ recordId: id }),
    new HandoffExists({ recordId: id }),
    new InvalidInput({
      input: "request",
      issues: [{ path: "priority", expected: "Expected a value between 1 and 10" }]
    }),
    new NoCapableAgent({ fromAgent: planner, requires: [Capability.make("translate")] }),
    new RevisionConflict({ recordId: id, revision: 3 }),
    new StoreError({ operation: "commit", reason: "full", detail: "No space is left for handoffs.json; free some" })
  ]
  return table(
    ["`_tag`", "its sentence, for example"],
    samples.map((error) => [code(error._tag), error.message])
  )
}

/** The rows of the limits with the reasons that their comments give. */
const limitRows = () => {
  const reasons = new Map(
    [...source("Limits").matchAll(/\/\*\* (.+) \*\/\n {2}(\w+):/g)].map(([, reason = "", name = ""]) => [name, reason])
  )
  return table(
    ["limit", "value", "of what, and why"],
    Object.entries(limits).map(([name, value]) => [code(name), String(value), reasons.get(name) ?? ""])
  )
}

/** The table in the doc comment of parseJson. */
const exactness = () => [...source("Json").matchAll(/^ \* (\|.*\|)$/gm)].map(([, row = ""]) => row).join("\n")

const archive = (status: keyof typeof histories) => {
  const [begun, ...rest] = histories[status]
  const { request: _request, ...created } = begun ?? {}
  const decoded = decodeArchived("example", { ...recordOf(histories[status]), history: [created, ...rest] })
  if (Result.isFailure(decoded)) throw decoded.failure
  return encodeArchived(decoded.success)
}

const wireExamples = () => {
  const examples: Readonly<Record<keyof typeof wireSchemas, unknown>> = {
    HandoffRequest: request,
    HandoffResponse: recordOf(histories.accepted)["response"],
    HandoffRecord: recordOf(histories.completed),
    HandoffEvent: moves.Completed,
    ArchivedHandoff: archive("cancelled")
  }
  return Object.entries(examples)
    .map(([name, json]) => `### ${name}\n\nSchema: [schema/${name}.json](schema/${name}.json)\n\n${example(json)}`)
    .join("\n\n")
}

const draft = (): string => `<!-- Printed from the sources by tooling/generate.ts; edit those. -->

# The handoff protocol

A handoff is one task that one agent, the sender, gives to another, the receiver. The sender's ask (the _request_) never
changes. Everything that happens to the handoff is a fact in the past tense (an _event_) with who recorded it (\`by\`) and
when (\`at\`). The _record_ is the state that the events describe, in order; its \`revision\` says how many there were.

## Statuses

${statuses()}

## Transitions

${moveTable()}

\`by\` must be the agent that the row names: \`from_agent\` of the request is the sender, \`to_agent\` the receiver;
\`Created\` is the sender's too. An event that has no row for the present status is refused and changes nothing. Nothing leaves a final status.
What the clock does is refused with \`NotDue\` before its time; \`by\` is then \`clock\`, and an agent may have that name.
\`Progressed\` and \`Reminded\` leave the status as it is, and the diagram leaves them out.

${diagram()}

A failed record has a \`response\` with \`accepted: false\` and the reason; that it had been accepted is in its history.

## Custody

**Attempts.** A record counts its attempts: \`attempt\` is 1 at first and grows with each \`Released\`. An event may name the
\`attempt\` that its author holds; any other than the present one is refused with \`StaleAttempt\`, before anything else is
looked at. A request allows \`max_attempts\`, ${limits.defaultAttempts} when it does not say. The last one cannot be released.

**Leases.** \`Accepted\` may begin a lease of so many milliseconds: \`lease.until\` is that long after it. \`Progressed\` renews it
from its own \`at\`, by the same length or by a \`lease\` of its own, or begins one; \`Started\` does not. When \`until\` is
reached, \`Released\` by the clock is due, and in the last attempt \`Failed\` with the code \`attempts_exhausted\`. Without a lease a
handoff is held until somebody ends it.

**Handing back.** \`Released\` may carry a \`hand_back\` of lists of sentences, \`done\`, \`remaining\` and \`pitfalls\`. The record keeps
the last one while it is open. \`not_before\` asks claims to pass the handoff by until then; accepting it by name is allowed.

**Questions.** \`Asked\` gives the turn to the sender and takes \`until\` from the lease: it rests. \`Answered\` gives the turn
back, keeps question and answer, and renews the lease from then on.

**Two clocks.** \`accept_by\` runs until the handoff is first accepted, \`deadline\` until it has ended. \`Expired\` says which of
them was \`missed\`. With \`remind_before\` so many milliseconds before each \`Reminded\` is due, once for each clock.

**What is due.** What ends the handoff goes before what does not: \`accept_by\`, then \`deadline\`, then the lease, then the
reminders. Only the first of those that are due may be recorded, with its \`missed\`, \`of\` or \`code\`. Events
\`via: "foreign"\` have happened, due or not.

## Events

Every event has \`_tag\`, \`at\` and \`by\`, and \`via: "foreign"\` when it was concluded from what another program wrote. All but the
first of a history may have \`attempt\`.

${table(
  ["event", "its own fields"],
  Object.entries(eventFields).map(([event, fields]) => [code(event), fields])
)}

\`Created\` or \`Imported\` comes first, and only first. \`Imported\` begins the history of a handoff whose state came from
outside without a trail; its \`record\` is the state from there on, at revision 1.

## The wire format

JSON in snake_case. What is absent may be left out or \`null\`; keys that are not known are ignored. \`context\` and \`result\`
default to \`{}\`, \`priority\` to 5, \`revision\` and \`attempt\` to 1, \`missed\` to \`deadline\`, a \`reason\` that a state needs to \`""\`.

${wireExamples()}

## Timestamps

Written in UTC with milliseconds and \`Z\`. Read as RFC 3339 and as Python writes it: any number of decimals, of which
milliseconds are kept (cut off, not rounded); any offset from -23:59 to +23:59; no zone means UTC. \`T\` and \`Z\` are upper
case. A day that is not in the calendar, the hour 24, a leap second (Python has none), and a moment that is outside the
years 0000 to 9999 in UTC are refused. The pattern in the JSON Schema cannot know the calendar.

## JSON is kept exactly or refused

${exactness()}

JSON Schema cannot say the limits in bytes, the depth, NUL and lone surrogates; and it counts the length of a name in code
points, not in UTF-16 units. What it accepts can therefore still be refused.

## Limits

${limitRows()}

## Errors

On the wire an error has its \`_tag\`, its sentence as \`message\`, and its fields in snake_case. \`InvalidInput\` lists every
fault at once as \`issues\` of \`path\` and \`expected\`; values are never repeated, they may be secret.

${errors()}

## Archives

An archive is a record with its \`history\`, oldest first. The keys are those of the Python library, which ignores the
others. The request stands once, in the record: the \`Created\` event of a history is without it, and the \`record\` of an
\`Imported\` one is without \`record_id\` and \`request\`.

- The Python library refuses a whole file over a status it does not know. A \`cancelled\` or \`expired\` handoff is therefore
  shown as \`failed\` when it had been accepted and as \`rejected\` otherwise, with the reason in its \`response\`; one that is
  \`input_required\` is shown as \`in_progress\`. The history has the truth: where there is one, replay it.
- What that library does not know it forgets: \`attempt\`, \`lease\` and the other parts of custody. A record that lost them is
  still the same state; what it may differ in is what that library knows.
- A record without a history begins a new one with \`Imported\`, by the sender, at its \`updated_at\`, via \`foreign\`.
- A history that breaks the lifecycle is refused.
- Where record and history differ, a program that knows no histories has changed the record. It is not taken over as it
  is: the shortest legal way from the state of the history to that of the record becomes events \`via: "foreign"\`. Where no
  way leads there, it is a conflict for a person.

## Proving another implementation

Each file in \`vectors/\` has \`cases\` of \`name\`, \`question\` and \`expected\`:

${table(
  ["file", "what it holds", "cases"],
  Object.entries(themes).map(([name, { about, cases }]) => [
    `[${name}.json](vectors/${name}.json)`,
    about.replaceAll("|", String.raw`\|`),
    String(cases.length)
  ])
)}

| \`operation\` | do | \`ok\` is |
| --- | --- | --- |
| \`replay\` | decode \`events\`, fold them for \`record_id\` | the record |
| \`decode\` | decode \`json\` as \`type\`, encode it again | the same type; for an archive \`archived\`, the \`record\` its history describes, and \`edited\` when the text differs from it |
| \`parse\` | parse the JSON \`text\` | its value |
| \`continue\` | find the events from \`ours\` to \`theirs\` | the events, or \`null\` when no way leads there |

\`expected\` is \`{"ok": …}\` or \`{"error": …}\` with the \`_tag\` and the fields of the error. Sentences may differ; of
\`InvalidInput\` the \`paths\` of its issues count. Compare JSON values, not text. An implementation that answers every case as
expected speaks this protocol.
`

export const page = (): string => aligned(draft())
