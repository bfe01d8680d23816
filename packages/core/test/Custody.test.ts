import { AgentId, RecordId } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import { ask, later, managerOver, refusal, test } from "./managing.ts"

const executor = AgentId.make("executor")
const minute = 60_000

const tagsOf = (id: RecordId) =>
  Effect.flatMap(HandoffManager, (manager) =>
    Effect.map(manager.history(id), (entries) => entries.map(({ event }) => event._tag))
  )

describe("a lease", () => {
  test("is renewed by progress, and released by the clock before a late verb", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    const claimed = Option.getOrThrow(yield* manager.claim(executor, { lease: minute }))
    assert.deepStrictEqual([claimed.recordId, claimed.attempt], [recordId, 1])
    assert.deepStrictEqual(claimed.lease, { milliseconds: minute, until: later(60) })
    yield* TestClock.adjust("59 seconds")
    const told = yield* manager.progress(recordId, { note: "half", fraction: 0.5, attempt: 1 })
    assert.deepStrictEqual(told.lease?.until, later(119))
    assert.deepStrictEqual(told.progress, { at: later(59), note: "half", fraction: 0.5 })
    yield* TestClock.adjust("60 seconds")
    const sentence = yield* refusal(manager.complete(recordId, { result: { late: true }, attempt: 1 }), "StaleAttempt")
    assert.strictEqual(sentence, `Handoff ${recordId} is in attempt 2; \`complete\` names attempt 1, which is over`)
    assert.deepInclude(yield* manager.get(recordId), { status: "pending", attempt: 2, updatedAt: later(119) })
    assert.deepStrictEqual(yield* tagsOf(recordId), ["Created", "Accepted", "Progressed", "Released"])
    // The late verb is also refused once another agent holds the handoff.
    yield* manager.claim(executor)
    yield* refusal(manager.fail(recordId, { reason: "late", attempt: 1 }), "StaleAttempt")
    yield* refusal(manager.progress(recordId, { attempt: 1 }), "StaleAttempt")
    yield* refusal(manager.release(recordId, { attempt: 3 }), "StaleAttempt")
    const done = yield* manager.complete(recordId, { result: { late: false }, attempt: 2 })
    assert.deepStrictEqual([done.result, done.attempt], [{ late: false }, 2])
  })

  test("that has expired refuses a late verb even without an attempt", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId, { lease: minute })
    yield* TestClock.adjust("60 seconds")
    yield* refusal(manager.start(recordId), "InvalidTransition")
    assert.strictEqual((yield* manager.get(recordId)).attempt, 2)
    // A verb that is allowed on the released handoff succeeds at once.
    assert.strictEqual((yield* manager.accept(recordId, { lease: 1 })).attempt, 2)
    yield* TestClock.adjust(1)
    assert.strictEqual((yield* manager.cancel(recordId)).attempt, 3)
  })

  test("of the last attempt fails the handoff", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, maxAttempts: 1 })
    yield* manager.accept(recordId, { lease: minute })
    yield* refusal(manager.release(recordId), "NoAttemptLeft")
    yield* TestClock.adjust("1 minute")
    const [failed, ...others] = yield* manager.sweep
    assert.deepStrictEqual(others, [])
    assert.deepInclude(failed, { recordId, status: "failed", code: "attempts_exhausted" })
  })

  test("pauses while a question waits for the sender", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId, { lease: minute })
    yield* manager.start(recordId)
    const asked = yield* manager.ask(recordId, { question: "Which quarter?" })
    assert.deepStrictEqual(
      [asked.status, asked.question, asked.lease],
      ["input_required", "Which quarter?", { milliseconds: minute }]
    )
    yield* TestClock.adjust("1 day")
    assert.deepStrictEqual(yield* manager.sweep, [])
    assert.deepInclude(yield* manager.where(recordId), { turn: AgentId.make("planner"), attempt: 1, isLost: false })
    yield* refusal(manager.answer(recordId, { answer: "The third.", by: executor }), "NotYourHandoff")
    const answered = yield* manager.answer(recordId, { answer: "The third." })
    assert(answered.status === "in_progress")
    assert.deepStrictEqual(answered.answer, { question: "Which quarter?", answer: "The third." })
    assert.deepStrictEqual(answered.lease?.until, later(86_400 + 60))
    const where = yield* manager.where(recordId)
    assert.deepStrictEqual([where.turn, where.due], ["executor", { at: later(86_460), event: "Released" }])
  })

  test("must be an integer of milliseconds, and progress a fraction from 0 to 1", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    for (const lease of [0, -1, 1.5, Number.NaN, 1e15]) {
      yield* refusal(manager.accept(recordId, { lease }), "InvalidInput")
      yield* refusal(manager.claim(executor, { lease }), "InvalidInput")
    }
    yield* manager.accept(recordId)
    for (const fraction of [-0.1, 1.1, Number.NaN])
      yield* refusal(manager.progress(recordId, { fraction }), "InvalidInput")
    yield* refusal(manager.progress(recordId, { attempt: 0 }), "InvalidInput")
    yield* refusal(manager.create({ ...ask, maxAttempts: 0 }), "InvalidInput")
    yield* refusal(manager.create({ ...ask, remindBefore: 0 }), "InvalidInput")
    assert.strictEqual((yield* manager.get(recordId)).revision, 2)
  })
})

describe("a released handoff", () => {
  const handBack = { done: ["July"], remaining: ["August"], pitfalls: ["Local time"] }

  test("waits for the next attempt with its hand-back", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId, { lease: minute })
    const back = yield* manager.release(recordId, { reason: "locked", handBack, attempt: 1 })
    assert.deepStrictEqual([back.status, back.attempt, back.handBack], ["pending", 2, handBack])
    const next = Option.getOrThrow(yield* manager.claim(executor))
    assert.deepStrictEqual([next.attempt, next.handBack, next.lease], [2, handBack, undefined])
  })

  test("is skipped by claims until `notBefore`, but can be accepted by id", function* () {
    const manager = yield* HandoffManager
    for (const id of ["delayed", "named"]) {
      yield* manager.create({ ...ask, priority: 10 }, { id })
      yield* manager.accept(RecordId.make(id))
      yield* manager.release(RecordId.make(id), { notBefore: later(30) })
    }
    yield* manager.create(ask, { id: "ready" })
    const claim = Effect.map(
      manager.claim(executor),
      Option.map(({ recordId }) => recordId)
    )
    assert.deepStrictEqual(yield* claim, Option.some(RecordId.make("ready")))
    assert.deepStrictEqual(yield* claim, Option.none())
    assert.deepStrictEqual((yield* manager.where(RecordId.make("delayed"))).notBefore, later(30))
    assert.strictEqual((yield* manager.accept(RecordId.make("named"))).attempt, 2)
    yield* TestClock.adjust("29999 millis")
    assert.deepStrictEqual(yield* claim, Option.none())
    yield* TestClock.adjust(1)
    assert.deepStrictEqual(yield* claim, Option.some(RecordId.make("delayed")))
  })

  test("does not hide ready handoffs, in any number", function* () {
    const manager = yield* HandoffManager
    for (let n = 0; n < 600; n++) {
      const { recordId } = yield* manager.create({ ...ask, priority: 9 })
      yield* manager.accept(recordId)
      yield* manager.release(recordId, { notBefore: later(60) })
    }
    yield* manager.create({ ...ask, priority: 1 }, { id: "ready" })
    const store = yield* HandoffStore
    let lists = 0
    const list: typeof store.list = (view, page) => Effect.suspend(() => (lists++, store.list(view, page)))
    const counted = yield* managerOver({ ...store, list })
    const claimed = Option.getOrThrow(yield* counted.claim(executor))
    assert.strictEqual(claimed.recordId, "ready")
    // One read for the head, three full pages, and one for what is overdue.
    assert.isAtMost(lists, 5)
    assert.isTrue(Option.isNone(yield* counted.claim(executor)))
    yield* TestClock.adjust("1 minute")
    const claims = yield* Effect.all(
      Array.from({ length: 601 }, () => counted.claim(executor)),
      { concurrency: "unbounded" }
    )
    assert.strictEqual(new Set(claims.flatMap(Option.toArray).map(({ recordId }) => recordId)).size, 600)
  })
})

describe("deadline and acceptBy", () => {
  test("are named when they expire, and acceptBy only expires without an acceptance", function* () {
    const manager = yield* HandoffManager
    const clocks = { ...ask, acceptBy: later(10), deadline: later(20) }
    for (const id of ["untouched", "accepted", "again"]) yield* manager.create(clocks, { id })
    yield* manager.accept(RecordId.make("accepted"))
    yield* manager.accept(RecordId.make("again"), { lease: 5000 })
    yield* TestClock.adjust("10 seconds")
    const first = yield* manager.sweep
    assert.sameDeepMembers(
      first.map(({ recordId, status }) => [recordId, status]),
      [
        ["again", "pending"],
        ["untouched", "expired"]
      ]
    )
    assert.deepInclude(yield* manager.get(RecordId.make("untouched")), { missed: "accept_by" })
    yield* TestClock.adjust("10 seconds")
    for (const record of yield* manager.sweep) assert.deepInclude(record, { status: "expired", missed: "deadline" })
  })

  test("are reminded of once each before they expire", function* () {
    const manager = yield* HandoffManager
    const id = RecordId.make("warned")
    yield* manager.create({ ...ask, acceptBy: later(60), deadline: later(120), remindBefore: 20_000 }, { id })
    const moved = Effect.map(manager.sweep, (records) => records.length)
    yield* TestClock.adjust("39999 millis")
    assert.strictEqual(yield* moved, 0)
    yield* TestClock.adjust(1)
    assert.deepStrictEqual([yield* moved, yield* moved], [1, 0])
    yield* manager.accept(id)
    yield* TestClock.adjust("60 seconds")
    // A verb that comes first also records the reminder.
    yield* manager.start(id)
    assert.deepStrictEqual([yield* moved, yield* moved], [0, 0])
    assert.deepStrictEqual(yield* tagsOf(id), ["Created", "Reminded", "Accepted", "Reminded", "Started"])
    yield* TestClock.adjust("20 seconds")
    assert.strictEqual(yield* moved, 1)
  })
})

describe("claiming", () => {
  test("applies overdue events first, and skips handoffs that they end", function* () {
    const manager = yield* HandoffManager
    yield* manager.create({ ...ask, acceptBy: later(10), priority: 9 }, { id: "late" })
    yield* manager.create({ ...ask, deadline: later(60), remindBefore: 55_000 }, { id: "near" })
    yield* TestClock.adjust("10 seconds")
    const claimed = Option.getOrThrow(yield* manager.claim(executor, { lease: minute }))
    assert.deepStrictEqual(
      [claimed.recordId, claimed.lease?.until, claimed.reminded],
      ["near", later(70), ["deadline"]]
    )
    assert.deepStrictEqual(yield* tagsOf(claimed.recordId), ["Created", "Reminded", "Accepted"])
    assert.deepInclude(yield* manager.get(RecordId.make("late")), { status: "expired", missed: "accept_by" })
  })

  test("concurrently gives each caller its own lease, and the next attempts to other callers", function* () {
    const manager = yield* HandoffManager
    for (let n = 0; n < 20; n++) yield* manager.create(ask)
    const claim = (lease: number) =>
      Effect.map(
        Effect.all(
          Array.from({ length: 20 }, () => manager.claim(executor, { lease })),
          { concurrency: "unbounded" }
        ),
        (claims) => claims.flatMap(Option.toArray)
      )
    assert.deepStrictEqual(
      (yield* claim(1000)).map(({ attempt, lease }) => [attempt, lease?.until]),
      Array.from({ length: 20 }, () => [1, later(1)])
    )
    assert.strictEqual((yield* claim(1000)).length, 0)
    yield* TestClock.adjust("1 second")
    assert.strictEqual((yield* manager.sweep).length, 20)
    const second = yield* claim(1000)
    assert.deepStrictEqual(
      [new Set(second.map(({ recordId }) => recordId)).size, new Set(second.map(({ attempt }) => attempt))],
      [20, new Set([2])]
    )
  })
})

describe("sweeping", () => {
  test("applies every overdue event once, even late and with concurrent sweeps", function* () {
    const manager = yield* HandoffManager
    const ids = Array.from({ length: 300 }, (_, n) => RecordId.make(`r${n}`))
    for (const [n, id] of ids.entries()) {
      yield* manager.create({ ...ask, deadline: later(1000 + n), remindBefore: 990_000 }, { id })
      yield* manager.accept(id, { lease: 1 + n })
    }
    yield* TestClock.adjust("500 seconds")
    // All three read the due handoffs before the first of them writes.
    const store = yield* HandoffStore
    const everybody = yield* Deferred.make<void>()
    let readers = 0
    const list: typeof store.list = (view, page) =>
      Effect.tap(store.list(view, page), () => {
        readers += 1
        return readers === 3 ? Deferred.succeed(everybody, undefined) : Deferred.await(everybody)
      })
    const { sweep } = yield* managerOver({ ...store, list })
    const sweeps = yield* Effect.all([sweep, sweep, sweep], { concurrency: "unbounded" })
    // Each handoff is released and reminded once; any of the sweeps may do it.
    const counts = new Map<string, number>()
    for (const { recordId } of sweeps.flat()) counts.set(recordId, (counts.get(recordId) ?? 0) + 1)
    assert.strictEqual(counts.size, 300)
    for (const id of ids) {
      assert.deepStrictEqual((yield* tagsOf(id)).toSorted(), ["Accepted", "Created", "Released", "Reminded"])
    }
    assert.deepStrictEqual(yield* manager.sweep, [])
    assert.deepInclude(yield* manager.metrics, { total: 300 })
  })

  test("fails if a store's index is wrong, instead of looping", function* () {
    const manager = yield* HandoffManager
    const store = yield* HandoffStore
    const { recordId } = yield* manager.create({ ...ask, deadline: later(1) })
    yield* TestClock.adjust("1 second")
    const wrong = yield* managerOver({
      ...store,
      list: () => Effect.map(store.get(recordId), Option.toArray)
    })
    const sentence = yield* refusal(wrong.sweep, "StoreError")
    assert.include(sentence, `Handoff ${recordId} is still listed as due`)
  })
})
