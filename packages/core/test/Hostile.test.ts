import { AgentId, limits, RecordId } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import type * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { AgentCapabilityRegistry } from "../src/routing/AgentCapabilityRegistry.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import { ask, managerOver, refusal, test } from "./managing.ts"

const executor = AgentId.make("executor")

/** A value that contains itself. The cast: no type of an argument allows one. */
const cycle = (): never => {
  const value: Record<string, unknown> = {}
  value["self"] = value
  return value as never
}

describe("the engine", () => {
  test("refuses a value that contains itself as invalid, in every argument", function* () {
    const manager = yield* HandoffManager
    const registry = yield* AgentCapabilityRegistry
    const id = RecordId.make("a")
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId)
    const calls = [
      manager.create(cycle()),
      manager.create({ ...ask, context: cycle() }),
      manager.create(ask, { routing: cycle() }),
      manager.delegate(recordId, { ...ask, briefing: cycle() }),
      manager.accept(id, { readBack: cycle() }),
      manager.forward(id, { handBack: cycle() }),
      manager.complete(id, { result: cycle() }),
      manager.attest(id, { by: executor, statement: cycle() }),
      manager.claim(executor, cycle()),
      registry.register("a", cycle()),
      registry.register("a", [], cycle()),
      Stream.runDrain(manager.import(Stream.make(cycle())))
    ]
    for (const call of calls) {
      const sentence = yield* refusal<unknown, Effect.Error<(typeof calls)[number]>, never>(call, "InvalidInput")
      assert.match(sentence, /self…: Expected at most 128 levels of nesting$/)
    }
    assert.strictEqual((yield* manager.metrics).total, 1)
  })

  test("reads pages of at most 10,000 records, and of none for a limit that is no number", function* () {
    const store = yield* HandoffStore
    const asked: Array<number> = []
    const manager = yield* managerOver({
      ...store,
      list: (view, page) => {
        asked.push(page.limit)
        return store.list(view, page)
      }
    })
    for (const limit of [1e9, Infinity, 2.9, 0, -1, -Infinity, Number.NaN]) {
      yield* manager.list({ _tag: "All" }, { limit })
      yield* manager.inbox(executor, { limit })
    }
    const expected = [limits.page, limits.page, 2, 0, 0, 0, 0]
    assert.deepStrictEqual(
      asked,
      expected.flatMap((limit) => [limit, limit])
    )
  })
})
