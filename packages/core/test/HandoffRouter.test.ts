import { Capability } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import { AgentCapabilityRegistry } from "../src/AgentCapabilityRegistry.ts"
import { HandoffManager } from "../src/HandoffManager.ts"
import { HandoffRouter, type RoutingOptions } from "../src/HandoffRouter.ts"
import { agent } from "./fixtures.ts"
import { test } from "./managing.ts"

const agents = {
  alice: ["analyze", "summarize", "translate"],
  bob: ["execute", "report"],
  carol: ["analyze", "visualize", "report"]
}

const register = (agents: Readonly<Record<string, ReadonlyArray<string>>>) =>
  Effect.flatMap(AgentCapabilityRegistry, (registry) =>
    Effect.forEach(Object.entries(agents), ([id, capabilities]) => registry.register(id, capabilities), {
      discard: true
    })
  )

const route = (
  taskDescription: string,
  {
    requires,
    from = "coordinator",
    ...options
  }: RoutingOptions & { requires?: ReadonlyArray<string>; from?: string } = {}
) =>
  Effect.flatMap(HandoffRouter, (router) =>
    router.route(
      {
        fromAgent: agent(from),
        taskDescription,
        ...(requires === undefined ? {} : { requires: requires.map((word) => Capability.make(word)) })
      },
      options
    )
  )

const chosen = (...question: Parameters<typeof route>) =>
  Effect.map(route(...question), (decision) => Option.getOrUndefined(decision)?.agent as string | undefined)

/** Gives an agent open handoffs. */
const burden = (to: string, count: number) =>
  Effect.flatMap(HandoffManager, (manager) =>
    Effect.forEach(
      Array.from({ length: count }),
      () => manager.create({ fromAgent: "someone", toAgent: to, taskDescription: "Work" }),
      { discard: true }
    )
  )

describe("the router", () => {
  test("routes the example of the README by one capability", function* () {
    yield* register({
      "agent-alice": ["summarize", "translate", "analyze"],
      "agent-bob": ["execute", "report"],
      "agent-carol": ["analyze", "visualize"]
    })
    const decision = Option.getOrThrow(yield* route("Please analyze the quarterly data."))
    assert.strictEqual(decision.agent, agent("agent-alice"))
    assert.deepStrictEqual(decision.runnersUp, [{ agent: agent("agent-carol"), matched: ["analyze"] } as never])
  })

  test("counts how many capabilities the task mentions, in any form of the words", function* () {
    yield* register(agents)
    const decision = Option.getOrThrow(yield* route("Analyze customer sentiment and produce visualizations."))
    assert.deepStrictEqual(decision, {
      agent: agent("carol"),
      reason: "carol can analyze and visualize",
      fallback: false,
      matched: ["analyze", "visualize"],
      runnersUp: [{ agent: agent("alice"), matched: ["analyze"] }]
    } as never)
    assert.strictEqual(yield* chosen("Summaries and translations, please"), "alice")
  })

  test("asks for required capabilities before it reads the text", function* () {
    yield* register(agents)
    const task = "Analyze customer sentiment and produce visualizations."
    assert.strictEqual(yield* chosen(task, { requires: ["execute"] }), "bob")
    assert.strictEqual(yield* chosen(task, { requires: ["Report", "ANALYZE"] }), "carol")
    // Nothing that is required is given to somebody who cannot do it, unless that is asked for.
    assert.isUndefined(yield* chosen(task, { requires: ["fly"] }))
    const anyway = Option.getOrThrow(yield* route(task, { requires: ["fly"], fallback: true }))
    assert.isTrue(anyway.fallback)
    assert.strictEqual(yield* chosen(task, { requires: [] }), "carol")
  })

  test("never chooses the sender", function* () {
    yield* register(agents)
    const task = "Analyze customer sentiment and produce visualizations."
    const decision = Option.getOrThrow(yield* route(task, { from: "carol" }))
    assert.strictEqual(decision.agent, agent("alice"))
    assert.notInclude(
      decision.runnersUp.map(({ agent }) => agent as string),
      "carol"
    )
    assert.isUndefined(yield* chosen("", { from: "bob", requires: ["execute"] }))
    const fallback = Option.getOrThrow(yield* route("Cook", { from: "alice", fallback: true }))
    assert.notStrictEqual(fallback.agent, agent("alice"))
  })

  test("breaks ties by the fewest open handoffs, then by name", function* () {
    const manager = yield* HandoffManager
    yield* register({ zoe: ["analyze"], yan: ["analyze"], xia: ["analyze"] })
    assert.strictEqual(yield* chosen("analyze"), "xia")
    yield* burden("xia", 2)
    yield* burden("yan", 1)
    assert.strictEqual(yield* chosen("analyze"), "zoe")
    yield* burden("zoe", 3)
    const decision = Option.getOrThrow(yield* route("analyze"))
    assert.deepStrictEqual(
      [decision, ...decision.runnersUp].map(({ agent }) => agent as string),
      ["yan", "xia", "zoe"]
    )
    // Only open ones count: what was accepted does, what was rejected does not.
    yield* manager.claim(agent("yan"))
    assert.strictEqual(yield* chosen("analyze"), "yan")
    for (const { recordId } of yield* manager.inbox(agent("xia"))) yield* manager.reject(recordId, { reason: "no" })
    assert.strictEqual(yield* chosen("analyze"), "xia")
  })

  test("does not let a better match lose to a less busy agent", function* () {
    yield* register(agents)
    yield* burden("carol", 5)
    assert.strictEqual(yield* chosen("Analyze and visualize"), "carol")
  })

  test("falls back to the least busy when nothing matches, says so, and can be told not to", function* () {
    yield* register(agents)
    yield* burden("alice", 1)
    const decision = Option.getOrThrow(yield* route("Cook dinner"))
    assert.deepStrictEqual(decision, {
      agent: agent("bob"),
      reason: "No agent matched; bob is available and least busy",
      fallback: true,
      matched: [],
      runnersUp: [
        { agent: agent("carol"), matched: [] },
        { agent: agent("alice"), matched: [] }
      ]
    })
    assert.isUndefined(yield* chosen("Cook dinner", { fallback: false }))
    assert.strictEqual(yield* chosen("Analyze and visualize", { fallback: false }), "carol")
  })

  test("gives none when there is none", function* () {
    assert.isUndefined(yield* chosen("Analyze", { fallback: true }))
    yield* register({ coordinator: ["analyze"] })
    assert.isUndefined(yield* chosen("Analyze", { fallback: true }))
  })

  test("reads words of any script", function* () {
    yield* register({ 花子: ["翻訳"], вера: ["анализ"], jürgen: ["übersetzen"] })
    assert.strictEqual(yield* chosen("この文書を翻訳してください"), "花子")
    assert.strictEqual(yield* chosen("Нужен анализ"), "вера")
    assert.strictEqual(yield* chosen("Bitte übersetzen!"), "jürgen")
  })

  test("names ten runners-up, best first", function* () {
    yield* register(Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`a${n + 10}`, ["analyze"]])))
    yield* register({ best: ["analyze", "report"] })
    const decision = Option.getOrThrow(yield* route("Analyze and report"))
    assert.deepStrictEqual(
      [decision, ...decision.runnersUp].map(({ agent }) => agent as string),
      ["best", ...Array.from({ length: 10 }, (_, n) => `a${n + 10}`)]
    )
  })
})
