import { limits } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"

import { AgentCapabilityRegistry } from "../src/routing/AgentCapabilityRegistry.ts"
import * as Signing from "../src/routing/Signing.ts"
import { AgentStore } from "../src/store/AgentStore.ts"
import { agent } from "./fixtures.ts"
import { inProcess, later, refusal, start, test } from "./managing.ts"

describe("the registry", () => {
  test("keeps each capability once, in order, and replaces them at the next registration", function* () {
    const registry = yield* AgentCapabilityRegistry
    const alice = yield* registry.register("alice", ["translate", "analyze", "translate"])
    assert.deepStrictEqual(alice.capabilities.map(String), ["translate", "analyze"])
    yield* registry.register("alice", ["summarize"])
    assert.deepStrictEqual(yield* registry.agents, [{ agentId: agent("alice"), capabilities: ["summarize"] } as never])
    assert.deepStrictEqual(yield* registry.findCapable(["analyze"]), [])
  })

  test("unregisters an agent, and ignores an unknown one", function* () {
    const registry = yield* AgentCapabilityRegistry
    yield* registry.register("alice", [])
    yield* registry.unregister(agent("nobody"))
    yield* registry.unregister(agent("alice"))
    yield* registry.unregister(agent("alice"))
    assert.deepStrictEqual(yield* registry.agents, [])
  })

  test("finds agents with every capability, the closest fit first, then by id", function* () {
    const registry = yield* AgentCapabilityRegistry
    yield* registry.register("abel", ["analyze", "report", "visualize", "execute"])
    yield* registry.register("carol", ["analyze", "report"])
    yield* registry.register("bob", ["Report", "ANALYZE"])
    yield* registry.register("alice", ["analyze"])
    const find = function* (...required: ReadonlyArray<string>) {
      return (yield* registry.findCapable(required)).map(({ agentId }) => agentId as string)
    }
    assert.deepStrictEqual(yield* find("analyze", "report"), ["bob", "carol", "abel"])
    assert.deepStrictEqual(yield* find("analyze"), ["alice", "bob", "carol", "abel"])
    assert.deepStrictEqual(yield* find(), ["alice", "bob", "carol", "abel"])
    assert.deepStrictEqual(yield* find("analyze", "fly"), [])
  })

  test("refuses an invalid agent, names every fault, and stores nothing", function* () {
    const registry = yield* AgentCapabilityRegistry
    const sentence = yield* refusal(registry.register("", ["", "x".repeat(129), "fine"]), "InvalidInput")
    for (const path of ["agent_id: ", "capabilities.[0]: ", "capabilities.[1]: "]) {
      assert.include(sentence.replaceAll("capabilities[", "capabilities.["), path)
    }
    const many = Array.from({ length: 129 }, (_, n) => `c${n}`)
    yield* refusal(registry.register("alice", many), "InvalidInput")
    assert.deepStrictEqual(yield* registry.agents, [])
  })

  test("keeps a capacity until the agent changes it, and refuses an invalid one", function* () {
    const registry = yield* AgentCapabilityRegistry
    assert.strictEqual((yield* registry.register("alice", [], { capacity: 5 })).capacity, 5)
    assert.strictEqual((yield* registry.register("alice", [], { capacity: 7 })).capacity, 7)
    assert.deepStrictEqual(yield* registry.agents, [{ agentId: agent("alice"), capabilities: [], capacity: 7 }])
    yield* registry.register("alice", [])
    assert.deepStrictEqual(yield* registry.agents, [{ agentId: agent("alice"), capabilities: [] }])
    for (const capacity of [0, -1, 1.5, 1_000_001, Number.NaN]) {
      assert.match(
        yield* refusal(registry.register("alice", [], { capacity }), "InvalidInput"),
        /^Invalid agent: capacity/
      )
    }
    const sentence = yield* refusal(registry.register("", [""], { capacity: 0, publicKey: "short" }), "InvalidInput")
    for (const path of ["agent_id: ", "capabilities", "capacity: ", "public_key: "]) assert.include(sentence, path)
  })

  test("appends a key that differs from the current one, and otherwise keeps the keys", function* () {
    const [one, other] = [yield* Signing.generate, yield* Signing.generate]
    const [first, second] = [one.publicKey, other.publicKey]
    const alice = inProcess(Signing.layer({ alice: [one.secretKey, other.secretKey] }))
    const register = (capabilities: ReadonlyArray<string>, publicKey?: string) =>
      alice(
        AgentCapabilityRegistry.use((registry) =>
          registry.register("alice", capabilities, publicKey === undefined ? {} : { publicKey })
        )
      )
    const keys = Effect.map(
      AgentCapabilityRegistry.use((registry) => registry.agents),
      ([alice]) => alice?.keys?.map(({ publicKey, since }) => [publicKey, since])
    )
    yield* register(["report"], first)
    yield* TestClock.adjust("1 hour")
    yield* register(["report"], first)
    yield* register([])
    assert.deepStrictEqual(yield* keys, [[first, start]])
    yield* register([], second)
    assert.deepStrictEqual(yield* keys, [
      [first, start],
      [second, later(3600)]
    ])
    // An earlier key can be registered again.
    yield* TestClock.adjust("1 hour")
    const { keys: after } = yield* register([], first)
    assert.deepStrictEqual(after?.at(-1), { publicKey: first, since: later(7200) })
    assert.strictEqual(after?.length, 3)
    for (const publicKey of ["", `${first}=`, first.slice(1), `${first.slice(1)}+`]) {
      assert.match(yield* refusal(register([], publicKey), "InvalidInput"), /public_key: /)
    }
  })

  test("refuses a key beyond the limit, and keeps the others", function* () {
    const pairs: Array<Signing.KeyPair> = []
    for (let n = 0; n <= limits.keys; n++) pairs.push(yield* Signing.generate)
    const alice = inProcess(Signing.layer({ alice: pairs.map(({ secretKey }) => secretKey) }))
    const register = (publicKey: string) =>
      alice(AgentCapabilityRegistry.use((registry) => registry.register("alice", ["report"], { publicKey })))
    const [beyond, ...kept] = pairs.map(({ publicKey }) => publicKey)
    for (const publicKey of kept) yield* register(publicKey)
    const registry = yield* AgentCapabilityRegistry
    const keyLogs = Effect.flatMap(AgentStore, ({ keys }) => keys)
    const before = [yield* registry.agents, yield* keyLogs]
    assert.strictEqual(
      yield* refusal(register(beyond ?? ""), "InvalidInput"),
      "Invalid agent: public_key: Expected one of the 32 keys already registered, which is the limit"
    )
    assert.deepStrictEqual([yield* registry.agents, yield* keyLogs], before)
  })

  test("records heartbeats, keeps them at a new registration, and ignores unknown agents", function* () {
    const registry = yield* AgentCapabilityRegistry
    yield* registry.register("alice", [])
    yield* registry.seen(agent("nobody"))
    assert.deepStrictEqual(yield* registry.agents, [{ agentId: agent("alice"), capabilities: [] }])
    yield* TestClock.adjust("5 seconds")
    yield* registry.seen(agent("alice"))
    const seen = { agentId: agent("alice"), capabilities: [], lastSeen: later(5) }
    assert.deepStrictEqual(yield* registry.agents, [seen])
    assert.deepStrictEqual(yield* registry.register("alice", []), seen)
    assert.deepStrictEqual(yield* registry.agents, [seen])
  })
})
