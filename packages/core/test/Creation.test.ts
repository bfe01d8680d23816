import { RecordId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { AgentCapabilityRegistry } from "../src/routing/AgentCapabilityRegistry.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import { agent } from "./fixtures.ts"
import { ask, everything, later, managerOver, refusal, start, test } from "./managing.ts"

describe("create", () => {
  test("sets the defaults, and keeps the given fields", function* () {
    const manager = yield* HandoffManager
    assert.deepStrictEqual((yield* manager.create(ask)).request, { ...ask, context: {}, priority: 5 } as never)
    const clocks = { acceptBy: later(1), deadline: later(1), remindBefore: 1, maxAttempts: 2 }
    const full = { ...ask, context: { a: [1] }, priority: 10, ...clocks, requires: ["write"], parent: "p" }
    assert.deepStrictEqual((yield* manager.create(full)).request, full as never)
  })

  test("is allowed for the sender only", function* () {
    const manager = yield* HandoffManager
    yield* manager.create(ask, { by: agent("planner") })
    yield* refusal(manager.create(ask, { by: agent("executor") }), "NotYourHandoff")
    assert.strictEqual((yield* manager.metrics).total, 1)
  })

  test("refuses a deadline or acceptBy that has passed, to the millisecond", function* () {
    const manager = yield* HandoffManager
    for (const deadline of [later(-1), start]) {
      const sentence = yield* refusal(manager.create({ ...ask, deadline }), "InvalidInput")
      assert.strictEqual(sentence, "Invalid request: deadline: Expected a moment in the future")
    }
    const both = yield* refusal(manager.create({ ...ask, acceptBy: start, deadline: start }), "InvalidInput")
    assert.match(both, /accept_by: Expected a moment in the future.*deadline: Expected a moment in the future/s)
    yield* manager.create({ ...ask, acceptBy: later(0.001), deadline: later(0.001) })
    const between = DateTime.addDuration(later(60), "500 micros")
    assert.strictEqual(
      yield* refusal(manager.create({ ...ask, deadline: between }), "InvalidInput"),
      "Invalid request: deadline: Expected whole milliseconds"
    )
  })

  test("refuses invalid input with every fault, and stores nothing", function* () {
    const manager = yield* HandoffManager
    const store = yield* HandoffStore
    const sentence = yield* refusal(
      manager.create({ fromAgent: "", toAgent: "x".repeat(129), taskDescription: "", priority: 11, parent: "" }),
      "InvalidInput"
    )
    for (const path of ["from_agent: ", "to_agent: ", "task_description: ", "priority: ", "parent: "]) {
      assert.include(sentence, path)
    }
    // The cast makes an argument that a program without types could pass.
    const untyped = { ...ask, prioritee: 3 } as typeof ask
    assert.include(yield* refusal(manager.create(untyped), "InvalidInput"), "prioritee")
    yield* refusal(manager.create({ ...ask, context: { text: "x".repeat(1024 * 1024) } }), "InvalidInput")
    yield* refusal(manager.create({ ...ask, requires: Array.from({ length: 129 }, () => "a") }), "InvalidInput")
    assert.match(yield* refusal(manager.create(ask, { id: "" }), "InvalidInput"), /^Invalid id: record_id: /)
    yield* refusal(manager.create(ask, { id: "a\0b" }), "InvalidInput")
    assert.deepStrictEqual(yield* store.log({ limit: 10 }), [])
  })

  test("with a given id is idempotent", function* () {
    const manager = yield* HandoffManager
    const context = { b: 1, a: [{ c: null }] }
    const first = yield* manager.create({ ...ask, context, deadline: later(60) }, { id: "mine" })
    yield* TestClock.adjust("1 hour")
    // With the keys in another order, and after the deadline.
    const again = yield* manager.create(
      { deadline: later(60), context: { a: [{ c: null }], b: 1 }, ...ask },
      { id: "mine" }
    )
    assert.deepStrictEqual(again, first)
    const sentence = yield* refusal(manager.create({ ...ask, priority: 6 }, { id: "mine" }), "HandoffExists")
    assert.strictEqual(
      sentence,
      "Handoff mine exists already with another request; choose another id. A deadline computed from now differs at each call: give the time to it instead"
    )
    assert.strictEqual((yield* manager.history(RecordId.make("mine"))).length, 1)
  })

  test("does not change the schemas of a request, so that it can be repeated or frozen", function* () {
    const manager = yield* HandoffManager
    const schema = Object.freeze({ type: "object", required: Object.freeze(["total"]) })
    const request = { ...ask, deliverables: [{ name: "sums", schema }] }
    const made = yield* manager.create(request, { id: "one" })
    assert.deepStrictEqual(Object.getOwnPropertyNames(made.request.deliverables?.[0]?.schema), ["type", "required"])
    const copy = { ...ask, deliverables: [{ name: "sums", schema: { type: "object", required: ["total"] } }] }
    assert.deepStrictEqual(yield* manager.create(copy, { id: "one" }), made)
    yield* manager.accept(made.recordId)
    yield* refusal(manager.complete(made.recordId, { artifacts: [{ name: "sums", content: {} }] }), "NotDelivered")
    yield* manager.complete(made.recordId, { artifacts: [{ name: "sums", content: { total: 1 } }] })
  })

  test("with a given id and a time to the deadline is idempotent at any moment, and otherwise another request", function* () {
    const manager = yield* HandoffManager
    const relative = { ...ask, deadlineIn: 60_000, acceptIn: 30_000 }
    const first = yield* manager.create(relative, { id: "relative" })
    assert.deepStrictEqual([first.request.deadline, first.request.acceptBy], [later(60), later(30)])
    yield* TestClock.adjust("10 seconds")
    assert.deepStrictEqual(yield* manager.create(relative, { id: "relative" }), first)
    yield* refusal(manager.create({ ...relative, deadlineIn: 60_001 }, { id: "relative" }), "HandoffExists")
    yield* refusal(manager.create({ ...ask, deadline: later(70) }, { id: "relative" }), "HandoffExists")
    const both = yield* refusal(manager.create({ ...relative, deadline: later(60) }), "InvalidInput")
    assert.include(both, "deadlineIn")
    yield* refusal(manager.create({ ...ask, acceptIn: 0.5 }), "InvalidInput")

    yield* manager.accept(first.recordId)
    const part = { toAgent: "clerk", taskDescription: "Get the invoices", deadlineIn: 20_000 }
    const { request } = yield* manager.delegate(first.recordId, part, { id: "part" })
    assert.deepStrictEqual(request.deadline, later(30))
    yield* TestClock.adjust("10 seconds")
    assert.deepStrictEqual((yield* manager.delegate(first.recordId, part, { id: "part" })).request, request)
  })

  test("with a given id returns the current state of the handoff", function* () {
    const manager = yield* HandoffManager
    yield* manager.create(ask, { id: "mine" })
    yield* manager.accept(RecordId.make("mine"))
    assert.strictEqual((yield* manager.create(ask, { id: "mine" })).status, "accepted")
  })

  test("with one id concurrently creates one handoff, and fails for other requests", function* () {
    const manager = yield* HandoffManager
    const store = yield* HandoffStore
    // Every reader sees the store before the first commit, like two processes.
    const racing = HandoffStore.of({ ...store, get: (id) => Effect.tap(store.get(id), () => Effect.yieldNow) })
    const other = yield* managerOver(racing)
    const same = yield* Effect.forEach(Array.from({ length: 10 }), () => other.create(ask, { id: "same" }), {
      concurrency: "unbounded"
    })
    assert.strictEqual(new Set(same.map(({ revision }) => revision)).size, 1)
    assert.strictEqual((yield* manager.history(RecordId.make("same"))).length, 1)
    const results = yield* Effect.forEach(
      [1, 2, 3, 4],
      (priority) => Effect.result(other.create({ ...ask, priority }, { id: "differing" })),
      { concurrency: "unbounded" }
    )
    assert.deepStrictEqual(
      results.map((result) => (result._tag === "Success" ? "created" : result.failure._tag)).toSorted(),
      ["HandoffExists", "HandoffExists", "HandoffExists", "created"]
    )
  })

  test("without a receiver routes it, and records the decision in the event", function* () {
    const manager = yield* HandoffManager
    const registry = yield* AgentCapabilityRegistry
    yield* registry.register("alice", ["analyze", "summarize", "translate"])
    yield* registry.register("bob", ["execute", "report"])
    yield* registry.register("carol", ["analyze", "visualize", "report"])
    const taskDescription = "Analyze customer sentiment and produce visualizations."
    const routed = yield* manager.create({ fromAgent: "coordinator", taskDescription }, { id: "routed" })
    assert.strictEqual(routed.request.toAgent, agent("carol"))
    const [entry] = yield* manager.history(routed.recordId)
    assert.deepStrictEqual(entry?.event._tag === "Created" ? entry.event.routing : undefined, {
      agent: agent("carol"),
      reason: "carol can analyze and visualize",
      fallback: false,
      matched: ["analyze", "visualize"],
      runnersUp: [{ agent: agent("alice"), matched: ["analyze"] }]
    } as never)
    // Repeating keeps the recorded decision although carol has unregistered.
    yield* registry.unregister(agent("carol"))
    const again = yield* manager.create({ fromAgent: "coordinator", taskDescription }, { id: "routed" })
    assert.deepStrictEqual(again, routed)
  })

  test("without a receiver and without a suitable agent is refused", function* () {
    const manager = yield* HandoffManager
    const registry = yield* AgentCapabilityRegistry
    const lonely = { fromAgent: "planner", taskDescription: "Analyze this" }
    const sentence = yield* refusal(manager.create(lonely), "NoCapableAgent")
    assert.strictEqual(
      sentence,
      "No agent matches the task besides the sender planner; register one, allow a fallback or name the receiver"
    )
    yield* registry.register("planner", ["analyze"])
    yield* refusal(manager.create(lonely), "NoCapableAgent")
    yield* registry.register("bob", ["execute"])
    const requiring = yield* refusal(manager.create({ ...lonely, requires: ["analyze", "report"] }), "NoCapableAgent")
    assert.match(requiring, /^No agent can analyze and report besides the sender planner/)
    yield* refusal(manager.create(lonely, { routing: { fallback: false } }), "NoCapableAgent")
    assert.strictEqual((yield* manager.create(lonely)).request.toAgent, agent("bob"))
  })
})

describe("generated ids", () => {
  const draw = Effect.gen(function* () {
    const manager = yield* HandoffManager
    return (yield* Effect.forEach(Array.from({ length: 50 }), () => manager.create(ask))).map(
      ({ recordId }) => recordId
    )
  }).pipe(Effect.provide(everything))

  it.effect("are twelve characters of Crockford's base 32, determined by the seed", () =>
    Effect.gen(function* () {
      const first = yield* draw.pipe(Random.withSeed("seed"))
      for (const id of first) assert.match(id, /^[0-9a-hjkmnp-tv-z]{12}$/)
      assert.strictEqual(new Set(first).size, 50)
      assert.deepStrictEqual(yield* draw.pipe(Random.withSeed("seed")), first)
      assert.notDeepEqual(yield* draw.pipe(Random.withSeed("another")), first)
    })
  )

  it.effect("are generated again if they exist, for a limited number of times", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      const first = yield* manager.create(ask).pipe(Random.withSeed(7))
      const constant = { nextIntUnsafe: () => 0, nextDoubleUnsafe: () => 0 }
      yield* manager.create(ask).pipe(Effect.provideService(Random.Random, constant))
      yield* refusal(manager.create(ask).pipe(Effect.provideService(Random.Random, constant)), "RevisionConflict")
      const second = yield* manager.create(ask).pipe(Random.withSeed(7))
      assert.notStrictEqual(second.recordId, first.recordId)
    }).pipe(Effect.provide(everything))
  )
})
