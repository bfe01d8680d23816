import { type AgentId, clock, flawIn, type HandoffRecord, RecordId, type Transition } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import { type Change, HandoffStore } from "../store/HandoffStore.ts"
import { type Renewal, storedOf } from "../store/Renewals.ts"
import {
  begin,
  type Beginning,
  drawOwn,
  held,
  law,
  type Law,
  life,
  logAfter,
  loses,
  mark,
  moved,
  names,
  type Own,
  same,
  second,
  tallied,
  whole
} from "./kit.ts"

// Every lease lasts ten seconds from second 1.
const lease = 10_000

/** A handoff that its receiver has accepted with a lease. */
const taken = (id: RecordId, to: AgentId, beginning: Beginning = {}): readonly [Change, Change] => {
  const first = begin(id, { ...beginning, to })
  return [first, moved(first.record, { _tag: "Accepted", at: second(1), by: to, lease })]
}

const accept = Effect.fnUntraced(function* (own: Own, name: string, beginning?: Beginning) {
  const store = yield* HandoffStore
  const changes = taken(own.id(name), own.agent("to"), beginning)
  yield* store.commit(changes)
  return changes[1].record
})

const renewal = ({ attempt, recordId }: HandoffRecord, until: number): Renewal => ({
  recordId,
  attempt,
  until: second(until)
})

/** The moments, as seconds of the laws' time, at which the leases of records end. */
const endsOf = (records: ReadonlyArray<HandoffRecord>): ReadonlyArray<number | undefined> =>
  records.map((record) => {
    const until = "lease" in record ? record.lease?.until : undefined
    return until && (until.epochMilliseconds - second(0).epochMilliseconds) / 1000
  })

const endOf = (id: RecordId) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    return endsOf(Option.toArray(yield* store.get(id)))[0]
  })

/** The event by which the clock ends a lease. */
const ended = (record: HandoffRecord, at: number): Change => ({
  ...moved(record, {
    _tag: "Released",
    at: second(at),
    by: clock,
    attempt: record.attempt,
    reason: "The lease ran out."
  }),
  endsLease: true
})

const dueAt = (own: Own, at: number) => Effect.map(whole(own, { _tag: "Due", at: second(at) }), names)

/** The laws of renewals, which move the end of a lease without an entry. */
export const renewals: ReadonlyArray<Law> = [
  law("a renewal shows in every read, and is no entry", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const [agent, from] = [own.agent("to"), own.agent("from")]
    const record = yield* accept(own, "a", { from })
    const start = yield* mark(own)
    const before = { tally: yield* tallied, held: yield* held(record.recordId) }
    yield* same("the refused renewals", yield* store.renew([renewal(record, 25)], second(5)), [])
    const [all, status, inbox, turn, sent, recent, prefix] = yield* Effect.all([
      whole(own, { _tag: "All" }),
      whole(own, { _tag: "Status", status: "accepted" }),
      whole(own, { _tag: "Inbox", agent, status: "accepted" }),
      whole(own, { _tag: "Turn", agent }),
      whole(own, { _tag: "Sent", agent: from }),
      whole(own, { _tag: "Recent", agent: from }),
      whole(own, { _tag: "Prefix", prefix: record.recordId })
    ])
    const read = Option.toArray(yield* store.get(record.recordId))
    for (const [what, records] of Object.entries({ read, status, inbox, turn, sent, recent, prefix })) {
      yield* same(`the end of the lease in ${what}`, endsOf(records), [25])
    }
    yield* same("the end of the lease in all", endsOf(all.filter(({ revision }) => revision > 1)), [25])
    // Apart from its lease, the record has not changed.
    const shown = read[0] as HandoffRecord
    yield* same("the record", { ...shown, lease: undefined }, { ...record, lease: undefined })
    const after = { tally: yield* tallied, held: yield* held(record.recordId) }
    yield* same("the entries of the log", yield* logAfter(own, start), [])
    yield* same("the tally", after.tally, before.tally)
    yield* same("the history", after.held.events, before.held.events)
    yield* same("the flaw in the history", flawIn(record.recordId, after.held.events, storedOf(shown)), undefined)
  }),

  law("a renewal never moves the end of a lease back", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const record = yield* accept(own, "a")
    // Earlier than the end in the record, then later, then earlier than the renewal.
    for (const [until, end] of [
      [9, 11],
      [25, 25],
      [20, 25],
      [25, 25],
      [30, 30]
    ] as const) {
      yield* same(
        `the refused renewals until second ${until}`,
        yield* store.renew([renewal(record, until)], second(2)),
        []
      )
      yield* same(`the end of the lease after a renewal until second ${until}`, yield* endOf(record.recordId), end)
      yield* same(`the due handoffs before second ${end}`, yield* dueAt(own, end - 1), [])
      yield* same(`the due handoffs in second ${end}`, yield* dueAt(own, end), ["a"])
    }
  }),

  law("a batch of renewals keeps those that fit, and names the others", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const kept = yield* Effect.forEach(Array.from({ length: 60 }), (_, n) => accept(own, `kept-${n}`))
    const [old, resting, over, due] = [
      yield* accept(own, "old"),
      yield* accept(own, "resting"),
      yield* accept(own, "over"),
      yield* accept(own, "due", { due: 4 })
    ]
    const free = begin(own.id("free"), { to: own.agent("to") })
    const by = own.agent("to")
    const started = moved(resting, { _tag: "Started", at: second(2), by })
    yield* store.commit([free])
    yield* store.commit([moved(old, { _tag: "Released", at: second(2), by, reason: "later" })])
    yield* store.commit([started, moved(started.record, { _tag: "Asked", at: second(2), by, question: "Which one?" })])
    yield* store.commit([moved(over, { _tag: "Failed", at: second(2), by, reason: "broken" })])
    const unfit: ReadonlyArray<Renewal> = [
      renewal(old, 90),
      { ...renewal(old, 90), attempt: 2 },
      renewal(resting, 90),
      renewal(over, 90),
      renewal(due, 90),
      renewal(free.record, 90),
      { ...renewal(old, 90), recordId: RecordId.make(own.id("none")) },
      { ...renewal(kept[0] ?? old, 99), attempt: 2 }
    ]
    const fit = kept.map((record) => renewal(record, 50))
    yield* same("the refused renewals", yield* store.renew([...unfit, ...fit], second(5)), unfit)
    const ends = yield* Effect.forEach(kept, ({ recordId }) => endOf(recordId))
    yield* same("the ends of the renewed leases", new Set(ends), new Set([50]))
    yield* same("the end of a lease with another timer", yield* endOf(due.recordId), 11)
    yield* same("the refused renewals after the end", yield* store.renew([renewal(kept[1] ?? old, 90)], second(50)), [
      renewal(kept[1] ?? old, 90)
    ])
    yield* same("the refused renewals of nothing", yield* store.renew([], second(5)), [])
    const due49 = yield* dueAt(own, 49)
    yield* same("the due handoffs", due49, ["due"])
  }),

  law("a sweeper that read before a renewal cannot end the lease", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const record = yield* accept(own, "a")
    const other = yield* accept(own, "b")
    yield* store.renew([renewal(record, 25)], second(10))
    yield* loses("the end of a renewed lease", [ended(record, 12)])
    yield* loses("the end of a renewed lease, just before it ends", [ended(record, 24.999)])
    // Also among others, which it then takes with it.
    yield* loses("a commit with the end of a renewed lease", [ended(other, 12), ended(record, 12)])
    yield* same("the status of the other handoff", (yield* held(other.recordId)).revisions, [1, 2])
    // Other events of the clock and of the receiver are not held up.
    const expired = moved(other, { _tag: "Expired", at: second(3), by: clock, missed: "deadline", via: "foreign" })
    yield* store.renew([renewal(other, 25)], second(2))
    yield* store.commit([expired])
    yield* store.commit([ended(record, 25)])
    yield* same("the history of the released handoff", (yield* held(record.recordId)).revisions, [1, 2, 3])
    yield* same("the due handoffs", yield* dueAt(own, 1000), [])
  }),

  law("of a renewal and the end of the same lease at once, exactly one succeeds", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const records = yield* Effect.forEach(Array.from({ length: 40 }), (_, n) => accept(own, `${n}`))
    const outcomes = yield* Effect.forEach(
      records,
      (record, n) => {
        const renew = Effect.map(store.renew([renewal(record, 25)], second(5)), ({ length }) => length === 0)
        const end = Effect.map(Effect.result(store.commit([ended(record, 12)])), Result.isSuccess)
        const both = n % 2 === 0 ? [renew, end] : [end, renew]
        return Effect.map(Effect.all(both, { concurrency: 2 }), (won) => won.filter((one) => one).length)
      },
      { concurrency: "unbounded" }
    )
    yield* same("the winners of each lease", new Set(outcomes), new Set([1]))
    const ends = yield* Effect.forEach(records, ({ recordId }) =>
      Effect.zipWith(endOf(recordId), held(recordId), (end, { revisions }) => (revisions.length === 3 ? 25 : end))
    )
    yield* same("the ends of the leases that go on", new Set(ends), new Set([25]))
  }),

  law("a renewal lasts through other events of its attempt, and no longer", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const by = own.agent("to")
    let record = yield* accept(own, "a", { due: 500 })
    const follow = Effect.fnUntraced(function* (event: Transition, end: number | undefined, due: number) {
      const change = moved(record, event)
      yield* store.commit([change])
      record = change.record
      yield* same(`the end of the lease after ${event._tag}`, yield* endOf(record.recordId), end)
      yield* same(`the due handoffs after ${event._tag}`, yield* dueAt(own, due), ["a"])
      yield* same(`the due handoffs after ${event._tag}, too early`, yield* dueAt(own, due - 1), [])
    })
    yield* store.renew([renewal(record, 90)], second(2))
    yield* follow({ _tag: "Started", at: second(3), by }, 90, 90)
    yield* follow({ _tag: "Attested", at: second(4), by: own.agent("witness"), statement: "seen" }, 90, 90)
    yield* follow({ _tag: "Progressed", at: second(5), by, note: "half" }, 90, 90)
    yield* loses("the end of a renewed lease after an entry", [ended(record, 80)])
    // A lease that rests does not end, renewed or not.
    yield* follow({ _tag: "Asked", at: second(6), by, question: "Which one?" }, undefined, 500)
    yield* follow({ _tag: "Answered", at: second(7), by: record.request.fromAgent, answer: "This one." }, 90, 90)
    yield* store.renew([renewal(record, 600)], second(8))
    yield* same("the due handoffs before an earlier deadline", yield* dueAt(own, 499), [])
    yield* same("the due handoffs at the deadline", yield* dueAt(own, 500), ["a"])
    yield* follow({ _tag: "Released", at: second(9), by, reason: "later" }, undefined, 500)
    yield* follow({ _tag: "Accepted", at: second(20), by, lease }, 30, 30)
  }),

  law("a renewal lasts when other handoffs leave the store", function* () {
    const store = yield* HandoffStore
    const retention = store.retention && (yield* store.retention)
    if (retention === undefined) return
    const own = yield* drawOwn
    const record = yield* accept(own, "a")
    yield* store.commit(life(own.id("b"), ["Rejected"]))
    yield* same("the refused renewals", yield* store.renew([renewal(record, 25)], second(5)), [])
    yield* retention.rewrite({ drop: Option.toArray((yield* held(own.id("b"))).record) })
    yield* same("the end of the lease", yield* endOf(record.recordId), 25)
    yield* same("what is due before it", yield* dueAt(own, 24), [])
    yield* loses("the end of a renewed lease after that", [ended(record, 12)])
  })
]
