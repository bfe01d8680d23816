import { AgentId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"

import { AgentCapabilityRegistry, HandoffManager, HandoffStore, MemoryStore } from "../src/index.ts"

const executor = AgentId.make("executor")
const ask = { fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" }

/** The engine over a store whose clock the test sets, far from the one of the process. */
const rig = () => {
  const clock = { now: DateTime.makeUnsafe("2026-12-01T09:00:00Z") }
  const store = Layer.effect(
    HandoffStore,
    Effect.map(HandoffStore, (inner) => HandoffStore.of({ ...inner, now: Effect.sync(() => clock.now) }))
  ).pipe(Layer.provideMerge(MemoryStore.layer))
  const layer = Layer.mergeAll(HandoffManager.layer, AgentCapabilityRegistry.layer).pipe(Layer.provideMerge(store))
  return { clock, layer }
}

describe("a store with its own clock", () => {
  it.effect("decides when a lease ends, whatever the clock of the process says", () => {
    const { clock, layer } = rig()
    return Effect.gen(function* () {
      const handoffs = yield* HandoffManager
      const { createdAt, recordId } = yield* handoffs.create(ask)
      assert.deepStrictEqual(createdAt, clock.now)
      const claimed = Option.getOrThrow(yield* handoffs.claim(executor, { lease: 20_000 }))
      assert.deepStrictEqual(claimed.lease?.until, DateTime.add(clock.now, { seconds: 20 }))
      yield* TestClock.setTime(DateTime.makeUnsafe("2030-01-01T00:00:00Z").epochMilliseconds)
      assert.deepStrictEqual(yield* handoffs.sweep, [])
      yield* handoffs.start(recordId)
      clock.now = DateTime.add(clock.now, { seconds: 20 })
      assert.deepStrictEqual(
        (yield* handoffs.sweep).map(({ attempt, status }) => [attempt, status]),
        [[2, "pending"]]
      )
    }).pipe(Effect.provide(layer))
  })

  it.effect("decides whether a deadline has passed, when a handoff may be claimed again, and who is present", () => {
    const { clock, layer } = rig()
    return Effect.gen(function* () {
      const handoffs = yield* HandoffManager
      const past = yield* Effect.flip(handoffs.create({ ...ask, deadline: clock.now }))
      assert.strictEqual(past._tag, "InvalidInput")
      const { recordId } = yield* handoffs.create({ ...ask, deadline: DateTime.add(clock.now, { minutes: 9 }) })
      yield* handoffs.accept(recordId)
      yield* handoffs.release(recordId, { reason: "later", notBefore: DateTime.add(clock.now, { minutes: 1 }) })
      yield* TestClock.setTime(DateTime.makeUnsafe("2030-01-01T00:00:00Z").epochMilliseconds)
      assert.isTrue(Option.isNone(yield* handoffs.claim(executor)))
      clock.now = DateTime.add(clock.now, { minutes: 1 })
      assert.isTrue(Option.isSome(yield* handoffs.claim(executor)))

      const registry = yield* AgentCapabilityRegistry
      yield* registry.register("executor", ["report"])
      yield* registry.seen(executor)
      const [agent] = yield* registry.agents
      assert.deepStrictEqual(agent?.lastSeen, clock.now)
    }).pipe(Effect.provide(layer))
  })
})
