import { AgentId, isReopenable, isSuccessor, limits, RecordId, successorId } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { ask, refusal, start, test } from "./managing.ts"

const planner = AgentId.make("planner")
const [executor, clerk] = [AgentId.make("executor"), AgentId.make("clerk")]
const briefing = { severity: "stable", summary: "Two invoices are missing." } as const

/** Creates a handoff that was worked on and then failed. */
const failed = (more: object = {}) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, context: { quarter: 3 }, briefing, ...more })
    yield* manager.accept(recordId)
    yield* manager.release(recordId, {
      reason: "The scanner is down.",
      handBack: {
        done: ["Page 1"],
        remaining: ["Page 2", "Page 3"],
        artifacts: [
          { name: "draft", content: 1 },
          { name: "notes", content: "n" }
        ]
      }
    })
    yield* manager.accept(recordId)
    yield* manager.release(recordId, {
      handBack: { done: ["Page 1", "Page 2"], remaining: ["Page 3"], artifacts: [{ name: "draft", content: 2 }] }
    })
    yield* manager.accept(recordId)
    yield* manager.fail(recordId, { reason: "Page 3 is lost." })
    return recordId
  })

describe("reopen", () => {
  test("begins a new handoff with the old request and what the attempts left, and leaves the old one alone", function* () {
    const manager = yield* HandoffManager
    const old = yield* failed()
    const before = yield* manager.get(old)
    const { recordId } = yield* manager.reopen(old)
    const record = yield* manager.get(recordId)
    assert.deepEqual(record.request, { ...before.request, retryOf: old })
    assert.deepInclude(record, {
      status: "pending",
      attempt: 1,
      handBack: {
        done: ["Page 1", "Page 2"],
        remaining: ["Page 3"],
        pitfalls: ["executor: The scanner is down.", "executor: Page 3 is lost."],
        artifacts: [
          { name: "notes", content: "n" },
          { name: "draft", content: 2 }
        ]
      }
    })
    assert.deepEqual(yield* manager.get(old), before)
    const { handBack } = yield* manager.accept(recordId)
    assert.deepEqual(handBack?.done, ["Page 1", "Page 2"])
  })

  test("returns the same handoff when it is repeated, and refuses other changes", function* () {
    const manager = yield* HandoffManager
    const old = yield* failed({ deadlineIn: 60_000 })
    const changes = { toAgent: clerk, priority: 9, taskDescription: "Only page 3", context: {} } as const
    const first = yield* manager.reopen(old, changes)
    assert.strictEqual(first.recordId, successorId(old))
    assert.deepInclude(first.request, changes)
    yield* TestClock.adjust("120 seconds")
    assert.strictEqual((yield* manager.reopen(old, changes)).recordId, first.recordId)
    yield* refusal(manager.reopen(old), "HandoffExists")
    const id = RecordId.make("again")
    assert.strictEqual((yield* manager.reopen(old, { id })).recordId, id)
  })

  test("reopens the new handoff, too, with everything that was left before", function* () {
    const manager = yield* HandoffManager
    const first = yield* manager.reopen(yield* failed())
    yield* manager.reject(first.recordId, { reason: "Ask the clerk." })
    const second = yield* manager.reopen(first.recordId, { toAgent: clerk })
    assert.strictEqual(second.request.retryOf, first.recordId)
    const { handBack } = second as { readonly handBack?: { readonly pitfalls?: ReadonlyArray<string> } }
    assert.deepEqual(handBack?.pitfalls?.at(-1), "executor: Ask the clerk.")
    assert.strictEqual(handBack?.pitfalls?.length, 3)
  })

  test("gives a clock that has passed as much time as before, and keeps one that has not", function* () {
    const manager = yield* HandoffManager
    const now = start.epochMilliseconds
    const { recordId, request } = yield* manager.create({ ...ask, acceptIn: 60_000, deadlineIn: 600_000 })
    yield* TestClock.adjust("90 seconds")
    const after = yield* manager.reopen(recordId)
    assert.strictEqual(after.request.acceptBy?.epochMilliseconds, now + 150_000)
    assert.deepEqual(after.request.deadline, request.deadline)
    const late = yield* manager.create({ ...ask, deadlineIn: 1000 })
    yield* TestClock.adjust("5 seconds")
    const given = yield* manager.reopen(late.recordId, { deadlineIn: 5000 })
    assert.strictEqual(given.request.deadline?.epochMilliseconds, now + 95_000 + 5000)
    const cancelled = yield* manager.create(ask)
    yield* manager.cancel(cancelled.recordId)
    yield* refusal(manager.reopen(cancelled.recordId, { deadline: start }), "InvalidInput")
  })

  test("is for the sender, after an end without a result", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    assert.strictEqual(
      yield* refusal(manager.reopen(recordId), "InvalidTransition"),
      `Handoff ${recordId} is pending; \`reopen\` needs a rejected, failed, cancelled or expired handoff`
    )
    yield* manager.accept(recordId)
    yield* manager.complete(recordId)
    yield* refusal(manager.reopen(recordId), "InvalidTransition")
    assert.isFalse(isReopenable(yield* manager.get(recordId)))
    const old = yield* failed()
    assert.strictEqual(
      yield* refusal(manager.reopen(old, { by: executor }), "NotYourHandoff"),
      `executor is not the sender of handoff ${old}; \`reopen\` is for planner`
    )
    yield* refusal(manager.reopen(RecordId.make("gone")), "HandoffNotFound")
    // The cast: a caller without types.
    const odd = { toAgnet: "clerk" } as object
    yield* refusal(manager.reopen(old, odd), "InvalidInput")
    yield* refusal(manager.create({ ...ask, retryOf: old } as typeof ask), "InvalidInput")
  })

  test("goes to the agent that had the handoff when it ended", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* manager.forward(recordId, { to: clerk, handBack: { pitfalls: ["No ledger"] } })
    yield* manager.reject(recordId, { reason: "No time" })
    const { request } = yield* manager.reopen(recordId, { by: planner })
    assert.strictEqual(request.toAgent, clerk)
  })

  test("delegates a part again, and is refused if its whole cannot have it", function* () {
    const manager = yield* HandoffManager
    const { recordId: whole } = yield* manager.create(ask)
    yield* manager.accept(whole)
    const part = yield* manager.delegate(whole, { toAgent: clerk, taskDescription: "Get the invoices" })
    yield* manager.reject(part.recordId, { reason: "No time" })
    const again = yield* manager.reopen(part.recordId)
    assert.deepInclude(again.request, { fromAgent: executor, parent: whole, retryOf: part.recordId })
    assert.deepInclude(yield* manager.get(whole), { parts: 2 })
    assert.strictEqual((yield* manager.reopen(part.recordId)).recordId, again.recordId)
    yield* refusal(manager.complete(whole), "OpenChildren")
    yield* manager.cancel(whole)
    assert.strictEqual((yield* manager.get(again.recordId)).status, "cancelled")
    assert.strictEqual(
      yield* refusal(manager.reopen(again.recordId), "InvalidTransition"),
      `Handoff ${whole} is cancelled; \`delegate\` needs an accepted or in_progress handoff`
    )
    const { request } = yield* manager.reopen(whole)
    assert.strictEqual(request.retryOf, whole)
  })

  test("is refused if a stranger has its id, and takes another one", function* () {
    const manager = yield* HandoffManager
    const old = yield* failed()
    const stranger = yield* manager.create({ ...ask, fromAgent: "stranger" }, { id: successorId(old) })
    yield* refusal(manager.reopen(old), "HandoffExists")
    assert.deepEqual(yield* manager.get(stranger.recordId), stranger)
    const record = yield* manager.reopen(old, { id: RecordId.make("again") })
    assert.isTrue(isSuccessor(record, yield* manager.get(old)))
    assert.isFalse(isSuccessor(stranger, yield* manager.get(old)))
  })

  test("keeps the latest of what was left, within the limits of a hand-back", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, maxAttempts: 10 })
    for (let attempt = 1; attempt <= 6; attempt++) {
      yield* manager.accept(recordId)
      const done = Array.from({ length: limits.points }, (_, point) => `${attempt} ${point}`)
      const artifacts = [{ name: `a${attempt}`, content: "x".repeat(400_000) }]
      yield* manager.release(recordId, { handBack: { done, artifacts } })
    }
    yield* manager.cancel(recordId)
    const record = yield* manager.reopen(recordId)
    const handBack = "handBack" in record ? record.handBack : undefined
    assert.strictEqual(handBack?.done?.length, limits.points)
    assert.strictEqual(handBack?.done?.at(-1), `6 ${limits.points - 1}`)
    assert.deepEqual(
      handBack?.artifacts?.map(({ name }) => name),
      ["a6"]
    )
  })
})
