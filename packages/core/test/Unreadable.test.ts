import { HandoffNotFound, type RecordId, StoreError } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { verify, verifyAll } from "../src/verification/Verification.ts"
import { id } from "./fixtures.ts"
import { ask } from "./managing.ts"

const corrupt = (what: string) => new StoreError({ operation: "read", reason: "corrupt", detail: `${what} is torn` })

let isTorn = false

/** A store with one unreadable record and one unreadable history. */
const torn = Layer.effect(
  HandoffStore,
  Effect.map(HandoffStore, (store) => ({
    ...store,
    get: (one: RecordId) => (isTorn && one === "torn-record" ? Effect.fail(corrupt(one)) : store.get(one)),
    history: (one: RecordId) => (isTorn && one === "torn-history" ? Effect.fail(corrupt(one)) : store.history(one)),
    list: (...words: Parameters<typeof store.list>) =>
      Effect.flatMap(store.list(...words), (page) =>
        isTorn && page.some(({ recordId }) => recordId === "torn-record")
          ? Effect.fail(corrupt("a page"))
          : Effect.succeed(page)
      )
  }))
).pipe(Layer.provideMerge(MemoryStore.layer))

const layer = HandoffManager.layer.pipe(Layer.provideMerge(torn))

describe("verification of a store with unreadable rows", () => {
  it.effect("names them, and verifies the rest", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      for (const name of ["whole", "torn-record", "torn-history", "other"]) yield* manager.create(ask, { id: name })
      isTorn = true
      const all = yield* Stream.runCollect(verifyAll)
      assert.deepStrictEqual(
        all.map(({ recordId, flaw }) => [recordId, flaw?.revision, flaw?.problem]),
        [
          ["whole", undefined, undefined],
          ["torn-record", 0, "torn-record is torn"],
          ["torn-history", 0, "torn-history is torn"],
          ["other", undefined, undefined]
        ]
      )
      assert.strictEqual((yield* verify(id("torn-record"))).flaw?.problem, "torn-record is torn")
      assert.strictEqual(
        (yield* Effect.flip(verify(id("gone"))))._tag,
        new HandoffNotFound({ recordId: id("gone") })._tag
      )
    }).pipe(Effect.provide(layer))
  )
})
