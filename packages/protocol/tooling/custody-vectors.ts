/** The test vectors of forwarding, briefings, deliveries, and the chain. */
import { createPrivateKey, sign } from "node:crypto"

import { artifactDigest, limits } from "../src/index.ts"
import {
  ask,
  at,
  created,
  digestOfEntry,
  type Event,
  histories,
  linked,
  moves,
  recordId,
  recordOf,
  replay,
  request
} from "./histories.ts"
import { type Answer, run } from "./run-vector.ts"

const asked = (more: Event): Event => ({ ...created, request: { ...request, ...more } })
const forwarded = (by: string, to: string, minute = 5): Event => ({ _tag: "Forwarded", at: at(minute), by, to })
const accepted = (by: string, minute: number): Event => ({ _tag: "Accepted", at: at(minute), by, lease: 600_000 })
const released = (by: string, minute: number): Event => ({ _tag: "Released", at: at(minute), by })
const rerouted = (minute: number, because: string, to = "analyst"): Event => ({
  _tag: "Forwarded",
  at: at(minute),
  by: "clock",
  to,
  because
})
const early = asked({ accept_by: at(10), deadline: null, remind_before: null })
const last = asked({ max_attempts: 1 })
const expired = (minute: number): Event => ({ _tag: "Expired", at: at(minute), by: "clock", missed: "accept_by" })
const elsewhere = (count: number): ReadonlyArray<Event> =>
  Array.from({ length: count }, (_, hop) => ({
    ...forwarded(hop === 0 ? "executor" : `agent-${hop}`, `agent-${hop + 1}`),
    via: "foreign"
  }))
const parted = asked({ parent: "3f8g1h5j0abc" })
const rerouting = { accept_by: at(10), deadline: null, remind_before: null, reroute: true }

export const handingOn = [
  replay("the request stays what it was, and the last hop has the handoff", [created, moves.Forwarded]),
  replay("the next receiver goes on, in its own attempt", [
    created,
    moves.Accepted,
    moves.Forwarded,
    { ...accepted("analyst", 6), attempt: 2 },
    { ...moves.Completed, at: at(7), by: "analyst", attempt: 2 }
  ]),
  replay("who held it before is too late", [
    created,
    moves.Accepted,
    moves.Forwarded,
    accepted("analyst", 6),
    { ...moves.Completed, at: at(7), attempt: 1 }
  ]),
  replay("who handed it on does not have it any more", [created, moves.Forwarded, accepted("executor", 6)]),
  replay("what was handed back stays when the next receiver adds nothing", [
    created,
    moves.Forwarded,
    forwarded("analyst", "auditor", 6)
  ]),
  replay("not back to the sender", [created, forwarded("executor", "planner")]),
  replay("not back to a receiver", [created, moves.Forwarded, forwarded("analyst", "executor", 6)]),
  replay("not to itself", [created, forwarded("executor", "executor")]),
  replay("three hops when the request does not say", [
    created,
    forwarded("executor", "a"),
    forwarded("a", "b"),
    forwarded("b", "c")
  ]),
  replay("and not a fourth", [
    created,
    forwarded("executor", "a"),
    forwarded("a", "b"),
    forwarded("b", "c"),
    forwarded("c", "d")
  ]),
  replay("no hop where the request allows none", [asked({ max_hops: 0 }), moves.Forwarded]),
  replay("one hop where it allows one", [asked({ max_hops: 1 }), moves.Forwarded]),
  replay("and no second", [asked({ max_hops: 1 }), moves.Forwarded, forwarded("analyst", "auditor", 6)]),
  replay("another program's hops are not counted against the request", [
    asked({ max_hops: 0 }),
    { ...moves.Forwarded, via: "foreign" }
  ]),
  replay("but a record has room for a hundred", [created, ...elsewhere(limits.hops + 1)]),
  replay("each receiver has its own attempts", [
    asked({ max_attempts: 2 }),
    accepted("executor", 1),
    released("executor", 2),
    accepted("executor", 3),
    forwarded("executor", "analyst"),
    accepted("analyst", 6),
    released("analyst", 7)
  ]),
  replay("and no more", [
    asked({ max_attempts: 2 }),
    accepted("executor", 1),
    forwarded("executor", "analyst"),
    accepted("analyst", 6),
    released("analyst", 7),
    accepted("analyst", 8),
    released("analyst", 9)
  ]),
  replay("each receiver has as long to accept as the first", [early, forwarded("executor", "analyst", 7), expired(17)]),
  replay("and not less", [early, forwarded("executor", "analyst", 7), expired(16)]),
  replay("a reminder of accept_by comes anew with each receiver", [
    asked({ accept_by: at(10), deadline: null, remind_before: 60_000 }),
    { _tag: "Reminded", at: at(9), by: "clock", of: "accept_by" },
    forwarded("executor", "analyst", 9),
    { _tag: "Reminded", at: at(18), by: "clock", of: "accept_by" }
  ]),
  replay("nobody accepted in time, and the clock hands it on", [asked(rerouting), rerouted(10, "accept_by")]),
  replay("not before that is due", [asked(rerouting), rerouted(9, "accept_by")]),
  replay("not for another cause", [asked(rerouting), rerouted(10, "attempts_exhausted")]),
  replay("not without a cause", [asked(rerouting), { ...rerouted(10, "accept_by"), because: null }]),
  replay("not when the request does not say so", [early, rerouted(10, "accept_by")]),
  replay("not when no hop is left", [asked({ ...rerouting, max_hops: 0 }), rerouted(10, "accept_by")]),
  replay("not to who has had it", [asked(rerouting), rerouted(10, "accept_by", "executor")]),
  replay("it may expire all the same", [asked(rerouting), expired(10)]),
  replay("a deadline hands nothing on", [
    asked({ deadline: at(10), reroute: true }),
    { ...rerouted(10, "accept_by"), at: at(10) }
  ]),
  replay("the last attempt ran out, and the clock hands it on", [
    { ...last, request: { ...request, max_attempts: 1, reroute: true } },
    accepted("executor", 1),
    rerouted(11, "attempts_exhausted")
  ]),
  replay("and so may its receiver", [
    { ...last, request: { ...request, max_attempts: 1, reroute: true } },
    accepted("executor", 1),
    { ...rerouted(5, "attempts_exhausted"), by: "executor" }
  ]),
  replay("a receiver that declines may hand it on instead", [
    asked({ reroute: true }),
    { ...moves.Forwarded, because: "rejected" }
  ]),
  replay("a part is counted", [created, moves.Accepted, moves.Delegated, moves.Delegated]),
  replay("a part goes along with the whole, by whoever withdrew that", [
    parted,
    { ...moves.Cancelled, by: "somebody", along: "3f8g1h5j0abc" }
  ]),
  replay("and along with nothing else", [parted, { ...moves.Cancelled, by: "somebody", along: recordId }])
]

const briefing = {
  severity: "watcher",
  summary: "The ledger of Q3 is complete but for two invoices.",
  actions: [{ id: "invoices", task: "Ask for the two invoices", owner: "executor", due: at(50) }],
  situation: { known: ["Both are from the same supplier"], decided: [], open: ["Whether they were paid"] },
  contingencies: [{ id: "late", if: "they do not come by Friday", then: "report without them" }],
  read_back: {}
}
const briefed = asked({ briefing })
const toConfirm = asked({ briefing: { ...briefing, read_back: { confirm: true } } })
type Answers = Readonly<Record<string, string>>
const readBack = (answers: Answers) => ({
  summary: "Two invoices; on Friday at the latest I report without them.",
  items: Object.entries(answers).map(([id, given]) => ({ id, answer: given }))
})
const understood = { invoices: "understood", late: "understood" }
const taken = (answers: Answers): Event => ({ ...accepted("executor", 1), read_back: readBack(answers) })
const restated = (answers: Answers, minute = 2): Event => ({
  _tag: "Restated",
  at: at(minute),
  by: "executor",
  read_back: readBack(answers)
})
const confirmed = (minute: number): Event => ({ _tag: "Confirmed", at: at(minute), by: "planner" })
const started: Event = { _tag: "Started", at: at(8), by: "executor" }
const asking = asked({
  briefing: { ...briefing, read_back: { asks: ["first_action", "least_confident_item"], confirm: true } }
})
const answered: Event = {
  ...taken(understood),
  read_back: {
    ...readBack(understood),
    first_action: "I phone Smith & Sons.",
    least_confident_item: "late: whose Friday?"
  }
}

export const briefings = [
  replay("what is read back with the acceptance may be started", [briefed, taken(understood), started]),
  replay("nothing was read back", [briefed, accepted("executor", 1), started]),
  replay("not all of it was read back", [briefed, taken({ invoices: "understood" }), started]),
  replay("what was left out is added", [
    briefed,
    taken({ invoices: "understood" }),
    restated({ late: "understood" }),
    started
  ]),
  replay("nor is it completed without", [briefed, accepted("executor", 1), moves.Completed]),
  replay("only what is required", [
    asked({ briefing: { ...briefing, read_back: { required: ["late"] } } }),
    taken({ late: "understood" }),
    started
  ]),
  replay("a summary is enough where there are no items", [
    asked({ briefing: { severity: "stable", summary: "All is well.", read_back: {} } }),
    taken({}),
    started
  ]),
  replay("a briefing that asks for nothing is not waited for", [
    asked({ briefing: { ...briefing, read_back: null } }),
    accepted("executor", 1),
    started
  ]),
  replay("an item that the briefing does not have", [briefed, taken({ ...understood, invoice: "understood" })]),
  replay("an item where there is no briefing", [created, taken({ invoices: "understood" })]),
  replay("what was not understood awaits the sender", [briefed, taken({ ...understood, late: "question" }), started]),
  replay("and so does what was refused", [briefed, taken({ ...understood, late: "refused" }), started]),
  replay("until it is understood", [
    briefed,
    taken({ ...understood, late: "question" }),
    restated({ late: "understood" }),
    started
  ]),
  replay("or until the sender confirms, perhaps with a correction", [
    briefed,
    taken({ ...understood, late: "question" }),
    { ...confirmed(3), correction: "By Thursday." },
    started
  ]),
  replay("a lease rests while the sender's word is awaited", [toConfirm, taken(understood)]),
  replay("and is whole again with it", [toConfirm, taken(understood), confirmed(40)]),
  replay("so that nothing of it is due before", [
    toConfirm,
    taken(understood),
    { ...released("clock", 40), attempt: 1 }
  ]),
  replay("what is restated takes a confirmation back", [
    toConfirm,
    taken(understood),
    confirmed(3),
    restated({ late: "understood" }, 4),
    started
  ]),
  replay("nothing is confirmed that was not said", [toConfirm, taken({ late: "understood" }), confirmed(3)]),
  replay("only the sender confirms", [toConfirm, taken(understood), { ...confirmed(3), by: "executor" }]),
  replay("only the receiver restates", [briefed, accepted("executor", 1), { ...restated(understood), by: "planner" }]),
  replay("answers that the briefing asks for are read back, and what was checked of them is kept", [
    asking,
    answered,
    { ...confirmed(3), checked: ["first_action", "late"] },
    started
  ]),
  replay("nothing starts while one of them is missing", [
    asking,
    { ...answered, read_back: { ...readBack(understood), first_action: "I phone Smith & Sons." } },
    started
  ]),
  replay("an answer that is restated replaces the earlier one, and the others stay", [
    asking,
    answered,
    { ...confirmed(3), checked: ["first_action"] },
    { ...restated({}, 4), read_back: { summary: "Two invoices.", first_action: "I mail them first." } }
  ]),
  replay("a history is not judged by how much of an answer is quoted", [
    asking,
    {
      ...answered,
      read_back: {
        ...readBack(understood),
        first_action: "Ask for the two invoices",
        least_confident_item: "they do not come by Friday"
      }
    },
    confirmed(3),
    started
  ]),
  replay("another attempt reads it back again", [
    briefed,
    taken(understood),
    released("executor", 3),
    accepted("executor", 4),
    started
  ]),
  replay("and so does another receiver", [
    briefed,
    taken(understood),
    forwarded("executor", "analyst"),
    accepted("analyst", 6),
    { ...started, by: "analyst" }
  ])
]

const report = { name: "report", media_type: "text/plain", content: "All is well. ✓" }
// The cast: an artifact of the same shape, in the names of our types.
const digest: string = artifactDigest({ name: report.name, content: report.content })
const reference = { name: "report", media_type: "text/plain", uri: "s3://bucket/report.txt", digest, size: 16 }
const table = {
  name: "table",
  content: {
    total: 1.5,
    rows: [
      ["July", 1],
      ["August", 0.5]
    ]
  }
}
const tableDigest: string = artifactDigest(table)
const demanded = (...deliverables: ReadonlyArray<Event>): Event => asked({ deliverables })
const done = (...artifacts: ReadonlyArray<Event>): Event => ({ ...moves.Completed, artifacts })
const own = { grade: "observed", statement: "All 214 tests passed.", of: "report", digest }

export const deliveries = [
  replay("what was demanded was handed back", [demanded({ name: "report" }), moves.Accepted, done(report)]),
  replay("it was not", [demanded({ name: "report" }, { name: "table" }), moves.Accepted, moves.Completed]),
  replay("one of two was not", [demanded({ name: "report" }, { name: "table" }), moves.Accepted, done(report)]),
  replay("of the media type", [demanded({ name: "report", media_type: "text/plain" }), moves.Accepted, done(report)]),
  replay("of another media type", [
    demanded({ name: "report", media_type: "text/html" }),
    moves.Accepted,
    done(report)
  ]),
  replay("of a media type that is not said", [
    demanded({ name: "table", media_type: "application/json" }),
    moves.Accepted,
    done(table)
  ]),
  replay("of the digest: of a text that of its UTF-8", [
    demanded({ name: "report", digest }),
    moves.Accepted,
    done(report)
  ]),
  replay("of other JSON that of its canonical form", [
    demanded({ name: "table", digest: tableDigest }),
    moves.Accepted,
    done(table)
  ]),
  replay("of a reference what it says", [demanded({ name: "report", digest }), moves.Accepted, done(reference)]),
  replay("of another digest", [demanded({ name: "report", digest: tableDigest }), moves.Accepted, done(report)]),
  replay("by reference where a schema is to be checked", [
    demanded({ name: "report", schema: { type: "string" } }),
    moves.Accepted,
    done(reference)
  ]),
  replay("what nobody asked for is kept, too", [created, moves.Accepted, done(report, table)]),
  replay("what another program completed is not asked", [
    demanded({ name: "report" }),
    moves.Accepted,
    { ...moves.Completed, via: "foreign" }
  ]),
  replay("evidence of three grades", [
    created,
    moves.Accepted,
    moves.Attested,
    { ...moves.Completed, evidence: [own, { ...own, grade: "claimed" }] }
  ]),
  replay("the receiver does not verify its own work", [created, moves.Accepted, { ...moves.Attested, by: "executor" }]),
  replay("the sender may verify it", [created, moves.Accepted, { ...moves.Attested, by: "planner" }]),
  replay("the sender endorses it", [created, moves.Accepted, { ...moves.Attested, by: "planner", grade: "endorsed" }]),
  replay("and no other agent does", [created, moves.Accepted, { ...moves.Attested, grade: "endorsed" }]),
  replay("one who handed it on may verify it", [
    created,
    moves.Forwarded,
    accepted("analyst", 6),
    { ...moves.Attested, at: at(7), by: "executor" }
  ]),
  replay("what was verified of an attempt that was given back is in its history", [
    created,
    moves.Accepted,
    moves.Attested,
    released("executor", 6)
  ])
]

const verify = (name: string, events: ReadonlyArray<Event>, record?: unknown) =>
  ask(name, { operation: "verify", record_id: recordId, events, ...(record === undefined ? {} : { record }) })
const entry = (name: string, revision: number, event: Event) =>
  ask(name, { operation: "entry", record_id: recordId, revision, event })

const whole = linked(histories.completed)
const record = recordOf(whole)
const [first = {}, second = {}, third = {}, fourth = {}] = whole
const other = { ...third, at: at(9) }

// The seed of RFC 8032, 7.1, test 1, in the envelope of PKCS #8.
const key = createPrivateKey({
  key: Buffer.from(
    "302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "hex"
  ),
  format: "der",
  type: "pkcs8"
})
const signed = (revision: number, event: Event): Event => {
  const { ok } = run({ operation: "entry", record_id: recordId, revision, event }) as Extract<Answer, { ok: unknown }>
  // The cast: a valid entry is answered with its texts.
  const { signed: text } = ok as { readonly signed: string }
  return { ...event, sig: sign(null, Buffer.from(text, "utf8"), key).toString("base64url") }
}

export const chain = [
  entry("the first entry", 1, first),
  entry("an entry that holds the one before it", 2, second),
  entry("keys are sorted, numbers and texts are written as RFC 8785 says", 3, {
    _tag: "Completed",
    by: "executor",
    at: at(3),
    result: { "\u20ac": 1e21, "\u00f6": [0.000001, 1e-7, -0], "\ud83d\ude00": '\u000f\n"\\', "\ufb33": null, "1": true }
  }),
  entry("what is null or unknown is no part of it", 3, { ...third, attempt: null, colour: "red" }),
  entry("a signed entry", 2, signed(2, second)),
  ...Object.entries(histories).map(([status, events]) =>
    verify(`a history that ends ${status}`, linked(events), recordOf(linked(events)))
  ),
  verify("without a record its last entry is not vouched for", [first, second, other]),
  verify("a record that was written with another last entry", [first, second, other], recordOf([first, second, third])),
  verify("a changed entry in the middle", [first, { ...second, reason: "Off it." }, third, fourth], record),
  verify("a changed first entry", [{ ...first, request: { ...request, priority: 9 } }, second, third, fourth], record),
  verify("a changed digest", [first, second, { ...third, prev: digestOfEntry(1, first) }, fourth], record),
  verify("a changed digest of the last entry", [first, second, third, { ...fourth, prev: "0".repeat(64) }], record),
  verify("a digest that was taken out", [first, second, { ...third, prev: null }, fourth], record),
  verify("an entry that was left out", [first, third, fourth], record),
  verify("a first entry that was left out", [second, third, fourth], record),
  verify("a last entry that was left out", [first, second, third], record),
  verify("two entries that changed places", [first, third, second, fourth], record),
  verify("an entry that was put in", [first, second, { ...moves.Attested }, third, fourth], record),
  verify(
    "an entry that was put in and linked",
    [...linked([...whole.slice(0, 2), moves.Attested]), third, fourth],
    record
  ),
  verify(
    "all entries after a changed one linked anew",
    linked([first, { ...second, reason: "Off it." }, moves.Started]),
    {
      ...recordOf([first, second, third])
    }
  ),
  verify("a history that is not linked", histories.completed, record),
  verify("a linked history that breaks the lifecycle", linked([created, moves.Completed])),
  verify("a record that is not what its history says", whole, { ...record, updated_at: at(30) }),
  verify("a record that says more entries", whole, { ...record, revision: 5 }),
  verify("the history of another handoff", whole, { ...record, record_id: "3f8g1h5j0abc" }),
  verify("no history", [], record),
  ask("the history under the name of another handoff", {
    operation: "verify",
    record_id: "3f8g1h5j0abc",
    events: whole
  })
]
