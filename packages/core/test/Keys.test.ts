import {
  AgentId,
  type InvalidInput,
  isKeyed,
  keyAt,
  keyFault,
  readKeys,
  type RecordId,
  type Signature
} from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { AgentCapabilityRegistry } from "../src/routing/AgentCapabilityRegistry.ts"
import { Signers } from "../src/routing/Signers.ts"
import * as Signing from "../src/routing/Signing.ts"
import { AgentStore } from "../src/store/AgentStore.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { inProcess, refusal } from "./managing.ts"

const executor = AgentId.make("executor")

const withKeys = (...secretKeys: ReadonlyArray<string>) => inProcess(Signing.layer({ executor: secretKeys }))

const register = (
  capabilities: ReadonlyArray<string>,
  options?: { readonly [key: string]: number | string | boolean }
) => AgentCapabilityRegistry.use((registry) => registry.register("executor", capabilities, options))
const unregister = (operator = false) =>
  AgentCapabilityRegistry.use((registry) => registry.unregister(executor, { operator }))
const revoke = (reason?: string) => AgentCapabilityRegistry.use((registry) => registry.revoke(executor, reason))
const registered = AgentCapabilityRegistry.use((registry) => registry.agents)

/** The key log of the store, read with every signature checked. */
const keyLog = Effect.gen(function* () {
  const { log } = yield* (yield* HandoffStore).origin
  const events = ((yield* (yield* AgentStore).keys).get(log) ?? []).map(({ event }) => event)
  const { flaw, state } = readKeys(events, Signing.isSignedBy)
  return { tags: events.map(({ _tag }) => _tag), events, flaw, state }
})

const create = (by = "executor", id?: string) =>
  HandoffManager.use((manager) =>
    manager.create({ fromAgent: by, toAgent: "other", taskDescription: "Report" }, id === undefined ? {} : { id })
  )
const handTo = HandoffManager.use((manager) =>
  manager.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "Report" })
)

const anybody = inProcess(Layer.empty)

describe("an agent with a key", () => {
  it.effect("is changed or removed only by a process that signs with the key in force", () =>
    Effect.gen(function* () {
      const [first, second] = [yield* Signing.generate, yield* Signing.generate]
      yield* withKeys(first.secretKey)(register(["report"], { publicKey: first.publicKey, capacity: 5 }))
      const before = yield* anybody(registered)
      const unsigned = Layer.succeed(
        Signers,
        new Map([[executor, [{ sign: (text: string) => text as Signature, publicKey: first.publicKey }]]])
      )
      const strangers = [anybody, withKeys(second.secretKey), inProcess(unsigned)]
      strangers.push(inProcess(Signing.layer({ planner: first.secretKey })))
      for (const stranger of strangers) {
        for (const change of [
          register([], { capacity: 5 }),
          register(["report", "audit"], { capacity: 5 }),
          register(["report"]),
          register(["report"], { capacity: 1 }),
          register(["report"], { capacity: 5, publicKey: second.publicKey }),
          unregister(),
          revoke()
        ]) {
          assert.match(yield* refusal(stranger(change), "KeyRequired"), /^Agent executor has the public key .{43}; /)
        }
        assert.deepStrictEqual(yield* anybody(registered), before)
      }
      yield* withKeys(first.secretKey, second.secretKey)(register(["audit"], { publicKey: second.publicKey }))
      // The first key is no longer in force.
      yield* refusal(withKeys(first.secretKey)(unregister()), "KeyRequired")
      yield* withKeys(second.secretKey)(unregister())
      assert.deepStrictEqual(yield* anybody(registered), [])
      const { flaw, state, tags } = yield* keyLog
      assert.deepStrictEqual(tags, ["Founded", "KeyAdded", "KeyRotated", "AgentRemoved"])
      assert.isUndefined(flaw)
      assert.isTrue(isKeyed(state, executor))
      assert.isUndefined(keyAt(state, executor))
      assert.deepStrictEqual(
        [1, 2, 3, 4].map((revision) => keyAt(state, executor, revision)),
        [undefined, first.publicKey, second.publicKey, undefined]
      )
    }).pipe(Effect.provide(MemoryStore.layer))
  )

  it.effect("gets a key only from a process that proves to have it", () =>
    Effect.gen(function* () {
      const [own, other] = [yield* Signing.generate, yield* Signing.generate]
      for (const stranger of [anybody, withKeys(other.secretKey)]) {
        assert.match(
          yield* refusal(stranger(register(["report"], { publicKey: own.publicKey })), "InvalidInput"),
          /public_key: Expected this process to sign with the secret key of that public key/
        )
      }
      assert.deepStrictEqual((yield* keyLog).tags, [])
      assert.deepStrictEqual(yield* anybody(registered), [])
    }).pipe(Effect.provide(MemoryStore.layer))
  )

  it.effect("is registered again without its key if nothing changes, and is seen by anybody", () =>
    Effect.gen(function* () {
      const { publicKey, secretKey } = yield* Signing.generate
      yield* withKeys(secretKey)(register(["report", "audit"], { publicKey, capacity: 5 }))
      yield* anybody(register(["audit", "report"], { capacity: 5 }))
      yield* anybody(register(["audit", "report"], { publicKey, capacity: 5 }))
      yield* anybody(AgentCapabilityRegistry.use((registry) => registry.seen(executor)))
      assert.isDefined((yield* anybody(registered))[0]?.lastSeen)
      assert.deepStrictEqual((yield* keyLog).tags, ["Founded", "KeyAdded"])
    }).pipe(Effect.provide(MemoryStore.layer))
  )

  it.effect("is changed and removed by an operator, but keeps its key", () =>
    Effect.gen(function* () {
      const { publicKey, secretKey } = yield* Signing.generate
      yield* withKeys(secretKey)(register(["report"], { publicKey }))
      yield* anybody(register([], { operator: true }))
      assert.deepStrictEqual((yield* anybody(registered))[0]?.capabilities, [])
      yield* anybody(unregister(true))
      assert.deepStrictEqual(yield* anybody(registered), [])
      assert.strictEqual(keyAt((yield* keyLog).state, executor), publicKey)
      yield* refusal(anybody(create()), "KeyRequired")
    }).pipe(Effect.provide(MemoryStore.layer))
  )

  it.effect("acts only in a process that signs with the key in force", () =>
    Effect.gen(function* () {
      const [first, second] = [yield* Signing.generate, yield* Signing.generate]
      const holder = withKeys(first.secretKey, second.secretKey)
      yield* holder(register(["report"], { publicKey: first.publicKey }))
      const { recordId } = yield* anybody(handTo)
      const acts = {
        create: create(),
        delegate: HandoffManager.use((manager) =>
          manager.delegate(recordId, { toAgent: "helper", taskDescription: "Part" })
        ),
        accept: HandoffManager.use((manager) => manager.accept(recordId)),
        claim: HandoffManager.use((manager) => manager.claim(executor)),
        attest: HandoffManager.use((manager) =>
          Effect.flatMap(anybody(create("planner")), (other) =>
            manager.attest(other.recordId, { by: executor, statement: "Seen" })
          )
        )
      }
      for (const stranger of [
        anybody,
        withKeys(second.secretKey),
        inProcess(Signing.layer({ planner: first.secretKey }))
      ]) {
        for (const refused of [
          yield* refusal(stranger(acts.create), "KeyRequired"),
          yield* refusal(stranger(acts.accept), "KeyRequired"),
          yield* refusal(stranger(acts.claim), "KeyRequired"),
          yield* refusal(stranger(acts.attest), "KeyRequired")
        ]) {
          assert.match(refused, new RegExp(`^Agent executor has the public key ${first.publicKey}; `))
        }
      }
      const accepted = yield* holder(acts.accept)
      assert.strictEqual(accepted.status, "accepted")
      yield* refusal(anybody(acts.delegate), "KeyRequired")
      yield* holder(acts.delegate)
      // After a rotation, the same process goes on with its other key.
      yield* holder(
        Effect.gen(function* () {
          yield* register(["report"], { publicKey: second.publicKey })
          yield* HandoffManager.use((manager) => manager.start(recordId))
        })
      )
      yield* refusal(withKeys(first.secretKey)(create()), "KeyRequired")
      const events = (yield* (yield* HandoffStore).history(recordId)).map(({ event }) => event)
      assert.deepStrictEqual(
        events.map(({ _tag, keys, sig }) => [_tag, keys, sig !== undefined]),
        [
          ["Created", 2, false],
          ["Accepted", 2, true],
          ["Delegated", 2, true],
          ["Started", 3, true]
        ]
      )
    }).pipe(Effect.provide(MemoryStore.layer))
  )

  it.effect("is refused in a process that knew the store before the key was registered", () =>
    Effect.gen(function* () {
      const { publicKey, secretKey } = yield* Signing.generate
      const scope = yield* Effect.scope
      const services = yield* Layer.buildWithScope(Layer.fresh(HandoffManager.layer), scope)
      const older = <A, E>(effect: Effect.Effect<A, E, HandoffManager>) => Effect.provide(effect, services)
      yield* older(create("executor", "before"))
      yield* withKeys(secretKey)(register(["report"], { publicKey }))
      yield* refusal(older(create()), "KeyRequired")
      yield* refusal(older(create("executor", "chosen")), "KeyRequired")
      yield* refusal(older(HandoffManager.use((manager) => manager.cancel("before" as RecordId))), "KeyRequired")
      // Another agent acts on, with the new number of keys.
      const { recordId } = yield* older(create("planner"))
      const [entry] = yield* (yield* HandoffStore).history(recordId)
      assert.strictEqual(entry?.event.keys, 2)
    }).pipe(Effect.scoped, Effect.provide(MemoryStore.layer))
  )
})

describe("the operator's key", () => {
  const operated = (operator: string, ...keys: ReadonlyArray<string>) =>
    inProcess(Signing.layer(keys.length === 0 ? {} : { executor: keys }, operator))

  it.effect("is pinned by the first key event, and then allows first keys and recovers agents", () =>
    Effect.gen(function* () {
      const [operator, stranger] = [yield* Signing.generate, yield* Signing.generate]
      const [first, second, third] = [yield* Signing.generate, yield* Signing.generate, yield* Signing.generate]
      const { publicKey } = first
      yield* operated(operator.secretKey, first.secretKey)(register(["report"], { publicKey }))
      assert.strictEqual((yield* keyLog).state.operator, operator.publicKey)
      // A second agent needs the operator.
      const analyst = (layer: Layer.Layer<never, InvalidInput>) =>
        inProcess(layer)(
          AgentCapabilityRegistry.use((registry) => registry.register("analyst", [], { publicKey: second.publicKey }))
        )
      assert.match(
        yield* refusal(analyst(Signing.layer({ analyst: second.secretKey })), "KeyRequired"),
        /^The key of agent analyst is changed only with the operator's key /
      )
      yield* refusal(analyst(Signing.layer({ analyst: second.secretKey }, stranger.secretKey)), "KeyRequired")
      yield* analyst(Signing.layer({ analyst: second.secretKey }, operator.secretKey))
      // The key is stolen: revoke it with the operator's key, and give the agent another one.
      yield* refusal(operated(stranger.secretKey)(revoke()), "KeyRequired")
      yield* operated(operator.secretKey)(revoke("Stolen"))
      assert.match(
        yield* refusal(withKeys(first.secretKey)(create()), "KeyRequired"),
        /^The key \S+ of agent executor is revoked; only the operator's key/
      )
      const recover = register(["report"], { publicKey: third.publicKey, operator: true })
      yield* refusal(withKeys(third.secretKey)(recover), "KeyRequired")
      yield* operated(operator.secretKey, third.secretKey)(recover)
      yield* withKeys(third.secretKey)(create())
      // A lost key is replaced in one step.
      yield* operated(
        operator.secretKey,
        first.secretKey
      )(register(["report"], { publicKey: first.publicKey, operator: true }))
      const { flaw, tags } = yield* keyLog
      assert.isUndefined(flaw)
      assert.deepStrictEqual(tags, [
        "Founded",
        "KeyAdded",
        "KeyAdded",
        "KeyRevoked",
        "KeyAdded",
        "KeyRevoked",
        "KeyAdded"
      ])
    }).pipe(Effect.provide(MemoryStore.layer))
  )

  it.effect("is not there without one: a revoked agent stays without a key", () =>
    Effect.gen(function* () {
      const [first, second, operator] = [yield* Signing.generate, yield* Signing.generate, yield* Signing.generate]
      yield* withKeys(first.secretKey)(register(["report"], { publicKey: first.publicKey }))
      yield* withKeys(first.secretKey)(revoke())
      for (const process of [withKeys(second.secretKey), operated(operator.secretKey, second.secretKey)]) {
        yield* refusal(process(register(["report"], { publicKey: second.publicKey, operator: true })), "InvalidInput")
      }
      assert.isUndefined(keyAt((yield* keyLog).state, executor))
    }).pipe(Effect.provide(MemoryStore.layer))
  )
})

describe("keys that were registered before the key log existed", () => {
  it.effect("are adopted by the first verb, and then needed", () =>
    Effect.gen(function* () {
      const { publicKey, secretKey } = yield* Signing.generate
      const agents = yield* AgentStore
      const keys = [{ publicKey, since: (yield* anybody(create("planner"))).createdAt }]
      yield* agents.put({ agentId: executor, capabilities: [], keys })
      yield* refusal(anybody(create()), "KeyRequired")
      yield* withKeys(secretKey)(create())
      const { events, flaw, tags } = yield* keyLog
      assert.isUndefined(flaw)
      assert.deepStrictEqual(tags, ["Founded", "KeyAdded"])
      assert.strictEqual(events[1]?._tag === "KeyAdded" && events[1].adopted, true)
    }).pipe(Effect.provide(MemoryStore.layer))
  )
})

describe("a key log", () => {
  it.effect("that was changed anywhere has a flaw at that entry or the next one", () =>
    Effect.gen(function* () {
      const [operator, first, second] = [yield* Signing.generate, yield* Signing.generate, yield* Signing.generate]
      const layer = Signing.layer({ executor: [first.secretKey, second.secretKey] }, operator.secretKey)
      yield* inProcess(layer)(
        Effect.gen(function* () {
          yield* register(["report"], { publicKey: first.publicKey })
          yield* register(["report"], { publicKey: second.publicKey })
          yield* revoke("Stolen")
          yield* register(["report"], { publicKey: first.publicKey })
          yield* unregister()
        })
      )
      const { events, flaw, state } = yield* keyLog
      assert.isUndefined(flaw)
      assert.strictEqual(events.length, 6)
      const stranger = yield* Signing.signer((yield* Signing.generate).secretKey)
      let mutated = 0
      for (const [index, event] of events.entries()) {
        const mutations = [
          events.toSpliced(index, 1),
          events.toSpliced(index, 0, event),
          ...(["prev", "proof", "sig"] as const)
            .filter((key) => key in event)
            .map((key) => {
              const { [key]: _, ...rest } = event
              return events.with(index, rest)
            }),
          events.with(index, { ...event, at: DateTime.makeUnsafe(1) }),
          ...(event._tag === "Founded" ? [events.with(index, { ...event, operator: stranger.publicKey })] : []),
          ...(event._tag === "KeyRevoked" ? [events.with(index, { ...event, reason: "Lost" })] : []),
          ...("key" in event ? [events.with(index, { ...event, key: stranger.publicKey })] : []),
          ...("agent" in event ? [events.with(index, { ...event, agent: AgentId.make("planner") })] : []),
          ...(event.sig === undefined ? [] : [events.with(index, { ...event, sig: stranger.sign("other") })]),
          ...(event.proof === undefined ? [] : [events.with(index, { ...event, proof: stranger.sign("other") })])
        ]
        for (const [n, log] of mutations.entries()) {
          if (log.length < events.length && index === events.length - 1) continue
          mutated += 1
          const found = readKeys(log, Signing.isSignedBy).flaw?.revision
          assert.isTrue(found === index + 1 || found === index + 2, `mutation ${n} of entry ${index + 1}: ${found}`)
        }
      }
      assert.isAbove(mutated, 30)
      const again = events.at(-1)
      assert.isDefined(again && keyFault(state, again, Signing.isSignedBy))
      assert.isUndefined(keyAt(state, executor))
    }).pipe(Effect.provide(MemoryStore.layer))
  )
})
