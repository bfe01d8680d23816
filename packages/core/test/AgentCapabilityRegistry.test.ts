import { assert, describe } from "@effect/vitest"

import { AgentCapabilityRegistry } from "../src/AgentCapabilityRegistry.ts"
import { agent } from "./fixtures.ts"
import { refusal, test } from "./managing.ts"

describe("the registry", () => {
  test("keeps each capability once, in the order given, and replaces them all", function* () {
    const registry = yield* AgentCapabilityRegistry
    const alice = yield* registry.register("alice", ["translate", "analyze", "translate"])
    assert.deepStrictEqual(alice.capabilities.map(String), ["translate", "analyze"])
    yield* registry.register("alice", ["summarize"])
    assert.deepStrictEqual(yield* registry.agents, [{ agentId: agent("alice"), capabilities: ["summarize"] } as never])
    assert.deepStrictEqual(yield* registry.findCapable(["analyze"]), [])
  })

  test("forgets, and is silent about whom it does not know", function* () {
    const registry = yield* AgentCapabilityRegistry
    yield* registry.register("alice", [])
    yield* registry.unregister(agent("nobody"))
    yield* registry.unregister(agent("alice"))
    yield* registry.unregister(agent("alice"))
    assert.deepStrictEqual(yield* registry.agents, [])
  })

  test("finds who can do all of it, the closest fit first, then by id", function* () {
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

  test("refuses what is not an agent, with every fault named, and keeps nothing", function* () {
    const registry = yield* AgentCapabilityRegistry
    const sentence = yield* refusal(registry.register("", ["", "x".repeat(129), "fine"]), "InvalidInput")
    for (const path of ["agent_id: ", "capabilities.[0]: ", "capabilities.[1]: "]) {
      assert.include(sentence.replaceAll("capabilities[", "capabilities.["), path)
    }
    const many = Array.from({ length: 129 }, (_, n) => `c${n}`)
    yield* refusal(registry.register("alice", many), "InvalidInput")
    assert.deepStrictEqual(yield* registry.agents, [])
  })
})
