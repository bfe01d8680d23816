import { Capability } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { AgentCapabilityRegistry } from "../src/routing/AgentCapabilityRegistry.ts"
import { HandoffRouter, type RoutingOptions } from "../src/routing/HandoffRouter.ts"
import { AgentStore } from "../src/store/AgentStore.ts"
import { HandoffStore } from "../src/store/HandoffStore.ts"
import { agent } from "./fixtures.ts"
import { later, test } from "./managing.ts"

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

/** Creates open handoffs for an agent. */
const burden = (to: string, count: number) =>
  Effect.flatMap(HandoffManager, (manager) =>
    Effect.forEach(
      Array.from({ length: count }),
      () => manager.create({ fromAgent: "someone", toAgent: to, taskDescription: "Work" }),
      { discard: true }
    )
  )

describe("the router", () => {
  test("routes the README's example by one capability", function* () {
    yield* register({
      "agent-alice": ["summarize", "translate", "analyze"],
      "agent-bob": ["execute", "report"],
      "agent-carol": ["analyze", "visualize"]
    })
    const decision = Option.getOrThrow(yield* route("Please analyze the quarterly data."))
    assert.strictEqual(decision.agent, agent("agent-alice"))
    assert.deepStrictEqual(decision.runnersUp, [{ agent: agent("agent-carol"), matched: ["analyze"] } as never])
  })

  test("counts the capabilities in the task's text, in any form of the words", function* () {
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

  test("filters by required capabilities before it reads the text", function* () {
    yield* register(agents)
    const task = "Analyze customer sentiment and produce visualizations."
    assert.strictEqual(yield* chosen(task, { requires: ["execute"] }), "bob")
    assert.strictEqual(yield* chosen(task, { requires: ["Report", "ANALYZE"] }), "carol")
    // An agent without a required capability is chosen only with `fallback`.
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
    // Only open handoffs count: an accepted one does, a rejected one does not.
    yield* manager.claim(agent("yan"))
    assert.strictEqual(yield* chosen("analyze"), "yan")
    for (const { record } of yield* manager.inbox(agent("xia")))
      yield* manager.reject(record.recordId, { reason: "no" })
    assert.strictEqual(yield* chosen("analyze"), "xia")
  })

  test("prefers a better match to a less busy agent", function* () {
    yield* register(agents)
    yield* burden("carol", 5)
    assert.strictEqual(yield* chosen("Analyze and visualize"), "carol")
  })

  test("falls back to the least busy agent without a match, reports it, and can be told not to", function* () {
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

  test("returns no agent if none is registered", function* () {
    assert.isUndefined(yield* chosen("Analyze", { fallback: true }))
    yield* register({ coordinator: ["analyze"] })
    assert.isUndefined(yield* chosen("Analyze", { fallback: true }))
  })

  test("reads words in any script", function* () {
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

  const seen = (...names: ReadonlyArray<string>) =>
    Effect.flatMap(AgentCapabilityRegistry, (registry) =>
      Effect.forEach(names, (name) => registry.seen(agent(name)), { discard: true })
    )

  const limited = (id: string, capacity: number, ...capabilities: ReadonlyArray<string>) =>
    Effect.flatMap(AgentCapabilityRegistry, (registry) => registry.register(id, capabilities, { capacity }))

  const order = (...question: Parameters<typeof route>) =>
    Effect.map(route(...question), (decision) =>
      Option.match(decision, {
        onNone: () => [],
        onSome: ({ agent, runnersUp }) => [agent, ...runnersUp.map(({ agent }) => agent)].map(String)
      })
    )

  const reason = (...question: Parameters<typeof route>) =>
    Effect.map(route(...question), (decision) => Option.getOrThrow(decision).reason)

  test("prefers present agents to unseen ones and unseen ones to absent ones, before any match", function* () {
    yield* register({ abel: ["analyze"], gone: ["analyze", "report"], never: ["analyze", "report"], zoe: ["analyze"] })
    yield* seen("gone")
    yield* TestClock.adjust("30 seconds")
    yield* seen("abel", "zoe")
    yield* TestClock.adjust("61 seconds")
    assert.deepStrictEqual(yield* order("Analyze and report"), ["abel", "zoe", "never", "gone"])
    yield* burden("abel", 1)
    assert.deepStrictEqual(yield* order("Analyze and report"), ["zoe", "abel", "never", "gone"])
  })

  test("treats an agent as present for ninety seconds, to the millisecond, even with a fast clock", function* () {
    yield* register({ abel: ["analyze"], bob: ["analyze"] })
    yield* seen("bob")
    yield* TestClock.adjust("90 seconds")
    assert.strictEqual(yield* chosen("analyze"), "bob")
    yield* TestClock.adjust("1 millis")
    assert.strictEqual(yield* chosen("analyze"), "abel")
    const agents = yield* AgentStore
    yield* agents.seen([agent("bob")], later(100_000))
    assert.strictEqual(yield* chosen("analyze"), "bob")
  })

  test("prefers agents with free capacity, and chooses a full one if there is no other", function* () {
    const manager = yield* HandoffManager
    yield* limited("able", 2, "analyze", "report")
    yield* limited("busy", 5, "analyze")
    yield* register({ gone: ["analyze"] })
    yield* seen("able", "gone")
    yield* TestClock.adjust("2 minutes")
    yield* seen("able")
    yield* burden("able", 1)
    assert.deepStrictEqual(yield* order("Analyze and report"), ["able", "busy", "gone"])
    yield* burden("able", 1)
    assert.deepStrictEqual(yield* order("Analyze and report"), ["busy", "gone", "able"])
    // Every open handoff counts, in any open status.
    yield* manager.claim(agent("able"))
    assert.strictEqual(yield* chosen("Analyze and report"), "busy")
    yield* burden("busy", 5)
    assert.deepStrictEqual(yield* order("Analyze and report"), ["gone", "able", "busy"])
    assert.strictEqual(yield* chosen("Report", { requires: ["report"] }), "able")
    for (const { record } of yield* manager.inbox(agent("able"), { awaits: "acceptance" }))
      yield* manager.reject(record.recordId, { reason: "no" })
    assert.strictEqual(yield* chosen("Analyze and report"), "able")
  })

  test("counts up to a capacity, even beyond the usual limit of counting", function* () {
    yield* limited("abel", 250, "analyze")
    yield* limited("bob", 250, "analyze")
    yield* burden("abel", 249)
    yield* burden("bob", 248)
    assert.strictEqual(yield* reason("analyze"), "bob can analyze and has room (248 of 250)")
    yield* burden("bob", 2)
    assert.strictEqual(yield* reason("analyze"), "abel can analyze and has room (249 of 250)")
  })

  test("never chooses an excluded agent", function* () {
    yield* register(agents)
    const exclude = [agent("carol")]
    assert.deepStrictEqual(yield* order("Analyze and visualize", { exclude }), ["alice"])
    assert.isUndefined(yield* chosen("", { requires: ["visualize"], exclude }))
    assert.deepStrictEqual(yield* order("Cook", { from: "bob", exclude, fallback: true }), ["alice"])
    assert.deepStrictEqual(yield* order("Analyze", { exclude: ["alice", "bob", "carol"].map(agent) }), [])
  })

  test("gives the reason and its drawbacks in one sentence", function* () {
    yield* register({ carol: ["analyze", "visualize"] })
    const task = "Analyze and visualize"
    assert.strictEqual(yield* reason(task), "carol can analyze and visualize")
    yield* seen("carol")
    assert.strictEqual(yield* reason(task), "carol can analyze and visualize and is present")
    yield* limited("carol", 5, "analyze", "visualize")
    yield* burden("carol", 2)
    assert.strictEqual(yield* reason(task), "carol can analyze and visualize, is present and has room (2 of 5)")
    assert.strictEqual(yield* reason("Cook"), "No agent matched; carol is available, is present and has room (2 of 5)")
    yield* burden("carol", 4)
    assert.strictEqual(yield* reason(task), "carol can analyze and visualize and is present, but is full (6 of 5)")
    yield* TestClock.adjust("1 hour")
    assert.strictEqual(
      yield* reason(task),
      "carol can analyze and visualize, but was last seen 2026-11-22T09:00:00Z and is full (6 of 5)"
    )
    yield* limited("carol", 7, "analyze")
    assert.strictEqual(
      yield* reason("analyze"),
      "carol can analyze and has room (6 of 7), but was last seen 2026-11-22T09:00:00Z"
    )
    yield* register({ carol: ["analyze"] })
    assert.strictEqual(
      yield* reason("Cook"),
      "No agent matched; carol is available, but was last seen 2026-11-22T09:00:00Z"
    )
  })

  test("reads no inbox without a tie and without a capacity", function* () {
    yield* register(agents)
    yield* seen("alice")
    const store = yield* HandoffStore
    const blind = { ...store, list: () => Effect.die(new Error("An inbox was read")) }
    const router = yield* Effect.provide(
      HandoffRouter.pipe(Effect.map((router) => router)),
      Layer.fresh(HandoffRouter.layer),
      { local: true }
    ).pipe(Effect.provideService(HandoffStore, blind))
    const decision = yield* router.route({ fromAgent: agent("coordinator"), taskDescription: "Analyze and visualize" })
    assert.strictEqual(Option.getOrThrow(decision).agent, agent("alice"))
  })
})
