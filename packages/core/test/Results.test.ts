import { AgentId, type HandoffRecord, RecordId, StoreError } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { partsOf } from "../src/engine/Results.ts"
import type { VerbError } from "../src/engine/Verbs.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import { ask, later, managerOver, refusal, test } from "./managing.ts"

/** Lets everything run that can run now, the first load of a module included. */
const settled = Effect.andThen(
  Effect.promise(() => import("../src/engine/Results.ts")),
  Effect.repeat(TestClock.adjust("20 millis"), { times: 5 })
)

describe("the result of a handoff", () => {
  test("is the final record, as soon as it is completed and long after", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    const waiting = yield* Effect.forkChild(manager.result(recordId), { startImmediately: true })
    yield* settled
    yield* manager.accept(recordId)
    yield* manager.complete(recordId, { result: { output: "report.pdf" } })
    yield* settled
    assert.deepInclude(yield* Fiber.join(waiting), { status: "completed", result: { output: "report.pdf" } })
    assert.deepStrictEqual((yield* manager.result(recordId)).result, { output: "report.pdf" })
  })

  test("is an error with the record and a sentence, if it ended otherwise", function* () {
    const manager = yield* HandoffManager
    type End = (id: RecordId) => Effect.Effect<HandoffRecord, VerbError>
    const ends: ReadonlyArray<readonly [words: string, end: End]> = [
      ["declined by executor: No access", (id) => manager.reject(id, { reason: "No access." })],
      ["withdrawn by planner", (id) => manager.cancel(id)],
      [
        "given up by executor: Broken",
        (id) => Effect.andThen(manager.accept(id), manager.fail(id, { reason: "Broken" }))
      ]
    ]
    for (const [words, end] of ends) {
      const { recordId } = yield* manager.create(ask)
      yield* end(recordId)
      assert.include(yield* refusal(manager.result(recordId), "NotCompleted"), `${recordId} was ${words}`)
    }
    assert.include(yield* refusal(manager.result(RecordId.make("planner")), "HandoffNotFound"), "No handoff planner")
  })

  test("ends with the deadline, although nobody sweeps and the store cannot be written for a while", function* () {
    const store = yield* HandoffStore
    let isFull = true
    const manager = yield* managerOver({
      ...store,
      commit: (changes) =>
        isFull && changes[0].event._tag === "Expired"
          ? Effect.fail(new StoreError({ operation: "commit", reason: "full", detail: "Full" }))
          : store.commit(changes)
    })
    const waiting = yield* Effect.forkChild(
      refusal(manager.createAndWait({ ...ask, deadline: later(60) }), "NotCompleted"),
      {
        startImmediately: true
      }
    )
    yield* settled
    yield* TestClock.adjust("70 seconds")
    yield* settled
    assert.isUndefined(waiting.pollUnsafe())
    isFull = false
    yield* TestClock.adjust("3 seconds")
    assert.include(yield* Fiber.join(waiting), "was not finished by its deadline")
  })

  test("costs one read for each hint, and never reads the log", function* () {
    const store = yield* HandoffStore
    let reads = 0
    const manager = yield* managerOver({
      ...store,
      get: (id) => Effect.tap(store.get(id), () => Effect.sync(() => (reads += 1))),
      log: () => Effect.die(new Error("The log was read"))
    })
    const { recordId } = yield* manager.create({ ...ask, toAgent: AgentId.make("clerk") })
    const other = yield* manager.create(ask)
    yield* manager.accept(other.recordId)
    const waiting = yield* Effect.forkChild(manager.result(recordId), { startImmediately: true })
    yield* settled
    const before = reads
    for (let hints = 1; hints <= 3; hints++) {
      yield* manager.progress(other.recordId)
      // The verb has read its own handoff.
      reads -= 1
      yield* settled
      assert.isAtMost(reads - before, hints)
    }
    yield* Fiber.interrupt(waiting)
  })
})

describe("the parts of a handoff", () => {
  test("are awaited until all have ended, those that are delegated meanwhile, too", function* () {
    const store = yield* HandoffStore
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    assert.deepStrictEqual(yield* partsOf(store, manager.get, recordId), [])
    yield* manager.accept(recordId)
    const part = (toAgent: string) => manager.delegate(recordId, { toAgent, taskDescription: "A part" })
    const [one, two] = [yield* part("clerk"), yield* part("scribe")]
    const waiting = yield* Effect.forkChild(partsOf(store, manager.get, recordId), { startImmediately: true })
    yield* settled
    const three = yield* part("artist")
    yield* manager.reject(two.recordId, { reason: "No" })
    yield* manager.cancel(one.recordId)
    yield* settled
    assert.isUndefined(waiting.pollUnsafe())
    yield* manager.accept(three.recordId)
    yield* manager.complete(three.recordId)
    yield* settled
    const parts = yield* Fiber.join(waiting)
    assert.deepStrictEqual(
      parts.map(({ status }) => status),
      ["cancelled", "rejected", "completed"]
    )
  })
})
