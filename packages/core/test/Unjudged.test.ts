import { AgentId, type ArchivedHandoff, encodeArchived } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

import { openBox } from "../../testing/src/openBox.ts"
import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { SchemaBox } from "../src/engine/SchemaBox.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { knownKeys, proveArchive, verify } from "../src/verification/Verification.ts"
import { ask, refusal } from "./managing.ts"

const deliverables = [{ name: "sums", schema: { type: "object", required: ["total"] } }]
const artifacts = [{ name: "sums", content: { total: 7 } }]

/** Runs an effect on a new engine with this box, or without one. */
const engine = (box: Layer.Layer<never>) =>
  Layer.fresh(HandoffManager.layer).pipe(Layer.provideMerge(Layer.merge(Layer.fresh(MemoryStore.layer), box)))

const given = Effect.flatMap(HandoffManager, (manager) => manager.create({ ...ask, deliverables }))

const exported = Effect.flatMap(HandoffManager, (manager) =>
  Effect.flatMap(Stream.runHead(manager.export), Effect.fromOption)
)

/** A box that finds no faults, like that of a program that judges no schemas. */
const trusting = Layer.succeed(SchemaBox, { judge: async () => ({ faults: [], more: 0 }) })

/** A handoff from another engine, as an archive holds it: accepted, and completed with this content. */
const archived = (content: { readonly total?: number }) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* given
    yield* manager.accept(recordId)
    const accepted = yield* exported
    yield* manager.complete(recordId, { artifacts: [{ name: "sums", content }] })
    return { accepted, completed: yield* exported }
  }).pipe(Effect.orDie, Effect.provide(engine(trusting), { local: true }))

const imported = (...handoffs: ReadonlyArray<ArchivedHandoff>) =>
  Effect.flatMap(HandoffManager, (manager) => Stream.runCollect(manager.import(Stream.fromIterable(handoffs))))

const outcomes = (...handoffs: ReadonlyArray<ArchivedHandoff>) =>
  Effect.map(imported(...handoffs), (reports) => reports.map(({ outcome }) => outcome))

const without = Layer.empty
const noBox = "this program has no box for JSON Schemas; provide schemaBox of @aumai/handoff/node"

describe("an engine without a box", () => {
  it.effect("refuses to create, delegate and complete, and says how to provide one", () =>
    Effect.gen(function* () {
      const manager = yield* HandoffManager
      const created = yield* refusal(given, "InvalidInput")
      assert.include(created, "deliverables[0].schema: Expected a JSON Schema that can be judged; ")
      assert.include(created, noBox)
      const { recordId } = yield* manager.create(ask)
      yield* manager.accept(recordId)
      const part = { toAgent: AgentId.make("helper"), taskDescription: "A part", deliverables }
      assert.include(yield* refusal(manager.delegate(recordId, part), "InvalidInput"), noBox)
      const { accepted } = yield* archived({ total: 7 })
      yield* imported(accepted)
      const refused = yield* refusal(manager.complete(accepted.record.recordId, { artifacts }), "NotDelivered")
      assert.include(refused, `sums: Expected content that can be judged by its schema; ${noBox}`)
    }).pipe(Effect.provide(engine(without)))
  )

  it.effect("imports and verifies artifacts as unproven, never as broken", () =>
    Effect.gen(function* () {
      const one = (yield* archived({})).completed
      const unproven = `The artifact sums was not judged by its schema: ${noBox}`
      const [report] = yield* imported(one)
      assert.include(report?.unproven, unproven)
      assert.strictEqual(report?.outcome, "added")
      const verified = yield* verify(one.record.recordId)
      assert.isUndefined(verified.flaw)
      assert.include(verified.unproven, unproven)
      const read = yield* proveArchive("archive", encodeArchived(one), knownKeys([]))
      assert.isUndefined(read.flaw)
      assert.include(read.unproven, unproven)
    }).pipe(Effect.provide(engine(without)))
  )
})

describe("an engine with a box", () => {
  it.effect("leaves out a handoff whose artifact does not fit, alone, in a batch, and as a continuation", () =>
    Effect.gen(function* () {
      const [misfit, fit] = [yield* archived({}), yield* archived({ total: 7 })]
      assert.deepStrictEqual(yield* outcomes(misfit.completed, fit.completed), ["broken", "added"])
      assert.deepStrictEqual(yield* outcomes(misfit.completed), ["broken"])
      assert.deepStrictEqual(yield* outcomes(misfit.accepted), ["added"])
      assert.deepStrictEqual(yield* outcomes(misfit.completed), ["broken"])
    }).pipe(Effect.provide(engine(openBox)))
  )

  it.effect("finds the flaw of an artifact that does not fit, in a store and in an archive", () =>
    Effect.gen(function* () {
      const { completed } = yield* archived({})
      const problem = `The artifact sums does not fit its schema: Instance does not have required property "total"`
      const read = yield* Effect.provide(proveArchive("archive", encodeArchived(completed), knownKeys([])), openBox)
      assert.deepStrictEqual([read.flaw, read.unproven], [{ revision: 3, problem }, undefined])
      assert.deepStrictEqual(yield* outcomes(completed), ["added"])
      const stored = yield* Effect.provide(verify(completed.record.recordId), openBox)
      assert.deepStrictEqual([stored.flaw, stored.unproven], [{ revision: 3, problem }, undefined])
    }).pipe(Effect.provide(engine(trusting)))
  )
})
