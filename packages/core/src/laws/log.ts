import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { follow } from "../engine/Changes.ts"
import { type Entry, HandoffStore, type Position } from "../store/HandoffStore.ts"
import { begin, drawOwn, expect, facts, factsOf, law, type Law, life, logAfter, mark, same, step } from "./kit.ts"

// In seconds of the laws: the last second of the year 9999, which is the last of a timestamp, and one in 2300, where
// microseconds no longer fit in a double.
const endOfTime = 251_612_300_000
const yearOf2300 = 8_624_000_000

/** The number of concurrent writers. */
const lives = 8

// Forty times the poll interval of the followers here.
const patience = "2 seconds"

/** The laws of the log and its followers. */
export const log: ReadonlyArray<Law> = [
  law("the log holds every change in commit order", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const position = yield* mark(own)
    const [a, b] = [life(own.id("a"), ["Accepted", "Completed"]), life(own.id("b"), ["Rejected"])]
    const order = [a[0], b[0], a[1], a[2], b[1]].filter((change) => change !== undefined)
    for (const change of order) yield* store.commit([change])
    const batch = [begin(own.id("z")), begin(own.id("y")), begin(own.id("x"))] as const
    yield* store.commit(batch)
    const entries = yield* logAfter(own, position)
    yield* same("the log", facts(entries), factsOf([...order, ...batch]))
    yield* same("the number of positions", new Set(entries.map((entry) => entry.position)).size, entries.length)
    const history = yield* store.history(own.id("a"))
    yield* same(
      "the history of one handoff",
      history,
      entries.filter(({ recordId }) => recordId === own.id("a"))
    )
  }),

  law("the time of an event does not affect its position in the log", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const position = yield* mark(own)
    const changes = [endOfTime, 0, yearOf2300, -1_789_000_000, endOfTime, 1].map((at, n) =>
      begin(own.id(`t${n}`), { at })
    )
    for (const change of changes) yield* store.commit([change])
    const entries = yield* logAfter(own, position)
    yield* same("the log", facts(entries), factsOf(changes))
    yield* same("the number of positions", new Set(entries.map((entry) => entry.position)).size, changes.length)
    for (const [index, entry] of entries.entries()) {
      yield* same("the log after a position", yield* logAfter(own, entry.position), entries.slice(index + 1))
    }
  }),

  law("the end of the log is the position of its last entry, and the next entry follows it", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    yield* store.commit([begin(own.id("a"))])
    for (const change of life(own.id("b"), ["Accepted", "Completed"])) {
      const before = yield* store.end
      yield* expect(Option.isSome(before), "Expected the log to have an end after a commit, got none")
      yield* store.commit([change])
      const entries = yield* logAfter(own, Option.getOrUndefined(before))
      yield* same("the log after its former end", facts(entries), factsOf([change]))
      yield* same("the end of the log", yield* store.end, Option.fromUndefinedOr(entries.at(-1)?.position))
    }
  }),

  law("the log can be resumed after every position, in pages of any size", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const start = yield* mark(own)
    yield* store.commit(life(own.id("a"), ["Accepted", "Started", "Completed"]))
    yield* store.commit([begin(own.id("b"))])
    yield* store.commit(life(own.id("c"), ["Accepted", "Failed"]))
    const entries = yield* logAfter(own, start)
    yield* same("the length of the log", entries.length, 8)
    for (const [index, { position }] of entries.entries()) {
      yield* same("the log after a position", yield* logAfter(own, position), entries.slice(index + 1))
    }
    for (const limit of [1, 2, 3, 5, 8]) {
      yield* same(`the log in pages of ${limit}`, yield* logAfter(own, start, limit), entries)
    }
    const last = entries.at(-1)
    if (last !== undefined) {
      yield* same("the log after its end", (yield* logAfter(own, last.position)).length, 0)
    }
    const [first] = yield* store.log({ limit: 1 })
    yield* expect(first !== undefined, "Expected the whole log to begin with an entry, got none")
    // A limit of 0 returns nothing although the log has entries.
    yield* same("a page with a limit of 0", yield* store.log({ limit: 0 }), [])
  }),

  law("a follower of the log sees every entry once under concurrent writers", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const start = yield* mark(own)
    const written = Array.from({ length: lives }, (_, n) => life(own.id(`w${n}`), ["Accepted", "Started", "Completed"]))
    const read: Array<Entry> = []
    let writing = true
    const reader = Effect.gen(function* () {
      let position: Position = start
      while (true) {
        // Asked before the read, so that this page or an earlier one has every entry written by then.
        const wasWriting = writing
        const page: ReadonlyArray<Entry> = yield* store.log({ limit: 3, after: position })
        for (const entry of page) if (own.has(entry.recordId)) read.push(entry)
        position = page.at(-1)?.position ?? position
        if (page.length === 0 && !wasWriting) return
        yield* Effect.yieldNow
      }
    })
    const following = yield* Effect.forkChild(reader, { startImmediately: true })
    yield* Effect.forEach(
      written,
      (changes) => Effect.forEach(changes, (change) => store.commit([change]), { discard: true }),
      { concurrency: "unbounded", discard: true }
    )
    writing = false
    yield* Fiber.join(following)
    const afterwards = yield* logAfter(own, start)
    yield* same("the number of entries read while others wrote", read.length, written.flat().length)
    yield* same(
      "the positions read while others wrote",
      read.map(({ position }) => position),
      afterwards.map(({ position }) => position)
    )
    for (const [n, changes] of written.entries()) {
      const mine = read.filter(({ recordId }) => recordId === own.id(`w${n}`))
      yield* same("the entries of one writer", facts(mine), factsOf(changes))
    }
  }),

  law("the entries of one commit are adjacent", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const start = yield* mark(own)
    const batches = Array.from(
      { length: lives },
      (_, n) => [begin(own.id(`a${n}`)), begin(own.id(`b${n}`)), begin(own.id(`c${n}`))] as const
    )
    yield* Effect.forEach(batches, (batch) => store.commit(batch), { concurrency: "unbounded", discard: true })
    const order = (yield* logAfter(own, start)).map(({ recordId }) => recordId)
    for (const batch of batches) {
      const ids = batch.map(({ record }) => record.recordId)
      const at = order.indexOf(batch[0].record.recordId)
      yield* same("the entries from the first of a commit on", order.slice(at, at + ids.length), ids)
    }
  }),

  law("a follower gets every change, through a hint or the next poll", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const start = yield* mark(own)
    const changes = life(own.id("a"), ["Accepted", "Started", "Completed"])
    // A short poll interval, because a store may give no hints at all.
    const followed = follow(store, { from: start }, "50 millis").pipe(
      Stream.filter(({ recordId }) => own.has(recordId)),
      Stream.take(changes.length),
      Stream.runCollect
    )
    const following = yield* Effect.forkChild(followed, { startImmediately: true })
    for (const change of changes) {
      // Lets the follower read to the end and wait.
      yield* Effect.sleep("5 millis")
      yield* store.commit([change])
    }
    const entries = yield* Fiber.join(following).pipe(Effect.timeoutOption(patience))
    yield* expect(entries._tag === "Some", "Expected a follower to get four changes within two seconds")
    if (entries._tag === "Some") yield* same("the entries of the follower", facts(entries.value), factsOf(changes))
  }),

  law("a follower that starts late gets the earlier changes", function* () {
    const store = yield* HandoffStore
    const own = yield* drawOwn
    const start = yield* mark(own)
    const created = begin(own.id("a"))
    const accepted = step(created.record, "Accepted")
    yield* store.commit([created])
    yield* store.commit([accepted])
    const entries = yield* follow(store, { from: start }, "50 millis").pipe(
      Stream.filter(({ recordId }) => own.has(recordId)),
      Stream.take(2),
      Stream.runCollect,
      Effect.timeoutOption(patience)
    )
    yield* expect(entries._tag === "Some", "Expected a late follower to get two changes within two seconds")
    if (entries._tag === "Some")
      yield* same("the entries of the late follower", facts(entries.value), factsOf([created, accepted]))
  })
]
