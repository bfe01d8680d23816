import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { HandoffStore } from "../src/store/HandoffStore.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { accepted, created, id } from "./fixtures.ts"

// StoreLaws.test.ts runs the laws on it.
describe("the memory store", () => {
  it.effect("gives a hint after every successful commit", () =>
    Effect.gen(function* () {
      const store = yield* HandoffStore
      const hints = yield* Effect.forkChild(Stream.runCollect(Stream.take(store.changed, 2)), {
        startImmediately: true
      })
      yield* store.commit([created("a")])
      yield* Effect.yieldNow
      yield* Effect.flip(store.commit([created("a")]))
      yield* store.commit([accepted(created("a"))])
      assert.strictEqual((yield* Fiber.join(hints)).length, 2)
    }).pipe(Effect.provide(MemoryStore.layer))
  )

  it.effect("does not wait for a slow listener", () =>
    Effect.gen(function* () {
      const store = yield* HandoffStore
      const listener = yield* Effect.forkChild(
        Stream.runForEach(store.changed, () => Effect.never),
        { startImmediately: true }
      )
      for (let n = 0; n < 100; n++) yield* store.commit([created(`a${n}`)])
      assert.deepInclude(yield* store.tally, { pending: 100 })
      yield* Fiber.interrupt(listener)
    }).pipe(Effect.provide(MemoryStore.layer))
  )

  it.effect("is empty each time it is opened", () =>
    Effect.gen(function* () {
      yield* Effect.provide(
        Effect.flatMap(HandoffStore, (store) => store.commit([created("a")])),
        MemoryStore.layer
      )
      const found = yield* Effect.provide(
        Effect.flatMap(HandoffStore, (store) => store.get(id("a"))),
        MemoryStore.layer
      )
      assert.deepStrictEqual(found, Option.none())
    })
  )
})
