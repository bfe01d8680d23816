import { AgentId, type HandoffRecord, type RecordId, StoreError } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Console from "effect/Console"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"

import { openBox } from "../../testing/src/openBox.ts"
import { type AgentStore, HandoffManager, HandoffStore, MemoryStore, type Renewal } from "../src/index.ts"
import { verify } from "../src/verification/Verification.ts"
import * as HandoffWorker from "../src/worker/HandoffWorker.ts"
import { ask, later, refusal, test } from "./managing.ts"

const executor = AgentId.make("executor")

const endOf = (record: HandoffRecord): DateTime.Utc | undefined => ("lease" in record ? record.lease?.until : undefined)

/** A handoff that its receiver works on with a lease of ten seconds. */
const taken = (more: object = {}) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create({ ...ask, ...more })
    yield* manager.accept(recordId, { lease: 10_000 })
    return yield* manager.start(recordId)
  })

const eventsOf = (id: RecordId) =>
  HandoffManager.use(({ history }) => Effect.map(history(id), (entries) => entries.map(({ event }) => event._tag)))

describe("a report of progress", () => {
  test("without words renews the lease, and is no entry", function* () {
    const manager = yield* HandoffManager
    const record = yield* taken()
    yield* TestClock.adjust("8 seconds")
    const renewed = yield* manager.progress(record.recordId)
    assert.deepStrictEqual({ ...renewed, lease: undefined }, { ...record, lease: undefined })
    assert.deepStrictEqual(endOf(renewed), later(18))
    assert.deepStrictEqual(endOf(yield* manager.get(record.recordId)), later(18))
    assert.deepStrictEqual((yield* manager.where(record.recordId)).due, { at: later(18), event: "Released" })
    assert.deepStrictEqual(yield* eventsOf(record.recordId), ["Created", "Accepted", "Started"])
    yield* TestClock.adjust("9 seconds")
    assert.deepStrictEqual(yield* manager.sweep, [])
    // The next entry is about the record without the renewal.
    yield* manager.attest(record.recordId, { by: AgentId.make("auditor"), statement: "Seen" })
    assert.deepStrictEqual(endOf(yield* manager.get(record.recordId)), later(18))
    assert.isUndefined((yield* verify(record.recordId)).flaw)
    yield* TestClock.adjust("1 second")
    assert.deepInclude((yield* manager.sweep)[0], { status: "pending", attempt: 2, revision: 5 })
    assert.isUndefined((yield* verify(record.recordId)).flaw)
  })

  test("with words or another lease is an entry", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* taken()
    yield* manager.progress(recordId, { note: "Half" })
    yield* manager.progress(recordId, { fraction: 0.5 })
    const { revision } = yield* manager.progress(recordId, { lease: 20_000 })
    assert.strictEqual(revision, 6)
    assert.deepStrictEqual((yield* eventsOf(recordId)).slice(3), ["Progressed", "Progressed", "Progressed"])
  })

  test("without words is an entry if no lease runs, because it is the only trace", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId)
    yield* manager.start(recordId)
    const { revision } = yield* manager.progress(recordId)
    assert.strictEqual(revision, 4)
    assert.deepStrictEqual((yield* eventsOf(recordId)).at(-1), "Progressed")
  })

  test("without words is refused as any other one", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* taken()
    yield* refusal(manager.progress(recordId, { by: AgentId.make("stranger") }), "NotYourHandoff")
    yield* refusal(manager.progress(recordId, { attempt: 7 }), "StaleAttempt")
    yield* TestClock.adjust("10 seconds")
    // The lease has ended, which is recorded first.
    yield* refusal(manager.progress(recordId, { attempt: 1 }), "StaleAttempt")
    assert.deepStrictEqual((yield* eventsOf(recordId)).at(-1), "Released")
  })

  test("without words first records what is due", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* taken({ deadline: later(100), remindBefore: 95_000 })
    yield* TestClock.adjust("6 seconds")
    const renewed = yield* manager.progress(recordId)
    assert.deepStrictEqual(endOf(renewed), later(16))
    assert.deepStrictEqual((yield* eventsOf(recordId)).at(-1), "Reminded")
  })

  test("lets a reminder be recorded after the end that the history shows", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* taken({ deadline: later(100), remindBefore: 85_000 })
    yield* TestClock.adjust("9 seconds")
    yield* manager.progress(recordId)
    yield* TestClock.adjust("7 seconds")
    const [reminded] = yield* manager.sweep
    assert.deepInclude(reminded, { status: "in_progress", reminded: ["deadline"] })
    assert.isUndefined((yield* verify(recordId)).flaw)
  })
})

/** Runs an effect over a store that counts its renewals, and fails them while `isAway`. */
const counted = (
  body: (seen: {
    readonly batches: Array<ReadonlyArray<Renewal>>
    isAway: boolean
  }) => Effect.Effect<void, unknown, HandoffManager | HandoffStore | AgentStore>
) =>
  Effect.suspend(() => {
    const seen = { batches: [] as Array<ReadonlyArray<Renewal>>, isAway: false }
    const away = new StoreError({ operation: "renew", reason: "unavailable", detail: "The store is away" })
    const store = Layer.effect(
      HandoffStore,
      HandoffStore.useSync((inner) =>
        HandoffStore.of({
          ...inner,
          renew: (renewals, at) =>
            Effect.suspend(() => {
              if (seen.isAway) return Effect.fail(away)
              seen.batches.push(renewals)
              return inner.renew(renewals, at)
            })
        })
      )
    ).pipe(Layer.provideMerge(MemoryStore.layer))
    const layer = HandoffManager.layer.pipe(Layer.provideMerge(Layer.merge(store, openBox)))
    return body(seen).pipe(Effect.provide(layer), Effect.scoped)
  })

const settle = Effect.repeat(TestClock.adjust("1 millis"), { times: 9 })

/** Leaves out the warnings of workers. */
const silent = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Console.Console, (console) =>
    Effect.provideService(effect, Console.Console, { ...console, warn: () => {} })
  )

describe("the workers of a process", () => {
  it.effect("renew all their leases in one write per third of a lease, without an entry", () =>
    counted(({ batches }) =>
      Effect.gen(function* () {
        const manager = yield* HandoffManager
        const ids: Array<RecordId> = []
        for (let n = 0; n < 60; n++) ids.push((yield* manager.create({ ...ask, toAgent: `agent-${n % 3}` })).recordId)
        for (let n = 0; n < 3; n++) {
          const agent = AgentId.make(`agent-${n}`)
          yield* Effect.forkDetach(
            HandoffWorker.run(agent, () => Effect.never, { concurrency: 20, lease: "30 seconds" })
          )
          // They begin at different times.
          yield* TestClock.adjust("2 seconds")
        }
        const revisions = yield* Effect.forEach(ids, (id) => Effect.map(manager.get(id), ({ revision }) => revision))
        assert.deepStrictEqual(new Set(revisions), new Set([3]))
        yield* TestClock.adjust("10 minutes")
        for (const id of ids) {
          assert.deepStrictEqual(yield* eventsOf(id), ["Created", "Accepted", "Started"])
          assert.isUndefined((yield* verify(id)).flaw)
        }
        // Every ten seconds, all of them at once.
        assert.isAtMost(batches.length, 63)
        assert.isAtLeast(batches.length, 59)
        assert.strictEqual(batches.at(-1)?.length, 60)
      })
    )
  )

  it.effect("lose a handoff whose renewal is refused, and keep the others", () =>
    counted(() =>
      Effect.gen(function* () {
        const manager = yield* HandoffManager
        const store = yield* HandoffStore
        const lost: Array<RecordId> = []
        const [a, b] = [yield* manager.create(ask), yield* manager.create(ask)]
        const handler = ({ record: { recordId } }: HandoffWorker.Work) =>
          Effect.onInterrupt(Effect.never, () => Effect.sync(() => void lost.push(recordId)))
        // Without hints, only the renewal can tell.
        const deaf = HandoffStore.of({ ...store, changed: Stream.never })
        const worker = HandoffWorker.run(executor, handler, { concurrency: 2, lease: "30 seconds" })
        yield* Effect.forkDetach(Effect.provideService(worker, HandoffStore, deaf))
        yield* settle
        yield* manager.release(a.recordId, { reason: "Not for you", notBefore: later(1e9) })
        yield* TestClock.adjust("31 seconds")
        assert.deepStrictEqual(lost, [a.recordId])
        assert.deepInclude(yield* manager.get(b.recordId), { status: "in_progress", attempt: 1 })
      }).pipe(silent)
    )
  )

  it.effect("try again while the store is away, until the lease has ended", () =>
    counted((seen) =>
      Effect.gen(function* () {
        const manager = yield* HandoffManager
        const { recordId } = yield* manager.create(ask)
        let ended = 0
        const handler = () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (ended += 1)))
        yield* Effect.forkDetach(HandoffWorker.run(executor, handler, { lease: "30 seconds" }))
        yield* settle
        yield* TestClock.adjust("9 seconds")
        seen.isAway = true
        yield* TestClock.adjust("15 seconds")
        seen.isAway = false
        yield* TestClock.adjust("20 seconds")
        assert.strictEqual(ended, 0)
        assert.deepInclude(yield* manager.get(recordId), { status: "in_progress", attempt: 1 })
        seen.isAway = true
        yield* TestClock.adjust("40 seconds")
        assert.isAtLeast(ended, 1)
      }).pipe(silent)
    )
  )

  it.effect("do not renew while a question is open, and go on after its answer", () =>
    counted(({ batches }) =>
      Effect.gen(function* () {
        const manager = yield* HandoffManager
        const { recordId } = yield* manager.create(ask)
        const handler = ({ ask }: HandoffWorker.Work) => Effect.andThen(ask("Which one?"), Effect.never)
        yield* Effect.forkDetach(HandoffWorker.run(executor, handler, { lease: "30 seconds" }))
        yield* settle
        yield* TestClock.adjust("1 hour")
        assert.deepInclude(yield* manager.get(recordId), { status: "input_required", attempt: 1 })
        assert.isAtMost(batches.length, 1)
        yield* manager.answer(recordId, { answer: "This one." })
        yield* TestClock.adjust("1 hour")
        assert.deepInclude(yield* manager.get(recordId), { status: "in_progress", attempt: 1 })
        assert.deepStrictEqual((yield* eventsOf(recordId)).slice(3), ["Asked", "Answered"])
      })
    )
  )
})
