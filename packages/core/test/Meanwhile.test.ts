import type { RecordId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import type { AgentStore } from "../src/store/AgentStore.ts"
import { type Entry, HandoffStore, type Position } from "../src/store/HandoffStore.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { verify, verifyAll, verifyCounts } from "../src/verification/Verification.ts"
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
  it.effect("judges a handoff at the revision that was read", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      yield* manager.create(ask, { id: "one" })
      yield* manager.accept(id("one"))
      assert.strictEqual((yield* verify(id("one"))).flaw, undefined)
      const [looked] = yield* Stream.runCollect(verifyAll)
      assert.deepStrictEqual([looked?.flaw, looked?.entries], [undefined, 3])
    }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(busy(4)))))
  )
})

/** A store that calls `between` after each listing and each reading of the log and the tally. */
const interrupted = (store: HandoffStore["Service"], between: Effect.Effect<unknown>): HandoffStore["Service"] => ({
  ...store,
  list: (...words) => Effect.tap(store.list(...words), between),
  log: (page) => Effect.tap(store.log(page), between),
  tally: Effect.tap(store.tally, between)
})

/** The number in a position, after the name of the log and the epoch. */
const numberOf = (position: Position) => Number(position.split(".")[2])

/** A store whose log ends before this position, as if a transaction was open. */
const heldBack = (store: HandoffStore["Service"], barrier: number): HandoffStore["Service"] => {
  const visible = (entries: ReadonlyArray<Entry>) => entries.filter(({ position }) => numberOf(position) < barrier)
  return {
    ...store,
    log: (page) => Effect.map(store.log(page), visible),
    end: Effect.map(Effect.orDie(store.log({ limit: 100 })), (entries) =>
      Option.fromUndefinedOr(visible(entries).at(-1)?.position)
    )
  }
}

const counts = (store: HandoffStore["Service"]) => Effect.provideService(verifyCounts, HandoffStore, store)

describe("verification of the counters of a store in use", () => {
  const over = <A, E>(body: Effect.Effect<A, E, HandoffManager | HandoffStore | AgentStore>) =>
    Effect.provide(body, HandoffManager.layer.pipe(Layer.provideMerge(MemoryStore.layer)))

  it.effect("accuses no commit between two reads, and says that the tally was not compared", () =>
    over(
      Effect.gen(function* () {
        const manager = yield* HandoffManager
        const store = yield* HandoffStore
        yield* manager.create(ask, { id: "one" })
        const busy = interrupted(store, Effect.orDie(manager.create(ask)))
        const { faults, notes } = yield* Effect.provideService(counts(busy), HandoffManager, yield* managerOver(busy))
        assert.deepStrictEqual(faults, [])
        assert.match(notes.join(), /not compared because another process keeps writing/)
        assert.deepStrictEqual(yield* verifyCounts, { faults: [], notes: [] })
      })
    )
  )

  it.effect("tells entries that an open transaction hides from those that the log lacks", () =>
    over(
      Effect.gen(function* () {
        const manager = yield* HandoffManager
        const store = yield* HandoffStore
        for (const name of ["one", "two", "three"]) yield* manager.create(ask, { id: name })
        yield* manager.accept(id("two"))
        const [, second, third] = yield* store.log({ limit: 10 })
        assert(second !== undefined && third !== undefined)
        const hidden = yield* counts(heldBack(store, numberOf(third.position)))
        assert.deepStrictEqual(hidden.faults, [])
        assert.match(hidden.notes.join(), /^The latest entries of 2 handoffs are not in the log yet/)
        const lacking = heldBack(store, numberOf(third.position))
        const without = {
          ...lacking,
          log: (page: Parameters<typeof store.log>[0]) =>
            Effect.map(lacking.log(page), (entries) => entries.filter(({ recordId }) => recordId !== "one"))
        }
        assert.deepStrictEqual((yield* counts(without)).faults, ["The log lacks an entry of handoff one"])
      })
    )
  )
})
