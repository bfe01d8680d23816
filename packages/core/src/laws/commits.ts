import {
  type HandoffRecord,
  type HandoffStatus,
  isOpen,
  movesFrom,
  statusAfter,
  replay,
  type Transition
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"

import { type Change, HandoffStore, type View } from "../store/HandoffStore.ts"
import {
  begin,
  drawOwn,
  expect,
  facts,
  factsOf,
  held,
  law,
  type Law,
  type LawFailure,
  life,
  logAfter,
  loses,
  mark,
  names,
  type Own,
  same,
  second,
  step,
  tallied,
  whole
} from "./kit.ts"

const writers = 16

/** Every path through the lifecycle from a status to a final one that visits no status twice. */
const everyLife = (
  status: HandoffStatus,
  been: ReadonlyArray<HandoffStatus> = []
): ReadonlyArray<ReadonlyArray<Transition["_tag"]>> => {
  if (!isOpen(status)) return [[]]
  const so = [...been, status]
  return (
    movesFrom(status)
      // Another law delivers work for review.
      .filter(({ rule }) => rule.reviewed !== true)
      .filter(({ event }) => !so.includes(statusAfter(event, status)))
      .flatMap(({ event }) => Array.from(everyLife(statusAfter(event, status), so), (rest) => [event, ...rest]))
  )
}

/** Everything that a reader can see of these records, and the tally. */
const seen = (
  own: Own,
  views: ReadonlyArray<View>,
  ids: ReadonlyArray<HandoffRecord["recordId"]>,
  after: Parameters<typeof logAfter>[1]
) =>
  Effect.gen(function* () {
    return {
      states: yield* Effect.forEach(ids, held),
      views: yield* Effect.forEach(views, (view) => whole(own, view)),
      log: facts(yield* logAfter(own, after)),
      tally: yield* tallied
    }
  })

/** The laws of commits: conflicts, atomicity and interruption. */
export const commits: ReadonlyArray<Law> = [
  law("a commit can be read once it has succeeded", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    let events = 0
    for (const change of life(own.id("a"), ["Accepted", "Started", "Completed"])) {
      yield* store.commit([change])
      events += 1
      const { record, revisions } = yield* held(own.id("a"))
      yield* same("the state after a commit", record, Option.some(change.record))
      yield* same("the length of the history after a commit", revisions.length, events)
    }
  }),

  law("creating what exists is a conflict and changes nothing", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const first = begin(own.id("a"), { priority: 3 })
    yield* store.commit([first])
    const conflict = yield* loses("a second creation", [begin(own.id("a"), { priority: 9 })])
    yield* same("the id in the conflict", conflict.recordId, own.id("a"))
    yield* same("the revision in the conflict", conflict.revision, 1)
    yield* same("the handoff and its history", yield* held(own.id("a")), {
      record: Option.some(first.record),
      events: [first.event],
      revisions: [1]
    })
  }),

  law("a revision that is not the next one is a conflict", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const [created, accepted, started, completed] = life(own.id("a"), ["Accepted", "Started", "Completed"])
    // Cannot happen: a life of three steps has four changes.
    if (accepted === undefined || started === undefined || completed === undefined) return
    yield* loses("revision 2 of a handoff that does not exist", [accepted])
    yield* store.commit([created])
    yield* loses("revision 3 behind revision 1", [started])
    yield* store.commit([accepted])
    yield* loses("revision 2 behind revision 2", [accepted])
    yield* loses("revision 4 behind revision 2", [completed])
    yield* store.commit([started])
    yield* loses("revision 2 behind revision 3", [accepted])
    yield* same("the state", (yield* held(own.id("a"))).record, Option.some(started.record))
  }),

  law("exactly one of several writers at a revision wins, and the losers change nothing", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const created = begin(own.id("a"))
    const position = yield* mark(own)
    yield* store.commit([created])
    const attempts = Array.from({ length: writers }, (_, n) => step(created.record, "Accepted", n, `writer ${n}`))
    const outcomes = yield* Effect.forEach(attempts, (change) => Effect.result(store.commit([change])), {
      concurrency: "unbounded"
    })
    for (const outcome of outcomes) {
      if (Result.isFailure(outcome) && outcome.failure._tag !== "RevisionConflict") yield* outcome.failure
    }
    const winners = attempts.filter((_, n) => outcomes[n]?._tag === "Success")
    yield* same("the number of winners", winners.length, 1)
    yield* same("the handoff and its history", yield* held(own.id("a")), {
      record: Option.fromUndefinedOr(winners[0]?.record),
      events: [created, ...winners].map(({ event }) => event),
      revisions: [1, 2]
    })
    yield* same("the log", facts(yield* logAfter(own, position)), factsOf([created, ...winners]))
  }),

  law("exactly one of several writers that create an id wins", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const attempts = Array.from({ length: writers }, (_, n) => begin(own.id("a"), { at: n }))
    const outcomes = yield* Effect.forEach(attempts, (change) => Effect.result(store.commit([change])), {
      concurrency: "unbounded"
    })
    const winners = attempts.filter((_, n) => outcomes[n]?._tag === "Success")
    yield* same("the number of winners", winners.length, 1)
    yield* same("the state", (yield* held(own.id("a"))).record, Option.fromUndefinedOr(winners[0]?.record))
  }),

  law("a conflicting commit does not fail concurrent commits", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    yield* store.commit([begin(own.id("taken"))])
    const attempts = Array.from({ length: writers }, (_, n) => begin(own.id(n % 2 === 0 ? `free-${n}` : "taken")))
    const outcomes = yield* Effect.forEach(attempts, (change) => Effect.result(store.commit([change])), {
      concurrency: "unbounded"
    })
    for (const [n, outcome] of outcomes.entries()) {
      yield* same(`the outcome of commit ${n}`, outcome._tag, n % 2 === 0 ? "Success" : "Failure")
    }
    const kept = yield* Effect.forEach(attempts, ({ record }) => store.get(record.recordId))
    yield* expect(kept.every(Option.isSome), "Expected every commit that succeeded to be kept")
  }),

  law("a commit of several changes is all or nothing, wherever the conflict is", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const taken = begin(own.id("taken"))
    yield* store.commit([taken])
    const position = yield* mark(own)
    const again = begin(own.id("taken"), { priority: 9 })
    const [a, b] = [begin(own.id("a")), begin(own.id("b"))]
    yield* loses("a batch whose first change does not fit", [again, a, b])
    yield* loses("a batch whose second change does not fit", [a, again, b])
    yield* loses("a batch whose last change does not fit", [a, b, again])
    yield* same("record a", (yield* held(own.id("a"))).record, Option.none())
    yield* same("the history of b", (yield* held(own.id("b"))).revisions, [])
    yield* same("the log after the failed batches", facts(yield* logAfter(own, position)), [])
    yield* store.commit([a, b])
    yield* same("the log after the batch that fits", facts(yield* logAfter(own, position)), factsOf([a, b]))
    const states = yield* Effect.forEach([a, b, taken], ({ record }) => store.get(record.recordId))
    yield* same("the states", states, [Option.some(a.record), Option.some(b.record), Option.some(taken.record)])
  }),

  law("one commit can hold several changes of one handoff", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const to = own.agent("to")
    const changes = life(own.id("a"), ["Accepted", "Started", "Completed"], { to })
    const position = yield* mark(own)
    const [created, , started] = changes
    // Cannot happen: a life of three steps has four changes.
    if (started === undefined) return
    yield* loses("a commit that leaves out a revision", [created, started])
    yield* loses("a commit with one revision twice", [created, created])
    yield* same("the record after the conflicts", (yield* held(own.id("a"))).record, Option.none())
    yield* store.commit(changes)
    yield* same("the handoff and its history", yield* held(own.id("a")), {
      record: Option.some(changes[3]?.record),
      events: changes.map(({ event }) => event),
      revisions: [1, 2, 3, 4]
    })
    yield* same("the log", facts(yield* logAfter(own, position)), factsOf(changes))
    const inbox = (status: HandoffRecord["status"]) => whole(own, { _tag: "Inbox", agent: to, status })
    yield* same("the inbox of a status passed on the way", names(yield* inbox("accepted")), [])
    yield* same("the inbox of the last status", names(yield* inbox("completed")), ["a"])
  }),

  law("a failed commit changes nothing: no state, no view, no log, no tally", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const [from, to, parent] = [own.agent("from"), own.agent("to"), own.id("parent")]
    const created = begin(own.id("a"), { from, to, parent, due: 50 })
    const accepted = step(created.record, "Accepted")
    const position = yield* mark(own)
    yield* store.commit([created])
    yield* store.commit([accepted])
    const views: ReadonlyArray<View> = [
      { _tag: "All" },
      { _tag: "Status", status: "pending" },
      { _tag: "Status", status: "accepted" },
      { _tag: "Status", status: "rejected" },
      { _tag: "Inbox", agent: to, status: "pending" },
      { _tag: "Inbox", agent: to, status: "accepted" },
      { _tag: "Inbox", agent: to, status: "rejected" },
      { _tag: "Sent", agent: from },
      { _tag: "Children", parent },
      { _tag: "Due", at: second(60) },
      { _tag: "Prefix", prefix: own.id("") }
    ]
    const ids = ["a", "b", "c"].map(own.id)
    const before = yield* seen(own, views, ids, position)
    const other = begin(own.id("b"), { from, to, parent, due: 40 })
    yield* loses("a late rejection", [step(created.record, "Rejected")])
    yield* loses("a batch with a late rejection", [other, step(created.record, "Rejected")])
    yield* loses("a batch that begins with a late rejection", [step(created.record, "Rejected"), other])
    const after = yield* seen(own, views, ids, position)
    yield* same("the states after failed commits", after.states, before.states)
    yield* same("the views after failed commits", after.views.map(names), before.views.map(names))
    yield* same("the records in the views after failed commits", after.views, before.views)
    yield* same("the log after failed commits", after.log, before.log)
    yield* same("the tally after failed commits", after.tally, before.tally)
  }),

  law("revisions have no gaps under concurrent writers", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const changes = ["a", "b", "c"].flatMap((name) => life(own.id(name), ["Accepted", "Started", "Completed"]))
    // Each writer repeats its change until the previous revision exists.
    const insist = (change: Change): Effect.Effect<void, LawFailure> =>
      Effect.catchTag(store.commit([change]), "RevisionConflict", (conflict) =>
        Effect.flatMap(store.get(change.record.recordId), (found) =>
          Option.isSome(found) && found.value.revision >= change.record.revision
            ? Effect.fail(conflict)
            : Effect.andThen(Effect.yieldNow, insist(change))
        )
      )
    yield* Effect.forEach(yield* Random.shuffle(changes), insist, { concurrency: "unbounded", discard: true })
    for (const name of ["a", "b", "c"]) {
      const { record, revisions } = yield* held(own.id(name))
      yield* same("the revisions in a history", revisions, [1, 2, 3, 4])
      yield* same(
        "the revision of the state",
        Option.map(record, ({ revision }) => revision),
        Option.some(4)
      )
    }
  }),

  law("replaying a history gives the state", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    for (const [n, path] of everyLife("pending").entries()) {
      const id = own.id(`life-${n}`)
      for (const change of life(id, path, { due: 1000, at: n })) {
        yield* store.commit([change])
        const now = yield* held(id)
        yield* same("the state", now.record, Option.some(change.record))
        yield* same("the replayed history", Result.getSuccess(replay(id, now.events)), now.record)
      }
    }
  }),

  law("an interrupted commit is whole or absent", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const position = yield* mark(own)
    const batches = Array.from({ length: 12 }, (_, n) => [begin(own.id(`a-${n}`)), begin(own.id(`b-${n}`))] as const)
    for (const [n, batch] of batches.entries()) {
      const fiber = yield* Effect.forkChild(Effect.exit(store.commit(batch)), { startImmediately: n % 2 === 0 })
      // Each interruption hits the commit at a different moment.
      for (let turns = 0; turns < n; turns++) yield* Effect.yieldNow
      if (n % 3 === 0) yield* Effect.sleep(n / 4)
      yield* Fiber.interrupt(fiber)
    }
    // A later commit waits for the ones in progress.
    yield* store.commit([begin(own.id("barrier"))])
    const log = yield* logAfter(own, position)
    for (const [a, b] of batches) {
      const states = yield* Effect.forEach([a, b], ({ record }) => store.get(record.recordId))
      const kept = states.filter(Option.isSome).length
      yield* expect(kept !== 1, "Expected both changes of an interrupted commit or neither, got one")
      const logged = log.filter(({ recordId }) => recordId === a.record.recordId || recordId === b.record.recordId)
      yield* same("the entries of an interrupted commit", facts(logged), kept === 2 ? factsOf([a, b]) : [])
      if (kept === 0) yield* store.commit([a, b])
      else yield* loses("repeating an interrupted commit that happened", [a, b])
    }
  })
]
