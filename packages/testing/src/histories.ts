/** Makes handoffs of every kind with every type of event, for tests of storing, reading and verifying. */
import {
  AgentCapabilityRegistry,
  AgentStore,
  type Change,
  HandoffManager,
  HandoffStore,
  keyEvents,
  MemoryStore
} from "@aumai/handoff-core"
import * as Signing from "@aumai/handoff-core/Signing"
import {
  AgentId,
  decodeArchived,
  Digest,
  type HandoffRecord,
  type KeyEvent,
  type RecordId
} from "@aumai/handoff-protocol"
import { WebCrypto } from "effect/crypto/WebCrypto"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"

import { openBox } from "./openBox.ts"

const planner = AgentId.make("planner")
const executor = AgentId.make("executor")
const analyst = AgentId.make("analyst")
const auditor = AgentId.make("auditor")

// Two of the four agents sign. Only the digest chain protects the events of the others.
const secretOf = (byte: number) => Base64Url.encode(new Uint8Array(32).fill(byte))
const planners = [secretOf(1), secretOf(3)] as const
const secrets = { planner: planners, analyst: secretOf(2) }

const begin = DateTime.makeUnsafe("2026-12-01T09:00:00Z")
const minute = 60_000

/** The contents of a store: its commits in order, its agents, and its key log. */
export interface Histories {
  readonly commits: ReadonlyArray<readonly [Change, ...ReadonlyArray<Change>]>
  readonly agents: ReadonlyArray<Parameters<AgentStore["Service"]["put"]>[0]>
  readonly keys: ReadonlyArray<KeyEvent>
}

/** Draws the same log names and salts every time. */
export const withSeededCrypto = (seed: number) =>
  Effect.provideServiceEffect(
    WebCrypto,
    Effect.sync(() => {
      let state = seed
      const next = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 24
      // The cast: names and salts need only this method.
      return { getRandomValues: (bytes: Uint8Array) => bytes.map(next) } as (typeof WebCrypto)["Service"]
    })
  )

/** Registers an agent, with the public key of its secret key. */
const register = (agent: AgentId, capabilities: ReadonlyArray<string>, secret?: string) =>
  Effect.gen(function* () {
    const registry = yield* AgentCapabilityRegistry
    const key = secret === undefined ? {} : { publicKey: (yield* Signing.signer(secret)).publicKey }
    yield* registry.register(agent, capabilities, key)
  })

/** A record in the format of the Python library. */
const foreign = (id: string, status: string) => ({
  record_id: id,
  request: {
    from_agent: planner,
    to_agent: executor,
    task_description: "Étude — 日本語 🚀",
    context: { from: "elsewhere", pages: [1, 2.5, null, true], "": "no name" },
    priority: 7,
    deadline: null
  },
  status,
  response:
    status === "pending"
      ? null
      : { accepted: true, reason: "Accepted by receiving agent.", estimated_completion: null },
  result: null,
  created_at: "2026-11-30T08:00:00.123456Z",
  updated_at: "2026-11-30T08:30:00Z"
})

/** Runs every kind of handoff once. Each round has its own ids and texts. */
const lives = (round: number) =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    const idOf = (name: string) => `${name}-${round}`
    const ask = (more: object = {}) => ({
      fromAgent: planner,
      toAgent: executor,
      taskDescription: `Report ${round}: "Q3" \\ 1,5 Mio. €\n`,
      context: { round, share: 0.1 + round, tags: ["a", `b${round}`], nested: { empty: {}, list: [] } },
      ...more
    })
    const now = DateTime.now
    const later = (milliseconds: number) => Effect.map(now, DateTime.add({ milliseconds }))
    const create = (name: string, more: object = {}) => manager.create(ask(more), { id: idOf(name) })
    const pass = (milliseconds: number) => TestClock.adjust(milliseconds)
    const held = (record: HandoffRecord) => ({ by: executor, attempt: record.attempt })

    // Progress, a question and its answer, a release, a completion.
    const long = yield* create("long", { priority: 9, maxAttempts: 4, requires: ["report", "execute"] })
    yield* pass(minute)
    yield* manager.accept(long.recordId, { reason: "Gladly", estimatedCompletion: yield* later(minute), lease: minute })
    yield* manager.start(long.recordId, held(long))
    yield* manager.progress(long.recordId, { ...held(long), note: "Half “way”", fraction: 0.5, lease: 2 * minute })
    yield* manager.ask(long.recordId, { ...held(long), question: "Which quarter?" })
    yield* pass(1234)
    yield* manager.answer(long.recordId, { answer: "The 3rd." })
    const handBack = {
      done: ["July"],
      remaining: ["August", "September"],
      pitfalls: ["Local time: +02:00"],
      artifacts: [{ name: "draft", content: { pages: 3, text: "…" } }]
    }
    yield* manager.release(long.recordId, { ...held(long), reason: "Locked", handBack, notBefore: yield* later(10) })
    yield* pass(11)
    yield* manager.accept(long.recordId)
    yield* manager.attest(long.recordId, { by: auditor, statement: "Seen by two", uri: "https://example.org/1" })
    yield* manager.complete(long.recordId, {
      result: { output: "report.pdf", pages: [1, 2, 3], ok: true, nothing: null },
      evidence: [{ grade: "observed", statement: "All 214 tests passed", of: "draft" }]
    })

    // A read-back with a question, a confirmation, and deliverables.
    const digest = Digest.make("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    const briefed = yield* create("told", {
      briefing: {
        severity: "watcher",
        summary: "Two invoices are missing.",
        actions: [{ id: "invoices", task: "Ask for them", owner: executor, due: yield* later(5 * minute) }],
        situation: { known: ["One supplier"], decided: [], open: ["Paid?"] },
        contingencies: [{ id: "late", if: "not by Friday", then: "report without" }],
        readBack: { confirm: true, required: ["invoices", "late"] }
      },
      deliverables: [
        { name: "text", mediaType: "text/plain", digest },
        { name: "sums", schema: { type: "object", required: ["total"], properties: { total: { type: "number" } } } }
      ]
    })
    yield* manager.accept(briefed.recordId, {
      lease: minute,
      readBack: { summary: "Get two", items: [{ id: "invoices", answer: "question", note: "Whose?" }] }
    })
    yield* manager.restate(briefed.recordId, {
      readBack: { summary: "Get two by Friday", items: [{ id: "late", answer: "understood" }] }
    })
    yield* pass(77)
    yield* manager.confirm(briefed.recordId, { correction: "By Thursday." })
    yield* manager.start(briefed.recordId)
    yield* manager.attest(briefed.recordId, { by: auditor, statement: "Adds up", of: "sums", digest })
    yield* manager.complete(briefed.recordId, {
      result: {},
      artifacts: [
        { name: "text", mediaType: "text/plain", content: "abc" },
        { name: "sums", content: { total: 12.5 } },
        { name: "scan", uri: "s3://bucket/scan.pdf", digest, size: 1024 }
      ],
      evidence: [{ grade: "claimed", statement: "Read twice" }]
    })

    // From here on, the planner signs with its other key.
    yield* register(planner, [], planners[round % 2])

    // A forward, and re-routes after a rejection, a missed accept_by, and the last attempt.
    const handed = yield* create("handed", { maxHops: 2 })
    yield* manager.accept(handed.recordId, { lease: minute })
    yield* manager.forward(handed.recordId, {
      to: analyst,
      reason: "Statistics",
      handBack: { done: ["Read it"] },
      attempt: 1
    })
    yield* manager.accept(handed.recordId, { by: analyst })
    yield* manager.complete(handed.recordId, { result: { by: "analyst" } })
    const declined = yield* create("declined", { reroute: true, requires: ["report"] })
    yield* manager.reject(declined.recordId, { reason: "No time" })
    yield* manager.accept(declined.recordId, { lease: 1000 })
    const waiting = yield* create("waiting", {
      reroute: true,
      acceptBy: yield* later(2 * minute),
      remindBefore: minute,
      requires: ["report"]
    })
    const unable = yield* create("unable", { reroute: true, maxAttempts: 1, requires: ["report"] })
    yield* manager.accept(unable.recordId)
    yield* manager.release(unable.recordId, { reason: "It is beyond me" })

    // Parts, some of which are cancelled with the whole.
    const whole = yield* create("whole", { deadline: yield* later(60 * minute), remindBefore: 59 * minute })
    yield* manager.accept(whole.recordId)
    const part = (name: string) => ({ toAgent: analyst, taskDescription: `Part ${name}`, priority: 3 })
    const inner = yield* manager.delegate(whole.recordId, part("a"), { id: idOf("part-a") })
    yield* manager.delegate(whole.recordId, part("b"), { id: idOf("part-b") })
    yield* manager.accept(inner.recordId)
    yield* manager.delegate(inner.recordId, { ...part("c"), toAgent: auditor }, { id: idOf("part-c") })
    yield* manager.cancel(whole.recordId, { reason: "Not needed" })
    const left = yield* create("left")
    yield* manager.accept(left.recordId)
    yield* manager.delegate(left.recordId, part("d"), { id: idOf("part-d") })
    yield* manager.complete(left.recordId, { result: {}, leavesChildren: true })

    // A rejection, a failure, an expired lease and deadline, and imported records.
    const refused = yield* create("refused")
    yield* manager.reject(refused.recordId, { reason: "Not mine" })
    const broken = yield* create("broken")
    yield* manager.accept(broken.recordId)
    yield* manager.fail(broken.recordId, { reason: "Out of paper" })
    const lapsed = yield* create("lapsed", { maxAttempts: 2 })
    yield* manager.accept(lapsed.recordId, { lease: 500 })
    yield* create("late", { deadline: yield* later(2 * minute) })
    for (let step = 0; step < 2; step++) {
      yield* pass(1.5 * minute)
      yield* manager.sweep
    }
    yield* manager.accept(waiting.recordId)
    const archived = [foreign(idOf("foreign"), "pending"), foreign(idOf("taken"), "accepted")]
    const decoded = archived.map((one) => Result.getOrThrow(decodeArchived("foreign", one)))
    // They are in the name of the planner, which signed nothing elsewhere.
    yield* Stream.runDrain(manager.import(Stream.fromIterable(decoded), { trust: true }))
    yield* manager.complete(idOf("taken") as RecordId, { result: { taken: true } })
    yield* create("fresh")
  })

/** Makes `rounds` rounds of about sixty entries each. The result is always the same. */
export const histories = (rounds: number): Effect.Effect<Histories> =>
  Effect.gen(function* () {
    yield* TestClock.setTime(begin.epochMilliseconds)
    const commits: Array<readonly [Change, ...ReadonlyArray<Change>]> = []
    const kept = Layer.effect(
      HandoffStore,
      Effect.map(HandoffStore, (store) =>
        HandoffStore.of({
          ...store,
          commit: (changes) => Effect.tap(store.commit(changes), () => Effect.sync(() => commits.push([...changes])))
        })
      )
    ).pipe(Layer.provideMerge(Layer.fresh(MemoryStore.layer)))
    const layer = Layer.fresh(Layer.merge(HandoffManager.layer, AgentCapabilityRegistry.layer)).pipe(
      Layer.provide(Layer.merge(Signing.layer(secrets), openBox)),
      Layer.provideMerge(kept)
    )
    return yield* Effect.gen(function* () {
      yield* register(planner, [], planners[0])
      yield* register(executor, ["report", "execute"])
      yield* register(analyst, ["report"], secrets.analyst)
      yield* register(auditor, [])
      for (let round = 1; round <= rounds; round++) yield* lives(round)
      // Its signatures are judged by the key log, which keeps its key.
      yield* (yield* AgentCapabilityRegistry).unregister(analyst)
      return { commits, agents: yield* (yield* AgentStore).all, keys: yield* keyEvents }
      // `local`, because otherwise the test's own manager would be reused.
    }).pipe(Effect.provide(layer, { local: true }))
  }).pipe(Effect.orDie, Random.withSeed(20261201), withSeededCrypto(20261201), Effect.provide(TestClock.layer()))
