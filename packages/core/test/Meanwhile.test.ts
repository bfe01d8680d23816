import type { RecordId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { verify, verifyAll } from "../src/verification/Verification.ts"
import { id } from "./fixtures.ts"
import { ask, managerOver } from "./managing.ts"

/** A store in which a handoff changes before each of the first reads of its history. */
const busy = (times: number) =>
  Layer.effect(
    HandoffStore,
    Effect.gen(function* () {
      const store = yield* HandoffStore
      const manager = yield* managerOver(store)
      let left = times
      return {
        ...store,
        history: (one: RecordId) =>
          left-- > 0
            ? Effect.andThen(Effect.orDie(manager.progress(one, { note: String(left) })), store.history(one))
            : store.history(one)
      }
    })
  ).pipe(Layer.provideMerge(MemoryStore.layer))

describe("verification of a store in use", () => {
  it.effect("does not report a concurrent change as a flaw", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      yield* manager.create(ask, { id: "one" })
      yield* manager.accept(id("one"))
      assert.strictEqual((yield* verify(id("one"))).flaw, undefined)
      const [looked] = yield* Stream.runCollect(verifyAll)
      assert.deepStrictEqual([looked?.flaw, looked?.entries], [undefined, 6])
    }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(busy(4)))))
  )
})
