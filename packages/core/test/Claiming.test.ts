import { AgentId, RevisionConflict, StoreError, type InvalidInput, type KeyRequired } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import { ask, later, managerOver, refusal, test } from "./managing.ts"

const agent = AgentId.make("executor")

/** Creates `count` handoffs, the most urgent first, and returns their ids in that order. */
const createMany = (count: number) =>
  Effect.flatMap(HandoffManager, (manager) =>
    Effect.forEach(Array.from({ length: count }), (_, n) =>
      Effect.map(manager.create({ ...ask, priority: Math.max(1, 10 - n) }), ({ recordId }) => recordId)
    )
  )

/**
 * The store with slow reads, so that other claimers interfere. It counts its reads, the records that it gave to claimers, its
 * commits and conflicts.
 */
const counting = Effect.map(HandoffStore, (store) => {
  const counted = { lists: 0, looks: 0, offered: 0, commits: 0, lost: 0 }
  const slow = <A, E>(effect: Effect.Effect<A, E>) => Effect.tap(effect, () => Effect.yieldNow)
  const through = HandoffStore.of({
    ...store,
    list: (view, page) => Effect.suspend(() => (counted.lists++, slow(store.list(view, page)))),
    reserve: (inbox, page, milliseconds) =>
      Effect.tap(
        Effect.suspend(() => (counted.looks++, slow(store.reserve(inbox, page, milliseconds)))),
        (found) => Effect.sync(() => void (counted.offered += found.length))
      ),
    commit: (changes) =>
      Effect.andThen(
        Effect.yieldNow,
        Effect.suspend(() => (counted.commits++, store.commit(changes)))
      ).pipe(Effect.tapErrorTag("RevisionConflict", () => Effect.sync(() => void counted.lost++)))
  })
  return { store: through, counted }
})

const all = { concurrency: "unbounded" } as const

/** Advances the clock until a fiber ends, because a claimer looks again after a pause. */
const inTime = <A, E>(fiber: Fiber.Fiber<A, E>) =>
  Effect.gen(function* () {
    for (let left = 10_000; left > 0 && fiber.pollUnsafe() === undefined; left--) yield* TestClock.adjust(1)
    return yield* Fiber.join(fiber)
  })

describe("Claiming", () => {
  test("concurrently gives each caller another handoff, the most urgent first, without a conflict", function* () {
    yield* createMany(40)
    const { store, counted } = yield* counting
    const inbox = yield* store.list({ _tag: "Inbox", agent, status: "pending" }, { limit: 32 })
    const manager = yield* managerOver(store)
    const claims = yield* Effect.all(
      Array.from({ length: 32 }, () => manager.claim(agent)),
      all
    )
    assert.deepStrictEqual(
      claims.map(Option.map(({ recordId }) => recordId)),
      inbox.map(({ recordId }) => Option.some(recordId))
    )
    // The first claim looks alone, after what is overdue, and the other 31 share the next look. No record is read twice.
    assert.deepStrictEqual(counted, { lists: 2, looks: 2, offered: 32, commits: 32, lost: 0 })
  })

  test("gives a handoff again after its lease has expired, although nobody sweeps", function* () {
    const manager = yield* HandoffManager
    const [late] = yield* createMany(1)
    yield* manager.claim(agent, { lease: 60_000 })
    assert.isTrue(Option.isNone(yield* manager.claim(agent)))
    yield* TestClock.adjust("1 minute")
    const again = Option.getOrThrow(yield* manager.claim(agent))
    assert.deepStrictEqual([again.recordId, again.attempt], [late, 2])
  })

  test("gives an expired one also from an inbox that never empties", function* () {
    const manager = yield* HandoffManager
    const [late] = yield* createMany(1)
    yield* manager.claim(agent, { lease: 60_000 })
    const others = yield* createMany(3)
    yield* TestClock.adjust("1 minute")
    const claims = [yield* manager.claim(agent), yield* manager.claim(agent)].map(Option.getOrThrow)
    assert.isTrue(
      claims.some(({ recordId }) => recordId === late),
      `${late} of ${others.join(" ")}`
    )
  })

  test("by more callers than a page has handoffs reads several pages", function* () {
    const ids = yield* createMany(700)
    const { store } = yield* counting
    const limits: Array<number> = []
    const reserve: typeof store.reserve = (inbox, page, milliseconds) =>
      Effect.andThen(
        Effect.sync(() => limits.push(page.limit)),
        store.reserve(inbox, page, milliseconds)
      )
    const manager = yield* managerOver({ ...store, reserve })
    const claims = yield* Effect.all(
      Array.from({ length: 800 }, () => manager.claim(agent)),
      all
    )
    const taken = claims.flatMap((claimed) => (Option.isSome(claimed) ? [claimed.value.recordId] : []))
    assert.deepStrictEqual(taken.toSorted(), ids.toSorted())
    // The first claim reads alone, and the other 799 need four pages of at most 256.
    assert.isAtLeast(limits.length, 5)
  })

  test("gives nothing to the callers for whom no handoff is left", function* () {
    yield* createMany(3)
    const { store, counted } = yield* counting
    const manager = yield* managerOver(store)
    const claims = yield* Effect.all(
      Array.from({ length: 10 }, () => manager.claim(agent)),
      all
    )
    assert.strictEqual(claims.filter(Option.isSome).length, 3)
    assert.strictEqual(counted.lost, 0)
  })

  test("sees handoffs created before it started, even while others claim", function* () {
    yield* createMany(2)
    const { store } = yield* counting
    const manager = yield* managerOver(store)
    const other = yield* Effect.forkChild(manager.claim(agent), { startImmediately: true })
    const { recordId } = yield* manager.create({ ...ask, priority: 10 })
    const urgent = yield* manager.create({ ...ask, priority: 10, fromAgent: "other" })
    const claims = [yield* Fiber.join(other), yield* manager.claim(agent), yield* manager.claim(agent)]
    const taken = claims.map(Option.map((record) => record.recordId))
    assert.deepInclude(taken, Option.some(recordId))
    assert.deepInclude(taken, Option.some(urgent.recordId))
  })

  test("that is interrupted leaves its handoff to the waiting callers", function* () {
    const [id] = yield* createMany(1)
    const inner = yield* HandoffStore
    const gate = yield* Deferred.make<void>()
    const reached = yield* Deferred.make<void>()
    const manager = yield* managerOver({
      ...inner,
      commit: (changes) =>
        Effect.andThen(
          Deferred.succeed(reached, undefined),
          Effect.andThen(Deferred.await(gate), inner.commit(changes))
        )
    })
    const first = yield* Effect.forkChild(manager.claim(agent), { startImmediately: true })
    yield* Deferred.await(reached)
    const second = yield* Effect.forkChild(manager.claim(agent), { startImmediately: true })
    yield* Effect.yieldNow
    yield* Fiber.interrupt(first)
    yield* Deferred.succeed(gate, undefined)
    assert.deepStrictEqual(
      Option.map(yield* Fiber.join(second), ({ recordId }) => recordId),
      Option.fromUndefinedOr(id)
    )
  })

  test("fails while the store cannot be read, and works afterwards", function* () {
    yield* createMany(1)
    const inner = yield* HandoffStore
    const error = new StoreError({ operation: "reserve", reason: "unavailable", detail: "no" })
    let broken = true
    const reserve: typeof inner.reserve = (...page) => (broken ? Effect.fail(error) : inner.reserve(...page))
    const manager = yield* managerOver({ ...inner, reserve })
    const exits = yield* Effect.all([Effect.exit(manager.claim(agent)), Effect.exit(manager.claim(agent))], all)
    assert.deepStrictEqual(exits, [Exit.fail(error), Exit.fail(error)])
    broken = false
    assert.isTrue(Option.isSome(yield* manager.claim(agent)))
  })

  test("works after a store that threw instead of returning an effect", function* () {
    yield* createMany(1)
    const inner = yield* HandoffStore
    let broken = true
    const reserve: typeof inner.reserve = (...page) => {
      if (broken) throw new Error("no")
      return inner.reserve(...page)
    }
    const manager = yield* managerOver({ ...inner, reserve })
    const first = yield* Effect.forkChild(Effect.exit(manager.claim(agent)))
    for (let n = 0; n < 20; n++) yield* Effect.yieldNow
    assert.isDefined(first.pollUnsafe(), "it waits for ever")
    broken = false
    assert.isTrue(Option.isSome(yield* manager.claim(agent)))
  })

  test("skips any number of overdue handoffs", function* () {
    const manager = yield* HandoffManager
    const late = Array.from({ length: 1100 }, () => manager.create({ ...ask, priority: 9, deadline: later(1) }))
    yield* Effect.all(late)
    const { recordId } = yield* manager.create(ask)
    yield* TestClock.setTime(later(2).epochMilliseconds)
    assert.deepStrictEqual(
      Option.map(yield* manager.claim(agent), (claimed) => claimed.recordId),
      Option.some(recordId)
    )
    assert.strictEqual((yield* manager.metrics).byStatus.expired, 1100)
  })

  test("from many processes gives each handoff to one of them, without a conflict", function* () {
    const ids = yield* createMany(2000)
    const { store, counted } = yield* counting
    // Managers share nothing but the store, like managers in different processes.
    const managers = yield* Effect.forEach(Array.from({ length: 32 }), () => managerOver(store))
    const taken: Array<string> = []
    const claimAll = (
      manager: HandoffManager["Service"]
    ): Effect.Effect<void, InvalidInput | KeyRequired | StoreError> =>
      Effect.flatMap(manager.claim(agent), (claimed) => {
        if (Option.isNone(claimed)) return Effect.void
        taken.push(claimed.value.recordId)
        return Effect.suspend(() => claimAll(manager))
      })
    const claiming = yield* Effect.forkChild(Effect.forEach(managers, claimAll, all), { startImmediately: true })
    yield* inTime(claiming)
    assert.deepStrictEqual(taken.toSorted(), ids.toSorted())
    assert.deepStrictEqual([counted.offered, counted.lost], [ids.length, 0])
  })

  test("waits for what another process has reserved, and takes it when that process was stopped", function* () {
    const [id] = yield* createMany(1)
    const store = yield* HandoffStore
    const manager = yield* managerOver(store)
    yield* store.reserve({ _tag: "Inbox", agent, status: "pending" }, { limit: 1 }, 1000)
    const claiming = yield* Effect.forkChild(manager.claim(agent), { startImmediately: true })
    yield* TestClock.adjust(999)
    assert.isUndefined(claiming.pollUnsafe())
    const claimed = yield* inTime(claiming)
    assert.deepStrictEqual(
      Option.map(claimed, ({ recordId }) => recordId),
      Option.fromUndefinedOr(id)
    )
  })

  test("finds nothing once another process has taken what it had reserved", function* () {
    yield* createMany(1)
    const store = yield* HandoffStore
    const [manager, other] = [yield* managerOver(store), yield* managerOver(store)]
    const gate = yield* Deferred.make<void>()
    const slow = yield* managerOver({
      ...store,
      commit: (changes) => Effect.andThen(Deferred.await(gate), store.commit(changes))
    })
    const first = yield* Effect.forkChild(slow.claim(agent), { startImmediately: true })
    const second = yield* Effect.forkChild(manager.claim(agent), { startImmediately: true })
    yield* TestClock.adjust(10)
    assert.isUndefined(second.pollUnsafe())
    yield* Deferred.succeed(gate, undefined)
    assert.isTrue(Option.isSome(yield* Fiber.join(first)))
    assert.isTrue(Option.isNone(yield* inTime(second)))
    assert.isTrue(Option.isNone(yield* other.claim(agent)))
  })

  test("gives back what it may not take, for others to claim at once", function* () {
    const manager = yield* HandoffManager
    const briefing = { severity: "stable", summary: "Read it back", readBack: {} } as const
    const read = yield* Effect.forEach(["a", "b", "c"], () => manager.create({ ...ask, priority: 9, briefing }))
    const plain = yield* manager.create(ask)
    const claimed = Option.getOrThrow(yield* manager.claim(agent, { readsBack: false }))
    assert.strictEqual(claimed.recordId, plain.recordId)
    const others = yield* Effect.all(
      read.map(() => manager.claim(agent)),
      all
    )
    const idsOf = (records: ReadonlyArray<{ readonly recordId: string }>) =>
      records.map(({ recordId }) => recordId).toSorted()
    assert.deepStrictEqual(idsOf(others.map(Option.getOrThrow)), idsOf(read))
  })

  test("gives up on a store where another writer always wins", function* () {
    const [id] = yield* createMany(1)
    const inner = yield* HandoffStore
    const lost = Effect.fail(new RevisionConflict({ recordId: id ?? assert.fail(), revision: 2 }))
    const manager = yield* managerOver({ ...inner, commit: () => lost })
    assert.match(yield* refusal(manager.claim(agent), "StoreError"), /Nothing was claimed for executor: .* Try again$/)
  })
})
