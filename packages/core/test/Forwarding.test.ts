import { AgentId, Capability, clock, type HandoffRecord, type RecordId } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { AgentCapabilityRegistry } from "../src/routing/AgentCapabilityRegistry.ts"
import { ask, later, refusal, storedBefore, test } from "./managing.ts"

const [executor, analyst, auditor] = [AgentId.make("executor"), AgentId.make("analyst"), AgentId.make("auditor")]
const minute = 60_000

const lastOf = (id: RecordId) =>
  Effect.flatMap(HandoffManager, (manager) => Effect.map(manager.history(id), (entries) => entries.at(-1)?.event))

const inboxOf = (agent: AgentId) =>
  Effect.flatMap(HandoffManager, (manager) =>
    Effect.map(manager.inbox(agent), (records) => records.map(({ record }) => record.recordId))
  )

const pathOf = (record: HandoffRecord) => record.hops?.map(({ receiver }) => receiver)

/** Registers three agents that can report. The executor is the first receiver. */
const reporters = Effect.gen(function* () {
  const registry = yield* AgentCapabilityRegistry
  for (const agent of [executor, analyst, auditor]) yield* registry.register(agent, ["report"])
})
const routed = { ...ask, requires: ["report"], reroute: true }
const routedBefore = {
  fromAgent: AgentId.make("planner"),
  toAgent: clock,
  requires: [Capability.make("report")],
  reroute: true
}

describe("forwarding", () => {
  test("moves the same handoff to another inbox, and fences off the former holder", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId, { lease: minute })
    yield* manager.start(recordId)
    const moved = yield* manager.forward(recordId, {
      to: analyst,
      reason: "A question of statistics",
      handBack: { done: ["Read the sheets"] }
    })
    assert.deepInclude(moved, { recordId, status: "pending", attempt: 2, handBack: { done: ["Read the sheets"] } })
    assert.strictEqual(moved.request.toAgent, executor)
    assert.deepStrictEqual([yield* inboxOf(executor), yield* inboxOf(analyst)], [[], [recordId]])
    yield* refusal(manager.complete(recordId, { attempt: 1 }), "StaleAttempt")
    yield* refusal(manager.accept(recordId, { by: executor }), "NotYourHandoff")
    assert.deepStrictEqual(yield* manager.claim(executor), Option.none())
    yield* manager.claim(analyst)
    const done = yield* manager.complete(recordId, { by: analyst, result: { pages: 3 } })
    assert.deepStrictEqual([done.status, pathOf(done)], ["completed", [analyst]])
    assert.deepInclude(yield* lastOf(recordId), { _tag: "Completed", by: analyst })
  })

  test("is refused to a former receiver, and beyond `maxHops`", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, maxHops: 1 })
    assert.strictEqual(
      yield* refusal(manager.forward(recordId, { to: executor }), "AlreadyHeld"),
      `executor has had handoff ${recordId} before (planner → executor); \`forward\` it to another agent`
    )
    yield* refusal(manager.forward(recordId, { to: AgentId.make("planner") }), "AlreadyHeld")
    yield* manager.forward(recordId, { to: analyst })
    yield* refusal(manager.forward(recordId, { to: auditor }), "NoHopLeft")
    yield* refusal(manager.forward(recordId, { to: executor, by: executor }), "NotYourHandoff")
    const fixed = yield* manager.create({ ...ask, maxHops: 0 })
    yield* refusal(manager.forward(fixed.recordId, { to: analyst }), "NoHopLeft")
  })

  test("uses the router without a named agent, and skips former receivers", function* () {
    const manager = yield* HandoffManager
    yield* reporters
    const { recordId } = yield* manager.create({ ...ask, requires: ["report"] })
    assert.deepStrictEqual(pathOf(yield* manager.forward(recordId)), [analyst])
    assert.deepInclude(yield* lastOf(recordId), { _tag: "Forwarded", by: executor, to: analyst })
    assert.deepStrictEqual(pathOf(yield* manager.forward(recordId)), [analyst, auditor])
    yield* refusal(manager.forward(recordId), "NoCapableAgent")
  })

  test("gives each receiver its own attempts, and the same time to accept", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, maxAttempts: 2, acceptBy: later(600) })
    yield* manager.accept(recordId)
    yield* manager.release(recordId)
    yield* TestClock.adjust("20 minutes")
    yield* manager.accept(recordId)
    yield* refusal(manager.release(recordId), "NoAttemptLeft")
    const moved = yield* manager.forward(recordId, { to: analyst })
    assert.strictEqual(moved.attempt, 3)
    assert.deepInclude(yield* manager.where(recordId), { turn: analyst, due: { at: later(1800), event: "Expired" } })
    yield* manager.accept(recordId)
    yield* manager.release(recordId)
    yield* manager.accept(recordId)
    yield* refusal(manager.release(recordId), "NoAttemptLeft")
  })
})

describe("re-routing", () => {
  test("forwards a rejected handoff to the next suitable agent with the reason, until there is no other", function* () {
    const manager = yield* HandoffManager
    yield* reporters
    const { recordId } = yield* manager.create(routed)
    const first = yield* manager.reject(recordId, { reason: "No ink" })
    assert.deepStrictEqual([first.status, pathOf(first)], ["pending", [analyst]])
    assert.deepInclude(yield* lastOf(recordId), {
      _tag: "Forwarded",
      by: executor,
      to: analyst,
      because: "rejected",
      reason: "No ink"
    })
    assert.deepStrictEqual(pathOf(yield* manager.reject(recordId, { reason: "No paper" })), [analyst, auditor])
    const ended = yield* manager.reject(recordId, { reason: "No time" })
    assert.strictEqual(ended.status, "rejected")
    assert.deepInclude(yield* lastOf(recordId), { _tag: "Rejected", by: auditor, reason: "No time" })
  })

  test("does not follow a refused rejection, and needs `reroute` in the request", function* () {
    const manager = yield* HandoffManager
    yield* reporters
    const { recordId } = yield* manager.create(routed)
    yield* refusal(manager.reject(recordId, { reason: "Mine", by: analyst }), "NotYourHandoff")
    yield* manager.accept(recordId)
    yield* refusal(manager.reject(recordId, { reason: "Too late" }), "InvalidTransition")
    const plain = yield* manager.create({ ...ask, requires: ["report"] })
    assert.strictEqual((yield* manager.reject(plain.recordId, { reason: "No" })).status, "rejected")
  })

  test("forwards a handoff that missed acceptBy, by the clock, until hops or agents run out", function* () {
    const manager = yield* HandoffManager
    yield* reporters
    const { recordId } = yield* manager.create({ ...routed, acceptBy: later(60), maxHops: 1 })
    yield* TestClock.adjust("1 minute")
    yield* manager.sweep
    assert.deepInclude(yield* lastOf(recordId), {
      _tag: "Forwarded",
      by: clock,
      to: analyst,
      because: "accept_by",
      at: later(60)
    })
    yield* TestClock.adjust("1 minute")
    yield* manager.sweep
    assert.deepInclude(yield* manager.get(recordId), { status: "expired", missed: "accept_by" })
  })

  test("forwards a handoff with exhausted attempts, after an expired lease or a release", function* () {
    const manager = yield* HandoffManager
    yield* reporters
    const { recordId } = yield* manager.create({ ...routed, maxAttempts: 1 })
    yield* manager.claim(executor, { lease: minute })
    yield* TestClock.adjust("1 minute")
    yield* manager.sweep
    assert.deepInclude(yield* lastOf(recordId), { _tag: "Forwarded", by: clock, because: "attempts_exhausted" })
    yield* manager.claim(analyst)
    const handBack = { pitfalls: ["Page 5 is blurred"] }
    const left = yield* manager.release(recordId, { reason: "It failed again", handBack })
    assert.deepStrictEqual([left.status, pathOf(left)], ["pending", [analyst, auditor]])
    assert.deepInclude(yield* lastOf(recordId), {
      by: analyst,
      because: "attempts_exhausted",
      reason: "It failed again",
      handBack
    })
    yield* manager.claim(auditor)
    // No other agent is capable.
    yield* refusal(manager.release(recordId), "NoAttemptLeft")
    const failed = yield* manager.fail(recordId, { reason: "Impossible" })
    assert.strictEqual(failed.status, "failed")
    assert.notProperty(failed, "code")
  })

  test("records the router's decision, whatever the caller does with its payload meanwhile", function* () {
    const manager = yield* HandoffManager
    yield* reporters
    const { recordId } = yield* manager.create({ ...ask, requires: ["report"] })
    const payload: Record<string, unknown> = {}
    const forwarding = manager.forward(recordId, payload)
    Object.assign(payload, { routing: { agent: auditor, reason: "Mine" }, because: "rejected" })
    yield* forwarding
    const event = yield* lastOf(recordId)
    assert.deepInclude(event, { _tag: "Forwarded", to: analyst })
    assert.notProperty(event, "because")
    assert.nestedPropertyVal(event, "routing.agent", analyst)
  })

  test("gives a late claimer nothing, and not a defect", function* () {
    const manager = yield* HandoffManager
    yield* reporters
    const { recordId } = yield* manager.create({ ...routed, acceptBy: later(60) })
    yield* TestClock.adjust("1 minute")
    assert.deepStrictEqual(yield* manager.claim(executor), Option.none())
    assert.deepStrictEqual(yield* inboxOf(analyst), [recordId])
    yield* refusal(manager.accept(recordId, { by: executor }), "NotYourHandoff")
  })

  test("does not let a former receiver act as the next one", function* () {
    const manager = yield* HandoffManager
    yield* reporters
    const late = yield* manager.create({ ...routed, acceptBy: later(60) })
    yield* TestClock.adjust("1 minute")
    // The executor acts without `by`, although it is the analyst's turn by now.
    yield* refusal(manager.accept(late.recordId), "NotYourHandoff")
    assert.deepInclude(yield* manager.get(late.recordId), { status: "pending", attempt: 2 })
    // Two concurrent rejections count once.
    const { recordId } = yield* manager.create(routed)
    const declining = Effect.exit(manager.reject(recordId, { reason: "No access" }))
    yield* Effect.all([declining, declining], { concurrency: 2 })
    assert.lengthOf(pathOf(yield* manager.get(recordId)) ?? [], 1)
    const { recordId: whole } = yield* manager.create({ ...routed, maxAttempts: 1 })
    yield* manager.accept(whole, { lease: minute })
    yield* TestClock.adjust("1 minute")
    yield* refusal(manager.delegate(whole, { toAgent: auditor, taskDescription: "A part" }), "InvalidTransition")
    const { recordId: moved } = yield* manager.create({ ...ask, requires: ["report"] })
    const forwarding = Effect.exit(manager.forward(moved))
    yield* Effect.all([forwarding, Effect.exit(manager.forward(moved, { to: auditor }))], { concurrency: 2 })
    assert.lengthOf(pathOf(yield* manager.get(moved)) ?? [], 1)
  })

  test("keeps expiry with the clock even for a receiver with the clock's name", function* () {
    const manager = yield* HandoffManager
    yield* reporters
    const { recordId } = yield* storedBefore({ ...routedBefore, acceptBy: later(60) })
    const other = yield* manager.create({ ...ask, acceptBy: later(60) })
    yield* TestClock.adjust("1 minute")
    // A handoff that cannot be swept would block all others.
    yield* manager.sweep
    assert.deepStrictEqual(pathOf(yield* manager.get(recordId)), [analyst])
    assert.strictEqual((yield* manager.get(other.recordId)).status, "expired")
  })
})
