import { AgentId, type HandoffRecord, type JsonObject, StoreError } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"

import * as HandoffWorker from "../src/HandoffWorker.ts"
import { HandoffManager, HandoffStore, MemoryStore } from "../src/index.ts"

const agent = AgentId.make("executor")

const layer = HandoffManager.layer.pipe(Layer.provideMerge(MemoryStore.layer))

const ask = (task: string, more: { readonly priority?: number; readonly maxAttempts?: number } = {}) =>
  HandoffManager.use(({ create }) => create({ fromAgent: "planner", toAgent: agent, taskDescription: task, ...more }))

const events = ({ recordId }: HandoffRecord) =>
  HandoffManager.use(({ history }) => Effect.map(history(recordId), (entries) => entries.map(({ event }) => event)))

const tags = (record: HandoffRecord) => Effect.map(events(record), (all) => all.map(({ _tag }) => _tag))

const now = ({ recordId }: HandoffRecord) => HandoffManager.use(({ get }) => get(recordId))

/** Lets what can happen now happen. */
const settle = Effect.repeat(TestClock.adjust("1 millis"), { times: 9 })

const start = <E, R>(
  handler: (work: HandoffWorker.Work) => Effect.Effect<JsonObject, E, R>,
  options?: HandoffWorker.WorkOptions
) => Effect.tap(Effect.forkChild(HandoffWorker.run(agent, handler, options), { startImmediately: true }), () => settle)

describe("a worker", () => {
  it.effect("hands back what its handler makes, the most urgent first, as many at once as it may", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const one = yield* ask("one", { priority: 2 })
      const two = yield* ask("two", { priority: 9 })
      const three = yield* ask("three", { priority: 5 })
      const worker = yield* start(
        ({ record }) =>
          Effect.gen(function* () {
            order.push(record.request.taskDescription)
            yield* Effect.sleep("1 minute")
            return { did: record.request.taskDescription }
          }),
        { concurrency: 2 }
      )
      assert.deepStrictEqual(order, ["two", "three"])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(order, ["two", "three", "one"])
      yield* TestClock.adjust("1 minute")
      for (const record of [one, two, three]) {
        const done = yield* now(record)
        assert.deepInclude(done, { status: "completed", attempt: 1, result: { did: record.request.taskDescription } })
      }
      // It goes on with what comes later.
      const four = yield* ask("four")
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* now(four)).status, "completed")
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("holds on for as long as its handler works, and lets nobody else in", () =>
    Effect.gen(function* () {
      const record = yield* ask("long")
      const worker = yield* start(() => Effect.as(Effect.sleep("1 hour"), { done: true }), { lease: "1 minute" })
      for (let minute = 0; minute < 59; minute++) {
        yield* TestClock.adjust("1 minute")
        assert.isTrue(Option.isNone(yield* HandoffManager.use(({ claim }) => claim(agent))))
      }
      yield* TestClock.adjust("2 minutes")
      assert.deepInclude(yield* now(record), { status: "completed", attempt: 1 })
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("takes over what a dead one has left, whose late result is refused", () =>
    Effect.gen(function* () {
      const record = yield* ask("left")
      const manager = yield* HandoffManager
      const dead = yield* manager.claim(agent, { lease: 60_000 })
      assert.isTrue(Option.isSome(dead))
      const worker = yield* start(() => Effect.succeed({ by: "the second" }))
      assert.deepInclude(yield* now(record), { status: "accepted", attempt: 1 })
      yield* TestClock.adjust("70 seconds")
      assert.deepInclude(yield* now(record), { status: "completed", attempt: 2, result: { by: "the second" } })
      const late = yield* Effect.flip(manager.complete(record.recordId, { attempt: 1, result: { by: "the first" } }))
      assert.strictEqual(late._tag, "StaleAttempt")
      assert.deepStrictEqual(
        (yield* tags(record)).filter((tag) => tag !== "Progressed"),
        ["Created", "Accepted", "Released", "Accepted", "Started", "Completed"]
      )
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("gives a failed attempt back, later each time, until none is left", () =>
    Effect.gen(function* () {
      const record = yield* ask("hard", { maxAttempts: 3 })
      const attempts: Array<number> = []
      const worker = yield* start(({ record: { attempt } }) => {
        attempts.push(attempt)
        return Effect.fail(`No ${attempt}`)
      })
      assert.deepStrictEqual(attempts, [1])
      const waiting = yield* now(record)
      assert.deepInclude(waiting, { status: "pending", attempt: 2 })
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(attempts, [1, 2, 3])
      const failed = yield* now(record)
      assert(failed.status === "failed")
      assert.deepStrictEqual([failed.code, failed.response.reason], ["attempts_exhausted", "No 3"])
      const reasons = (yield* events(record)).flatMap((event) => (event._tag === "Released" ? [event.reason] : []))
      assert.deepStrictEqual(reasons, ["No 1", "No 2"])
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("fails at once when its handler gives up, and when what it makes is no result", () =>
    Effect.gen(function* () {
      const hopeless = yield* ask("hopeless")
      const worker = yield* start(({ record }) =>
        record.request.taskDescription === "hopeless"
          ? Effect.fail(new HandoffWorker.GiveUp({ reason: "There is no such file." }))
          : // The cast: what a handler without types could give.
            Effect.succeed({ date: () => 1 } as unknown as JsonObject)
      )
      const failed = yield* now(hopeless)
      assert(failed.status === "failed")
      assert.deepStrictEqual([failed.code, failed.response.reason], [undefined, "There is no such file."])
      const odd = yield* ask("odd")
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* now(odd)).status, "failed")
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("interrupts its handler when the handoff is taken away, and goes on with the next", () =>
    Effect.gen(function* () {
      const record = yield* ask("unwanted", { priority: 9 })
      const next = yield* ask("wanted")
      let isInterrupted = false
      const worker = yield* start(({ record }) =>
        record.request.taskDescription === "wanted"
          ? Effect.succeed({})
          : Effect.onInterrupt(Effect.never, () => Effect.sync(() => (isInterrupted = true)))
      )
      yield* HandoffManager.use(({ cancel }) => cancel(record.recordId))
      yield* TestClock.adjust("30 seconds")
      assert.isTrue(isInterrupted)
      assert.strictEqual((yield* now(record)).status, "cancelled")
      assert.strictEqual((yield* now(next)).status, "completed")
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("asks, waits as long as it takes, and goes on with the answer", () =>
    Effect.gen(function* () {
      const record = yield* ask("unclear")
      const worker = yield* start(({ ask }) => Effect.map(ask("Which quarter?"), (quarter) => ({ quarter })), {
        lease: "1 minute"
      })
      assert.deepInclude(yield* now(record), { status: "input_required", question: "Which quarter?" })
      yield* TestClock.adjust("3 hours")
      assert.deepInclude(yield* now(record), { status: "input_required", attempt: 1 })
      yield* HandoffManager.use(({ answer }) => answer(record.recordId, { answer: "The third." }))
      yield* TestClock.adjust("3 seconds")
      assert.deepInclude(yield* now(record), { status: "completed", attempt: 1, result: { quarter: "The third." } })
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("says how far it is", () =>
    Effect.gen(function* () {
      const record = yield* ask("long")
      const worker = yield* start(({ progress }) =>
        Effect.andThen(progress({ note: "Half", fraction: 0.5 }), Effect.as(Effect.sleep("10 seconds"), {}))
      )
      const half = yield* now(record)
      assert(half.status === "in_progress")
      assert.deepInclude(half.progress, { note: "Half", fraction: 0.5 })
      yield* TestClock.adjust("11 seconds")
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )
})

describe("a worker that is shut down", () => {
  it.effect("claims no more, and lets what is under way end within its grace time", () =>
    Effect.gen(function* () {
      const record = yield* ask("nearly done", { priority: 9 })
      const next = yield* ask("too late")
      const worker = yield* start(() => Effect.as(Effect.sleep("5 seconds"), {}), { grace: "10 seconds" })
      const closed = yield* Effect.forkChild(Fiber.interrupt(worker), { startImmediately: true })
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(closed)
      assert.strictEqual((yield* now(record)).status, "completed")
      assert.deepStrictEqual(yield* tags(next), ["Created"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("releases what takes longer, so that another can take it at once", () =>
    Effect.gen(function* () {
      const record = yield* ask("endless")
      let isInterrupted = false
      const worker = yield* start(
        () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => (isInterrupted = true))),
        { grace: "10 seconds" }
      )
      const closed = yield* Effect.forkChild(Fiber.interrupt(worker), { startImmediately: true })
      yield* TestClock.adjust("11 seconds")
      yield* Fiber.join(closed)
      assert.isTrue(isInterrupted)
      assert.deepInclude(yield* now(record), { status: "pending", attempt: 2 })
      assert.isTrue(Option.isSome(yield* HandoffManager.use(({ claim }) => claim(agent))))
    }).pipe(Effect.provide(layer))
  )
})

/** A memory store whose commits fail while `isDown`, some of them after they have happened. */
const unsteady = Effect.gen(function* () {
  const state = { isDown: false, failures: 0 }
  const down = new StoreError({ operation: "commit", reason: "unavailable", detail: "The store is away for a moment" })
  const store = Layer.effect(
    HandoffStore,
    HandoffStore.useSync((inner) =>
      HandoffStore.of({
        ...inner,
        commit: (changes) =>
          Effect.suspend(() => {
            if (!state.isDown) return inner.commit(changes)
            state.failures += 1
            return state.failures % 2 === 0
              ? Effect.fail(down)
              : Effect.andThen(inner.commit(changes), Effect.fail(down))
          })
      })
    )
  ).pipe(Layer.provideMerge(MemoryStore.layer))
  return { state, layer: HandoffManager.layer.pipe(Layer.provideMerge(store)) }
})

describe("a worker over a store that fails", () => {
  it.effect("tries again while the lease lasts, and completes each handoff once", () =>
    Effect.gen(function* () {
      const { state, layer } = yield* unsteady
      yield* Effect.gen(function* () {
        const record = yield* ask("through a storm")
        const begun = yield* Deferred.make<void>()
        const worker = yield* start(() =>
          Effect.andThen(Deferred.succeed(begun, undefined), Effect.as(Effect.sleep("10 seconds"), { done: true }))
        )
        yield* Deferred.await(begun)
        state.isDown = true
        yield* TestClock.adjust("11 seconds")
        assert.isAbove(state.failures, 0)
        state.isDown = false
        yield* TestClock.adjust("20 seconds")
        assert.deepInclude(yield* now(record), { status: "completed", attempt: 1 })
        const completions = (yield* tags(record)).filter((tag) => tag === "Completed")
        assert.strictEqual(completions.length, 1)
        yield* Fiber.interrupt(worker)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("ends when the store is corrupt, and says so", () =>
    Effect.gen(function* () {
      const corrupt = new StoreError({ operation: "list", reason: "corrupt", detail: "The index is gone" })
      const store = Layer.effect(
        HandoffStore,
        HandoffStore.useSync((inner) => HandoffStore.of({ ...inner, list: () => Effect.fail(corrupt) }))
      ).pipe(Layer.provideMerge(MemoryStore.layer))
      const error = yield* Effect.flip(HandoffWorker.run(agent, () => Effect.succeed({}))).pipe(
        Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(store)))
      )
      assert.strictEqual(error, corrupt)
    })
  )
})
