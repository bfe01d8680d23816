import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { ask, test } from "./managing.ts"

const none = {
  pending: 0,
  accepted: 0,
  in_progress: 0,
  input_required: 0,
  delivered: 0,
  completed: 0,
  rejected: 0,
  failed: 0,
  cancelled: 0,
  expired: 0
}

/** Completes one handoff for each number, this many seconds after its creation. */
const completeAfter = (seconds: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    for (const one of seconds) {
      const { recordId } = yield* manager.create(ask)
      yield* manager.accept(recordId)
      yield* TestClock.adjust(one * 1000)
      yield* manager.complete(recordId)
    }
  })

const isNear = (actual: number | undefined, expected: number) =>
  assert.closeTo(actual ?? Number.NaN, expected, expected * 0.025)

describe("metrics", () => {
  test("of an empty store have counts and no rates", function* () {
    const manager = yield* HandoffManager
    assert.deepStrictEqual(yield* manager.metrics, { total: 0, byStatus: none })
  })

  test("count every status, and give the completion rate among final handoffs", function* () {
    const manager = yield* HandoffManager
    yield* completeAfter([4])
    yield* manager.create(ask)
    yield* manager.reject((yield* manager.create(ask)).recordId, { reason: "no" })
    yield* manager.cancel((yield* manager.create(ask)).recordId)
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId)
    yield* manager.fail(recordId, { reason: "no" })
    const { p95Seconds, ...exact } = yield* manager.metrics
    isNear(p95Seconds, 4)
    assert.deepStrictEqual(exact, {
      total: 5,
      byStatus: { ...none, pending: 1, completed: 1, rejected: 1, cancelled: 1, failed: 1 },
      averageSeconds: 4,
      completionRate: 0.25
    })
  })

  test("give the 95th percentile by nearest rank, within 2.5 %", function* () {
    const manager = yield* HandoffManager
    const seconds = Array.from({ length: 20 }, (_, n) => ((n * 7) % 20) + 1)
    yield* completeAfter(seconds)
    assert.deepInclude(yield* manager.metrics, { averageSeconds: 10.5, completionRate: 1 })
    isNear((yield* manager.metrics).p95Seconds, 19)
    yield* completeAfter([0.25])
    isNear((yield* manager.metrics).p95Seconds, 19)
    yield* completeAfter(Array.from({ length: 300 }, () => 1000))
    isNear((yield* manager.metrics).p95Seconds, 1000)
  })
})
