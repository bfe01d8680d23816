import { type ArchivedHandoff, decodeArchived, encodeArchived, RecordId } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"

import { openBox } from "../../testing/src/openBox.ts"
import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { id } from "./fixtures.ts"
import { ask, later, test } from "./managing.ts"

const elsewhere = HandoffManager.layer.pipe(Layer.provideMerge(Layer.merge(MemoryStore.layer, openBox)))

/** Runs an effect on another, empty store. */
const inAnotherStore = <A, E>(effect: Effect.Effect<A, E, HandoffManager | HandoffStore>) =>
  Effect.provide(effect, Layer.fresh(elsewhere), { local: true })

const exported = Effect.flatMap(HandoffManager, (manager) => Stream.runCollect(manager.export))

const importing = (handoffs: ReadonlyArray<ArchivedHandoff>) =>
  Effect.flatMap(HandoffManager, (manager) => Stream.runCollect(manager.import(Stream.fromIterable(handoffs))))

const outcomes = (handoffs: ReadonlyArray<ArchivedHandoff>) =>
  Effect.map(importing(handoffs), (reports) => reports.map(({ outcome }) => outcome))

/** Encodes an archive as text, applies the change of another program, and decodes it. */
const throughText = (
  handoffs: ReadonlyArray<ArchivedHandoff>,
  edit: (wire: Record<string, unknown>) => Record<string, unknown> = (wire) => wire
): ReadonlyArray<ArchivedHandoff> =>
  handoffs.map((handoff) =>
    // The cast is safe because an encoded handoff is an object.
    Result.getOrThrow(
      decodeArchived("test", edit(JSON.parse(JSON.stringify(encodeArchived(handoff))) as Record<string, unknown>))
    )
  )

/** A copy in the format of the Python library: the state without its history. */
const withoutTrail = ({ history: _history, revision: _revision, ...wire }: Record<string, unknown>) => wire

const seedStore = Effect.gen(function* () {
  const manager = yield* HandoffManager
  yield* manager.create({ ...ask, context: { a: [1, null] }, deadline: later(90) }, { id: "pending" })
  yield* TestClock.adjust("1 second")
  for (const name of ["accepted", "completed", "failed", "cancelled", "expired", "rejected"]) {
    yield* manager.create({ ...ask, ...(name === "expired" ? { deadline: later(5) } : {}) }, { id: name })
  }
  for (const name of ["accepted", "completed", "failed"]) yield* manager.accept(id(name))
  yield* manager.start(id("completed"))
  yield* manager.complete(id("completed"), { result: { pages: 3 } })
  yield* manager.fail(id("failed"), { reason: "Out of paper" })
  yield* manager.cancel(id("cancelled"))
  yield* manager.reject(id("rejected"), { reason: "no" })
  yield* TestClock.adjust("10 seconds")
  yield* manager.sweep
})

describe("an export", () => {
  test("imported into another store, through text, gives an equal store", function* () {
    yield* seedStore
    const archive = yield* exported
    assert.strictEqual(archive.length, 7)
    const copy = yield* inAnotherStore(
      Effect.gen(function* () {
        assert.deepStrictEqual(
          yield* outcomes(throughText(archive)),
          Array.from({ length: 7 }, () => "added")
        )
        const store = yield* HandoffStore
        const { position, ...first } = (yield* store.log({ limit: 1 }))[0] ?? {}
        assert.isDefined(position)
        assert.deepInclude(first, { revision: 1 })
        return { archive: yield* exported, tally: yield* store.tally }
      })
    )
    assert.deepStrictEqual(copy.archive, archive)
    assert.deepStrictEqual(copy.tally, yield* Effect.flatMap(HandoffStore, (store) => store.tally))
  })

  test("imported into its own store, or twice, changes nothing", function* () {
    yield* seedStore
    const store = yield* HandoffStore
    const archive = yield* exported
    const log = yield* store.log({ limit: 1000 })
    assert.deepStrictEqual(
      yield* outcomes(throughText(archive)),
      Array.from({ length: 7 }, () => "unchanged")
    )
    assert.deepStrictEqual(yield* store.log({ limit: 1000 }), log)
  })

  test("of an empty store is empty", function* () {
    assert.deepStrictEqual(yield* exported, [])
    assert.deepStrictEqual(yield* importing([]), [])
  })

  test("of hundreds of handoffs is imported in order, including duplicates", function* () {
    const manager = yield* HandoffManager
    for (let n = 0; n < 600; n++) yield* manager.create(ask, { id: `n${n}` })
    const before = yield* exported
    yield* manager.accept(RecordId.make("n7"))
    const now = yield* exported
    const reports = yield* inAnotherStore(importing([...before, ...before.slice(0, 3), ...now]))
    assert.deepStrictEqual(
      reports.map(({ recordId }) => recordId),
      [...before, ...before.slice(0, 3), ...now].map(({ record }) => record.recordId)
    )
    const unusual = reports.flatMap(({ recordId, outcome }, n) =>
      outcome === (n < 600 ? "added" : "unchanged") ? [] : [[recordId, outcome]]
    )
    assert.deepStrictEqual(unusual, [["n7", "newer"]] as never)
    const [one] = before
    if (one !== undefined) {
      assert.deepStrictEqual(yield* inAnotherStore(outcomes([one, one, one])), ["added", "unchanged", "unchanged"])
    }
  })
})

describe("importing a handoff that both sides know", () => {
  test("appends newer events, and ignores an older copy", function* () {
    const manager = yield* HandoffManager
    yield* manager.create(ask, { id: "a" })
    const older = yield* exported
    yield* manager.accept(id("a"), { reason: "Sure." })
    yield* manager.start(id("a"))
    const newer = yield* exported
    assert.deepStrictEqual(yield* outcomes(older), ["unchanged"])
    assert.strictEqual((yield* manager.get(id("a"))).status, "in_progress")
    yield* inAnotherStore(
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* outcomes(older), ["added"])
        assert.deepStrictEqual(yield* outcomes(newer), ["newer"])
        assert.deepStrictEqual(yield* exported, newer)
      })
    )
  })

  test("keeps its own copy if the two have diverged", function* () {
    const manager = yield* HandoffManager
    yield* manager.create(ask, { id: "a" })
    const origin = yield* exported
    yield* manager.accept(id("a"))
    const accepted = yield* exported
    yield* inAnotherStore(
      Effect.gen(function* () {
        const other = yield* HandoffManager
        yield* outcomes(origin)
        yield* other.reject(id("a"), { reason: "no" })
        assert.deepStrictEqual(yield* outcomes(accepted), ["conflict"])
        assert.strictEqual((yield* other.get(id("a"))).status, "rejected")
      })
    )
    yield* inAnotherStore(
      Effect.gen(function* () {
        const other = yield* HandoffManager
        yield* other.create({ ...ask, priority: 9 }, { id: "a" })
        assert.deepStrictEqual(yield* outcomes(accepted), ["conflict"])
        assert.strictEqual((yield* other.history(id("a"))).length, 1)
      })
    )
  })
})

describe("a copy without a history, as the Python library writes it", () => {
  test("is added with a history that names its origin", function* () {
    yield* seedStore
    const copies = throughText(yield* exported, withoutTrail)
    yield* inAnotherStore(
      Effect.gen(function* () {
        const manager = yield* HandoffManager
        assert.deepStrictEqual(
          yield* outcomes(copies),
          Array.from({ length: 7 }, () => "added")
        )
        const [entry, ...others] = yield* manager.history(id("completed"))
        assert.deepStrictEqual([entry?.event._tag, entry?.event.via, others.length], ["Imported", "foreign", 0])
        const { status, revision } = yield* manager.get(id("completed"))
        assert.deepStrictEqual([status, revision], ["completed", 1])
        assert.deepStrictEqual(
          yield* outcomes(copies),
          Array.from({ length: 7 }, () => "unchanged")
        )
        // The imported handoff can be continued.
        assert.strictEqual((yield* manager.start(id("accepted"))).revision, 2)
      })
    )
  })

  test("that is equal or older changes nothing", function* () {
    const manager = yield* HandoffManager
    yield* seedStore
    const copies = throughText(yield* exported, withoutTrail)
    assert.deepStrictEqual(
      yield* outcomes(copies),
      Array.from({ length: 7 }, () => "unchanged")
    )
    yield* manager.accept(id("pending"))
    yield* manager.start(id("accepted"))
    assert.deepStrictEqual(
      yield* outcomes(copies),
      Array.from({ length: 7 }, () => "unchanged")
    )
  })

  test("that is newer is followed with the fewest events", function* () {
    const manager = yield* HandoffManager
    yield* manager.create(ask, { id: "a" })
    const ahead = throughText(yield* exported, (wire) => ({
      ...withoutTrail(wire),
      status: "completed",
      response: { accepted: true, reason: "Accepted by receiving agent.", estimated_completion: null },
      result: { pages: 3 },
      updated_at: "2026-11-22T10:00:00.123456Z"
    }))
    yield* TestClock.adjust("1 hour")
    assert.deepStrictEqual(yield* outcomes(ahead), ["newer"])
    const trail = (yield* manager.history(id("a"))).map(({ event }) => [event._tag, event.via, event.by])
    assert.deepStrictEqual(trail, [
      ["Created", undefined, "planner"],
      ["Accepted", "foreign", "executor"],
      ["Completed", "foreign", "executor"]
    ] as never)
    assert.deepStrictEqual(yield* outcomes(ahead), ["unchanged"])
  })

  test("that has diverged, or has another request, is a conflict", function* () {
    const manager = yield* HandoffManager
    yield* manager.create(ask, { id: "a" })
    const pending = yield* exported
    yield* manager.accept(id("a"))
    const rejected = throughText(pending, (wire) => ({
      ...withoutTrail(wire),
      status: "rejected",
      response: { accepted: false, reason: "no" }
    }))
    const another = throughText(pending, (wire) => ({
      ...withoutTrail(wire),
      request: { ...(wire["request"] as object), task_description: "Something else" }
    }))
    assert.deepStrictEqual(yield* outcomes([...rejected, ...another]), ["conflict", "conflict"])
    assert.strictEqual((yield* manager.history(id("a"))).length, 2)
  })
})

describe("an archive that another program has edited", () => {
  const completed = (wire: Record<string, unknown>) => ({
    ...wire,
    status: "completed",
    result: { pages: 3 },
    updated_at: "2026-11-22T11:00:00Z"
  })

  test("is added with its history, continued to its state", function* () {
    const manager = yield* HandoffManager
    yield* manager.create(ask, { id: "a" })
    yield* manager.accept(id("a"))
    yield* manager.start(id("a"))
    const edited = throughText(yield* exported, completed)
    yield* TestClock.adjust("2 hours")
    const tags = yield* inAnotherStore(
      Effect.gen(function* () {
        const other = yield* HandoffManager
        assert.deepStrictEqual(yield* outcomes(edited), ["added"])
        return (yield* other.history(id("a"))).map(({ event }) => event._tag)
      })
    )
    assert.deepStrictEqual(tags, ["Created", "Accepted", "Started", "Completed"])
    assert.deepStrictEqual(yield* outcomes(edited), ["newer"])
    assert.strictEqual((yield* manager.get(id("a"))).status, "completed")
    assert.deepStrictEqual(yield* outcomes(edited), ["unchanged"])
  })

  test("that has a longer history brings it, instead of the fewest events", function* () {
    const manager = yield* HandoffManager
    yield* manager.create(ask, { id: "a" })
    const origin = yield* exported
    yield* manager.accept(id("a"))
    yield* manager.start(id("a"))
    const edited = throughText(yield* exported, completed)
    yield* TestClock.adjust("2 hours")
    const trail = yield* inAnotherStore(
      Effect.gen(function* () {
        const other = yield* HandoffManager
        yield* outcomes(origin)
        assert.deepStrictEqual(yield* outcomes(edited), ["newer"])
        return (yield* other.history(id("a"))).map(({ event }) => [event._tag, event.via])
      })
    )
    assert.deepStrictEqual(trail, [
      ["Created", undefined],
      ["Accepted", undefined],
      ["Started", undefined],
      ["Completed", "foreign"]
    ] as never)
  })

  test("to a state that no event leads to is a conflict", function* () {
    const manager = yield* HandoffManager
    yield* manager.create(ask, { id: "a" })
    const origin = yield* exported
    yield* manager.accept(id("a"))
    yield* manager.complete(id("a"))
    const reopened = throughText(yield* exported, (wire) => ({ ...wire, status: "in_progress", result: {} }))
    assert.deepStrictEqual(yield* inAnotherStore(outcomes(reopened)), ["conflict"])
    assert.deepStrictEqual(yield* inAnotherStore(outcomes([...origin, ...reopened])), ["added", "conflict"])
    const oneByOne = Effect.andThen(outcomes(origin), outcomes(reopened))
    assert.deepStrictEqual(yield* inAnotherStore(oneByOne), ["conflict"])
    assert.deepStrictEqual(yield* outcomes(reopened), ["conflict"])
    assert.strictEqual((yield* manager.get(id("a"))).status, "completed")
  })
})
