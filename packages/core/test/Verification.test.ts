import {
  advance,
  AgentId,
  type ArchivedHandoff,
  begin,
  Capability,
  clock,
  create,
  type HandoffEvent,
  type HandoffRecord,
  HandoffRequest,
  linked,
  PublicKey,
  RecordId,
  Salt,
  type Seal,
  type Signature,
  signedText,
  type Transition
} from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { AgentCapabilityRegistry } from "../src/routing/AgentCapabilityRegistry.ts"
import * as Signing from "../src/routing/Signing.ts"
import { AgentStore } from "../src/store/AgentStore.ts"
import { type Entry, HandoffStore, Position } from "../src/store/HandoffStore.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { verify, verifyAll, verifyCounts, knownKeys, verifyHandoff } from "../src/verification/Verification.ts"
import { ask, inProcess, refusal, start, storedBefore, test } from "./managing.ts"

/** The counters of a verification that has found nothing. */
const proof = { signed: 0, keyless: 0, unknown: 0, foreign: 0, clock: 0, ahead: 0, erased: 0, isImported: false }

const executor = AgentId.make("executor")

/** Creates four handoffs and completes the last one. */
const lived = Effect.gen(function* () {
  const manager = yield* HandoffManager
  for (const priority of [1, 2, 3]) yield* manager.create({ ...ask, priority })
  const { recordId } = yield* manager.create(ask)
  yield* manager.accept(recordId)
  yield* manager.start(recordId)
  yield* manager.complete(recordId, { result: { pages: 3 } })
  return recordId
})

/** Verifies a store whose histories are changed by `change`. */
const reading = (id: RecordId, change: (entries: ReadonlyArray<Entry>) => ReadonlyArray<Entry>) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    return yield* Effect.provideService(verify(id), HandoffStore, {
      ...store,
      history: (id) => Effect.map(store.history(id), change)
    })
  })

const changed = (revision: number, change: (event: HandoffEvent) => HandoffEvent) => (entries: ReadonlyArray<Entry>) =>
  entries.map((entry) => (entry.revision === revision ? { ...entry, event: change(entry.event) } : entry))

describe("verifying", () => {
  test("finds no flaw in unchanged handoffs", function* () {
    const id = yield* lived
    assert.deepStrictEqual(yield* verify(id), { recordId: id, entries: 4, ...proof, keyless: 4 })
    const all = yield* Stream.runCollect(verifyAll)
    assert.deepStrictEqual(
      all.map(({ entries, flaw }) => [entries, flaw]).toSorted(([a = 0], [b = 0]) => Number(a) - Number(b)),
      [
        [1, undefined],
        [1, undefined],
        [1, undefined],
        [4, undefined]
      ]
    )
    assert.deepStrictEqual(yield* verifyCounts, { faults: [], notes: [] })
  })

  test("names the first flawed entry", function* () {
    const id = yield* lived
    const late = (event: HandoffEvent) => ({ ...event, at: DateTime.add(event.at, { milliseconds: 1 }) })
    for (const revision of [1, 2, 3, 4]) {
      const { flaw } = yield* reading(id, changed(revision, late))
      assert.strictEqual(flaw?.revision, revision)
    }
    const { flaw: gone } = yield* reading(id, (entries) => entries.filter(({ revision }) => revision !== 3))
    assert.strictEqual(gone?.problem, "The entry of this revision is missing")
    const { flaw: cut } = yield* reading(id, (entries) => entries.slice(0, 3))
    assert.strictEqual(cut?.problem, "The record has revision 4, but its history has 3 entries")
    const { flaw: none } = yield* reading(id, () => [])
    assert.deepStrictEqual(none, { revision: 0, problem: "The record has no history" })
  })

  test("names the record if it was changed", function* () {
    const id = yield* lived
    const store = yield* HandoffStore
    const manager = yield* HandoffManager
    const forged = {
      ...manager,
      get: (id: RecordId) => Effect.map(manager.get(id), (record) => ({ ...record, result: { pages: 4 } }))
    }
    const { flaw } = yield* verify(id).pipe(
      Effect.provideService(HandoffStore, store),
      Effect.provideService(HandoffManager, forged)
    )
    assert.deepStrictEqual(flaw, {
      revision: 4,
      problem: "The record differs from its history in result"
    })
  })

  test("names the wrong sums", function* () {
    const id = yield* lived
    const store = yield* HandoffStore
    const { faults, notes } = yield* Effect.provideService(verifyCounts, HandoffStore, {
      ...store,
      tally: Effect.map(store.tally, (tally) => ({ ...tally, pending: 4 })),
      log: (page) =>
        Effect.map(store.log(page), (entries) =>
          entries
            .filter(({ recordId, revision }) => recordId !== id || revision !== 2)
            .map((entry, index) => (index === 0 ? { ...entry, recordId: RecordId.make("elsewhere") } : entry))
        )
    })
    assert.lengthOf(faults, 4)
    assert.strictEqual(faults[0], 'Counter "pending" is 4, but its records add up to 3')
    assert.strictEqual(faults[1], "The log has entries of handoff elsewhere, but its record is missing")
    assert.include(faults, `The log lacks an entry of handoff ${id}`)
    assert.deepStrictEqual(notes, [])
  })
})

/** A process that signs for an agent with two keys, in a store without keys. */
const signing = (
  body: (publicKey: PublicKey, next: PublicKey) => Generator<Effect.Effect<unknown, unknown, Services>, void, never>,
  agent = executor
) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(start.epochMilliseconds)
    const [one, other] = [yield* Signing.generate, yield* Signing.generate]
    const layer = Layer.mergeAll(HandoffManager.layer, AgentCapabilityRegistry.layer).pipe(
      Layer.provideMerge(MemoryStore.layer),
      Layer.provide(Signing.layer({ [agent]: [one.secretKey, other.secretKey] }))
    )
    yield* Effect.provide(
      Effect.gen(() => body(one.publicKey, other.publicKey)),
      layer
    )
  })
type Services = HandoffManager | HandoffStore | AgentStore | AgentCapabilityRegistry

/** The seal of a program that signs nothing. */
const unsigning = Effect.gen(function* () {
  const { log } = yield* (yield* HandoffStore).origin
  const keys = (yield* (yield* AgentStore).keys).get(log)?.length ?? 0
  const seal: Seal = { log, keys, salt: () => Salt.make("AAAAAAAAAAAAAAAAAAAAAA"), signer: () => undefined }
  return seal
})

/** The problem of a second entry that is forged on a handoff; the whole result if verification finds none. */
const forgedOn = (record: HandoffRecord, said: object, seal?: Seal) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const event: Transition = { _tag: "Rejected", at: start, by: executor, reason: "Forged", ...said }
    const { recordId } = record
    const change = Result.getOrThrow(advance(record, event, seal))
    const history = yield* store.history(recordId)
    const { log } = yield* store.origin
    const position = Position.make(`${log}.1.1000`)
    const verified = yield* verify(recordId).pipe(
      Effect.provideService(HandoffStore, {
        ...store,
        get: () => Effect.succeedSome(change.record),
        history: () => Effect.succeed([...history, { ...change, recordId, revision: 2, position }])
      }),
      Effect.provideService(HandoffManager, {
        ...(yield* HandoffManager),
        get: () => Effect.succeed(change.record)
      })
    )
    return verified.flaw?.problem ?? verified
  })

const parties = { fromAgent: AgentId.make("planner"), toAgent: executor }

/** A pending handoff of format 1. */
const handedOver = (asked: Partial<HandoffRequest>): ArchivedHandoff => {
  const request = HandoffRequest.make({ ...parties, taskDescription: "Generate the Q3 report", ...asked })
  const created: HandoffEvent = { _tag: "Created", at: start, by: request.fromAgent, request }
  return { record: create(RecordId.make("a"), created), history: [created] }
}

/** A history of format 1 with one more entry, which `sign` signs. */
const extended = (
  { record, history }: ArchivedHandoff,
  event: Transition,
  sign?: (text: string) => Signature
): ArchivedHandoff => {
  const entry = linked(record, event)
  const sig = sign === undefined ? {} : { sig: sign(signedText(record.recordId, record.revision + 1, entry)) }
  const next = Result.getOrThrow(advance(record, { ...entry, ...sig }))
  return { record: next.record, history: [...history, next.event] }
}

/** The entries of the key log of the store. */
const keyLog = Effect.gen(function* () {
  const { log } = yield* (yield* HandoffStore).origin
  return (yield* (yield* AgentStore).keys).get(log) ?? []
})

const signedAfter = { entries: 4, ...proof, signed: 3, keyless: 1 }

describe("signatures", () => {
  it.effect("are made by agents with a key, checked against its key log, and counted", () =>
    signing(function* (publicKey) {
      const agents = yield* AgentStore
      yield* (yield* AgentCapabilityRegistry).register(executor, ["report"], { publicKey })
      const id = yield* lived
      assert.deepStrictEqual(yield* verify(id), { recordId: id, ...signedAfter })
      // Another key in the registration changes no verdict: it is not in the key log.
      const other = yield* Signing.generate
      yield* agents.put({ agentId: executor, capabilities: [], keys: [{ publicKey: other.publicKey, since: start }] })
      assert.deepStrictEqual(yield* verify(id), { recordId: id, ...signedAfter })
      /** The result of verifying with a key log that names the other key. */
      const withOther = (more: object) =>
        Effect.provideService(verify(id), AgentStore, {
          ...agents,
          keys: Effect.map(
            agents.keys,
            (logs) =>
              new Map(
                [...logs].map(([log, entries]) => [
                  log,
                  entries.map(({ event, ...entry }) => ({
                    ...entry,
                    event: event._tag === "KeyAdded" ? { ...event, key: other.publicKey, ...more } : event
                  }))
                ])
              )
          )
        })
      assert.deepInclude(yield* withOther({ adopted: true }), {
        signed: 0,
        keyless: 1,
        flaw: { revision: 2, problem: `Its signature is not by the key ${other.publicKey}, which executor had` }
      })
      // Nobody proved to have the other key, so the log has one entry that holds.
      assert.deepInclude(yield* withOther({}), {
        signed: 0,
        keyless: 0,
        flaw: { revision: 1, problem: "It names 2 entries of the key log, which has 1" }
      })
    })
  )

  it.effect("are required once an agent has a key, and not before", () =>
    signing(function* (publicKey) {
      const manager = yield* HandoffManager
      const store = yield* HandoffStore
      yield* (yield* AgentCapabilityRegistry).register("planner", [])
      const early = yield* manager.create(ask)
      const before = yield* unsigning
      yield* TestClock.adjust("1 second")
      // The planner's key is not in this process.
      const planner = yield* Signing.generate
      yield* inProcess(Signing.layer({ planner: planner.secretKey }))(
        AgentCapabilityRegistry.use((registry) => registry.register("planner", [], { publicKey: planner.publicKey }))
      )
      yield* (yield* AgentCapabilityRegistry).register(executor, [], { publicKey })
      assert.isUndefined((yield* verify(early.recordId)).flaw)
      yield* refusal(manager.create(ask), "KeyRequired")

      /** Commits a creation as another program does, and returns the flaw that verification finds. */
      const created = (id: string, seal?: Seal) =>
        Effect.gen(function* () {
          const { request } = early
          const event = { _tag: "Created", at: yield* DateTime.now, by: request.fromAgent, request } as const
          yield* store.commit([begin(RecordId.make(id), event, seal)])
          return (yield* verify(RecordId.make(id))).flaw
        })
      assert.deepStrictEqual(yield* created("late", yield* unsigning), {
        revision: 1,
        problem: `It is not signed, and planner had the key ${planner.publicKey}`
      })
      assert.deepStrictEqual(yield* created("older"), {
        revision: 1,
        problem: "It is not signed, and planner has had a key since 2026-11-22T09:00:01.000Z"
      })
      // The store takes no entry that names an earlier number of keys.
      yield* refusal(created("backdated", before), "RevisionConflict")
    })
  )

  it.effect("of a replaced key still hold, and so do those of the new key", () =>
    signing(function* (publicKey, next) {
      const registry = yield* AgentCapabilityRegistry
      yield* registry.register(executor, [], { publicKey })
      const id = yield* lived
      yield* TestClock.adjust("1 second")
      yield* registry.register(executor, [], { publicKey: next })
      assert.deepStrictEqual(yield* verify(id), { recordId: id, ...signedAfter })
      const after = yield* lived
      assert.deepStrictEqual(yield* verify(after), { recordId: after, ...signedAfter })
      const keys = yield* keyLog
      const [first] = yield* (yield* HandoffStore).history(after)
      assert.deepStrictEqual([first?.event.keys, keys.length], [3, 3])
    })
  )

  it.effect("of a removed agent still hold", () =>
    signing(function* (publicKey) {
      const registry = yield* AgentCapabilityRegistry
      yield* registry.register(executor, [], { publicKey })
      const id = yield* lived
      yield* registry.unregister(executor)
      assert.deepStrictEqual(yield* registry.agents, [])
      assert.deepStrictEqual(yield* verify(id), { recordId: id, ...signedAfter })
    })
  )

  it.effect("cannot be avoided with an earlier time, older keys, another format or the clock's name", () =>
    signing(function* (publicKey) {
      const manager = yield* HandoffManager
      const early = yield* manager.create(ask)
      yield* (yield* AgentCapabilityRegistry).register(executor, [], { publicKey })
      const created = yield* manager.create(ask)
      const seal = yield* unsigning
      const problem = `It is not signed, and executor had the key ${publicKey}`
      assert.strictEqual(yield* forgedOn(created, {}, seal), problem)
      assert.strictEqual(yield* forgedOn(early, {}, seal), problem)
      assert.deepInclude(yield* forgedOn(created, { by: "planner", _tag: "Cancelled" }, seal), { keyless: 2 })
      for (const earlier of [{ seconds: 1 }, { days: 1 }]) {
        assert.strictEqual(yield* forgedOn(created, { at: DateTime.subtract(start, earlier) }, seal), problem)
      }
      assert.strictEqual(
        yield* forgedOn(early, {}, { ...seal, keys: 0 }),
        "It names 0 entries of the key log, but the log had another number at its position"
      )
      assert.strictEqual(
        yield* forgedOn(created, {}, { ...seal, keys: 3 }),
        "It names 3 entries of the key log, which has 2"
      )
      assert.strictEqual(yield* forgedOn(created, {}), "It is of format 1 after an entry of format 2")
      // Another program signs nothing, and its entries are counted apart.
      assert.deepInclude(yield* forgedOn(created, { via: "foreign" }, seal), { signed: 0, keyless: 1, foreign: 1 })
    })
  )

  it.effect("of format 1 are checked against the keys of the registration", () =>
    Effect.gen(function* () {
      const [own, other] = [yield* Signing.generate, yield* Signing.generate]
      const { sign } = yield* Signing.signer(own.secretKey)
      const pending = handedOver({})
      const accepted = extended(pending, { _tag: "Accepted", at: start, by: executor }, sign)
      const judged = (...keys: ReadonlyArray<Signing.KeyPair>) =>
        verifyHandoff(
          accepted,
          knownKeys([
            { agentId: executor, capabilities: [], keys: keys.map(({ publicKey }) => ({ publicKey, since: start })) }
          ]),
          start
        )
      assert.deepInclude(judged(own), { signed: 1, keyless: 1 })
      assert.isUndefined(judged(own).flaw)
      // A replaced key stays in the registration.
      assert.deepInclude(judged(own, other), { signed: 1, keyless: 1 })
      assert.deepInclude(judged(other), {
        signed: 0,
        keyless: 1,
        flaw: { revision: 2, problem: "Its signature is not that of executor" }
      })
      // Removing the agent also removed the key that it signed with.
      assert.deepStrictEqual(verifyHandoff(accepted, knownKeys([]), start), {
        recordId: RecordId.make("a"),
        entries: 2,
        ...proof,
        keyless: 1,
        unknown: 1
      })
    })
  )

  it.effect("of format 1 cannot be avoided with an earlier time or another program's name", () =>
    signing(function* (publicKey) {
      yield* (yield* AgentCapabilityRegistry).register(executor, [], { publicKey })
      const created = yield* storedBefore({ ...ask, ...parties })
      const problem = "It is not signed, and executor has had a key since 2026-11-22T09:00:00.000Z"
      assert.strictEqual(yield* forgedOn(created, {}), problem)
      assert.deepInclude(yield* forgedOn(created, { by: "planner", _tag: "Cancelled" }), { keyless: 2 })
      assert.strictEqual(yield* forgedOn(created, { via: "foreign" }), problem)
      // The agent's clock is slightly slow.
      assert.deepInclude(yield* forgedOn(created, { at: DateTime.subtract(start, { seconds: 1 }) }), { keyless: 2 })
      yield* TestClock.adjust("2 minutes")
      const later = yield* storedBefore({ ...ask, ...parties }, "later")
      assert.strictEqual(yield* forgedOn(later, { at: DateTime.subtract(start, { days: 1 }) }), problem)
    })
  )

  it.effect("are not required of the clock even if an agent has its name, nor checked against later keys", () =>
    signing(function* (publicKey) {
      const manager = yield* HandoffManager
      const signed = yield* lived
      yield* keyed(clock, [], (yield* Signing.generate).publicKey)
      // The first change of a registration begins the key log, with the key of the agent named clock.
      yield* (yield* AgentCapabilityRegistry).register(executor, [], { publicKey })
      assert.deepStrictEqual(
        (yield* keyLog).flatMap(({ event }) => ("agent" in event ? [event.agent] : [])),
        [clock, executor]
      )
      const { recordId } = yield* manager.create({ ...ask, deadline: DateTime.add(start, { seconds: 1 }) })
      yield* TestClock.adjust("1 second")
      yield* manager.sweep
      assert.deepStrictEqual(yield* verify(recordId), { recordId, entries: 2, ...proof, keyless: 1, clock: 1 })
      // Signed before the agent was registered, with a key that nobody knew then.
      assert.deepStrictEqual(yield* verify(signed), { recordId: signed, entries: 4, ...proof, keyless: 1, unknown: 3 })
    })
  )

  /** Registers an agent with a key as a version did that judged no names. */
  const keyed = (agentId: AgentId, capabilities: ReadonlyArray<Capability>, publicKey: string) =>
    AgentStore.use((agents) =>
      agents.put({ agentId, capabilities, keys: [{ publicKey: PublicKey.make(publicKey), since: start }] })
    )

  /** A handoff of an agent named `clock`, re-routed by the clock because the agent does not accept. */
  const rerouted = (publicKey: string) =>
    Effect.gen(function* () {
      const registry = yield* AgentCapabilityRegistry
      const manager = yield* HandoffManager
      const report = Capability.make("report")
      yield* keyed(clock, [report], publicKey)
      yield* registry.register(executor, ["report"])
      const acceptBy = DateTime.add(yield* DateTime.now, { seconds: 1 })
      const request = {
        fromAgent: AgentId.make("planner"),
        toAgent: clock,
        requires: [report],
        acceptBy,
        reroute: true
      }
      const { recordId } = yield* storedBefore(request)
      yield* TestClock.adjust("1 second")
      yield* manager.sweep
      const { entries, flaw, keyless, signed, ...others } = yield* verify(recordId)
      return { entries, flaw, signed, clock: others.clock, keyless }
    })

  it.effect("are not required of the clock's event on a handoff of an agent named clock", () =>
    signing(function* () {
      const { publicKey } = yield* Signing.generate
      assert.deepStrictEqual(yield* rerouted(publicKey), {
        entries: 2,
        flaw: undefined,
        signed: 0,
        clock: 1,
        keyless: 1
      })
    })
  )

  it.effect("are counted if an agent named clock signs the clock's event in its process", () =>
    signing(function* (publicKey) {
      assert.deepStrictEqual(yield* rerouted(publicKey), {
        entries: 2,
        flaw: undefined,
        signed: 1,
        clock: 0,
        keyless: 1
      })
    }, clock)
  )

  it.effect("are required of an agent named clock for every event that is not due", () =>
    Effect.gen(function* () {
      const { publicKey, secretKey } = yield* Signing.generate
      const { sign } = yield* Signing.signer(secretKey)
      const pending = handedOver({ toAgent: clock, reroute: true, maxAttempts: 2 })
      const flawAt = (handoff: ArchivedHandoff) =>
        verifyHandoff(
          handoff,
          knownKeys([{ agentId: clock, capabilities: [], keys: [{ publicKey, since: start }] }]),
          start
        ).flaw?.revision
      const late = DateTime.add(start, { seconds: 2 })
      const accepted = extended(pending, { _tag: "Accepted", at: start, by: clock, lease: 1000 }, sign)

      // Its lease expires, and another process records it.
      assert.isUndefined(flawAt(extended(accepted, { _tag: "Released", at: late, by: clock, attempt: 1 })))
      assert.strictEqual(flawAt(extended(accepted, { _tag: "Released", at: start, by: clock })), 3)
      assert.strictEqual(flawAt(extended(accepted, { _tag: "Failed", at: late, by: clock, reason: "No" })), 3)
      assert.strictEqual(flawAt(extended(pending, { _tag: "Rejected", at: late, by: clock, reason: "No" })), 2)
      const declined = { _tag: "Forwarded", at: late, by: clock, to: executor, because: "rejected" } as const
      assert.strictEqual(flawAt(extended(pending, declined)), 2)
      assert.isUndefined(flawAt(extended(pending, declined, sign)))
    })
  )

  it.effect("of the clock are judged in one replay, however long the history is", () =>
    Effect.gen(function* () {
      const { publicKey } = yield* Signing.generate
      const recordId = RecordId.make("a")
      /** The reads of each entry of a handoff whose lease the clock ended this often. */
      const readsOf = (rounds: number) => {
        const request = HandoffRequest.make({
          fromAgent: AgentId.make("planner"),
          toAgent: executor,
          taskDescription: "Generate the Q3 report",
          maxAttempts: rounds + 1
        })
        const first = begin(recordId, { _tag: "Created", at: start, by: request.fromAgent, request })
        const history: Array<HandoffEvent> = [first.event]
        let { record } = first
        for (let attempt = 1; attempt <= rounds; attempt++) {
          const [taken, lost] = [2 * attempt, 2 * attempt + 1].map((n) => DateTime.add(start, { seconds: n }))
          assert(taken !== undefined && lost !== undefined)
          for (const event of [
            { _tag: "Accepted", at: taken, by: executor, lease: 1000 },
            { _tag: "Released", at: lost, by: clock, attempt, reason: "The lease ran out." }
          ] as const) {
            const next = Result.getOrThrow(advance(record, event))
            record = next.record
            history.push(next.event)
          }
        }
        let reads = 0
        const counted = history.map(
          (event) => new Proxy(event, { get: (from, key) => ((reads += 1), Reflect.get(from, key)) })
        )
        const keys = [{ publicKey, since: start }]
        const { flaw } = verifyHandoff(
          { record, history: counted },
          knownKeys([{ agentId: clock, capabilities: [], keys }]),
          start
        )
        assert.isUndefined(flaw)
        return reads / history.length
      }
      assert.isBelow(readsOf(80), 1.2 * readsOf(20))
    })
  )

  it.effect("are checked against a key that was registered during the verification", () =>
    signing(function* (publicKey) {
      const agents = yield* AgentStore
      const before = yield* agents.keys
      yield* (yield* AgentCapabilityRegistry).register(executor, [], { publicKey })
      const id = yield* lived
      let reads = 0
      const keys = Effect.suspend(() => (reads++ === 0 ? Effect.succeed(before) : agents.keys))
      assert.deepStrictEqual(yield* Effect.provideService(verify(id), AgentStore, { ...agents, keys }), {
        recordId: id,
        ...signedAfter
      })
      assert.strictEqual(reads, 2)
    })
  )

  it.effect("cannot be made with an invalid key", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Signing.signer("not a key"))
      assert.strictEqual(error.message, "Invalid secret key: Expected 32 bytes as base64url: 43 characters")
    })
  )
})
