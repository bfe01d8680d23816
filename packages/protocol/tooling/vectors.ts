/** The test vectors: questions with the answers of this implementation. The tests compare them with hand-written answers. */
import { HandoffStatus, limits, transitions } from "../src/index.ts"
import { briefings, chain, deliveries, handingOn } from "./custody-vectors.ts"
import { format2, keyLogs } from "./format2-vectors.ts"
import {
  ask,
  at,
  created,
  type Event,
  histories,
  moves,
  recordId,
  recordOf,
  replay,
  request,
  reviewed,
  type Status,
  vectorOf
} from "./histories.ts"
import { reviews } from "./review-vectors.ts"
import { type Answer, run, type Vector } from "./run-vector.ts"

export { histories, linked, moves, recordId, recordOf, request } from "./histories.ts"

const imported = (status: Status): Event => ({
  _tag: "Imported",
  at: at(30),
  by: "planner",
  via: "foreign",
  record: recordOf(histories[status])
})

const tags = Object.keys(moves) as ReadonlyArray<keyof typeof moves> // The cast: Object.keys widens the keys to string.
const pairs = HandoffStatus.literals.flatMap((status) => tags.map((tag) => ({ status, tag })))
const allows = ({ status, tag }: (typeof pairs)[number]) =>
  (transitions[tag].from as ReadonlyArray<Status>).includes(status) // The cast: widens the tuple of one row.
const pair = ({ status, tag }: (typeof pairs)[number]) =>
  replay(`${tag} on ${status}`, [...before(tag, status), moveOn(tag, status)])
/** A history that ends in a status, of a request that the event is for. */
const before = (tag: keyof typeof moves, status: Status) =>
  tag === "Delivered" ? [reviewed, ...histories[status].slice(1)] : histories[status]
const moveOn = (tag: keyof typeof moves, status: Status): Event =>
  tag === "Reminded" && status === "delivered" ? { ...moves[tag], at: at(4), of: "review_by" } : moves[tag]

const lifecycle = [
  ...HandoffStatus.literals.map((status) => replay(`a history that ends ${status}`, histories[status])),
  ...pairs.filter(allows).map(pair),
  replay("an acceptance without a reason gets the sentence of the Python library", [
    created,
    { _tag: "Accepted", at: at(1), by: "executor" }
  ]),
  replay("a cancellation without a reason", [created, { _tag: "Cancelled", at: at(1), by: "planner" }]),
  replay("anyone may record that a handoff expired", [created, { ...moves.Expired, by: "somebody" }]),
  replay("a handoff that reopens another one begins with what that one left", [
    {
      ...created,
      request: { ...request, retry_of: "3f8g1h5j0abc" },
      hand_back: { done: ["Page 1"], pitfalls: ["executor: The scanner is down."] }
    },
    moves.Accepted
  ]),
  replay("a routed handoff", [
    {
      ...created,
      routing: {
        agent: "executor",
        reason: "can report",
        fallback: false,
        matched: ["report"],
        runners_up: [{ agent: "alice", matched: [] }]
      }
    }
  ]),
  ...HandoffStatus.literals.map((status) =>
    replay(`a history that begins with a state imported ${status}`, [imported(status)])
  ),
  replay("an imported state goes on", [imported("accepted"), moves.Completed])
]

/** The length of the lease of the first acceptance: ten minutes. */
const lease = 600_000
const held: Event = { ...moves.Accepted, lease }
const lost = (minute: number, attempt: number): Event => ({ _tag: "Released", at: at(minute), by: "clock", attempt })
const early: Event = { ...created, request: { ...request, accept_by: at(30), remind_before: lease } }
const retried = (retry: Event): Event => ({ ...created, request: { ...request, retry } })
const twice: Event = { ...created, request: { ...request, max_attempts: 2 } }
const exhausted: Event = {
  _tag: "Failed",
  at: at(50),
  by: "clock",
  attempt: 2,
  reason: "The lease of the last of 2 attempts ran out.",
  code: "attempts_exhausted"
}
const stopped = (minute: number, attempt: number): Event => ({
  ...lost(minute, attempt),
  by: "executor",
  code: "shutdown"
})
const once: Event = { ...created, request: { ...request, max_attempts: 1 } }
const left = [once, held, moves.Started, moves.Asked, stopped(15, 1)]
const answeredLate = [...left, { ...moves.Answered, at: at(18) }]
const heldAgain: Event = { ...held, at: at(20) }

const custody = [
  replay("a lease reaches from the acceptance", [created, held]),
  replay("starting does not renew a lease", [created, held, moves.Started]),
  replay("progress renews a lease by its own length", [created, held, moves.Progressed]),
  replay("progress may change the length of a lease", [created, held, { ...moves.Progressed, lease: 60_000 }]),
  replay("progress may begin a lease", [created, moves.Accepted, { ...moves.Progressed, lease }]),
  replay("a lease rests while a question is open", [created, held, moves.Started, moves.Asked]),
  replay("an answer renews a lease that rested", [created, held, moves.Started, moves.Asked, moves.Answered]),
  replay("a reminder is due after the end of a lease, because a history does not show its renewals", [
    { ...created, request: { ...request, deadline: at(30), remind_before: lease } },
    held,
    { ...moves.Reminded, at: at(20) }
  ]),
  replay("but not before its own time", [
    { ...created, request: { ...request, deadline: at(30), remind_before: lease } },
    held,
    { ...moves.Reminded, at: at(19) }
  ]),
  replay("a retry policy", [
    retried({ initial: 1000, factor: 2.5, max: 60_000, jitter: 0.25, final: ["404", "ENOENT", "RateLimited"] }),
    held
  ]),
  replay("a retry policy may leave out any field", [retried({})]),
  ...[{ initial: 0 }, { factor: 0.5 }, { max: 1.5 }, { jitter: 2 }, { final: [""] }, { final: "404" }].map((retry) =>
    replay(`a retry policy with ${JSON.stringify(retry)} is refused`, [retried(retry)])
  ),
  replay("a lease ends on the millisecond", [created, held, lost(11, 1)]),
  replay("and not before", [created, held, lost(10, 1)]),
  replay("nobody but the receiver and the clock releases", [created, held, { ...lost(12, 1), by: "planner" }]),
  replay("what an attempt has learnt stays for the next", [created, held, moves.Released, heldAgain]),
  replay("a late writer of an older attempt", [created, held, moves.Released, { ...moves.Completed, attempt: 1 }]),
  replay("an attempt that has not begun", [created, held, { ...moves.Completed, attempt: 2 }]),
  replay("the attempt that is under way", [created, held, { ...moves.Completed, attempt: 1 }]),
  replay("the last attempt ends with its lease", [twice, held, lost(15, 1), heldAgain, exhausted]),
  replay("the last attempt does not end without its code", [
    twice,
    held,
    lost(15, 1),
    heldAgain,
    { ...exhausted, code: null }
  ]),
  replay("the last attempt is not given back", [
    twice,
    held,
    lost(15, 1),
    heldAgain,
    { ...moves.Released, attempt: 2 }
  ]),
  replay("a shutdown does not count, not even in the last attempt", [once, held, stopped(15, 1), heldAgain]),
  replay("what fails after a shutdown counts", [
    once,
    held,
    stopped(15, 1),
    heldAgain,
    { ...moves.Released, attempt: 2 }
  ]),
  replay("the lease of the last attempt after a shutdown", [
    once,
    held,
    stopped(15, 1),
    heldAgain,
    { ...exhausted, reason: "The lease of the last of 2 attempts ran out." }
  ]),
  replay("twenty shutdowns do not count", [
    once,
    ...Array.from({ length: 20 }, (_, n) => [held, stopped(15, n + 1)]).flat()
  ]),
  replay("and the next one does", [once, ...Array.from({ length: 21 }, (_, n) => [held, stopped(15, n + 1)]).flat()]),
  replay("the clock shuts nothing down", [created, held, { ...lost(15, 1), code: "shutdown" }]),
  replay("a new receiver begins without shutdowns", [once, held, stopped(15, 1), { ...moves.Forwarded, at: at(16) }]),
  replay("a question stays open after a shutdown", left),
  replay("whose answer returns the handoff", answeredLate),
  replay("the next attempt has the answer", [...answeredLate, heldAgain, { ...moves.Started, at: at(21) }]),
  replay("and the one after the next shutdown", [
    ...answeredLate,
    heldAgain,
    { ...moves.Started, at: at(21) },
    stopped(22, 2),
    { ...held, at: at(23) }
  ]),
  replay("the next attempt may ask something else", [
    ...answeredLate,
    heldAgain,
    { ...moves.Started, at: at(21) },
    { ...moves.Asked, at: at(22), attempt: 2 }
  ]),
  replay("who asked before a shutdown is too late", [...left, { ...moves.Completed, attempt: 1 }]),
  replay("nobody accepted in time", [early, { _tag: "Expired", at: at(30), by: "clock", missed: "accept_by" }]),
  replay("which clock it was is not for choice", [
    early,
    { _tag: "Expired", at: at(30), by: "clock", missed: "deadline" }
  ]),
  replay("what was accepted once has kept accept_by", [
    early,
    held,
    lost(40, 1),
    { _tag: "Expired", at: at(41), by: "clock", missed: "accept_by" }
  ]),
  replay("a reminder of each clock", [
    early,
    { _tag: "Reminded", at: at(20), by: "clock", of: "accept_by" },
    moves.Accepted,
    { _tag: "Reminded", at: "2026-12-01T08:50:00.000Z", by: "clock", of: "deadline" }
  ]),
  replay("a reminder only once", [
    early,
    { _tag: "Reminded", at: at(20), by: "clock", of: "accept_by" },
    { _tag: "Reminded", at: at(21), by: "clock", of: "accept_by" }
  ]),
  replay("a reminder before its time", [early, { _tag: "Reminded", at: at(19), by: "clock", of: "accept_by" }]),
  replay("an expiry before its time", [created, { ...moves.Expired, at: at(10) }]),
  replay("what another program did need not have been due", [
    created,
    { ...moves.Expired, at: at(10), via: "foreign" }
  ]),
  replay("the deadline goes before a lease that ran out as well", [
    created,
    held,
    { ...lost(11, 1), at: moves.Expired["at"] }
  ])
]

const refusals = [
  ...pairs.filter((each) => !allows(each)).map(pair),
  ...tags
    .filter((tag) => transitions[tag].by !== "witness" && transitions[tag].by !== "anyone")
    .map((tag) =>
      replay(`${tag} by somebody else`, [...before(tag, transitions[tag].from[0]), { ...moves[tag], by: "stranger" }])
    ),
  replay("Created by somebody else", [{ ...created, by: "stranger" }]),
  replay("the sender may not accept", [created, { ...moves.Accepted, by: "planner" }]),
  replay("the receiver may not cancel", [created, { ...moves.Cancelled, by: "executor" }]),
  ...HandoffStatus.literals.map((status) => replay(`Created on ${status}`, [...histories[status], created])),
  replay("Imported on pending", [created, imported("accepted")]),
  replay("an empty history", []),
  replay("a history without a beginning", [moves.Accepted])
]

const state = { record_id: recordId, request, created_at: at(0), updated_at: at(0) }
const absorbed = { ...state, revision: 1, updated_at: at(9) }
const answered = { accepted: true, reason: "Accepted by receiving agent.", estimated_completion: null }
const withTrail = (status: Status) => {
  const { request: _request, ...begun } = created
  const answer = run({
    operation: "decode",
    type: "ArchivedHandoff",
    json: { ...recordOf(histories[status]), history: [begun, ...histories[status].slice(1)] }
  })
  // The cast: the answer to a valid archive has this shape, and the tests would fail on any other.
  return (answer as { readonly ok: { readonly archived: unknown } }).ok.archived as Readonly<Record<string, unknown>>
}
const archived = (name: string, json: unknown) => ask(name, { operation: "decode", type: "ArchivedHandoff", json })
const go = (name: string, ours: unknown, theirs: unknown) => ask(name, { operation: "continue", ours, theirs })

const archive = [
  ...HandoffStatus.literals.map((status) => archived(`with its history, ${status}`, withTrail(status))),
  archived("as Python writes it, pending", { ...state, response: null, status: "pending", result: {} }),
  archived("as Python writes it, completed", {
    ...state,
    response: answered,
    status: "completed",
    result: { rows: 3 },
    updated_at: "2026-11-22T08:09:00.923022Z"
  }),
  archived("an empty history is no history", { ...state, status: "pending", history: [] }),
  archived("changed by a program that knows no histories", {
    ...withTrail("pending"),
    status: "accepted",
    response: answered,
    updated_at: at(9)
  }),
  archived("a history that breaks the lifecycle", {
    ...withTrail("pending"),
    history: [{ _tag: "Created", at: at(0), by: "planner" }, moves.Completed]
  }),
  archived("a history that does not begin", { ...state, status: "accepted", history: [moves.Accepted] }),
  archived("every fault at once", { record_id: "", request: { priority: 11 }, status: "done", history: [{}] }),
  go("pending to accepted", recordOf(histories.pending), { ...absorbed, status: "accepted", response: answered }),
  go("pending to in_progress", recordOf(histories.pending), { ...absorbed, status: "in_progress", response: answered }),
  go("pending to completed", recordOf(histories.pending), {
    ...absorbed,
    status: "completed",
    response: answered,
    result: { rows: 3 }
  }),
  go("pending to rejected", recordOf(histories.pending), {
    ...absorbed,
    status: "rejected",
    response: { accepted: false, reason: "No." }
  }),
  go("in_progress to failed", recordOf(histories.in_progress), {
    ...absorbed,
    status: "failed",
    response: { accepted: false, reason: "No." }
  }),
  go("the same state is no step", recordOf(histories.pending), recordOf(histories.pending)),
  go("nothing leads back", recordOf(histories.accepted), { ...absorbed, status: "pending" }),
  go("what a program saw that knows no questions is no step", recordOf(histories.input_required), {
    ...recordOf(histories.input_required),
    status: "in_progress",
    question: null
  }),
  go("a question that another program went past", recordOf(histories.input_required), {
    ...absorbed,
    status: "completed",
    response: recordOf(histories.accepted)["response"],
    result: { rows: 3 }
  }),
  go("a completion of another program delivers where the work is reviewed", recordOf(histories.delivered.slice(0, 3)), {
    ...recordOf(histories.delivered),
    status: "completed"
  }),
  go("a delivery that another program completes is a new delivery, and no approval", recordOf(histories.delivered), {
    ...recordOf(histories.delivered),
    status: "completed",
    result: { rows: 3 },
    updated_at: at(9)
  }),
  go("what a program saw that knows no reviews is no step", recordOf(histories.delivered), {
    ...recordOf(histories.delivered),
    status: "in_progress",
    result: {}
  }),
  go("delivered work that another program gives up", recordOf(histories.delivered), {
    ...absorbed,
    request: reviewed["request"],
    status: "failed",
    response: { accepted: false, reason: "No." }
  }),
  go("another request is another handoff", recordOf(histories.pending), {
    ...absorbed,
    status: "accepted",
    response: answered,
    request: { ...request, priority: 1 }
  })
]

const refused: Answer = { error: { _tag: "InvalidInput", paths: [""] } }
const parse = (name: string, text: string, expected: Answer) => vectorOf(name, { operation: "parse", text }, expected)
const exactness = [
  parse("the largest whole number that is exact", "9007199254740991", { ok: 9_007_199_254_740_991 }),
  parse("a whole number that a double would round", `{"id": 9007199254740993}`, refused),
  parse("a large number that a double holds", "9007199254740994", { ok: 9_007_199_254_740_994 }),
  parse("more digits than a double", "0.12345678901234567890", refused),
  parse("a number beyond all doubles", "1e400", refused),
  parse("a number that a double would make zero", "1e-400", refused),
  parse("long digits inside a string", `{"id": "9007199254740993"}`, { ok: { id: "9007199254740993" } }),
  parse("a float without decimals", "[1.0, 1e2]", { ok: [1, 100] }),
  parse("a key given twice", `{"a": 1, "a": 2}`, refused),
  parse("a key given twice with one value", `{"a": 1, "a": 1}`, { ok: { a: 1 } }),
  parse("a key given twice inside", `[{"b": {"a": 1, "c": 0, "a": 2}}]`, refused),
  parse("a key given twice in two spellings", String.raw`{"a": 1, "\u0061": 2}`, refused),
  parse("__proto__ given twice", `{"__proto__": 1, "__proto__": 2}`, refused),
  parse("what looks like a key inside a string", String.raw`{"a": "\"b\": 1, \"b\":"}`, { ok: { a: '"b": 1, "b":' } }),
  parse("an escaped lone surrogate", String.raw`["\ud83d"]`, refused),
  parse("an escaped pair of surrogates", String.raw`["\ud83d\ude00"]`, { ok: ["😀"] }),
  parse("an escaped NUL", String.raw`{"a": "\u0000"}`, refused),
  parse("an escaped NUL in a key", String.raw`{"\u0000": 1}`, refused),
  parse("a byte order mark", "\uFEFF{}", refused),
  parse("nothing", "", refused),
  parse("a trailing comma", `{"a": 1,}`, refused),
  parse("NaN, as Python may write it", "NaN", refused)
]

const moment = (text: string, expected: string | undefined): Vector =>
  vectorOf(
    text,
    { operation: "decode", type: "HandoffRequest", json: { ...request, deadline: text } },
    expected === undefined
      ? { error: { _tag: "InvalidInput", paths: ["deadline"] } }
      : { ok: { ...request, deadline: expected } }
  )
const timestamps = [
  moment("2026-12-01T09:00:00Z", "2026-12-01T09:00:00.000Z"),
  moment("2026-12-01T09:00:00", "2026-12-01T09:00:00.000Z"),
  moment("2026-12-01T09:00:00.1", "2026-12-01T09:00:00.100Z"),
  moment("2026-12-01T09:00:00.123999Z", "2026-12-01T09:00:00.123Z"),
  moment("2027-01-31T23:59:59.123456+05:30", "2027-01-31T18:29:59.123Z"),
  moment("2026-12-01T09:00:00-23:59", "2026-12-02T08:59:00.000Z"),
  moment("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"),
  moment("0001-01-01T00:00:00", "0001-01-01T00:00:00.000Z"),
  moment("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
  moment("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999Z"),
  ...[
    "2026-02-31T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-12-01T24:00:00Z",
    "2026-12-31T23:59:60Z",
    "2026-12-01T09:60:00Z",
    "2026-12-01T09:00:00+24:00",
    "2026-12-01T09:00:00+05:60",
    "2026-12-01T09:00:00+0530",
    "2026-12-01T09:00:00.Z",
    "2026-12-01t09:00:00z",
    "2026-12-01T09:00:00z",
    "2026-12-01 09:00:00Z",
    "2026-12-01T09:00Z",
    "2026-12-01",
    "20261201T090000Z",
    "+010000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-00:01",
    "0000-01-01T00:00:00+00:01",
    "tomorrow",
    ""
  ].map((text) => moment(text, undefined))
]

const limit = (name: string, change: Readonly<Record<string, unknown>>, path?: string): Vector =>
  vectorOf(
    name,
    { operation: "decode", type: "HandoffRequest", json: { ...request, ...change } },
    path === undefined ? { ok: true } : { error: { _tag: "InvalidInput", paths: [path] } }
  )
const repeat = (text: string, times: number) => ({ $repeat: [text, times] })
// `{"a":"…"}` has eight bytes around the text.
const around = 8
const item = { id: "a", task: "Ask" }
const briefed = { severity: "stable", summary: "All is well.", actions: [item] }
const aroundSchema = JSON.stringify([{ name: "report", schema: { a: "" } }]).length
const sizes = [
  limit("a name of 128", { from_agent: repeat("n", limits.nameLength) }),
  limit("a name of 129", { from_agent: repeat("n", limits.nameLength + 1) }, "from_agent"),
  limit("a name of 64 pairs of UTF-16 units", { from_agent: repeat("😀", limits.nameLength / 2) }),
  limit("a name of 65 pairs of UTF-16 units", { from_agent: repeat("😀", limits.nameLength / 2 + 1) }, "from_agent"),
  limit("a name of 128 characters of three bytes", { from_agent: repeat("語", limits.nameLength) }),
  limit("an empty name", { to_agent: "" }, "to_agent"),
  limit("an empty task", { task_description: "" }, "task_description"),
  limit("a task of 64 KiB", { task_description: repeat("x", limits.textBytes) }),
  limit("a task of one byte more", { task_description: repeat("x", limits.textBytes + 1) }, "task_description"),
  limit("a task of 64 KiB in two-byte characters", { task_description: repeat("ä", limits.textBytes / 2) }),
  limit("one two-byte character more", { task_description: repeat("ä", limits.textBytes / 2 + 1) }, "task_description"),
  limit("a task of 64 KiB in four-byte characters", { task_description: repeat("😀", limits.textBytes / 4) }),
  limit(
    "one four-byte character more",
    { task_description: repeat("😀", limits.textBytes / 4 + 1) },
    "task_description"
  ),
  limit("a context of 1 MiB", { context: { a: repeat("x", limits.jsonBytes - around) } }),
  limit("a context of one byte more", { context: { a: repeat("x", limits.jsonBytes - around + 1) } }, "context"),
  limit("a context of 1 MiB in two-byte characters", { context: { a: repeat("ä", (limits.jsonBytes - around) / 2) } }),
  limit(
    "one two-byte character more in a context",
    { context: { a: repeat("ä", (limits.jsonBytes - around) / 2 + 1) } },
    "context"
  ),
  limit("a context of 1 MiB whose text needs escapes", {
    context: { a: repeat('"', (limits.jsonBytes - around) / 2) }
  }),
  limit("one escape more", { context: { a: repeat('"', (limits.jsonBytes - around) / 2 + 1) } }, "context"),
  limit("128 levels", { context: { $nest: limits.nesting } }),
  limit("129 levels", { context: { $nest: limits.nesting + 1 } }, "context"),
  limit("128 capabilities", { requires: { $items: ["report", limits.capabilities] } }),
  limit("129 capabilities", { requires: { $items: ["report", limits.capabilities + 1] } }, "requires"),
  limit("no hop", { max_hops: 0 }),
  limit("100 hops", { max_hops: limits.hops }),
  limit("101 hops", { max_hops: limits.hops + 1 }, "max_hops"),
  limit("a summary of 64 KiB", { briefing: { severity: "stable", summary: repeat("x", limits.textBytes) } }),
  limit(
    "a summary of one byte more",
    { briefing: { severity: "stable", summary: repeat("x", limits.textBytes + 1) } },
    "briefing.summary"
  ),
  limit("two deliverables of one name", { deliverables: [{ name: "report" }, { name: "report" }] }, "deliverables"),
  limit("two items of one id", { briefing: { ...briefed, actions: [item, item] } }, "briefing"),
  limit(
    "a read-back of an item that is not there",
    { briefing: { ...briefed, read_back: { required: ["b"] } } },
    "briefing"
  ),
  limit("deliverables of 1 MiB in all", {
    deliverables: [{ name: "report", schema: { a: repeat("x", limits.jsonBytes - aroundSchema) } }]
  }),
  limit(
    "deliverables of one byte more",
    { deliverables: [{ name: "report", schema: { a: repeat("x", limits.jsonBytes - aroundSchema + 1) } }] },
    "deliverables"
  ),
  limit("priority 1", { priority: 1 }),
  limit("priority 10", { priority: 10 }),
  limit("priority 0", { priority: 0 }, "priority"),
  limit("priority 11", { priority: 11 }, "priority"),
  limit("priority 5.5", { priority: 5.5 }, "priority"),
  limit("NUL in a task", { task_description: "a\0b" }, "task_description"),
  limit("a lone surrogate in a name", { to_agent: "\ud83d" }, "to_agent")
]
// The implementation answers again, because short questions have full answers.
const limitCases = sizes.map((vector) => {
  const expected = run(vector.question)
  if ("ok" in vector.expected !== "ok" in expected) throw new Error(`${vector.name}: ${JSON.stringify(expected)}`)
  return { name: vector.name, question: vector.question, expected }
})

/** Every file of vectors by its theme. */
export const themes: Readonly<Record<string, { readonly about: string; readonly cases: ReadonlyArray<Vector> }>> = {
  lifecycle: { about: "Histories and the records they describe.", cases: lifecycle },
  custody: {
    about: "Attempts, leases, hand-backs, questions and the two clocks, accepted and refused.",
    cases: custody
  },
  "handing-on": {
    about: "Forwards: hops and their limits, re-routing, the attempts and clocks of each receiver, and parts.",
    cases: handingOn
  },
  briefing: { about: "Read-backs that a start requires, and the party that must act next.", cases: briefings },
  delivery: {
    about: "Deliverables, artifacts and their digests, and evidence of four grades.",
    cases: deliveries
  },
  review: {
    about: "Delivered work that is approved, returned, or left to silence.",
    cases: reviews
  },
  chain: {
    about:
      "Entries as the text that is digested and signed, and histories with and without a flaw. The signature is by the key of RFC 8032, 7.1, test 1.",
    cases: chain
  },
  "format-2": {
    about:
      "Entries of format 2: their log, the salted digest of their body, and histories with and without erased bodies.",
    cases: format2
  },
  keys: {
    about:
      "Key logs with and without a flaw. The keys of the operator, and of the agent before and after it rotates, are those of RFC 8032, 7.1, tests 1 to 3.",
    cases: keyLogs
  },
  refusals: { about: "Histories that the transition table or the actor check refuses.", cases: refusals },
  archive: {
    about: "Records with and without their history, and the events that absorb a foreign state.",
    cases: archive
  },
  "json-exactness": {
    about: "JSON text: refused if a parser would silently change it, otherwise kept.",
    cases: exactness
  },
  timestamps: { about: "Deadlines in many spellings, and the one spelling that is written.", cases: timestamps },
  limits: {
    about:
      'Every limit at its edge. {"$repeat": [text, times]}, {"$items": [item, times]} and {"$nest": levels} stand for long values; {"ok": true} then means: accepted.',
    cases: limitCases
  }
}
