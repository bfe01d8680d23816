import { AgentId, type ArchivedHandoff, begin, type HandoffRecord, RecordId } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"

import type { ChainLink } from "../src/engine/Chain.ts"
import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { ask, later, managerOver, refusal, test } from "./managing.ts"

const planner = AgentId.make("planner")
const [executor, clerk, scribe] = [AgentId.make("executor"), AgentId.make("clerk"), AgentId.make("scribe")]

const begun = Effect.gen(function* () {
  const manager = yield* HandoffManager
  const { recordId } = yield* manager.create(ask)
  yield* manager.accept(recordId)
  return recordId
})

const invoices = { toAgent: clerk, taskDescription: "Get the invoices" }

const strange = { fromAgent: "stranger", toAgent: "stranger.too", taskDescription: "Noise" }

/** A manager over an empty store, which counts the handoffs that it reads. */
const elsewhere = Effect.flatMap(HandoffStore, () => counting).pipe(
  Effect.provide(Layer.fresh(MemoryStore.layer), { local: true })
)

/** A manager whose store counts the handoffs that it reads. */
const counting = Effect.gen(function* () {
  const store = yield* HandoffStore
  const reads = { records: 0 }
  const manager = yield* managerOver({
    ...store,
    get: (id) => {
      reads.records += 1
      return store.get(id)
    },
    list: (view, page) =>
      Effect.tap(store.list(view, page), (records) => Effect.sync(() => (reads.records += records.length)))
  })
  return { manager, reads }
})

const shape = ({ parts, record }: ChainLink): unknown => [record.recordId, parts.map(shape)]

describe("a part", () => {
  test("is a separate handoff whose sender is the holder of the whole", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const part = yield* manager.delegate(whole, invoices)
    assert.deepInclude(part, { status: "pending", revision: 1 })
    assert.deepInclude(part.request, { fromAgent: executor, toAgent: clerk, parent: whole })
    const parent = yield* manager.get(whole)
    assert.deepInclude(parent, { status: "accepted", parts: 1, revision: 3 })
    const [, , delegated] = yield* manager.history(whole)
    assert.deepInclude(delegated?.event, { _tag: "Delegated", by: executor, child: part.recordId })
  })

  test("that is past its deadline has ended when its whole is completed, although nobody swept", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const part = yield* manager.delegate(whole, { ...invoices, deadline: later(60) })
    yield* manager.start(whole)
    yield* refusal(manager.complete(whole), "OpenChildren")
    yield* TestClock.adjust("1 minute")
    assert.strictEqual((yield* manager.complete(whole)).status, "completed")
    assert.strictEqual((yield* manager.get(part.recordId)).status, "expired")
  })

  test("whose last lease has run out has failed when its whole is completed", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const { recordId } = yield* manager.delegate(whole, { ...invoices, maxAttempts: 1 })
    yield* manager.accept(recordId, { lease: 60_000 })
    yield* manager.start(whole)
    yield* TestClock.adjust("1 minute")
    yield* manager.complete(whole)
    assert.strictEqual((yield* manager.get(recordId)).status, "failed")
  })

  test("that is past its deadline expires instead of being cancelled along", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const part = yield* manager.delegate(whole, { ...invoices, deadline: later(60) })
    yield* TestClock.adjust("1 minute")
    yield* manager.cancel(whole)
    assert.strictEqual((yield* manager.get(part.recordId)).status, "expired")
  })

  test("can be delegated by the holder of the whole only", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* refusal(manager.delegate(recordId, invoices), "InvalidTransition")
    yield* manager.accept(recordId)
    yield* refusal(manager.delegate(recordId, invoices, { by: clerk }), "NotYourHandoff")
    yield* refusal(manager.delegate(recordId, invoices, { attempt: 2 }), "StaleAttempt")
    yield* refusal(manager.delegate(recordId, { ...invoices, priority: 11 }), "InvalidInput")
    yield* refusal(manager.delegate(RecordId.make("gone"), invoices), "HandoffNotFound")
    assert.deepInclude(yield* manager.get(recordId), { revision: 2 })
  })

  test("with a given id is delegated once, even if repeated", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const once = yield* manager.delegate(whole, invoices, { id: "invoices" })
    assert.deepStrictEqual(yield* manager.delegate(whole, invoices, { id: "invoices" }), once)
    assert.strictEqual((yield* manager.get(whole)).parts, 1)
    yield* refusal(manager.delegate(whole, { ...invoices, priority: 9 }, { id: "invoices" }), "HandoffExists")
  })

  test("is not a handoff that was created with its id and its request", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const posing = { ...invoices, fromAgent: ask.toAgent, parent: whole }
    yield* manager.create(posing, { id: "invoices" })
    yield* refusal(manager.delegate(whole, invoices, { id: "invoices" }), "HandoffExists")
    assert.isUndefined((yield* manager.get(whole)).parts)
  })

  test("that is open blocks the completion of the whole, unless that leaves it", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const part = yield* manager.delegate(whole, invoices)
    assert.strictEqual(
      yield* refusal(manager.complete(whole), "OpenChildren"),
      `Handoff ${whole} has parts that are open: ${part.recordId}; wait for them, cancel them, or complete it without them`
    )
    yield* manager.accept(part.recordId)
    yield* manager.complete(part.recordId)
    assert.strictEqual((yield* manager.complete(whole)).status, "completed")
    const other = yield* begun
    const left = yield* manager.delegate(other, invoices)
    assert.strictEqual((yield* manager.complete(other, { leavesChildren: true })).status, "completed")
    assert.strictEqual((yield* manager.get(left.recordId)).status, "pending")
  })

  test("does not include a handoff that another agent created with this parent", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const part = yield* manager.delegate(whole, invoices)
    const strange = yield* manager.create({ ...invoices, fromAgent: "stranger", parent: whole })
    yield* manager.accept(part.recordId)
    yield* manager.complete(part.recordId)
    yield* manager.complete(whole)
    const other = yield* begun
    yield* manager.delegate(other, invoices)
    const alsoStrange = yield* manager.create({ ...invoices, fromAgent: "stranger", parent: other })
    yield* manager.cancel(other)
    for (const { recordId } of [strange, alsoStrange]) {
      assert.strictEqual((yield* manager.get(recordId)).status, "pending")
    }
  })

  test("is found without reading other handoffs that name the whole", function* () {
    const { manager, reads } = yield* counting
    for (const verb of ["complete", "cancel"] as const) {
      const whole = yield* begun
      const part = yield* manager.delegate(whole, invoices)
      yield* manager.accept(part.recordId)
      yield* manager.complete(part.recordId)
      for (let made = 0; made < 40; made++) yield* manager.create({ ...strange, parent: whole })
      reads.records = 0
      yield* manager[verb](whole)
      // The whole and its part.
      assert.strictEqual(reads.records, 2, verb)
    }
  })

  test("is not what a former holder creates with this parent", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const part = yield* manager.delegate(whole, invoices)
    yield* manager.cancel(part.recordId)
    yield* manager.forward(whole, { to: scribe })
    yield* manager.accept(whole)
    const posed = yield* manager.create({ ...invoices, fromAgent: executor, parent: whole })
    assert.strictEqual((yield* manager.complete(whole)).status, "completed")
    assert.strictEqual((yield* manager.get(posed.recordId)).status, "pending")
  })

  test("is not a handoff of another agent that took the id of a missing part", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const part = yield* manager.delegate(whole, invoices)
    const store = yield* HandoffStore
    const other = yield* managerOver({
      ...store,
      get: (id) =>
        Effect.map(
          store.get(id),
          Option.map((record) =>
            id === part.recordId
              ? { ...record, request: { ...record.request, fromAgent: AgentId.make("stranger") } }
              : record
          )
        )
    })
    assert.strictEqual((yield* other.complete(whole)).status, "completed")
  })

  test("of an imported whole without its history is what the oldest handoffs of its holders are", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const part = yield* manager.delegate(whole, invoices, { id: "old" })
    yield* manager.accept(part.recordId)
    yield* manager.complete(part.recordId)
    const second = yield* manager.delegate(whole, invoices, { id: "older" })
    const imported = (record: HandoffRecord): ArchivedHandoff => {
      const event = { _tag: "Imported", at: later(0), by: planner, record } as const
      return { record: begin(record.recordId, event).record, history: [event] }
    }
    const archived = [yield* manager.get(whole), yield* manager.get(part.recordId), second].map(imported)
    const { manager: target, reads } = yield* elsewhere
    yield* Stream.runDrain(target.import(Stream.fromIterable(archived)))
    yield* TestClock.adjust("1 minute")
    for (let made = 0; made < 40; made++) yield* target.create({ ...strange, parent: whole })
    assert.include(yield* refusal(target.complete(whole), "OpenChildren"), "older")
    yield* target.cancel(second.recordId, { by: executor })
    // Beyond the number of parts that the imported record has.
    yield* target.create({ ...invoices, fromAgent: executor, parent: whole })
    const third = yield* target.delegate(whole, invoices, { id: "new" })
    assert.include(yield* refusal(target.complete(whole), "OpenChildren"), "new")
    yield* target.cancel(third.recordId)
    reads.records = 0
    assert.strictEqual((yield* target.complete(whole)).status, "completed")
    assert.isBelow(reads.records, 20)
  })

  test("that is delegated during the completion of the whole also blocks it", function* () {
    const manager = yield* HandoffManager
    const store = yield* HandoffStore
    const whole = yield* begun
    let isLate = true
    const late = yield* managerOver({
      ...store,
      // The delegation happens between the read and the write of the completion.
      commit: (changes) =>
        Effect.suspend(() => {
          if (!isLate) return store.commit(changes)
          isLate = false
          return Effect.andThen(Effect.orDie(manager.delegate(whole, invoices)), store.commit(changes))
        })
    })
    yield* refusal(late.complete(whole), "OpenChildren")
    assert.strictEqual((yield* manager.get(whole)).status, "accepted")
  })

  test("is cancelled with the whole, at any depth, in one commit and by the same agent", function* () {
    const manager = yield* HandoffManager
    const store = yield* HandoffStore
    const whole = yield* begun
    const part = yield* manager.delegate(whole, invoices)
    const done = yield* manager.delegate(whole, { toAgent: scribe, taskDescription: "Draft the report" })
    yield* manager.accept(part.recordId)
    const below = yield* manager.delegate(part.recordId, { toAgent: scribe, taskDescription: "Copy them" })
    yield* manager.accept(done.recordId)
    const deep = yield* manager.delegate(done.recordId, { toAgent: clerk, taskDescription: "Find a title" })
    yield* manager.complete(done.recordId, { leavesChildren: true })
    let commits = 0
    const counting = yield* managerOver({
      ...store,
      commit: (changes) =>
        Effect.andThen(
          Effect.sync(() => (commits += 1)),
          store.commit(changes)
        )
    })
    yield* counting.cancel(whole, { reason: "Not needed" })
    assert.strictEqual(commits, 1)
    for (const { recordId } of [part, below, deep]) {
      const entries = yield* manager.history(recordId)
      const { parent } = (yield* manager.get(recordId)).request
      assert.deepInclude(entries.at(-1)?.event, {
        _tag: "Cancelled",
        by: planner,
        ...(parent === undefined ? {} : { along: parent }),
        reason: `${whole}, which it was a part of, was cancelled.`
      })
    }
    assert.strictEqual((yield* manager.get(done.recordId)).status, "completed")
  })

  test("stays open if the whole could not be cancelled", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const part = yield* manager.delegate(whole, invoices)
    yield* refusal(manager.cancel(whole, { by: clerk }), "NotYourHandoff")
    assert.strictEqual((yield* manager.get(part.recordId)).status, "pending")
    // Only a cancellation of the whole may cancel a part along with it.
    yield* refusal(manager.cancel(part.recordId, { by: planner }), "NotYourHandoff")
  })

  test("that is its own parent does not block itself", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, parent: "round" }, { id: "round" })
    yield* manager.accept(recordId)
    const part = yield* manager.delegate(recordId, { toAgent: "analyst", taskDescription: "Count the sales" })
    yield* manager.cancel(part.recordId)
    assert.strictEqual((yield* manager.complete(recordId)).status, "completed")
  })
})

describe("the chain", () => {
  test("is the whole tree, from any of its members", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const part = yield* manager.delegate(whole, invoices, { id: "a" })
    yield* manager.accept(part.recordId)
    const below = yield* manager.delegate(part.recordId, { toAgent: scribe, taskDescription: "Copy them" }, { id: "b" })
    yield* manager.delegate(whole, { toAgent: scribe, taskDescription: "Draft" }, { id: "c" })
    for (const member of [whole, part.recordId, below.recordId]) {
      const { isCut, root } = yield* manager.chain(member)
      assert.isFalse(isCut)
      assert.deepStrictEqual(shape(root), [
        whole,
        [
          ["a", [["b", []]]],
          ["c", []]
        ]
      ])
    }
    yield* refusal(manager.chain(RecordId.make("gone")), "HandoffNotFound")
  })

  test("can be deeper than any stack, and is cut at the limit of links and marked as cut", function* () {
    const manager = yield* HandoffManager
    const store = yield* HandoffStore
    const first = yield* manager.create(ask, { id: "0" })
    // Answering is faster than creating this many: every handoff has one part, whose id is the next number.
    const before = (id: string) => RecordId.make(String(Number(id) - 1))
    const endless = yield* managerOver({
      ...store,
      get: (id) =>
        Effect.succeed(
          Option.some(
            id === first.recordId
              ? { ...first, parts: 1 }
              : {
                  ...first,
                  parts: 1,
                  recordId: id,
                  request: { ...first.request, fromAgent: executor, parent: before(id) }
                }
          )
        ),
      history: (id) =>
        Effect.map(store.history(first.recordId), (entries) =>
          entries.map((entry) => ({
            ...entry,
            event: {
              _tag: "Delegated",
              at: first.createdAt,
              by: executor,
              child: RecordId.make(String(Number(id) + 1))
            }
          }))
        )
    })
    const { isCut, root } = yield* endless.chain(first.recordId)
    let depth = 0
    for (let [part] = root.parts; part !== undefined; [part] = part.parts) depth += 1
    assert.deepStrictEqual([isCut, depth], [true, 9999])
  })

  test("begins at an unknown parent, and ends in a cycle of parents", function* () {
    const manager = yield* HandoffManager
    const orphan = yield* manager.create({ ...ask, parent: "elsewhere" })
    assert.deepStrictEqual(shape((yield* manager.chain(orphan.recordId)).root), [orphan.recordId, []])
    yield* manager.create({ ...ask, parent: "y" }, { id: "x" })
    yield* manager.create({ ...ask, parent: "x" }, { id: "y" })
    assert.deepStrictEqual(shape((yield* manager.chain(RecordId.make("x"))).root), ["x", [["y", []]]])
  })

  test("shows delegated parts first, and marks handoffs that only name a parent", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    yield* manager.create({ ...strange, parent: whole }, { id: "s" })
    const part = yield* manager.delegate(whole, invoices, { id: "a" })
    yield* manager.accept(part.recordId)
    yield* manager.create({ ...strange, parent: "a" }, { id: "t" })
    yield* manager.delegate(part.recordId, { toAgent: scribe, taskDescription: "Copy them" }, { id: "b" })
    yield* manager.accept(RecordId.make("s"))
    yield* manager.delegate(RecordId.make("s"), { toAgent: scribe, taskDescription: "Noise" }, { id: "u" })
    const marked = ({ isDelegated, parts, record }: ChainLink): unknown => [
      `${record.recordId}${isDelegated ? "" : "?"}`,
      parts.map(marked)
    ]
    for (const member of ["u", "b"]) {
      const { isCut, root } = yield* manager.chain(RecordId.make(member))
      assert.isFalse(isCut)
      assert.deepStrictEqual(marked(root), [
        whole,
        [
          [
            "a",
            [
              ["b", []],
              ["t?", []]
            ]
          ],
          ["s?", [["u", []]]]
        ]
      ])
    }
  })

  test("shows few handoffs that only name a parent, the requested one among them", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    for (let made = 0; made < 300; made++) yield* manager.create({ ...strange, parent: whole })
    const part = yield* manager.delegate(whole, invoices)
    const late = yield* manager.create({ ...strange, parent: whole })
    const { isCut, root } = yield* manager.chain(late.recordId)
    assert.isTrue(isCut)
    assert.lengthOf(root.parts, 1 + 256)
    assert.deepStrictEqual(
      root.parts.slice(0, 2).map(({ record }) => record.recordId),
      [part.recordId, late.recordId]
    )
  })

  test("bounds its memory by the bytes of its handoffs", function* () {
    const manager = yield* HandoffManager
    const whole = yield* begun
    const context = { text: "x".repeat(1_000_000) }
    for (let made = 0; made < 20; made++) yield* manager.create({ ...strange, parent: whole, context })
    const { isCut, root } = yield* manager.chain(whole)
    assert.deepStrictEqual([isCut, root.parts.length], [true, 16])
  })
})
