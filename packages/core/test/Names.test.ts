import { AgentId, Capability, isOpen, RecordId } from "@aumai/handoff-protocol"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import { HandoffManager } from "../src/engine/HandoffManager.ts"
import { AgentCapabilityRegistry } from "../src/routing/AgentCapabilityRegistry.ts"
import * as NameRules from "../src/routing/NameRules.ts"
import { isPlain, rulesFor } from "../src/routing/Names.ts"
import { AgentStore } from "../src/store/AgentStore.ts"
import * as HandoffWorker from "../src/worker/HandoffWorker.ts"
import { ask, refusal, storedBefore, test } from "./managing.ts"

const [planner, executor] = [AgentId.make("planner"), AgentId.make("executor")]
const [lookalike, hidden] = [AgentId.make("\u0435xecutor"), AgentId.make("executor\u200B")]

describe("names are judged when a verb brings them", () => {
  test("in every field of a request", function* () {
    const manager = yield* HandoffManager
    const sentence = yield* refusal(
      manager.create(
        {
          fromAgent: hidden,
          toAgent: "clock",
          taskDescription: "t",
          parent: hidden,
          requires: [hidden],
          deliverables: [{ name: hidden }],
          briefing: {
            severity: "stable",
            summary: "s",
            actions: [{ id: hidden, task: "t", owner: lookalike }],
            contingencies: [{ id: "c\u202E", if: "i", then: "t" }]
          }
        },
        { id: hidden }
      ),
      "InvalidInput"
    )
    for (const path of [
      "from_agent",
      "to_agent",
      "parent",
      "id",
      "requires[0]",
      "deliverables[0].name",
      "briefing.actions[0].id",
      "briefing.actions[0].owner",
      "briefing.contingencies[0].id"
    ]) {
      assert.include(sentence, `${path}: Expected`)
    }
  })

  test("and a receiver must not look like the sender, but can be the sender", function* () {
    const manager = yield* HandoffManager
    assert.strictEqual(
      yield* refusal(manager.create({ ...ask, fromAgent: "Executor" }), "InvalidInput"),
      "Invalid request: to_agent: Expected a name that does not look like the sender Executor"
    )
    assert.strictEqual((yield* manager.create({ ...ask, toAgent: "planner" })).status, "pending")
  })

  test("in a forward, where the error names the holder that looks like the receiver", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    assert.strictEqual(
      yield* refusal(manager.forward(recordId, { to: lookalike }), "AlreadyHeld"),
      `\u0435xecutor looks like executor, which has had handoff ${recordId} before (planner → executor); \`forward\` it to another agent`
    )
    yield* refusal(manager.forward(recordId, { to: AgentId.make("Planner") }), "AlreadyHeld")
    yield* refusal(manager.forward(recordId, { to: AgentId.make("analyst\u200B") }), "InvalidInput")
    yield* manager.forward(recordId, { to: AgentId.make("analyst") })
  })

  test("in an attestation, where the error names the receiver that looks like the witness", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId)
    assert.strictEqual(
      yield* refusal(manager.attest(recordId, { by: lookalike, statement: "Good" }), "NotYourHandoff"),
      `\u0435xecutor looks like executor, the receiver of handoff ${recordId}; \`attest\` is for any other agent, such as planner`
    )
    assert.strictEqual(
      yield* refusal(manager.attest(recordId, { by: AgentId.make("p1anner"), statement: "Good" }), "NotYourHandoff"),
      `p1anner looks like planner, the sender of handoff ${recordId}; \`attest\` is for any other agent, such as planner`
    )
    yield* refusal(manager.attest(recordId, { by: AgentId.make("auditor "), statement: "Good" }), "InvalidInput")
    yield* manager.attest(recordId, { by: AgentId.make("auditor"), statement: "Good" })
  })

  test("in a delegation, which is never to the holder or to a name that looks like it", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* manager.create(ask)
    yield* manager.accept(recordId)
    const part = { taskDescription: "Check" }
    for (const toAgent of ["executor", "Executor", lookalike, "checker\uFEFF", "clock"]) {
      yield* refusal(manager.delegate(recordId, { ...part, toAgent }), "InvalidInput")
    }
    yield* refusal(manager.delegate(recordId, { ...part, toAgent: "checker" }, { id: "a\tb" }), "InvalidInput")
    assert.isUndefined((yield* manager.get(recordId)).parts)
    yield* manager.delegate(recordId, { ...part, toAgent: "checker" })
  })

  test("in a claim, by a worker, and in a new registration", function* () {
    const manager = yield* HandoffManager
    const registry = yield* AgentCapabilityRegistry
    yield* refusal(manager.claim(hidden), "InvalidInput")
    yield* refusal(
      HandoffWorker.run(hidden, () => Effect.succeed({})),
      "InvalidInput"
    )
    yield* refusal(registry.register(hidden, []), "InvalidInput")
    yield* refusal(registry.register("clock", []), "InvalidInput")
    yield* refusal(registry.register("executor", ["re\u00ADport"]), "InvalidInput")
    assert.deepStrictEqual(yield* registry.agents, [])
  })

  test("and by the router, which chooses neither such names nor those like the sender or an excluded agent", function* () {
    const manager = yield* HandoffManager
    const registry = yield* AgentCapabilityRegistry
    const agents = yield* AgentStore
    for (const name of ["Planner", "execut0r"]) yield* registry.register(name, ["report"])
    yield* agents.put({ agentId: AgentId.make("auditor "), capabilities: [Capability.make("report")] })
    const routed = { fromAgent: "planner", taskDescription: "Report", requires: ["report"] }
    yield* refusal(manager.create(routed, { routing: { exclude: [executor] } }), "NoCapableAgent")
    const { recordId } = yield* manager.create({ ...routed, toAgent: "executor" })
    yield* refusal(manager.forward(recordId), "NoCapableAgent")
    assert.strictEqual((yield* manager.create(routed)).request.toAgent, "execut0r")
  })
})

describe("a handoff of a version that judged no names", () => {
  test("is finished by its own agents, with every verb", function* () {
    const manager = yield* HandoffManager
    const { recordId } = yield* storedBefore({ fromAgent: lookalike, toAgent: hidden })
    assert.isTrue(Option.isSome(yield* manager.claim(hidden)))
    yield* manager.start(recordId, { by: hidden })
    yield* manager.ask(recordId, { by: hidden, question: "Which?" })
    // The worker of this agent goes on until its inbox is done.
    assert.isTrue(Option.isNone(yield* manager.claim(hidden)))
    yield* manager.answer(recordId, { by: lookalike, answer: "Both" })
    const part = yield* manager.delegate(recordId, { toAgent: "checker", taskDescription: "Check" }, { by: hidden })
    yield* manager.cancel(part.recordId, { by: hidden })
    yield* manager.complete(recordId, { by: hidden })
    yield* refusal(manager.claim(hidden), "InvalidInput")
    yield* refusal(manager.attest(recordId, { by: lookalike, statement: "Good" }), "InvalidTransition")
  })

  test("can be created again with its id, which changes nothing", function* () {
    const manager = yield* HandoffManager
    const record = yield* storedBefore({ fromAgent: planner, toAgent: hidden }, "old id ")
    const again = { fromAgent: "planner", toAgent: hidden, taskDescription: "Generate the Q3 report" }
    assert.deepStrictEqual(yield* manager.create(again, { id: "old id " }), record)
    assert.isTrue(isOpen((yield* manager.get(RecordId.make("old id "))).status))
  })

  test("leaves a registered agent its name, its capabilities and its presence", function* () {
    const registry = yield* AgentCapabilityRegistry
    const old = Capability.make("re\u00ADport")
    yield* (yield* AgentStore).put({ agentId: hidden, capabilities: [old] })
    yield* registry.register(hidden, [old, "audit"])
    yield* registry.seen(hidden)
    assert.isDefined((yield* registry.agents)[0]?.lastSeen)
    yield* registry.unregister(hidden)
    assert.deepStrictEqual(yield* registry.agents, [])
  })
})

describe("the fast path for plain names", () => {
  test("agrees with the rules of Unicode", function* () {
    const words = [
      "executor",
      "Executor",
      "execut0r",
      "a|b",
      "a1b",
      "alb",
      "agent 1",
      "agent1",
      "b",
      "6",
      "clocks",
      "q-3"
    ]
    const { looksLike } = yield* rulesFor(words)
    for (const a of words) {
      assert.isTrue(isPlain(a), a)
      assert.isUndefined(NameRules.nameFault(a))
      for (const b of words) assert.strictEqual(looksLike(a, b), NameRules.looksLike(a, b), `${a} ${b}`)
    }
  })

  test("leaves every name with a fault to the rules", function* () {
    yield* Effect.void
    for (const name of [
      "clock",
      "CL0CK",
      "f0reign",
      "anyone",
      "unrouted",
      " a",
      "a ",
      "a  b",
      "a\tb",
      "\u0435",
      "a\u00A0b"
    ]) {
      assert.isFalse(isPlain(name), name)
    }
  })
})
