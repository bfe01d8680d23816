/** Prints PROTOCOL.md from the transition table, the limits, the errors and the doc comments. */
import { readFileSync } from "node:fs"

import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"

import { snake } from "../src/encoding/WireFields.ts"
import {
  AgentId,
  AlreadyHeld,
  AmbiguousId,
  archiveFormat,
  BrokenChain,
  Capability,
  EmptyHistory,
  encodeArchived,
  decodeArchived,
  decodeRecord,
  HandoffExists,
  HandoffEvent,
  HandoffNotFound,
  HandoffRecord,
  HandoffRequest,
  HandoffResponse,
  HandoffStatus,
  InvalidInput,
  InvalidTransition,
  keyLogId,
  isOpen,
  InvalidPosition,
  KeyRequired,
  limits,
  NoAttemptLeft,
  NoCapableAgent,
  NoHopLeft,
  NoReworkLeft,
  NoRoomLeft,
  NotCompleted,
  NotDelivered,
  NotDue,
  NotYourHandoff,
  OpenChildren,
  type Party,
  PublicKey,
  ReadBackIncomplete,
  ReadBackRefused,
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
import { entryFormat } from "../src/lifecycle/Chain.ts"
import { move } from "../src/model/EventParts.ts"
import { docOf, parts, type Row, rowsOf } from "./fields.ts"
import { sealed } from "./format2-vectors.ts"
import type { Event } from "./histories.ts"
import { aligned, code, table } from "./markdown.ts"
import { run } from "./run-vector.ts"
import { histories, linked, recordId, recordOf, request, themes } from "./vectors.ts"
import { argumentTable, verbTable } from "./verb-tables.ts"

const source = (name: string): string => readFileSync(new URL(`../src/${name}.ts`, import.meta.url), "utf8")

const example = (json: unknown): string => `\`\`\`json\n${JSON.stringify(json, undefined, 2)}\n\`\`\``

/** Converts a status to the name of its schema: `in_progress` to `InProgress`. */
const schemaOf = (status: string): string =>
  status.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())

const statuses = () =>
  table(
    ["status", "", "whose turn", "meaning"],
    HandoffStatus.literals.map((status) => [
      code(status),
      isOpen(status) ? "open" : "final",
      turns[status] === undefined ? "none" : `the ${turns[status]}`,
      docOf(schemaOf(status)) ?? ""
    ])
  )

const rules: ReadonlyArray<readonly [string, Rule]> = Object.entries(transitions)

const whose: Readonly<Record<Party, string>> = {
  sender: "the sender",
  receiver: "the receiver",
  reviewer: "the reviewer",
  witness: "any agent but the receiver",
  anyone: "anyone, when due"
}

const moveTable = () =>
  table(
    ["event", "from", "to", "recorded by", "open parts"],
    rules.map(([event, { from, to, or, by, clock, foreign = [], parts = "" }]) => [
      code(event),
      [...from.map(code), ...foreign.map((status) => `${code(status)} via \`foreign\``)].join(", "),
      to === "same" ? "unchanged" : `${code(to)}${or === undefined ? "" : `, or ${code(or)} after a shutdown`}`,
      clock ? `${whose[by]}; the clock, when due` : whose[by],
      parts
    ])
  )

const diagram = () =>
  [
    "```mermaid",
    "stateDiagram-v2",
    "  [*] --> pending: Created",
    // Events that keep the status would hide those that change it.
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

/** Makes the table of the fields of a record, each with the statuses that have it. */
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

/** Makes a handoff that its receiver declined. */
const declined = () => {
  const decoded = decodeRecord("example", recordOf(linked(histories.rejected)))
  if (Result.isFailure(decoded) || decoded.success.status !== "rejected") throw new Error("The example is not declined")
  return decoded.success
}

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
    new NoReworkLeft({ recordId: id, maxReworks: 3 }),
    new AlreadyHeld({ recordId: id, agent: planner, holders: [planner, executor] }),
    new NoRoomLeft({ recordId: id, event: "Attested", of: "evidence" }),
    new NoRoomLeft({ recordId: id, event: "Attested", of: "evidence", agent: executor, most: limits.attestations }),
    new ReadBackIncomplete({ recordId: id, event: "Started", awaits: "receiver", missing: ["invoices"] }),
    new ReadBackRefused({
      recordId: id,
      event: "Accepted",
      missing: ["first_action"],
      echoed: [{ ask: "most_likely_wrong", quoted: 0.92 }]
    }),
    new UnknownItem({ recordId: id, items: ["invoice"], known: ["invoices", "late"] }),
    new NotDelivered({
      recordId: id,
      issues: [{ deliverable: "report", expected: "Expected an artifact of this name" }]
    }),
    new NotCompleted({ record: declined() }),
    new OpenChildren({ recordId: id, children: [RecordId.make("3f8g1h5j0abc")] }),
    new BrokenChain({ recordId: id, revision: 3 }),
    new NotDue({ recordId: id, event: "Expired", at: DateTime.makeUnsafe("2026-11-22T08:00:00Z") }),
    new EmptyHistory({ recordId: id }),
    new HandoffExists({ recordId: id }),
    new InvalidInput({
      input: "request",
      issues: [{ path: "priority", expected: "Expected a value between 1 and 10" }]
    }),
    new InvalidPosition({ position: "42", reason: "malformed" }),
    new KeyRequired({ agentId: executor, publicKey: PublicKey.make("KtDT".repeat(10) + "abc") }),
    new NoCapableAgent({ fromAgent: planner, requires: [Capability.make("translate")] }),
    new RevisionConflict({ recordId: id, revision: 3 }),
    new StoreError({ operation: "commit", reason: "full", detail: "No space is left for handoffs.json; free some" })
  ]
  return table(
    ["`_tag`", "example of its sentence"],
    samples.map((error) => [code(error._tag), error.message])
  )
}

/** Makes the table of limits, with the reasons from their comments. */
const limitRows = () => {
  const reasons = new Map(
    [...source("values/Limits").matchAll(/\/\*\* (.+) \*\/\n {2}(\w+):/g)].map(([, reason = "", name = ""]) => [
      name,
      reason
    ])
  )
  return table(
    ["limit", "value", "meaning and reason"],
    Object.entries(limits).map(([name, value]) => [code(name), String(value), reasons.get(name) ?? ""])
  )
}

/** Copies the table from the doc comment of `parseJson`. */
const exactness = () => [...source("values/Json").matchAll(/^ \* (\|.*\|)$/gm)].map(([, row = ""]) => row).join("\n")

const archive = (status: keyof typeof histories) => {
  const events = linked(histories[status])
  const [begun, ...rest] = events
  const { request: _request, ...created } = begun ?? {}
  const decoded = decodeArchived("example", { ...recordOf(events), history: [created, ...rest] })
  if (Result.isFailure(decoded)) throw decoded.failure
  return encodeArchived(decoded.success)
}

/** Lists the fields of the body of an event or of a part of it, each with its path. */
const bodyFields = (ast: SchemaAST.AST, path = ""): ReadonlyArray<string> => {
  if (ast._tag === "Union") return [...new Set(ast.types.flatMap((type) => bodyFields(type, path)))]
  if (ast._tag !== "Objects") return []
  return ast.propertySignatures.flatMap(({ name, type }) => {
    const field = `${path}${snake(String(name))}`
    return type.context?.annotations?.["part"] === "body" ? [field] : bodyFields(type, `${field}.`)
  })
}

/** Lists the fields of the body of each event. */
const bodyTable = () =>
  table(
    ["event", "fields of the body"],
    HandoffEvent.members.map((member) => [
      code(member.fields._tag.schema.literal),
      bodyFields(member.ast).map(code).join(", ") || "none"
    ])
  )

/** Prints the digested texts of the first two entries of a history, with their digests. */
const entries = ([first, second]: ReadonlyArray<Event>) => {
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
    HandoffRecord: `\`status\` determines the fields of a record.\n\n${recordTable()}`
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

A handoff is a task that one agent, the sender, gives to another agent, the receiver. The sender's _request_ never changes.
Everything that happens to the handoff is an _event_: a fact in the past tense with its author (\`by\`) and its time (\`at\`).
The _record_ is the state after all events in order; its \`revision\` is the number of events.

## Statuses

${statuses()}

## Transitions

${moveTable()}

\`by\` must be the agent that the row names. The sender is the request's \`from_agent\`. The receiver is its \`to_agent\`, or the
receiver of the last forward. Only the sender records \`Created\`. An event without a row for the current status is refused
and changes nothing. No event leaves a final status. An event of the clock has \`by: "clock"\` and is refused with \`NotDue\`
before its time; an agent may have that name, too. The diagram leaves out events that do not change the status.

${diagram()}

## Verbs

An implementation offers verbs, and each verb records an event. A door adds the actor (\`by\`) and, for the receiver, the
\`attempt\`; neither is an argument. Every verb on a handoff that records an event can fail with
${transitionErrors.map(code).join(", ")}, every other verb with \`StoreError\`. "Safe to repeat" applies after a lost answer:
with _with id_ and _with attempt_, repeat a call only if it named these.

${verbTable()}

${argumentTable()}

A failed record has a \`response\` with \`accepted: false\` and the reason; its history shows an earlier acceptance.

## Custody

**Attempts.** \`attempt\` is 1 at first and grows with each \`Released\`, \`Forwarded\` and \`Returned\`. An event may name the \`attempt\`
that its author holds. Any attempt but the current one is refused with \`StaleAttempt\`, before any other check. A request
allows each receiver \`max_attempts\`, ${limits.defaultAttempts} by default. The last attempt cannot be released.

**Shutdowns.** A \`Released\` with the code \`shutdown\` raises \`attempt\`, too, but the attempt does not count against
\`max_attempts\`: \`uncounted\` of the record grows by 1, and the last attempt can be released. This holds ${limits.shutdowns} times for
each receiver; after that, the code changes nothing. A \`Forwarded\` begins without \`uncounted\`.

**Leases.** \`Accepted\` may start a lease of a number of milliseconds; it ends at \`lease.until\`. \`Progressed\` renews it from
its own \`at\`, by the same length or by the \`lease\` that it names, or starts one; \`Started\` does not. At \`until\`, \`Released\`
by the clock is due, and in the last attempt \`Failed\` with the code \`attempts_exhausted\`. Without a lease, the receiver
holds the handoff indefinitely.

**Handing back.** \`Released\` and \`Forwarded\` may carry a \`hand_back\` of the lists \`done\`, \`remaining\` and \`pitfalls\`, whose
items are sentences, and of \`artifacts\`. The record keeps the last one while it is open. Claims skip the handoff until
\`not_before\`; \`accept\` is allowed before.

**Questions.** After \`Asked\` it is the sender's turn, and the lease rests: it has no \`until\`. After \`Answered\` it is the
receiver's turn again; the record keeps the question with the answer, and the lease is renewed. A shutdown that does not
count leaves the question open: the status stays \`input_required\`, and the record has \`released\`. \`Answered\` then leads
to \`pending\`, for the next attempt. The record keeps the answer until that attempt asks or ends, unless it ends by a
shutdown that does not count.

**Review.** If the request has a \`review\`, the receiver records \`Delivered\` instead of \`Completed\`, with the same fields and
under the same conditions: a request with a \`review\` has no \`Completed\`, and one without has no \`Delivered\`. The record
then carries the delivery, the lease rests, and it is the turn of the reviewer: the sender. \`Approved\` completes the handoff
with the delivered result. \`Returned\` says what is \`missing\`; the handoff is then \`in_progress\` for the same receiver, in
a new attempt and with a renewed lease, and \`rework\` of the record tells the return. From its \`attempt\` on the receiver
has \`max_attempts\` again, without \`uncounted\`. A request allows \`reworks\` returns, ${limits.defaultReworks} by default (\`NoReworkLeft\`). Evidence of
witnesses stays with its attempt; every delivery stays in the history.

With \`within\`, the record has \`review_by\`: that many milliseconds after each \`Delivered\`. Then \`Approved\` by the clock is due
if \`silence\` approves. If it escalates, \`Escalated\` is due: from then on the reviewer is the agent of \`escalate_to\`, until the
work is returned, and the clock does nothing more. The keeper of the records refuses an \`escalate_to\` that is, or looks like,
the sender or a receiver.

**Clocks.** \`accept_by\` runs until the first acceptance by the receiver, \`deadline\` until the handoff has ended or its work was
first delivered for review, \`review_by\` until the review. \`Expired\` names in \`missed\` the clock that ran out. With \`remind_before\`, a \`Reminded\` is due that many milliseconds before
each clock runs out, once for each clock.

**Due events.** The order of due events is: \`accept_by\`, \`deadline\`, \`review_by\`, the lease, the reminders. Only the first due event may
be recorded, with its \`missed\`, \`of\` or \`code\`. A reminder does not wait for the lease, which may have been renewed.

**Renewals.** A \`progress\` without \`note\`, \`fraction\` and \`lease\` renews a running lease and is no entry: the store keeps the later
end by handoff and attempt, outside of the record. Reads show it as \`lease.until\`. A history, its digests, its replay and an
archive do not have it. \`Progressed\` without words is still valid: earlier versions recorded it. Events with \`via: "foreign"\` have already happened, due or not. For them
only the table, \`by\`, the named attempt and \`NoRoomLeft\` are checked. An event that only the clock causes is never
\`via: "foreign"\`: an import refuses it, and in an entry of format 2 it does not hold. Stored entries of format 1 may have it.

**Forwarding.** \`Forwarded\` makes the agent \`to\` the receiver, for which the handoff is pending. The request does not
change: the record's \`hops\` list the later receivers, each with \`receiver\`, its first \`attempt\`, and \`at\`. The response,
lease, progress, read-back and evidence of the previous receiver are dropped. Attempts are counted from the hop on.
\`accept_by\` ends as long after the hop's \`at\` as it first did after \`created_at\`, with its own reminder. A request allows
\`max_hops\`, ${limits.defaultHops} by default (\`NoHopLeft\`). The handoff never returns to an agent that has had it, the
sender included (\`AlreadyHeld\`). If the request has \`reroute\` and hops are left, the clock may record \`Forwarded\` instead of
a due \`Expired\` of \`accept_by\` or a due \`Failed\` of the last attempt, with \`because\`: \`accept_by\` or \`attempts_exhausted\`.
A receiver that declines may forward it with \`because: "rejected"\`, and one whose last attempt ends with
\`because: "attempts_exhausted"\`.

**Names.** A reader accepts every name within the limits, so that no history is accused. The keeper of the records judges
the names that a verb brings. It refuses a new name with hidden characters, with blanks at its ends, in another form than
NFC, in mixed scripts that look alike, or that is a word of the engine: \`clock\`, \`foreign\`, \`anyone\` and \`unrouted\`.
Where two agents must differ, it refuses names that look alike.

**Reopening.** A request names in \`retry_of\` a handoff that ended without being completed, and that its sender gives a new
life; nothing is recorded on that one. The \`hand_back\` of its \`Created\` becomes that of the record. The keeper of the records
lets only the sender of the old handoff do this, which both requests show, and gathers the hand-back from the old history:
the lists of each hand-back, the reasons why attempts ended, what a review missed, and the latest artifact of each name. Unless
the sender chooses an id, the new one has 12 characters of Crockford base 32, of the first 12 bytes of the SHA-256 of
\`reopen \` and the old id, each modulo 32; so that everybody finds the new handoff from the old one. A part is delegated again.

**Parts.** A request may name the \`parent\` that it is a part of. \`Delegated\` on the parent names the part in \`child\`, and
the record counts its \`parts\`; the receiver stays accountable for the whole. Any agent can name any parent, so a handoff is
a part only if a \`Delegated\` of its parent names it and its sender is the \`by\` of that event. If a history begins with
\`Imported\` and delegated fewer than \`parts\`, the oldest handoffs that a receiver sent and that name the parent are the
others. What the end of a parent does about its open parts stands in the table of events.
The keeper of the records checks it: it refuses \`Completed\` with \`OpenChildren\` unless the event has \`leaves_children\`. When the parent is cancelled, its
open parts are cancelled, too: any agent may record a \`Cancelled\` whose \`along\` is the \`parent\` of the request. One
history does not show whether it was allowed to, so this is judged over a store or an archive. From the \`along\`, go up by
\`parent\`, past handoffs that have ended, to a \`Cancelled\` without \`along\` by the same agent at the same moment. If a
handoff on the way is open, or none is found, the \`Cancelled\` does not hold; if one is missing, it is unproven.

**Briefing and read-back.** A request may have a \`briefing\` in the order of I-PASS: \`severity\` (\`stable\`, \`watcher\`,
\`unstable\`), a \`summary\`, \`actions\` (\`id\`, \`task\`, \`owner\`, \`due\`), the \`situation\` (\`known\`, \`decided\`, \`open\`) and
\`contingencies\` (\`id\`, \`if\`, \`then\`). Item ids are unique. With \`read_back\` the receiver must restate the briefing before it
starts; \`required\` names the items, by default all. \`Accepted\` and \`Restated\` carry a \`read_back\` of a \`summary\` and
\`items\` (\`id\`, \`answer\`, \`note\`). An answer is \`understood\`, \`question\` or \`refused\`; the last answer to an item counts. An
unknown id is refused with \`UnknownItem\`.

\`asks\` in \`read_back\` of the briefing names questions: \`first_action\`, \`most_likely_wrong\`, \`least_confident_item\`. The
read-back answers each in a field of its name, in other words than the task, the briefing and the other answers; a later
answer replaces an earlier one. The keeper of the records judges the words when a verb brings them: it refuses a read-back
without an answer, or with one that is mostly quoted, with \`ReadBackRefused\`. A reader never judges them. \`Confirmed\` names
in \`checked\` the items and questions that the sender has checked.

Until all required items and questions are answered, \`Started\` and \`Completed\` are refused with \`ReadBackIncomplete\`, and so is
\`Confirmed\`. If the briefing has \`confirm\`, or a required item is not \`understood\`, the start and the completion wait until the sender has
\`Confirmed\`, optionally with a \`correction\`. A later \`Restated\` undoes the confirmation. The record keeps \`read_back\` with
the time \`confirmed\` until the attempt ends. While the sender must confirm, it is the sender's turn and the lease rests; the
\`Confirmed\` that ends this restarts it. \`Restated\` does not renew the lease.

**Deliverables and evidence.** A request may demand \`deliverables\`, each with a unique \`name\`, and optionally a
\`media_type\`, a \`digest\` and a JSON \`schema\` (draft 2020-12). \`Completed\` hands back \`artifacts\`, each with a unique \`name\`,
optionally a \`media_type\`, and either its \`content\`, which is any JSON, or its \`uri\`, \`digest\` and \`size\` in bytes. Every
deliverable needs an artifact of its name, of no other media type, with the same digest, and by value if it has a schema.
Otherwise \`Completed\` is refused with \`NotDelivered\`, which names each fault. The digest of a text is the SHA-256 of its
UTF-8, that of other content the SHA-256 of its canonical JSON, that of a reference the one it names. The implementation
that records the event checks contents against their schemas.

\`Completed\` may also carry the receiver's own \`evidence\`: \`grade\` (\`claimed\` or \`observed\`), a \`statement\`, and optionally
\`of\` (a name), \`uri\` and \`digest\`. Any agent but the receiver may record evidence with \`Attested\`; the record keeps it with
its grade, \`by\` and \`at\` until the attempt ends or the handoff is completed. The grade is the \`grade\` of the event, which
is \`endorsed\` and allowed to the sender only, or else \`verified\`. The keeper of the records sets it for every new
attestation of the sender; older histories have none. The limit is ${limits.parts} pieces and ${limits.jsonBytes} bytes in all
(\`NoRoomLeft\`). Of that, the keeper of the records grants one agent an eighth, and all agents but the sender seven eighths.

## Tamper evidence

Every entry but the first holds \`prev\`, the digest of the entry before it. The record holds \`head\`, the digest of its last
entry. To change, remove, insert or move an entry, all later entries and the record must be written again. A copy of \`head\`
that is kept elsewhere proves later that the history up to it is unchanged.

An entry has one of two formats. An entry of format 2 names the \`log\` that it was first committed to, and commits to its
large and personal fields by a salted digest, so that these can be erased. Entries without \`log\` are of format 1; they are
valid, but no entry of format 1 follows one of format 2.

### Entries of format 1

To compute the digest of an entry:

1. Take the object of \`record_id\`, \`revision\` (1 for the first entry) and \`event\`, the event in its wire form. Leave out
   absent fields, with these exceptions: in a request, an absent \`deadline\` is \`null\`, and \`context\` and \`priority\` are
   always present. In the \`record\` of \`Imported\`, an absent \`response\` is \`null\` (and so is its \`estimated_completion\`),
   \`result\` is always present, and \`attempt\` only if it is more than 1. Write defaults, such as \`result\` \`{}\` or \`reason\`
   \`""\`. Write moments in UTC with three decimals and \`Z\`. Leave out unknown keys.
2. Write it as canonical JSON (RFC 8785): keys sorted by UTF-16 code units, no spaces, numbers as ECMAScript prints them,
   only the required escapes in texts.
3. The digest is the SHA-256 of that text in UTF-8, as 64 lower-case hexadecimal digits.

${entries(linked(histories.rejected))}

### Entries of format 2

The **body** of an event is the object of these of its fields, at their places in the event:

${bodyTable()}

An event with a body has a \`salt\` of 22 random characters of base64url. To compute the digest of an entry:

1. Write the body as canonical JSON, with the exceptions of format 1. The digest of the body is the SHA-256 of the salt
   followed by that text, in UTF-8.
2. Take the object of \`body\`, the digest of the body, if there is one; \`event\`, the event in its wire form without the
   fields of the body, \`log\`, \`salt\` and \`body\`; \`format\`, the text \`${entryFormat}\`; \`log\`; \`record_id\`; and
   \`revision\`.
3. The digest is the SHA-256 of its canonical JSON.

${entries(sealed(histories.rejected))}

\`keys\` is the number of entries in the key log of \`log\` when the entry was committed, absent if it was empty.

To erase an event, replace the fields of its body and \`salt\` by \`body\`, the digest of the body. A required field of the
body becomes empty: a text \`""\`, an object \`{}\`, a read-back \`{"summary": ""}\`; a task and a statement, which cannot be
empty, become \`(erased)\`. The digest and the signature of the entry stay valid. In an erased event the lifecycle checks the
status, the author and the time, and the record is compared with the history without the fields of bodies.

### Signatures

A signature, \`sig\`, is optional: the author of the event signs the same text, made of the event without \`sig\`, with Ed25519
(RFC 8032). It is written as base64url without padding, 86 characters. The signed text includes \`prev\`, so a signature
vouches for all earlier entries, too. The digest of an entry covers its \`sig\`. A verifier follows RFC 8032 strictly, and
refuses keys of small order.

### Key log

The keys of agents are events of a separate log, linked like the entries of a handoff: the digest of an entry is taken
as in format 2, with the id \`${keyLogId}\`, the number of the entry as \`revision\`, and no body. \`proof\` is the signature by the
new key of the text of the entry without \`proof\` and \`sig\`; \`sig\` is the signature of the text without \`sig\` by the key that
allows the event.

${table(
  ["event", "fields", "condition"],
  [
    [
      "`Founded`",
      "`operator`, the operator's public key, or none",
      "The first entry. `proof` is by the operator's key."
    ],
    [
      "`KeyAdded`",
      "`agent`, `key`",
      "The agent has no key in force. `proof` is by the new key, unless `adopted` is `true`. With an operator, `sig` is by the operator's key. Without one, the agent never had a key."
    ],
    ["`KeyRotated`", "`agent`, `key`", "`proof` is by the new key, `sig` by the key in force."],
    [
      "`KeyRevoked`",
      "`agent`, `key`, `reason`",
      "`key` is in force. `sig` is by that key or by the operator's. Then no key is in force."
    ],
    [
      "`AgentRemoved`",
      "`agent`",
      "The agent has had a key. `sig` is by the key in force or by the operator's. Then no key is in force."
    ],
    [
      "`Archived`",
      "`handoffs`, `entries`, `digest`, `size`, `root`",
      "Handoffs leave the store for an archive: their number, that of their entries, the SHA-256 of the file, and the checkpoint before it. With an operator, `sig` is by the operator's key."
    ],
    [
      "`Purged`",
      "`by`, `handoffs`, `reason`",
      "The bodies of these handoffs are erased. With an operator, `sig` is by the operator's key."
    ]
  ]
)}

An entry is judged by the keys in force after the first \`keys\` entries of the key log of its \`log\`. If its author has a key
then, its signature must be by that key; if all keys of its author were revoked, no signature is valid. Events of time, and
those of other programs, have no signature.

### Verification

An event that was written for another entry than the last is refused with \`BrokenChain\`. To verify a history, start at its
first entry. The first entry holds no \`prev\`, and every other entry holds the digest of the entry before it. The lifecycle
allows each, and together they lead to the record, \`head\` included. If a \`prev\` does not fit, either entry may be changed.
It is the earlier one if the next entry (or \`head\`) holds the digest of the later one, at its own revision or at the one
before, or if there is neither. Otherwise it is the later one. A record from a program that knows no digests has no \`head\`;
then the history vouches for all but its last entry.

### Checkpoints

A checkpoint covers the first entries of the log of a store. It is the root of a Merkle tree (RFC 9162, 2.1) whose leaves are
the digested texts of its entries, in the order of the log: those of handoffs, and those of its key log. With their number
it is written as a [signed note](https://c2sp.org/tlog-checkpoint), with the origin \`aumai-handoff/\` and the name of the
log, and exactly three lines of text. The origin is also the name of its Ed25519 key.

A store keeps the position and the hash of the leaf of every entry that it archived, or the root of an aligned subtree of
such leaves. They stand for these entries in the tree.

## Events

Every event has \`_tag\`, its name, and these fields. The first event of a history has neither \`prev\` nor \`attempt\`.

${fieldTable(Schema.Struct(move))}

The fields of each event besides these:

${eventTable()}

\`Created\` or \`Imported\` comes first, and only first. \`Imported\` begins the history of a handoff whose state came from
another program without a history; its \`record\` is the state from there on, at revision 1.

## The wire format

The wire format is JSON in snake_case. An absent field may be left out or \`null\`; unknown keys are ignored. \`context\` and
\`result\` default to \`{}\`, \`priority\` to 5, \`revision\` and \`attempt\` to 1, \`missed\` to \`deadline\`, and a \`reason\` that a
state requires to \`""\`.

${wireExamples()}

${partTables()}

## Timestamps

Timestamps are written in UTC with milliseconds and \`Z\`. They are read as RFC 3339 and as Python writes them: with any
number of decimals, of which milliseconds are kept (cut off, not rounded), and with any offset from -23:59 to +23:59; no zone
means UTC. \`T\` and \`Z\` are upper case. A day that is not in the calendar, the hour 24, a leap second (Python has none), and a
moment outside the years 0000 to 9999 in UTC are refused. The pattern in the JSON Schema does not check the calendar.

## JSON is kept exactly or refused

${exactness()}

JSON Schema cannot express the limits in bytes, the depth, NUL and lone surrogates. It also counts the length of a name in
code points, not in UTF-16 units. A value that it accepts can therefore still be refused.

## Limits

${limitRows()}

## Errors

On the wire an error has its \`_tag\`, its sentence as \`message\`, and its fields in snake_case. \`InvalidInput\` lists every
fault at once as \`issues\` of \`path\` and \`expected\`. Values are never repeated, because they may be secret.

${errors()}

## Archives

An archive is a record with its \`history\`, oldest first. Its keys are those of the Python library, which ignores the others.
The record holds the request. The \`Created\` event of the history does not repeat it, nor does the \`record\` of an \`Imported\`
event, which also leaves out its \`record_id\` if it is that of the archive, and its \`revision\` if it is 1. Digests are those
of the events on the wire, with their requests.

- The Python library refuses a whole file with an unknown status. A \`cancelled\` or \`expired\` handoff is therefore shown as
  \`failed\` if it had been accepted and as \`rejected\` otherwise, with the reason in its \`response\`. An \`input_required\`
  handoff is shown as \`in_progress\`, and so is a \`delivered\` one, without its result. The history has the true status: if there is one, replay it.
- The Python library drops \`attempt\`, \`lease\`, \`hops\` and the other parts of custody. A missing \`head\` is computed from the
  last entry. A record without these parts is still the same state; only the fields that the Python library knows are
  compared.
- The file of a store shows the present receiver of a forwarded handoff in \`to_agent\`, because the Python library knows no
  hops. The \`to_agent\` of the request then is the record's \`first_receiver\`, which the record has nowhere else.
- A record without a history begins a new one with \`Imported\`, by the sender, at its \`updated_at\`, via \`foreign\`.
- A history that breaks the lifecycle is refused.
- If record and history differ, a program that knows no histories has changed the record. The record never replaces the
  history: the shortest legal path from the state of the history to that of the record becomes events \`via: "foreign"\`. If no
  path leads there, a person must resolve the conflict. A state of \`expired\` becomes the \`Expired\` of the clock if a clock
  had run out by its \`updated_at\`; otherwise no path leads there.
- A \`completed\` state of another program, where the request asks for a review, becomes a \`Delivered\` via \`foreign\`: a new
  delivery, never an approval.
- An import leaves out a handoff with new entries more than 60 seconds ahead of its clock. Stored entries are not accused of
  that, because one wrong clock would make a store wrong for years; they are counted.

### Full archives

A full archive holds a whole store. Its keys stand in this order, so that a reader needs memory for one handoff only:

| key       | value                                                                                              |
| --------- | -------------------------------------------------------------------------------------------------- |
| \`format\`  | \`"${archiveFormat}"\`                                                                        |
| \`origin\`  | the name of the log of the store |
| \`agents\`  | the registered agents ([schema](schema/RegisteredAgent.json)); an import never replaces a key       |
| \`keys\` | the events of the key logs that the store has, each log in order; an import checks them and keeps those of other logs |
| \`records\` | the handoffs as above; each entry of a \`history\` has its \`position\` in the log of the store, too |

An unknown key before \`records\` belongs to a later version: the archive is refused. An unknown key after \`records\` is
ignored. A position is valid only in the store that wrote it, and an import ignores it.

## Proving another implementation

Each file in \`vectors/\` has \`cases\` of \`name\`, \`question\` and \`expected\`:

${table(
  ["file", "content", "cases"],
  Object.entries(themes).map(([name, { about, cases }]) => [
    `[${name}.json](vectors/${name}.json)`,
    about.replaceAll("|", String.raw`\|`),
    String(cases.length)
  ])
)}

| \`operation\` | task | \`ok\` is |
| --- | --- | --- |
| \`replay\` | decode \`events\`, replay them for \`record_id\` | the record |
| \`decode\` | decode \`json\` as \`type\`, encode it again | the same type; for an archive \`archived\`, the \`record\` of its history, and \`edited\` if the state in the archive differs |
| \`parse\` | parse the JSON \`text\` | its value |
| \`entry\` | decode \`event\` as the entry \`revision\` of \`record_id\` | the text to sign (\`signed\`), the \`text\` that is digested, and its \`digest\` |
| \`keys\` | decode \`events\` as a key log; find its first flawed entry | the \`revision\` of the \`flaw\`; without one the number of entries (\`revision\`), the digest of the last one (\`head\`), and the key in force of each agent (\`keys\`) |
| \`verify\` | decode \`events\`, and \`record\` if there is one; find the first flawed entry | its revision, or \`null\` if there is no flaw |
| \`continue\` | find the events from \`ours\` to \`theirs\` | the events, or \`null\` if no path leads there |

\`expected\` is \`{"ok": …}\` or \`{"error": …}\` with the \`_tag\` and the fields of the error. Sentences may differ; for
\`InvalidInput\` compare the \`paths\` of its issues, and for \`NotDelivered\` the names of its \`deliverables\`. Compare JSON values,
not text. An implementation that answers every case as expected implements this protocol.
`

export const page = (): string => aligned(draft())
