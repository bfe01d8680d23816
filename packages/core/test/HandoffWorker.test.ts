import { AgentId, type HandoffRecord, type JsonObject, StoreError } from "@aumai/handoff-protocol"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"

import { openBox } from "../../testing/src/openBox.ts"
import { AgentCapabilityRegistry, AgentStore, HandoffManager, HandoffStore, MemoryStore } from "../src/index.ts"
import * as HandoffWorker from "../src/worker/HandoffWorker.ts"

// Loaded first, because the test clock would otherwise advance while it loads.
beforeAll(() => import("../src/engine/Rerouting.ts"))

const agent = AgentId.make("executor")

const layer = Layer.merge(HandoffManager.layer, AgentCapabilityRegistry.layer).pipe(
  Layer.provideMerge(Layer.merge(MemoryStore.layer, openBox))
)

const ask = (task: string, more: { readonly priority?: number; readonly maxAttempts?: number } = {}) =>
  HandoffManager.use(({ create }) => create({ fromAgent: "planner", toAgent: agent, taskDescription: task, ...more }))

const events = ({ recordId }: HandoffRecord) =>
  HandoffManager.use(({ history }) => Effect.map(history(recordId), (entries) => entries.map(({ event }) => event)))

const tags = (record: HandoffRecord) => Effect.map(events(record), (all) => all.map(({ _tag }) => _tag))

const now = ({ recordId }: HandoffRecord) => HandoffManager.use(({ get }) => get(recordId))

/** Runs everything that can run now. */
const settle = Effect.repeat(TestClock.adjust("1 millis"), { times: 9 })

const start = <E, R>(
  handler: (work: HandoffWorker.Work) => Effect.Effect<JsonObject, E, R>,
  options?: HandoffWorker.WorkOptions<E, R>
) => Effect.tap(Effect.forkChild(HandoffWorker.run(agent, handler, options), { startImmediately: true }), () => settle)

describe("a worker", () => {
  it.effect("completes handoffs with the handler's results, the most urgent first, up to its concurrency", () =>
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
      // It continues with later handoffs.
      const four = yield* ask("four")
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* now(four)).status, "completed")
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("renews the lease while its handler works", () =>
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

  it.effect("takes over from a dead worker, whose late result is refused", () =>
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

  it.effect("takes over a short lease within half of it, and does not look more often than that", () =>
    Effect.gen(function* () {
      let looks = 0
      let claims = 0
      const counting = Layer.effect(
        HandoffStore,
        HandoffStore.useSync((inner) =>
          HandoffStore.of({
            ...inner,
            list: (view, page) =>
              Effect.suspend(() => {
                if (view._tag === "Due") looks += 1
                if (view._tag === "Inbox") claims += 1
                return inner.list(view, page)
              })
          })
        )
      ).pipe(Layer.provideMerge(MemoryStore.layer))
      yield* Effect.gen(function* () {
        for (const [lease, interval] of [
          [1000, 500],
          [20, 100],
          [60_000, 5000]
        ] as const) {
          const worker = yield* start(() => Effect.succeed({ by: "the second" }), { lease })
          // The moment between two sweeps does not matter.
          yield* TestClock.adjust(interval / 3)
          const { recordId } = yield* HandoffManager.use(({ create }) =>
            create({ fromAgent: "planner", toAgent: "other", taskDescription: "left" })
          )
          yield* HandoffManager.use(({ accept }) => accept(recordId, { lease }))
          yield* TestClock.adjust(lease + interval)
          assert.deepInclude(yield* HandoffManager.use(({ get }) => get(recordId)), { status: "pending", attempt: 2 })
          looks = claims = 0
          yield* TestClock.adjust(10 * interval)
          // A claim looks, too.
          assert.isAtLeast(looks, 10)
          assert.isAtMost(looks, 10 + claims)
          yield* Fiber.interrupt(worker)
        }
      }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(counting))))
    })
  )

  it.effect("takes over a lease of one second within two seconds", () =>
    Effect.gen(function* () {
      const record = yield* ask("left")
      const dead = yield* HandoffManager.use(({ claim }) => claim(agent, { lease: 1000 }))
      assert.isTrue(Option.isSome(dead))
      const worker = yield* start(() => Effect.succeed({ by: "the second" }), { lease: "1 second" })
      assert.deepInclude(yield* now(record), { status: "accepted", attempt: 1 })
      yield* TestClock.adjust("2 seconds")
      assert.deepInclude(yield* now(record), { status: "completed", attempt: 2, result: { by: "the second" } })
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("releases a failed attempt with growing delays, until no attempt is left", () =>
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
      // The pauses span an outage of minutes.
      yield* TestClock.adjust("3 minutes")
      assert.deepStrictEqual(attempts, [1, 2])
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(attempts, [1, 2, 3])
      const failed = yield* now(record)
      assert(failed.status === "failed")
      assert.deepStrictEqual([failed.code, failed.response.reason], ["attempts_exhausted", "No 3"])
      const reasons = (yield* events(record)).flatMap((event) => (event._tag === "Released" ? [event.reason] : []))
      assert.deepStrictEqual(reasons, ["No 1", "No 2"])
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("hands a failed last attempt to the next capable agent if the request allows re-routing", () =>
    Effect.gen(function* () {
      const registry = yield* AgentCapabilityRegistry
      yield* registry.register("executor", ["work"])
      yield* registry.register("analyst", ["work"])
      // The router chooses, because a test does not wait until the router is loaded.
      const record = yield* HandoffManager.use(({ create }) =>
        create(
          { fromAgent: "planner", taskDescription: "hard", maxAttempts: 1, reroute: true, requires: ["work"] },
          { routing: { exclude: [AgentId.make("analyst")] } }
        )
      )
      const worker = yield* start(() => Effect.fail("Not me"))
      const moved = yield* now(record)
      assert.deepInclude(moved, { status: "pending", attempt: 2 })
      assert.deepInclude((yield* events(record)).at(-1), {
        _tag: "Forwarded",
        to: AgentId.make("analyst"),
        because: "attempts_exhausted",
        reason: "Not me"
      })
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("fails at once if the handler gives up or returns an invalid result", () =>
    Effect.gen(function* () {
      const hopeless = yield* ask("hopeless")
      const worker = yield* start(({ record }) =>
        record.request.taskDescription === "hopeless"
          ? Effect.fail(new HandoffWorker.GiveUp({ reason: "There is no such file." }))
          : record.request.taskDescription === "lengthy"
            ? Effect.fail(new HandoffWorker.GiveUp({ reason: "No ".repeat(100_000) }))
            : // The cast makes a result that a handler without types could return.
              Effect.succeed({ date: () => 1 } as unknown as JsonObject)
      )
      const failed = yield* now(hopeless)
      assert(failed.status === "failed")
      assert.deepStrictEqual([failed.code, failed.response.reason], [undefined, "There is no such file."])
      const lengthy = yield* ask("lengthy")
      yield* TestClock.adjust("3 seconds")
      const ended = yield* now(lengthy)
      assert(ended.status === "failed")
      assert.match(ended.response.reason, /^(?:No ){20000,}(?:No?)?…$/)
      const odd = yield* ask("odd")
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* now(odd)).status, "failed")
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("interrupts its handler when it loses the handoff, and continues with the next", () =>
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

  const endings: Readonly<
    Record<string, (record: HandoffRecord) => Effect.Effect<unknown, unknown, HandoffManager | HandoffStore>>
  > = {
    cancelled: ({ recordId }) => HandoffManager.use(({ cancel }) => cancel(recordId)),
    "cancelled with the whole": ({ request: { parent } }) =>
      HandoffManager.use(({ cancel }) => (parent === undefined ? Effect.void : cancel(parent))),
    forwarded: ({ recordId }) => HandoffManager.use(({ forward }) => forward(recordId, { to: AgentId.make("other") })),
    released: ({ recordId }) => HandoffManager.use(({ release }) => release(recordId, { reason: "Not now" })),
    failed: ({ recordId }) => HandoffManager.use(({ fail }) => fail(recordId, { reason: "No" })),
    "past its deadline": () => Effect.void
  }
  for (const isAsking of [false, true]) {
    it.effect.each(Object.entries(endings))(
      `interrupts ${isAsking ? "a question" : "its handler"} within a second after the handoff is %s`,
      ([name, end]) =>
        Effect.gen(function* () {
          const manager = yield* HandoffManager
          const whole = yield* manager.create({ fromAgent: "boss", toAgent: "planner", taskDescription: "whole" })
          yield* manager.accept(whole.recordId)
          const record = yield* manager.delegate(whole.recordId, {
            toAgent: agent,
            taskDescription: "part",
            ...(name === "past its deadline" ? { deadline: DateTime.makeUnsafe(3_600_000) } : {})
          })
          let isInterrupted = false
          const worker = yield* start(
            ({ ask }) =>
              Effect.onInterrupt(isAsking ? Effect.as(ask("Which quarter?"), {}) : Effect.never, () =>
                Effect.sync(() => (isInterrupted = true))
              ),
            // The renewals notice the end only after a third of it.
            { lease: "10 hours", grace: 0 }
          )
          yield* TestClock.adjust(3_599_000)
          assert.isFalse(isInterrupted)
          yield* end(record)
          yield* TestClock.adjust("1 second")
          // A deadline passes at the end of that second.
          if (name === "past its deadline") yield* TestClock.adjust("1 second")
          assert.isTrue(isInterrupted)
          yield* Fiber.interrupt(worker)
        }).pipe(Effect.provide(layer))
    )
  }

  it.effect("lets a handler end that has completed its handoff itself", () =>
    Effect.gen(function* () {
      const record = yield* ask("own")
      const { complete } = yield* HandoffManager
      let isCleaned = false
      const worker = yield* start(({ record: { recordId } }) =>
        complete(recordId, { result: { own: true } }).pipe(
          Effect.andThen(Effect.sleep("10 seconds")),
          Effect.andThen(Effect.sync(() => (isCleaned = true))),
          Effect.as({})
        )
      )
      yield* TestClock.adjust("10 seconds")
      assert.isTrue(isCleaned)
      assert.deepInclude(yield* now(record), { status: "completed", result: { own: true } })
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("reads what it holds after a hint only, four times a second on a busy store", () =>
    Effect.gen(function* () {
      const reads = new Map<string, number>()
      const counting = Layer.effect(
        HandoffStore,
        HandoffStore.useSync((inner) =>
          HandoffStore.of({
            ...inner,
            get: (id) => Effect.suspend(() => (reads.set(id, (reads.get(id) ?? 0) + 1), inner.get(id)))
          })
        )
      ).pipe(Layer.provideMerge(MemoryStore.layer))
      yield* Effect.gen(function* () {
        const { recordId } = yield* ask("long")
        const worker = yield* start(() => Effect.never, { lease: "10 hours", grace: 0 })
        yield* TestClock.adjust("1 second")
        reads.clear()
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual([...reads], [])
        for (let commit = 0; commit < 100; commit++) {
          yield* HandoffManager.use(({ create }) =>
            create({ fromAgent: "planner", toAgent: "other", taskDescription: "busy" })
          )
          yield* TestClock.adjust("100 millis")
        }
        const found = reads.get(recordId) ?? 0
        assert.isTrue(found > 10 && found <= 41, String(found))
        yield* Fiber.interrupt(worker)
      }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(counting))))
    })
  )

  it.effect("asks a question, waits, and continues with the answer", () =>
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

  it.effect("reports progress", () =>
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

describe("a worker with a read-back", () => {
  const askWith = (task: string) =>
    HandoffManager.use(({ create }) =>
      create({
        fromAgent: "planner",
        toAgent: agent,
        taskDescription: task,
        briefing: { severity: "stable", summary: "Two invoices are missing.", readBack: {} }
      })
    )

  it.effect("renews the lease while it reads the briefing", () =>
    Effect.gen(function* () {
      const record = yield* askWith("slow to read")
      const worker = yield* start(() => Effect.succeed({}), {
        lease: "1 minute",
        readBack: () => Effect.as(Effect.sleep("10 minutes"), { summary: "I get them." })
      })
      yield* TestClock.adjust("9 minutes")
      assert.deepInclude(yield* now(record), { status: "accepted", attempt: 1 })
      yield* TestClock.adjust("2 minutes")
      assert.deepInclude(yield* now(record), { status: "completed", attempt: 1 })
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("stops reading a withdrawn briefing, and continues with the next handoff", () =>
    Effect.gen(function* () {
      const record = yield* askWith("withdrawn")
      let isInterrupted = false
      const worker = yield* start(() => Effect.succeed({}), {
        lease: "1 minute",
        readBack: ({ request }) =>
          request.taskDescription === "withdrawn"
            ? Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (isInterrupted = true)))
            : Effect.succeed({ summary: "I get them." })
      })
      yield* HandoffManager.use(({ cancel }) => cancel(record.recordId))
      const next = yield* askWith("next")
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual([isInterrupted, (yield* now(next)).status], [true, "completed"])
      assert.deepStrictEqual(yield* tags(record), ["Created", "Accepted", "Cancelled"])
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("fails a handoff if reading gives up, and releases it after another error", () =>
    Effect.gen(function* () {
      const [hopeless, unclear] = [yield* askWith("hopeless"), yield* askWith("unclear")]
      const worker = yield* start(() => Effect.succeed({}), {
        readBack: ({ request: { taskDescription } }) =>
          Effect.fail(
            taskDescription === "hopeless" ? new HandoffWorker.GiveUp({ reason: "There is no ledger." }) : "Not clear."
          )
      })
      assert.deepInclude(yield* now(hopeless), { status: "failed", attempt: 1 })
      assert.deepInclude(yield* now(unclear), { status: "pending", attempt: 2 })
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )
})

describe("a worker whose work is not accepted at once", () => {
  it.effect("does not undo a confirmation by repeating a restate that may have been committed", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      const store = yield* HandoffStore
      let isFailing = true
      const flaky: HandoffStore["Service"] = {
        ...store,
        commit: (changes) =>
          Effect.andThen(
            store.commit(changes),
            Effect.suspend(() => {
              if (!isFailing || changes[0].event._tag !== "Restated") return Effect.void
              isFailing = false
              return Effect.fail(new StoreError({ operation: "commit", reason: "unavailable", detail: "Lost" }))
            })
          )
      }
      const { recordId } = yield* manager.create({
        fromAgent: "planner",
        toAgent: agent,
        taskDescription: "confirmed at once",
        briefing: { severity: "stable", summary: "Two invoices are missing.", readBack: { confirm: true } }
      })
      const run = HandoffWorker.run(agent, () => Effect.succeed({}), {
        readBack: () => Effect.succeed({ summary: "I get them." })
      }).pipe(
        Effect.provide(Layer.fresh(HandoffManager.layer), { local: true }),
        Effect.provideService(HandoffStore, flaky)
      )
      const worker = yield* Effect.forkChild(run, { startImmediately: true })
      yield* Effect.repeat(Effect.yieldNow, { times: 99 })
      yield* manager.confirm(recordId)
      yield* TestClock.adjust("1 minute")
      const record = yield* manager.get(recordId)
      assert.deepStrictEqual(yield* tags(record), [
        "Created",
        "Accepted",
        "Restated",
        "Confirmed",
        "Started",
        "Completed"
      ])
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("releases a handoff that waits for confirmation when it shuts down, without a delay", () =>
    Effect.gen(function* () {
      const { recordId } = yield* HandoffManager.use(({ create }) =>
        create({
          fromAgent: "planner",
          toAgent: agent,
          taskDescription: "unconfirmed",
          briefing: { severity: "stable", summary: "Two invoices are missing.", readBack: { confirm: true } }
        })
      )
      const worker = yield* start(() => Effect.succeed({}), {
        readBack: () => Effect.succeed({ summary: "I get them." })
      })
      const leaving = yield* Effect.forkChild(Fiber.interrupt(worker), { startImmediately: true })
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(leaving)
      const record = yield* HandoffManager.use(({ get }) => get(recordId))
      assert.deepInclude((yield* events(record)).at(-1), { _tag: "Released", reason: "The worker was shut down." })
      assert.isTrue(Option.isSome(yield* HandoffManager.use(({ claim }) => claim(agent))))
    }).pipe(Effect.provide(layer))
  )

  it.effect("ends it with a sentence that repeats no long key", () =>
    Effect.gen(function* () {
      const { recordId } = yield* HandoffManager.use(({ create }) =>
        create({
          fromAgent: "planner",
          toAgent: agent,
          taskDescription: "exactly",
          maxAttempts: 2
        })
      )
      const worker = yield* start(({ deliver }) =>
        Effect.sync(() => {
          // The sentence names the unknown key.
          const artifact = { name: "text", content: "y", ["x".repeat(70_000)]: true }
          deliver(artifact)
          return {}
        })
      )
      yield* settle
      const record = yield* HandoffManager.use(({ get }) => get(recordId))
      assert(record.status === "failed")
      assert.match(
        record.response.reason,
        /^Invalid complete: artifacts\[0\]\.x{100,200}…: Expected no excess property/
      )
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )
})

describe("a handler", () => {
  it.effect("can ask through the manager, and is not treated as lost while it waits", () =>
    Effect.gen(function* () {
      const record = yield* ask("unclear")
      const manager = yield* HandoffManager
      const worker = yield* start(
        ({ record: { recordId, attempt } }) =>
          Effect.andThen(
            manager.ask(recordId, { attempt, question: "Which quarter?" }).pipe(Effect.orDie),
            Effect.as(Effect.sleep("5 minutes"), { done: true })
          ),
        { lease: "1 minute" }
      )
      yield* TestClock.adjust("3 minutes")
      yield* manager.answer(record.recordId, { answer: "The third." })
      yield* TestClock.adjust("3 minutes")
      assert.deepInclude(yield* now(record), { status: "completed", attempt: 1, result: { done: true } })
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("that throws instead of returning an effect fails the attempt, and the worker continues", () =>
    Effect.gen(function* () {
      const record = yield* ask("thrown", { maxAttempts: 1 })
      const next = yield* ask("next")
      const worker = yield* start(({ record: { request } }) => {
        if (request.taskDescription === "thrown") throw new Error("No such tool")
        return Effect.succeed({})
      })
      const failed = yield* now(record)
      assert(failed.status === "failed")
      assert.strictEqual(failed.response.reason, "No such tool")
      assert.strictEqual((yield* now(next)).status, "completed")
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )
})

describe("a worker that shuts down", () => {
  it.effect("stops claiming, and lets running handlers end within the grace time", () =>
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

  it.effect("releases longer work, so that another worker can take it at once", () =>
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

describe("a shutdown", () => {
  /** Runs a worker until its first handler waits, and stops it. */
  const deploy = <E, R>(
    handler: (work: HandoffWorker.Work) => Effect.Effect<JsonObject, E, R>,
    grace: Duration.Input = 0
  ) =>
    Effect.gen(function* () {
      const worker = yield* start(handler, { grace })
      const closed = yield* Effect.forkChild(Fiber.interrupt(worker), { startImmediately: true })
      yield* TestClock.adjust(grace)
      yield* settle
      yield* Fiber.join(closed)
    })

  it.effect("takes no attempt from the handoff", () =>
    Effect.gen(function* () {
      const record = yield* ask("long", { maxAttempts: 2 })
      for (let time = 1; time <= 5; time++) {
        yield* deploy(() => Effect.never)
        assert.deepInclude(yield* now(record), { status: "pending", attempt: time + 1, uncounted: time })
        assert.deepInclude((yield* events(record)).at(-1), {
          _tag: "Released",
          code: "shutdown",
          attempt: time,
          reason: "The worker was shut down."
        })
      }
      const worker = yield* start(() => Effect.fail("Not me"))
      yield* TestClock.adjust("1 hour")
      assert.deepInclude(yield* now(record), { status: "failed", code: "attempts_exhausted", attempt: 7 })
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is not counted twenty times, and the next one does not fail the handoff either", () =>
    Effect.gen(function* () {
      const record = yield* ask("long", { maxAttempts: 1 })
      for (let time = 0; time < 20; time++) yield* deploy(() => Effect.never)
      assert.deepInclude(yield* now(record), { status: "pending", attempt: 21, uncounted: 20 })
      const warnings: Array<string> = []
      const listening: Console.Console = {
        ...(yield* Console.Console),
        warn: (text: string) => void warnings.push(text)
      }
      yield* Effect.provideService(
        deploy(() => Effect.never),
        Console.Console,
        listening
      )
      assert.deepInclude(yield* now(record), { status: "in_progress", attempt: 21 })
      assert.match(warnings.join(""), /was not recorded: .*21/)
      yield* TestClock.adjust("1 minute")
      yield* HandoffManager.use(({ sweep }) => sweep)
      assert.deepInclude(yield* now(record), { status: "failed", code: "attempts_exhausted" })
    }).pipe(Effect.provide(layer))
  )

  it.effect("does not re-route the handoff", () =>
    Effect.gen(function* () {
      const registry = yield* AgentCapabilityRegistry
      yield* registry.register("executor", ["work"])
      yield* registry.register("analyst", ["work"])
      const { create } = yield* HandoffManager
      const record = yield* create(
        { fromAgent: "planner", taskDescription: "long", maxAttempts: 1, reroute: true, requires: ["work"] },
        { routing: { exclude: [AgentId.make("analyst")] } }
      )
      yield* deploy(() => Effect.never)
      assert.deepInclude(yield* now(record), { status: "pending", attempt: 2, uncounted: 1 })
      assert.notProperty(yield* now(record), "hops")
    }).pipe(Effect.provide(layer))
  )

  it.effect("explains a handler that fails in the grace time, but not one that gives up", () =>
    Effect.gen(function* () {
      const broken = yield* ask("broken", { maxAttempts: 1, priority: 9 })
      yield* deploy(() => Effect.andThen(Effect.sleep("1 second"), Effect.fail("The socket was closed")), "2 seconds")
      assert.deepInclude(yield* now(broken), { status: "pending", uncounted: 1 })
      assert.deepInclude((yield* events(broken)).at(-1), { code: "shutdown", reason: "The socket was closed" })
      const hopeless = new HandoffWorker.GiveUp({ reason: "No file" })
      yield* deploy(() => Effect.andThen(Effect.sleep("1 second"), Effect.fail(hopeless)), "2 seconds")
      assert.deepInclude(yield* now(broken), { status: "failed" })
    }).pipe(Effect.provide(layer))
  )

  it.effect("leaves a question open, whose answer the next attempt gets", () =>
    Effect.gen(function* () {
      const record = yield* ask("unclear", { maxAttempts: 1 })
      const { answer } = yield* HandoffManager
      const asks = ({ ask }: HandoffWorker.Work) => Effect.map(ask("Which quarter?"), (quarter) => ({ quarter }))
      for (let time = 1; time <= 2; time++) {
        yield* deploy(asks)
        const open = yield* now(record)
        assert.deepInclude(open, { status: "input_required", question: "Which quarter?", released: true, uncounted: 1 })
        yield* TestClock.adjust("1 day")
        assert.isTrue(Option.isNone(yield* HandoffManager.use(({ claim }) => claim(agent))))
      }
      const answered = yield* answer(record.recordId, { answer: "The third." })
      const known = { question: "Which quarter?", answer: "The third." }
      assert.deepInclude(answered, { status: "pending", attempt: 2, answer: known })
      // An attempt that is shut down before it asks keeps the answer.
      yield* deploy(({ record }) => (assert.deepStrictEqual(record.answer, known), Effect.never))
      const worker = yield* start(asks)
      assert.deepInclude(yield* now(record), { status: "completed", attempt: 3, result: { quarter: "The third." } })
      assert.strictEqual((yield* tags(record)).filter((tag) => tag === "Asked").length, 1)
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("lets the next attempt ask another question", () =>
    Effect.gen(function* () {
      const record = yield* ask("unclear")
      const { answer } = yield* HandoffManager
      yield* deploy(({ ask }) => Effect.as(ask("Which quarter?"), {}))
      yield* answer(record.recordId, { answer: "The third." })
      const worker = yield* start(({ ask }) => Effect.map(ask("Which year?"), (year) => ({ year })))
      assert.deepInclude(yield* now(record), { status: "input_required", question: "Which year?", attempt: 2 })
      yield* answer(record.recordId, { answer: "2026" })
      yield* TestClock.adjust("3 seconds")
      assert.deepInclude(yield* now(record), { status: "completed", result: { year: "2026" } })
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("refuses the asker that comes back after it", () =>
    Effect.gen(function* () {
      const record = yield* ask("unclear")
      const manager = yield* HandoffManager
      yield* deploy(({ ask }) => Effect.as(ask("Which quarter?"), {}))
      const late = yield* Effect.flip(manager.fail(record.recordId, { attempt: 1, reason: "No" }))
      assert.strictEqual(late._tag, "StaleAttempt")
      yield* manager.cancel(record.recordId)
      assert.deepInclude(yield* now(record), { status: "cancelled", attempt: 2 })
    }).pipe(Effect.provide(layer))
  )
})

/** A memory store whose commits fail while `isDown`. Some of these fail after they happened, unless `isLost`. */
const unsteady = Effect.gen(function* () {
  const state = { isDown: false, isLost: false, failures: 0 }
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
            return state.isLost || state.failures % 2 === 0
              ? Effect.fail(down)
              : Effect.andThen(inner.commit(changes), Effect.fail(down))
          })
      })
    )
  ).pipe(Layer.provideMerge(MemoryStore.layer))
  return { state, layer: HandoffManager.layer.pipe(Layer.provideMerge(store)) }
})

describe("a worker on a failing store", () => {
  it.effect("retries during the lease, and completes each handoff once", () =>
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

  it.effect("fails a last attempt once, although the store answers too late", () =>
    Effect.gen(function* () {
      const { state, layer } = yield* unsteady
      const warnings: Array<string> = []
      const listening: Console.Console = {
        ...(yield* Console.Console),
        warn: (text: string) => void warnings.push(text)
      }
      yield* Effect.gen(function* () {
        const record = yield* ask("hard", { maxAttempts: 1 })
        const worker = yield* start(() =>
          Effect.andThen(
            Effect.sync(() => (state.isDown = true)),
            Effect.fail("Not me")
          )
        )
        assert.isAbove(state.failures, 0)
        state.isDown = false
        yield* TestClock.adjust("5 seconds")
        assert.deepInclude(yield* now(record), { status: "failed", code: "attempts_exhausted" })
        assert.deepStrictEqual(warnings, [])
        yield* Fiber.interrupt(worker)
      }).pipe(Effect.provide(layer), Effect.provideService(Console.Console, listening))
    })
  )

  it.effect("looks for an answer after a hint, or every two seconds", () =>
    Effect.gen(function* () {
      let reads = 0
      const counting = Layer.effect(
        HandoffStore,
        HandoffStore.useSync((inner) =>
          HandoffStore.of({ ...inner, get: (id) => Effect.suspend(() => ((reads += 1), inner.get(id))) })
        )
      ).pipe(Layer.provideMerge(MemoryStore.layer))
      yield* Effect.gen(function* () {
        const { recordId } = yield* ask("unclear")
        const worker = yield* start(({ ask }) => Effect.as(ask("Which quarter?"), {}))
        reads = 0
        yield* TestClock.adjust("1 minute")
        assert.isAtMost(reads, 31)
        yield* HandoffManager.use(({ answer }) => answer(recordId, { answer: "The third." }))
        yield* settle
        yield* Fiber.interrupt(worker)
      }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(counting))))
    })
  )

  it.effect("keeps a result during the lease that restarted with an answer", () =>
    Effect.gen(function* () {
      const { state, layer } = yield* unsteady
      yield* Effect.gen(function* () {
        const record = yield* ask("unclear")
        const worker = yield* start(({ ask }) => Effect.map(ask("Which quarter?"), (quarter) => ({ quarter })), {
          lease: "1 minute"
        })
        yield* TestClock.adjust("3 hours")
        const { answer } = yield* HandoffManager
        yield* answer(record.recordId, { answer: "The third." })
        state.isDown = true
        // The next commit fails without an effect.
        state.failures = 1
        yield* TestClock.adjust("20 millis")
        assert.isAbove(state.failures, 1)
        state.isDown = false
        yield* TestClock.adjust("20 seconds")
        assert.deepInclude(yield* now(record), { status: "completed", attempt: 1, result: { quarter: "The third." } })
        yield* Fiber.interrupt(worker)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("retries a release only briefly when it shuts down", () =>
    Effect.gen(function* () {
      const { state, layer } = yield* unsteady
      yield* Effect.gen(function* () {
        const record = yield* ask("endless")
        const worker = yield* start(() => Effect.never, { lease: "1 hour", grace: "10 seconds" })
        // Every commit fails without an effect.
        state.isDown = true
        state.isLost = true
        const closed = yield* Effect.forkChild(Fiber.interrupt(worker), { startImmediately: true })
        yield* TestClock.adjust("20 seconds")
        assert.isDefined(closed.pollUnsafe())
        assert.deepInclude(yield* now(record), { status: "in_progress", attempt: 1 })
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("warns once while a store fails, and again after it has recovered and failed", () =>
    Effect.gen(function* () {
      const state = { isDown: true }
      const down = new StoreError({ operation: "list", reason: "unavailable", detail: "The store is away" })
      const store = Layer.effect(
        HandoffStore,
        HandoffStore.useSync((inner) =>
          HandoffStore.of({
            ...inner,
            list: (view, page) => Effect.suspend(() => (state.isDown ? Effect.fail(down) : inner.list(view, page)))
          })
        )
      ).pipe(Layer.provideMerge(MemoryStore.layer))
      const warnings: Array<string> = []
      const listening: Console.Console = {
        ...(yield* Console.Console),
        warn: (text: string) => void warnings.push(text)
      }
      yield* Effect.gen(function* () {
        const worker = yield* start(() => Effect.succeed({}), { concurrency: 3 })
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(warnings.toSorted(), [
          `Claiming for executor fails and is retried: ${down.message}`,
          `Sweeping fails and is retried: ${down.message}`
        ])
        state.isDown = false
        yield* TestClock.adjust("10 seconds")
        state.isDown = true
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(warnings.length, 4)
        yield* Fiber.interrupt(worker)
      }).pipe(
        Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(store))),
        Effect.provideService(Console.Console, listening)
      )
    })
  )

  it.effect("fails if the store is corrupt", () =>
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

  const lastSeen = AgentStore.use(({ all }) => Effect.map(all, ([known]) => known?.lastSeen?.epochMilliseconds))

  it.effect("sends a heartbeat at once and every thirty seconds, until it shuts down", () =>
    Effect.gen(function* () {
      yield* AgentStore.use(({ put }) => put({ agentId: agent, capabilities: [], capacity: 2 }))
      yield* ask("slow")
      yield* TestClock.adjust("1 hour")
      const begun = 3_600_000
      const worker = yield* start(() => Effect.never, { grace: "1 hour" })
      assert.strictEqual(yield* lastSeen, begun)
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual(yield* lastSeen, begun)
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* lastSeen, begun + 20 * 30_000)
      // Finishing work in the grace time does not make it claim more.
      const closed = yield* Effect.forkChild(Fiber.interrupt(worker), { startImmediately: true })
      yield* TestClock.adjust("10 minutes")
      assert.isUndefined(closed.pollUnsafe())
      assert.strictEqual(yield* lastSeen, begun + 20 * 30_000)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* AgentStore.use(({ all }) => all))[0]?.capacity, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("works for an unregistered agent, and does not register it", () =>
    Effect.gen(function* () {
      const record = yield* ask("one")
      const worker = yield* start(() => Effect.succeed({}))
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual((yield* now(record)).status, "completed")
      assert.deepStrictEqual(yield* AgentStore.use(({ all }) => all), [])
      yield* Fiber.interrupt(worker)
    }).pipe(Effect.provide(layer))
  )

  it.effect("shares one write of heartbeats among the workers of a process, at most every ten seconds", () =>
    Effect.gen(function* () {
      const batches: Array<ReadonlyArray<string>> = []
      const agents = Layer.effect(
        AgentStore,
        AgentStore.useSync((inner) =>
          AgentStore.of({
            ...inner,
            seen: (ids, at) =>
              Effect.andThen(
                Effect.sync(() => void batches.push(ids)),
                inner.seen(ids, at)
              )
          })
        )
      ).pipe(Layer.provideMerge(MemoryStore.layer))
      yield* Effect.gen(function* () {
        const names = Array.from({ length: 50 }, (_, n) => AgentId.make(`worker-${n}`))
        const begin = (name: AgentId) =>
          Effect.forkChild(
            HandoffWorker.run(name, () => Effect.succeed({})),
            { startImmediately: true }
          )
        const workers = yield* Effect.forEach(names, begin)
        yield* settle
        assert.deepStrictEqual(batches, [names])
        const late = yield* begin(AgentId.make("late"))
        yield* TestClock.adjust("9 seconds")
        assert.strictEqual(batches.length, 1)
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(batches.slice(1), [[...names, "late"]])
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(batches.length, 4)
        // The worker that sends the batch may end; the others go on.
        yield* Fiber.interruptAll(workers.slice(0, 49))
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(batches.slice(4), [
          ["worker-49", "late"],
          ["worker-49", "late"]
        ])
        yield* Fiber.interruptAll([...workers.slice(49), late])
      }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(agents))))
    })
  )

  it.effect("continues if a heartbeat fails, and warns once", () =>
    Effect.gen(function* () {
      let reason: StoreError["reason"] = "corrupt"
      const agents = Layer.effect(
        AgentStore,
        AgentStore.useSync((inner) =>
          AgentStore.of({
            ...inner,
            seen: () => Effect.suspend(() => new StoreError({ operation: "see agent", reason, detail: "No agents" }))
          })
        )
      ).pipe(Layer.provideMerge(MemoryStore.layer))
      const warnings: Array<string> = []
      const listening: Console.Console = {
        ...(yield* Console.Console),
        warn: (text: string) => void warnings.push(text)
      }
      yield* Effect.gen(function* () {
        const worker = yield* start(() => Effect.succeed({}))
        yield* TestClock.adjust("10 minutes")
        reason = "unavailable"
        yield* TestClock.adjust("10 minutes")
        const record = yield* ask("one")
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual((yield* now(record)).status, "completed")
        assert.deepStrictEqual(warnings, ["Recording the presence of executor fails and is retried: No agents"])
        yield* Fiber.interrupt(worker)
      }).pipe(
        Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(agents))),
        Effect.provideService(Console.Console, listening)
      )
    })
  )
})
