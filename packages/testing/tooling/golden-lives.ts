/** The handoffs of the golden stores: every event and every status, with signatures of keys that were replaced, the same every time. */
import {
  AgentCapabilityRegistry,
  AgentStore,
  HandoffManager,
  HandoffStore,
  keyEvents,
  learnKeys,
  MemoryStore
} from "@aumai/handoff-core"
import * as Signing from "@aumai/handoff-core/Signing"
import { AgentId, begin as beginning, HandoffRequest, RecordId, Salt } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as TestClock from "effect/testing/TestClock"

import { type Histories, histories, withSeededCrypto } from "../src/histories.ts"
import { openBox } from "../src/openBox.ts"

const lead = AgentId.make("планировщик")
const translator = AgentId.make("翻訳者")
const editor = AgentId.make("محرّر")

const begin = DateTime.makeUnsafe("2026-12-02T09:00:00Z")
const minute = 60_000

const secretOf = (byte: number) => Base64Url.encode(new Uint8Array(32).fill(byte))

/** The keys of the process that registers the agents. */
const allSecrets = { [lead]: [secretOf(11), secretOf(21)], [translator]: [secretOf(12), secretOf(22)] }

/** Acts with these secret keys in this process. */
const signingWith = <A, E>(
  secrets: Readonly<Record<string, string>>,
  act: (manager: HandoffManager["Service"]) => Effect.Effect<A, E>
) =>
  Effect.provide(
    Effect.flatMap(HandoffManager, act),
    Layer.fresh(HandoffManager.layer).pipe(Layer.provide(Layer.merge(Signing.layer(secrets), openBox))),
    { local: true }
  )

const ask = (name: string, more: object = {}) => ({
  fromAgent: lead,
  toAgent: translator,
  taskDescription: `Перевод ${name}: "Ⅲ. čtvrtletí" \\ ١٢٣ 🧑‍🚀\t…`,
  context: { "": null, constructor: [1e21, 5e-324, 0.1, -7], ключ: { "‏עברית": true, long: "ﬃ".repeat(40) } },
  ...more
})

/** Handoffs that are left at every turn, by agents whose keys change meanwhile. */
const lives = Effect.gen(function* () {
  const registry = yield* AgentCapabilityRegistry
  const register = (agent: AgentId, capabilities: ReadonlyArray<string>, byte?: number) =>
    Effect.gen(function* () {
      if (byte === undefined) return yield* registry.register(agent, capabilities, { capacity: 2 })
      const { publicKey } = yield* Signing.signer(secretOf(byte))
      return yield* registry.register(agent, capabilities, { publicKey })
    })
  const later = (milliseconds: number) => Effect.map(DateTime.now, DateTime.add({ milliseconds }))

  yield* register(lead, ["plan"], 11)
  yield* register(translator, ["translate", "перевод"], 12)
  yield* register(editor, ["edit", "перевод"])
  const before = { [lead]: secretOf(11), [translator]: secretOf(12) }
  yield* signingWith(before, (manager) =>
    Effect.gen(function* () {
      const rotated = yield* manager.create(ask("rotated", { maxAttempts: 2 }), { id: "rotated-☂" })
      yield* manager.accept(rotated.recordId, { reason: "Охотно", lease: 10 * minute })
    })
  )

  yield* TestClock.adjust(5 * minute)
  yield* register(lead, ["plan"], 21)
  yield* register(translator, ["translate", "перевод"], 22)
  const after = { [lead]: secretOf(21), [translator]: secretOf(22) }
  yield* signingWith(after, (manager) =>
    Effect.gen(function* () {
      const [rotated] = yield* manager.list({ _tag: "Inbox", agent: translator, status: "accepted" }, { limit: 1 })
      if (rotated === undefined) return yield* Effect.die(new Error("The handoff of the first keys is gone"))
      yield* manager.start(rotated.recordId)
      yield* manager.attest(rotated.recordId, { by: editor, statement: "Прочитано" })
      yield* manager.complete(rotated.recordId, { result: { страниц: 3 } })

      // One whose id is drawn and whose receiver the router chooses.
      const drawn = yield* manager.create({
        fromAgent: lead,
        taskDescription: "Le résumé",
        requires: ["Перевод", "translate"],
        priority: 10
      })
      yield* manager.accept(drawn.recordId, { lease: 60 * minute })
      yield* manager.start(drawn.recordId)
      yield* manager.progress(drawn.recordId, { note: "半分", fraction: 0.5, lease: 90 * minute })

      const asking = yield* manager.create(ask("asking"), { id: "asking" })
      yield* manager.accept(asking.recordId, { lease: 3 * minute })
      yield* manager.start(asking.recordId)
      yield* manager.ask(asking.recordId, { question: "どちら？" })

      const returned = yield* manager.create(ask("returned"), { id: "returned" })
      yield* manager.accept(returned.recordId)
      yield* manager.release(returned.recordId, {
        reason: "Locked",
        handBack: { done: ["見出し"], remaining: ["本文"], artifacts: [{ name: "draft", content: "…" }] },
        notBefore: yield* later(minute)
      })

      const unconfirmed = yield* manager.create(
        ask("unconfirmed", {
          briefing: {
            severity: "unstable",
            summary: "Срок — пятница.",
            actions: [{ id: "срок", task: "Call" }],
            readBack: { confirm: true }
          }
        }),
        { id: "unconfirmed" }
      )
      yield* manager.accept(unconfirmed.recordId, {
        readBack: { summary: "Пятница", items: [{ id: "срок", answer: "understood" }] }
      })

      const exhausted = yield* manager.create(ask("exhausted", { maxAttempts: 1 }), { id: "exhausted" })
      yield* manager.accept(exhausted.recordId, { lease: 500 })
      yield* TestClock.adjust(1000)
      yield* manager.sweep
    })
  )
  // Of a program without the key of the author: verification accuses this one, and must go on doing so.
  const store = yield* HandoffStore
  const { log } = yield* store.origin
  const { length: keys } = yield* keyEvents
  const seal = { log, keys, salt: () => Salt.make("A".repeat(22)), signer: () => undefined }
  const created = {
    _tag: "Created",
    at: yield* DateTime.now,
    by: lead,
    request: HandoffRequest.make(ask("unsigned"))
  } as const
  yield* store.commit([beginning(RecordId.make("unsigned"), created, seal)])
  yield* registry.seen(translator)
})

/** Some thirty handoffs with all of their entries, and the agents beside them. */
export const goldenHistories: Effect.Effect<Histories> = Effect.gen(function* () {
  const first = yield* histories(1)
  yield* TestClock.setTime(begin.epochMilliseconds)
  const commits = [...first.commits]
  const kept = Layer.effect(
    HandoffStore,
    Effect.map(HandoffStore, (store) =>
      HandoffStore.of({
        ...store,
        commit: (changes) => Effect.tap(store.commit(changes), () => Effect.sync(() => commits.push(changes)))
      })
    )
  ).pipe(Layer.provideMerge(Layer.fresh(MemoryStore.layer)))
  return yield* Effect.gen(function* () {
    yield* lives
    return {
      commits,
      agents: [...first.agents, ...(yield* (yield* AgentStore).all)],
      keys: [...first.keys, ...(yield* keyEvents)]
    }
  }).pipe(
    Effect.provide(
      Layer.fresh(AgentCapabilityRegistry.layer).pipe(
        Layer.provide(Signing.layer(allSecrets)),
        Layer.provideMerge(kept)
      ),
      { local: true }
    )
  )
}).pipe(Effect.orDie, Random.withSeed(20261202), withSeededCrypto(20261202), Effect.provide(TestClock.layer()))

const proofreader = AgentId.make("校正者")
const thief = AgentId.make("thief")
const proofs = [secretOf(31), secretOf(32)] as const

/** Uses the registry in a process with the operator's key. */
const registering = <A, E>(act: (registry: AgentCapabilityRegistry["Service"]) => Effect.Effect<A, E>) =>
  Effect.provide(
    Effect.flatMap(AgentCapabilityRegistry, act),
    Layer.fresh(AgentCapabilityRegistry.layer).pipe(
      Layer.provide(Signing.layer({ [proofreader]: [...proofs], [thief]: secretOf(33) }, secretOf(30)))
    ),
    { local: true }
  )

/** Signed entries of the store's own log, by an agent whose key is replaced meanwhile and one whose key is revoked. */
const ownLog = Effect.gen(function* () {
  yield* TestClock.setTime(Date.parse("2026-12-02T18:00:00Z"))
  const register = (agent: AgentId, secret: string) =>
    Effect.flatMap(Signing.signer(secret), ({ publicKey }) =>
      registering((registry) => registry.register(agent, ["proofread"], { publicKey }))
    )
  const own = RecordId.make("own")
  const stolen = RecordId.make("stolen")
  const asked = (toAgent: AgentId) => ({ fromAgent: "newcomer", toAgent, taskDescription: "校正" })
  yield* register(proofreader, proofs[0])
  yield* register(thief, secretOf(33))
  yield* signingWith({ [proofreader]: proofs[0] }, (manager) =>
    Effect.andThen(manager.create(asked(proofreader), { id: own }), manager.accept(own))
  )
  yield* TestClock.adjust(minute)
  yield* register(proofreader, proofs[1])
  yield* signingWith({ [proofreader]: proofs[1] }, (manager) => manager.complete(own, { result: { 誤り: 0 } }))
  yield* signingWith({ [thief]: secretOf(33) }, (manager) =>
    Effect.andThen(manager.create(asked(thief), { id: stolen }), manager.reject(stolen, { reason: "No" }))
  )
  yield* registering((registry) => registry.revoke(thief, "Stolen"))
}).pipe(Effect.provide(TestClock.layer()))

/** Puts a stretch of histories into a store and, after the last one, entries of the log of the store. */
export const fill = ({ agents, commits, keys }: Histories, from = 0, to = commits.length) =>
  Effect.gen(function* () {
    const { commit, origin } = yield* HandoffStore
    // First, because the name of the log is drawn from the same chance as the salts.
    yield* origin
    yield* learnKeys(keys)
    const { put } = yield* AgentStore
    for (const agent of agents) yield* put(agent)
    for (const changes of commits.slice(from, to)) yield* commit(changes)
    if (to === commits.length) yield* ownLog
  })
