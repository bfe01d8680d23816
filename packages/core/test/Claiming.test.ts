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

/** The store with slow reads, so that other claimers interfere, and with counts of its commits and conflicts. */
const counting = Effect.map(HandoffStore, (store) => {
  const counted = { lists: 0, commits: 0, lost: 0 }
  const slow = <A, E>(effect: Effect.Effect<A, E>) => Effect.tap(effect, () => Effect.yieldNow)
  const through = HandoffStore.of({
    ...store,
    list: (view, page) => Effect.suspend(() => (counted.lists++, slow(store.list(view, page)))),
    commit: (changes) =>
      Effect.andThen(
        Effect.yieldNow,
        Effect.suspend(() => (counted.commits++, store.commit(changes)))
      ).pipe(Effect.tapErrorTag("RevisionConflict", () => Effect.sync(() => void counted.lost++)))
  })
  return { store: through, counted }
})

const all = { concurrency: "unbounded" } as const

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
    // Two of the inbox, and one before them of what is overdue.
    assert.deepStrictEqual(counted, { lists: 4, commits: 32, lost: 0 })
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
    const list: typeof store.list = (view, page) =>
      Effect.andThen(
        Effect.sync(() => limits.push(page.limit)),
        store.list(view, page)
      )
    const manager = yield* managerOver({ ...store, list })
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
    const error = new StoreError({ operation: "list", reason: "unavailable", detail: "no" })
    let broken = true
    const list: typeof inner.list = (view, page) => (broken ? Effect.fail(error) : inner.list(view, page))
    const manager = yield* managerOver({ ...inner, list })
    const exits = yield* Effect.all([Effect.exit(manager.claim(agent)), Effect.exit(manager.claim(agent))], all)
    assert.deepStrictEqual(exits, [Exit.fail(error), Exit.fail(error)])
    broken = false
    assert.isTrue(Option.isSome(yield* manager.claim(agent)))
  })

  test("works after a store that threw instead of returning an effect", function* () {
    yield* createMany(1)
    const inner = yield* HandoffStore
    let broken = true
    const list: typeof inner.list = (view, page) => {
      if (broken) throw new Error("no")
      return inner.list(view, page)
    }
    const manager = yield* managerOver({ ...inner, list })
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

  test("from many processes gives each handoff to one of them, with conflicts in less than half of the commits", function* () {
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
    yield* Effect.forEach(managers, claimAll, all)
    assert.deepStrictEqual(taken.toSorted(), ids.toSorted())
    assert.isBelow(counted.lost / counted.commits, 0.5)
  })

  test("gives up on a store where another writer always wins", function* () {
    const [id] = yield* createMany(1)
    const inner = yield* HandoffStore
    const lost = Effect.fail(new RevisionConflict({ recordId: id ?? assert.fail(), revision: 2 }))
    const manager = yield* managerOver({ ...inner, commit: () => lost })
    assert.match(yield* refusal(manager.claim(agent), "StoreError"), /Nothing was claimed for executor: .* Try again$/)
  })
})
