import { AgentId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"

import { AgentCapabilityRegistry, HandoffManager } from "../src/index.ts"
import * as HandoffWorker from "../src/worker/HandoffWorker.ts"
import { everything } from "./managing.ts"

const executor = AgentId.make("executor")
const ask = { fromAgent: "planner", toAgent: "executor", taskDescription: "Report" }

describe("reviewed work", () => {
  it.effect("is delivered, returned, delivered again and approved, with every hand-in in the history", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      const { recordId } = yield* manager.create({ ...ask, review: { reworks: 1 }, maxAttempts: 1 })
      yield* manager.accept(recordId, { lease: 60_000 })
      const first = yield* manager.complete(recordId, { result: { pages: 3 } })
      assert.deepInclude(first, { status: "delivered", result: { pages: 3 }, lease: { milliseconds: 60_000 } })
      assert.strictEqual((yield* manager.where(recordId)).turn, "planner")
      const refusal = yield* Effect.flip(manager.approve(recordId, { by: executor }))
      assert.strictEqual(
        refusal.message,
        `executor is not the reviewer of handoff ${recordId}; \`approve\` is for planner`
      )
      const again = yield* manager.return(recordId, { missing: "Page 4." })
      assert.deepInclude(again, { status: "in_progress", attempt: 2 })
      assert.deepInclude(again.rework, { number: 1, attempt: 2, missing: "Page 4." })
      const late = yield* Effect.flip(manager.complete(recordId, { attempt: 1 }))
      assert.strictEqual(late._tag, "StaleAttempt")
      yield* manager.complete(recordId, { attempt: 2, result: { pages: 4 } })
      const { message } = yield* Effect.flip(manager.return(recordId, { missing: "Page 5." }))
      assert.include(message, "was returned once, as often as its request allows; `approve` or `cancel` it")
      const done = yield* manager.approve(recordId)
      assert.deepInclude(done, { status: "completed", result: { pages: 4 } })
      const history = yield* manager.history(recordId)
      const results = history.flatMap(({ event }) => (event._tag === "Delivered" ? [event.result] : []))
      assert.deepStrictEqual(results, [{ pages: 3 }, { pages: 4 }])
      assert.strictEqual((yield* manager.metrics).byStatus.completed, 1)
    }).pipe(Effect.provide(Layer.fresh(everything)))
  )

  it.effect("is approved by silence, or waits for the agent that its review escalates to", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      const within = 60_000
      const approves = yield* manager.create({ ...ask, review: { within, silence: "approves" } })
      const escalates = yield* manager.create({
        ...ask,
        review: { within, silence: "escalates", escalateTo: AgentId.make("lead") },
        // Delivering meets the deadline.
        deadlineIn: 30_000
      })
      for (const { recordId } of [approves, escalates]) {
        yield* manager.accept(recordId)
        yield* manager.complete(recordId, { result: { pages: 3 } })
      }
      yield* TestClock.adjust(within - 1)
      assert.deepStrictEqual(yield* manager.sweep, [])
      yield* TestClock.adjust(1)
      assert.lengthOf(yield* manager.sweep, 2)
      assert.deepInclude(yield* manager.get(approves.recordId), { status: "completed", result: { pages: 3 } })
      assert.strictEqual((yield* manager.where(escalates.recordId)).turn, "lead")
      const refusal = yield* Effect.flip(manager.approve(escalates.recordId, { by: AgentId.make("planner") }))
      assert.strictEqual(refusal._tag, "NotYourHandoff")
      assert.deepInclude(yield* manager.approve(escalates.recordId), { status: "completed" })
    }).pipe(Effect.provide(Layer.fresh(everything)))
  )

  it.effect("is not reviewed by the agent that does it, whatever way it gets there", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      const registry = yield* AgentCapabilityRegistry
      yield* registry.register("lead", ["report"])
      const review = { within: 1000, silence: "escalates", escalateTo: AgentId.make("lead") } as const
      const twice = yield* Effect.flip(manager.create({ ...ask, toAgent: "lead", review }))
      assert.include(twice.message, "review.escalate_to: Expected another agent than lead")
      const routed = yield* Effect.flip(manager.create({ fromAgent: "planner", taskDescription: "Report", review }))
      assert.strictEqual(routed._tag, "NoCapableAgent")
      const { recordId } = yield* manager.create({ ...ask, review })
      const forwarded = yield* Effect.flip(manager.forward(recordId, { to: AgentId.make("lead") }))
      assert.include(forwarded.message, "lead may have to review the work")
      const alike = yield* Effect.flip(manager.forward(recordId, { to: AgentId.make("Iead") }))
      assert.include(alike.message, "lead may have to review the work")
      assert.strictEqual((yield* Effect.flip(manager.forward(recordId)))._tag, "NoCapableAgent")
    }).pipe(Effect.provide(Layer.fresh(everything)))
  )

  it.effect("that is returned is taken up at once by the worker that delivered it", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      const { recordId } = yield* manager.create({ ...ask, review: {} })
      const seen: Array<string | undefined> = []
      yield* HandoffWorker.run(executor, ({ record }) =>
        Effect.sync(() => {
          seen.push(record.rework?.missing)
          return { pages: 2 + seen.length }
        })
      ).pipe(Effect.forkScoped)
      yield* TestClock.adjust("5 seconds")
      assert.deepInclude(yield* manager.get(recordId), { status: "delivered", result: { pages: 3 } })
      yield* manager.return(recordId, { missing: "Page 4." })
      yield* TestClock.adjust("5 seconds")
      assert.deepInclude(yield* manager.get(recordId), { status: "delivered", attempt: 2, result: { pages: 4 } })
      assert.deepStrictEqual(seen, [undefined, "Page 4."])
    }).pipe(Effect.provide(Layer.fresh(everything)), Effect.scoped)
  )

  it.effect("that is returned and fails pauses like a first attempt", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      const retry = { initial: 10_000, factor: 10, jitter: 0 }
      const { recordId } = yield* manager.create({ ...ask, review: {}, retry })
      yield* HandoffWorker.run(executor, ({ record }) =>
        record.attempt === 2 ? Effect.fail("no connection") : Effect.succeed({ attempt: record.attempt })
      ).pipe(Effect.forkScoped)
      yield* TestClock.adjust("5 seconds")
      yield* manager.return(recordId, { missing: "Page 4." })
      yield* TestClock.adjust("5 seconds")
      const released = yield* manager.get(recordId)
      assert(released.status === "pending" && released.notBefore !== undefined)
      assert.strictEqual(released.notBefore.epochMilliseconds - released.updatedAt.epochMilliseconds, 10_000)
    }).pipe(Effect.provide(Layer.fresh(everything)), Effect.scoped)
  )

  it.effect("that is returned to a worker that has gone is claimed by the next one after its lease", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      const { recordId } = yield* manager.create({ ...ask, review: {}, maxAttempts: 2 })
      yield* manager.accept(recordId, { lease: 60_000 })
      yield* manager.complete(recordId, { result: { pages: 3 } })
      yield* manager.return(recordId, { missing: "Page 4." })
      yield* HandoffWorker.run(executor, ({ record }) =>
        Effect.succeed({ missing: record.rework?.missing ?? "" })
      ).pipe(Effect.forkScoped)
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual((yield* manager.get(recordId)).status, "in_progress")
      yield* TestClock.adjust("10 seconds")
      assert.deepInclude(yield* manager.get(recordId), {
        status: "delivered",
        attempt: 3,
        result: { missing: "Page 4." }
      })
    }).pipe(Effect.provide(Layer.fresh(everything)), Effect.scoped)
  )
})
