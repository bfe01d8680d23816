import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"

import * as Hints from "../src/store/Hints.ts"

describe("hints", () => {
  it.effect("given before a listener looks are merged into one, for each listener", () =>
    Effect.gen(function* () {
      const hints = Hints.make()
      const heard = [0, 0]
      const listeners = yield* Effect.forEach(heard.keys(), (index) =>
        Effect.forkChild(
          Stream.runForEach(hints.changed, () => Effect.sync(() => (heard[index] = (heard[index] ?? 0) + 1))),
          { startImmediately: true }
        )
      )
      assert.deepStrictEqual(heard, [0, 0])
      hints.give()
      hints.give()
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(heard, [1, 1])
      yield* Fiber.interruptAll(listeners.slice(1))
      hints.give()
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(heard, [2, 1])
      yield* Fiber.interruptAll(listeners)
    })
  )
})
