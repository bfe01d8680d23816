/** PROTOCOL.md, printed from the table, the limits, the errors and the doc comments. */
import { readFileSync } from "node:fs"

import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import {
  AgentId,
  AlreadyHeld,
  AmbiguousId,
  BrokenChain,
  Capability,
  EmptyHistory,
  encodeArchived,
  decodeArchived,
  HandoffExists,
  HandoffEvent,
  HandoffNotFound,
  HandoffRecord,
  HandoffRequest,
  HandoffResponse,
  HandoffStatus,
  InvalidInput,
  InvalidTransition,
  isOpen,
  limits,
  NoAttemptLeft,
  NoCapableAgent,
  NoHopLeft,
  NoRoomLeft,
  NotDelivered,
  NotDue,
  NotYourHandoff,
  OpenChildren,
  type Party,
  ReadBackIncomplete,
  RecordId,
  RevisionConflict,
  type Rule,
  StaleAttempt,
  StoreError,
  transitionErrors,
  transitions,
  turns,
  UnknownItem,
  type wireSchemas
} from "../src/index.ts"
import { move } from "../src/model/EventParts.ts"
import { docOf, parts, type Row, rowsOf } from "./fields.ts"
import { aligned, code, table } from "./markdown.ts"
import { run } from "./run-vector.ts"
import { histories, linked, recordId, recordOf, request, themes } from "./vectors.ts"
import { argumentTable, verbTable } from "./verb-tables.ts"

const source = (name: string): string => readFileSync(new URL(`../src/${name}.ts`, import.meta.url), "utf8")

const example = (json: unknown): string => `\`\`\`json\n${JSON.stringify(json, undefined, 2)}\n\`\`\``

/** The name of the schema of a status: `InProgress` of `in_progress`. */
const schemaOf = (status: string): string =>
  status.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())

const statuses = () =>
  table(
    ["status", "", "whose turn", "meaning"],
    HandoffStatus.literals.map((status) => [
      code(status),
      isOpen(status) ? "open" : "final",
      turns[status] === undefined ? "nobody" : `the ${turns[status]}`,
      docOf(schemaOf(status)) ?? ""
    ])
  )

const rules: ReadonlyArray<readonly [string, Rule]> = Object.entries(transitions)

const whose: Readonly<Record<Party, string>> = {
  sender: "the sender",
  receiver: "the receiver",
  witness: "anybody but the receiver",
  anyone: "anyone, when due"
}

const moveTable = () =>
  table(
    ["event", "from", "to", "recorded by"],
    rules.map(([event, { from, to, by, clock }]) => [
      code(event),
      from.map(code).join(", "),
      to === "same" ? "the same" : code(to),
      clock ? `${whose[by]}; the clock, when due` : whose[by]
    ])
  )

const diagram = () =>
  [
    "```mermaid",
    "stateDiagram-v2",
    "  [*] --> pending: Created",
    // What is said along the way moves nothing, and would hide what does.
    ...rules.flatMap(([event, { from, to }]) =>
      to === "same" ? [] : from.filter((status) => status !== to).map((status) => `  ${status} --> ${to}: ${event}`)
    ),
    ...HandoffStatus.literals.filter((status) => !isOpen(status)).map((status) => `  ${status} --> [*]`),
    "```"
  ].join("\n")

const fieldTable = (schema: Schema.Top) => table(["field", "type", "", "meaning"], rowsOf(schema))

const commonRows = rowsOf(Schema.Struct(move))
const isCommon = ([name, , , meaning]: Row): boolean =>
  commonRows.some(([commonName, , , common]) => commonName === name && common === meaning)

const eventTable = () =>
  table(
    ["event", "field", "type", "", "meaning"],
    Object.entries(HandoffEvent.cases).flatMap(([tag, schema]) => {
      const own = rowsOf(schema).filter((row) => !isCommon(row))
      const rows: ReadonlyArray<ReadonlyArray<string>> = own.length === 0 ? [["", "", "", ""]] : own
      return rows.map((row, index) => [index === 0 ? code(tag) : "", ...row])
    })
  )

/** The fields of a record, each with the statuses that have it. */
const recordTable = () => {
  const found = new Map<string, { readonly row: Row; readonly statuses: Array<string> }>()
  for (const [status, schema] of Object.entries(HandoffRecord.cases)) {
    for (const row of rowsOf(schema)) {
      const { statuses } = found.get(row.join("\n")) ?? { statuses: [] }
      found.set(row.join("\n"), { row, statuses: [...statuses, status] })
    }
  }
  const open = HandoffStatus.literals.filter(isOpen).length
  return table(
    ["field", "type", "", "in", "meaning"],
    [...found.values()].map(({ row: [name, type, optional, meaning], statuses }) => {
      const isEvery = statuses.length === HandoffStatus.literals.length
      const isEveryOpen = statuses.length === open && statuses.every((status) => isOpen(status as HandoffStatus))
      return [name, type, optional, isEvery ? "all" : isEveryOpen ? "all open" : statuses.map(code).join(", "), meaning]
    })
  )
}

const partTables = () =>
  Object.entries(parts)
    .map(([name, schema]) => `### ${name}\n\n${docOf(name) ?? ""}\n\n${fieldTable(schema)}`)
    .join("\n\n")

const errors = () => {
  const id = RecordId.make(recordId)
  const [planner, executor] = [AgentId.make("planner"), AgentId.make("executor")]
  const samples = [
    new HandoffNotFound({ recordId: id }),
    new AmbiguousId({ prefix: "7k2m", recordIds: [id, RecordId.make("7k2mh5j0abcd")] }),
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
    new NoHopLeft({ recordId: id, maxHops: 3 }),
    new AlreadyHeld({ recordId: id, agent: planner, holders: [planner, executor] }),
    new NoRoomLeft({ recordId: id, event: "Attested", of: "evidence" }),
    new ReadBackIncomplete({ recordId: id, event: "Started", awaits: "receiver", missing: ["invoices"] }),
    new UnknownItem({ recordId: id, items: ["invoice"], known: ["invoices", "late"] }),
    new NotDelivered({
      recordId: id,
      issues: [{ deliverable: "report", expected: "Expected an artifact of this name" }]
    }),
    new OpenChildren({ recordId: id, children: [RecordId.make("3f8g1h5j0abc")] }),
    new BrokenChain({ recordId: id, revision: 3 }),
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
    [...source("values/Limits").matchAll(/\/\*\* (.+) \*\/\n {2}(\w+):/g)].map(([, reason = "", name = ""]) => [
      name,
      reason
    ])
  )
  return table(
    ["limit", "value", "of what, and why"],
    Object.entries(limits).map(([name, value]) => [code(name), String(value), reasons.get(name) ?? ""])
  )
}

/** The table in the doc comment of parseJson. */
const exactness = () => [...source("values/Json").matchAll(/^ \* (\|.*\|)$/gm)].map(([, row = ""]) => row).join("\n")

const archive = (status: keyof typeof histories) => {
  const events = linked(histories[status])
  const [begun, ...rest] = events
  const { request: _request, ...created } = begun ?? {}
  const decoded = decodeArchived("example", { ...recordOf(events), history: [created, ...rest] })
  if (Result.isFailure(decoded)) throw decoded.failure
  return encodeArchived(decoded.success)
}

/** The first two entries of a history as the texts that are digested, and their digests. */
const entries = () => {
  const [first, second] = linked(histories.rejected)
  const answers = [first, second].map((event, index) =>
    run({ operation: "entry", record_id: recordId, revision: index + 1, event })
  )
  return answers
    .map((answer) => {
      if ("error" in answer) throw new Error(JSON.stringify(answer.error))
      // The cast: an entry is answered with its texts.
      const { digest, text } = answer.ok as { readonly digest: string; readonly text: string }
      return `\`\`\`text\n${text}\n→ ${digest}\n\`\`\``
    })
    .join("\n\n")
}

const wireExamples = () => {
  const examples: Readonly<Record<keyof typeof wireSchemas, unknown>> = {
    HandoffRequest: request,
    HandoffResponse: recordOf(histories.accepted)["response"],
    HandoffRecord: recordOf(linked(histories.completed)),
    HandoffEvent: linked(histories.completed).at(-1),
    ArchivedHandoff: archive("cancelled")
  }
  const tables: Readonly<Record<string, string>> = {
    HandoffRequest: fieldTable(HandoffRequest),
    HandoffResponse: fieldTable(HandoffResponse),
    HandoffRecord: `\`status\` says which fields a record has.\n\n${recordTable()}`
  }
  return Object.entries(examples)
    .map(([name, json]) =>
      [
        `### ${name}`,
        docOf(name) ?? "",
        `Schema: [schema/${name}.json](schema/${name}.json)`,
        ...(tables[name] === undefined ? [] : [tables[name]]),
        example(json)
      ].join("\n\n")
    )
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

\`by\` must be the agent that the row names: \`from_agent\` of the request is the sender; \`to_agent\` is the receiver, or whoever
it was last handed on to. \`Created\` is the sender's too. An event that has no row for the present status is refused and changes nothing. Nothing leaves a final status.
What the clock does is refused with \`NotDue\` before its time; \`by\` is then \`clock\`, and an agent may have that name.
The diagram leaves out what leaves the status as it is.

${diagram()}

## Verbs

An implementation offers verbs, and each verb records an event. A door adds who acts (\`by\`) and, for the receiver, the
\`attempt\`; neither is an argument. Every verb on a handoff that records an event can fail with
${transitionErrors.map(code).join(", ")}, every other verb with \`StoreError\`. "Safe to repeat" answers what to do after
a lost answer: _with id_ and _with attempt_ mean that only a call that named these may be repeated.

${verbTable()}

${argumentTable()}

A failed record has a \`response\` with \`accepted: false\` and the reason; that it had been accepted is in its history.

## Custody

**Attempts.** A record counts its attempts: \`attempt\` is 1 at first and grows with each \`Released\` and each \`Forwarded\`. An
event may name the \`attempt\` that its author holds; any other than the present one is refused with \`StaleAttempt\`, before
anything else is looked at. A request allows each receiver \`max_attempts\`, ${limits.defaultAttempts} when it does not say.
The last one cannot be released.

**Leases.** \`Accepted\` may begin a lease of so many milliseconds: \`lease.until\` is that long after it. \`Progressed\` renews
it from its own \`at\`, by the same length or by a \`lease\` of its own, or begins one; \`Started\` does not. When \`until\` is
reached, \`Released\` by the clock is due, and in the last attempt \`Failed\` with the code \`attempts_exhausted\`. Without a
lease a handoff is held until somebody ends it.

**Handing back.** \`Released\` and \`Forwarded\` may carry a \`hand_back\` of lists of sentences, \`done\`, \`remaining\` and
\`pitfalls\`, and of \`artifacts\`. The record keeps the last one while it is open. \`not_before\` asks claims to pass the handoff
by until then; accepting it by name is allowed.

**Questions.** \`Asked\` gives the turn to the sender and takes \`until\` from the lease: it rests. \`Answered\` gives the turn
back, keeps question and answer, and renews the lease from then on.

**Two clocks.** \`accept_by\` runs until the receiver has first accepted, \`deadline\` until the handoff has ended. \`Expired\`
says which of them was \`missed\`. With \`remind_before\` so many milliseconds before each \`Reminded\` is due, once for each
clock.

**What is due.** What ends the handoff goes before what does not: \`accept_by\`, then \`deadline\`, then the lease, then the
reminders. Only the first of those that are due may be recorded, with its \`missed\`, \`of\` or \`code\`. Events \`via: "foreign"\`
have happened, due or not; for them the table, \`by\`, the attempt they name, and \`NoRoomLeft\` are looked at, and nothing else
below.

**Handing on.** \`Forwarded\` makes the agent \`to\` the receiver, for whom the handoff is pending. The request stays as it is:
the record's \`hops\` say who else has had it, each with \`receiver\`, the \`attempt\` that it began with there, and \`at\`. The
response, lease, progress, read-back and evidence of the receiver before are over. From then on attempts are counted anew;
\`accept_by\` is as long after the hop's \`at\` as it was after \`created_at\` at first, and its reminder comes anew. A request
allows \`max_hops\`, ${limits.defaultHops} when it does not say (\`NoHopLeft\`), and nobody gets it who has had it, the sender
included (\`AlreadyHeld\`). Where the request says \`reroute\` and hops are left, the clock may record \`Forwarded\` in place of
the \`Expired\` of \`accept_by\` or the \`Failed\` of the last attempt that is due, with \`because\`: \`accept_by\` or
\`attempts_exhausted\`. A receiver that declines may hand it on \`because\` it was \`rejected\`.

**Parts.** A request may name a \`parent\` that it is a part of. \`Delegated\` says of the parent that its receiver gave away
the part \`child\`, and the record counts its \`parts\`; the receiver stays accountable for the whole. Whether parts are still
open is for whoever keeps the records: it refuses \`Completed\` with \`OpenChildren\`, unless the event says \`leaves_children\`.
When the parent is withdrawn its open parts are, too: a \`Cancelled\` with \`along\` that is the \`parent\` of the request may be
by anybody.

**Briefing and read-back.** A request may have a \`briefing\` in the shape of I-PASS: \`severity\` (\`stable\`, \`watcher\`,
\`unstable\`), a \`summary\`, \`actions\` (\`id\`, \`task\`, \`owner\`, \`due\`), the \`situation\` (\`known\`, \`decided\`, \`open\`) and
\`contingencies\` (\`id\`, \`if\`, \`then\`). No two items have one id. With \`read_back\` the receiver must restate it before it
starts: \`required\` names the items, all of them when it is left out. \`Accepted\` and \`Restated\` carry a \`read_back\` of a
\`summary\` and \`items\` (\`id\`, \`answer\`, \`note\`); an answer is \`understood\`, \`question\` or \`refused\`, the last one on each
item counts, and an id that the briefing does not have is refused with \`UnknownItem\`. Until all that is required was
answered, \`Started\` and \`Completed\` are refused with \`ReadBackIncomplete\`. Then, where the briefing asks to \`confirm\` or a
required item is not \`understood\`, they are refused until the sender has \`Confirmed\`, perhaps with a \`correction\`; whatever
is restated takes that back. \`Confirmed\` is refused while something is missing. The record keeps \`read_back\` with
\`confirmed\`, the time of that, until the attempt ends. While the sender's word is awaited, the turn is the sender's and the
lease rests; it begins anew with the \`Confirmed\` that ends that. \`Restated\` does not renew it.

**Proven done.** A request may demand \`deliverables\`, each with a \`name\` of its own, and perhaps a \`media_type\`, a \`digest\`
and a JSON \`schema\` (draft 2020-12). \`Completed\` hands back \`artifacts\`, each with a \`name\` of its own, perhaps a
\`media_type\`, and either its \`content\`, which is any JSON, or its \`uri\`, \`digest\` and \`size\` in bytes. It is refused with
\`NotDelivered\`, which names each, unless every deliverable has an artifact of its name, of no other media type, with the
same digest, and by value where there is a schema. The digest of a text is the SHA-256 of its UTF-8, that of other content
the SHA-256 of its canonical JSON, that of a reference is what it says. Contents are held against their schemas by whoever
takes the event in. \`Completed\` may also carry \`evidence\`, the receiver's own: \`grade\` (\`claimed\` or \`observed\`), a
\`statement\`, and perhaps \`of\` (a name), \`uri\` and \`digest\`. \`Attested\` puts evidence on record by anybody but the receiver;
the record keeps it with the grade \`verified\`, \`by\` and \`at\` until the attempt ends or the handoff is completed. It has room
for ${limits.parts} pieces, and ${limits.jsonBytes} bytes in all (\`NoRoomLeft\`).

## Tamper evidence

Every entry but the first holds \`prev\`, the digest of the one before it; the record holds \`head\`, the digest of its last
entry. So no entry can be changed, left out, put in or moved unless all that follow are written again, and the record, too.
Whoever keeps a \`head\` elsewhere knows later whether the history that led there is still the same.

The digest of an entry is computed so:

1. Take the object of \`record_id\`, \`revision\` (1 for the first entry) and \`event\`, the event as it is written on the wire:
   what is absent is left out, but in a request \`deadline\` is \`null\` when there is none, \`context\` and \`priority\` are always
   there, and of the \`record\` of \`Imported\` \`response\` is \`null\` when there is none (so is its \`estimated_completion\`),
   \`result\` is always there, and \`attempt\` only when it is more than 1. Defaults are written, as \`result\` \`{}\` or \`reason\`
   \`""\`. Moments are in UTC with three decimals and \`Z\`. Keys that the protocol does not know are left out.
2. Write it as canonical JSON, as RFC 8785 says: keys sorted by UTF-16 code units, no spaces, numbers as ECMAScript prints
   them, only those escapes in texts that must be.
3. The digest is the SHA-256 of that text in UTF-8, in 64 lower-case hexadecimal digits.

${entries()}

A signature, \`sig\`, is optional: whoever recorded the event signs the same text, made of the event without \`sig\`, with
Ed25519 (RFC 8032); it is written in base64url without padding, 86 characters. As \`prev\` is part of what is signed, a
signature vouches for all entries before it, too. The digest of an entry covers its \`sig\`. Who has which key is not said
here.

An event that is written for another entry than the last is refused with \`BrokenChain\`. To check a history go through it
from the first entry: it holds no \`prev\`, every other holds the digest of the one before, the lifecycle allows each, and
what they lead to is the record, \`head\` included. Where \`prev\` does not fit, either entry may be the wrong one. It is the
earlier one if the later is what the next entry (or \`head\`) holds the digest of, as it stands or one place before, and if
there is neither; otherwise it is the later one. A record that came from a program that knows no digests has none; then the
history vouches for all but its last entry.

## Events

Every event has \`_tag\`, its name, and these fields. The first event of a history has neither \`prev\` nor \`attempt\`.

${fieldTable(Schema.Struct(move))}

The fields of each event besides these:

${eventTable()}

\`Created\` or \`Imported\` comes first, and only first. \`Imported\` begins the history of a handoff whose state came from
outside without a trail; its \`record\` is the state from there on, at revision 1.

## The wire format

JSON in snake_case. What is absent may be left out or \`null\`; keys that are not known are ignored. \`context\` and \`result\`
default to \`{}\`, \`priority\` to 5, \`revision\` and \`attempt\` to 1, \`missed\` to \`deadline\`, a \`reason\` that a state needs to \`""\`.

${wireExamples()}

${partTables()}

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
\`Imported\` one is without \`request\`, without \`record_id\` where that is the archive's, and without \`revision\` where that is 1. Digests
are of the events as they are on the wire, with their requests.

- The Python library refuses a whole file over a status it does not know. A \`cancelled\` or \`expired\` handoff is therefore
  shown as \`failed\` when it had been accepted and as \`rejected\` otherwise, with the reason in its \`response\`; one that is
  \`input_required\` is shown as \`in_progress\`. The history has the truth: where there is one, replay it.
- What that library does not know it forgets: \`attempt\`, \`lease\`, \`hops\` and the other parts of custody; a \`head\` that is not there is
  computed from the last entry. A record that lost them is
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
| \`entry\` | decode \`event\` as the entry \`revision\` of \`record_id\` | what is \`signed\`, the \`text\` that is digested, and its \`digest\` |
| \`verify\` | decode \`events\`, and \`record\` where there is one; look for the first entry that does not hold | its revision, or \`null\` when all hold |
| \`continue\` | find the events from \`ours\` to \`theirs\` | the events, or \`null\` when no way leads there |

\`expected\` is \`{"ok": …}\` or \`{"error": …}\` with the \`_tag\` and the fields of the error. Sentences may differ; of
\`InvalidInput\` the \`paths\` of its issues count, and of \`NotDelivered\` the names of its \`deliverables\`. Compare JSON values, not text. An implementation that answers every case as
expected speaks this protocol.
`

export const page = (): string => aligned(draft())
