import { AgentId, Capability, RevisionConflict } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as LanguageModel from "effect/ai/LanguageModel"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"

import { openBox } from "../../testing/src/openBox.ts"
import {
  AgentCapabilityRegistry,
  type Entry,
  HandoffManager,
  HandoffRouter,
  HandoffStore,
  MemoryStore,
  ModelAnswer,
  type ModelQuestion,
  smartRouter,
  type SmartRouterOptions
} from "../src/index.ts"

const words = (...all: ReadonlyArray<string>) => all.map((word) => Capability.make(word))

const layerOf = (options: SmartRouterOptions) =>
  Layer.mergeAll(HandoffManager.layerWithRouter, AgentCapabilityRegistry.layer).pipe(
    Layer.provideMerge(smartRouter(options)),
    Layer.provideMerge(Layer.merge(Layer.fresh(MemoryStore.layer), openBox))
  )

const registered = Effect.gen(function* () {
  const { register } = yield* AgentCapabilityRegistry
  yield* register("alice", words("translate"), { description: "Translates between European languages" })
  yield* register("bob", words("translate", "sign"), { description: "Translates Japanese contracts", capacity: 1 })
  yield* register("carol", words("audit"))
})

const ask = { fromAgent: "planner", taskDescription: "Translate the contract 契約書", context: { secret: "hunter2" } }

/** A model that answers with this, and keeps what it is asked. */
const answering = (answer: unknown) => {
  const asked: Array<ModelQuestion> = []
  return {
    asked,
    model: (question: ModelQuestion) =>
      Effect.sync(() => {
        asked.push(question)
        return answer
      })
  }
}

const bob = { agent: "bob", confidence: 0.88, reason: "Bob reads Japanese" }

const losses = { left: 0 }

/** A store in which another writer wins the next races. */
const losing = Layer.effect(
  HandoffStore,
  Effect.map(HandoffStore, (store) => ({
    ...store,
    commit: (changes: Parameters<typeof store.commit>[0]) =>
      Effect.suspend(() => {
        if (losses.left === 0) return store.commit(changes)
        losses.left -= 1
        const [{ record }] = changes
        return Effect.fail(new RevisionConflict({ recordId: record.recordId, revision: record.revision }))
      })
  }))
)

describe("a router with a model", () => {
  it.effect("records the model's choice, confidence, reason and name", () => {
    const { asked, model } = answering(bob)
    return Effect.gen(function* () {
      yield* registered
      const { create, history } = yield* HandoffManager
      const { recordId, request } = yield* create(ask)
      assert.strictEqual(request.toAgent, "bob")
      const [first] = yield* history(recordId)
      assert.deepStrictEqual(routingOf(first), {
        agent: "bob",
        reason: "Bob reads Japanese",
        fallback: false,
        matched: ["translate"],
        runnersUp: [
          { agent: "alice", matched: ["translate"] },
          { agent: "carol", matched: [] }
        ],
        confidence: 0.88,
        model: "test-1"
      })
      assert.strictEqual(asked.length, 1)
      const { agents, ...task } = JSON.parse(asked[0]?.user ?? "")
      assert.deepStrictEqual(task, { task: ask.taskDescription, from: "planner", priority: 5 })
      assert.deepStrictEqual(agents[1], {
        id: "bob",
        capabilities: ["translate", "sign"],
        description: "Translates Japanese contracts",
        presence: "unknown",
        room: true
      })
      assert.notInclude(JSON.stringify(asked), "hunter2")
    }).pipe(Effect.provide(layerOf({ model, name: "test-1" })))
  })

  it.effect("sees the context only if it asks for it", () => {
    const { asked, model } = answering(bob)
    return Effect.gen(function* () {
      yield* registered
      yield* (yield* HandoffManager).create(ask)
      assert.deepStrictEqual(JSON.parse(asked[0]?.user ?? "").context, { secret: "hunter2" })
    }).pipe(Effect.provide(layerOf({ model, sees: ["context"] })))
  })

  it.effect("offers only agents that may get the task", () => {
    const { asked, model } = answering({ ...bob, agent: "carol" })
    return Effect.gen(function* () {
      yield* registered
      const { create, history } = yield* HandoffManager
      const { recordId, request } = yield* create({ ...ask, requires: ["translate"] })
      // Carol was not offered, and words choose.
      assert.notInclude(asked[0]?.user, "carol")
      // The cast: the schema of this router.
      const schema = asked[0]?.schema as { properties: { agent: { enum: unknown } } }
      assert.deepStrictEqual(schema.properties.agent.enum, ["alice", "bob"])
      assert.strictEqual(request.toAgent, "alice")
      const [first] = yield* history(recordId)
      assert.include(JSON.stringify(first), "The model chose an agent that may not have the task; alice can translate")
      assert.notProperty(routingOf(first), "confidence")
      // Among one alone there is nothing to choose.
      assert.strictEqual((yield* create({ ...ask, requires: ["sign"] })).request.toAgent, "bob")
      assert.strictEqual(asked.length, 1)
      assert.strictEqual((yield* Effect.flip(create({ ...ask, requires: ["levitate"] })))._tag, "NoCapableAgent")
    }).pipe(Effect.provide(layerOf({ model })))
  })

  it.effect("adds the capabilities of `among` to those of the request", () => {
    const { asked, model } = answering(bob)
    return Effect.gen(function* () {
      yield* registered
      yield* (yield* HandoffManager).create(ask)
      assert.deepStrictEqual(
        JSON.parse(asked[0]?.user ?? "").agents.map(({ id }: { readonly id: string }) => id),
        ["alice", "bob"]
      )
    }).pipe(Effect.provide(layerOf({ model, among: () => ["TRANSLATE"] })))
  })

  const faulty: Readonly<Record<string, readonly [unknown, string]>> = {
    "an answer that is no JSON": ["bob, of course", "not of the form"],
    "an answer without confidence": [{ agent: "bob", reason: "Because" }, "not of the form"],
    "a confidence above 1": [{ ...bob, confidence: 9 }, "not of the form"],
    "an endless answer": [`{"agent":"bob","confidence":1,"reason":"${"x".repeat(70_000)}"}`, "not of the form"],
    nothing: [undefined, "not of the form"],
    "an unknown agent": [{ ...bob, agent: "mallory" }, "may not have the task"],
    "the sender": [{ ...bob, agent: "planner" }, "may not have the task"],
    doubt: [{ ...bob, confidence: 0.4 }, "only 40 % sure of bob"]
  }
  it.effect.each(Object.entries(faulty))("falls back to words after %s, and says so", ([, [answer, why]]) => {
    const faults: Array<unknown> = []
    return Effect.gen(function* () {
      yield* registered
      const decision = Option.getOrThrow(yield* (yield* HandoffRouter).route(questionOf(ask)))
      assert.strictEqual(decision.agent, "alice")
      assert.include(decision.reason, why)
      assert.include(decision.reason, "; alice can translate")
      assert.deepStrictEqual(faults, [answer])
    }).pipe(
      Effect.provide(layerOf({ model: () => Effect.succeed(answer), onFault: (fault) => void faults.push(fault) }))
    )
  })

  it.effect("takes the JSON of an answer as text", () =>
    Effect.gen(function* () {
      yield* registered
      assert.strictEqual((yield* (yield* HandoffManager).create(ask)).request.toAgent, "bob")
    }).pipe(Effect.provide(layerOf({ model: () => Effect.succeed(JSON.stringify(bob)) })))
  )

  it.effect("falls back when the model fails, throws or dies", () => {
    const faults: Array<unknown> = []
    const broken = [
      () => Effect.fail("503"),
      () => Effect.die("bug"),
      () => {
        throw new Error("sync")
      }
    ]
    return Effect.gen(function* () {
      for (const model of broken) {
        yield* Effect.gen(function* () {
          yield* registered
          const decision = Option.getOrThrow(yield* (yield* HandoffRouter).route(questionOf(ask)))
          assert.include(decision.reason, "The model failed; alice")
        }).pipe(Effect.provide(layerOf({ model, onFault: (fault) => void faults.push(fault) })))
      }
      assert.deepStrictEqual(faults.map(String), ["503", "bug", "Error: sync"])
    })
  })

  it.effect("interrupts a model that is late", () =>
    Effect.gen(function* () {
      const isAsked = yield* Deferred.make<void>()
      let interrupted = false
      const model = () =>
        Effect.andThen(
          Deferred.succeed(isAsked, undefined),
          Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (interrupted = true)))
        )
      yield* Effect.gen(function* () {
        yield* registered
        const creating = yield* Effect.forkChild((yield* HandoffManager).create(ask))
        yield* Deferred.await(isAsked)
        yield* TestClock.adjust(2_000)
        const { request } = yield* Fiber.join(creating)
        assert.strictEqual(request.toAgent, "alice")
        assert.isTrue(interrupted)
      }).pipe(Effect.provide(layerOf({ model, timeout: 2_000 })))
    })
  )

  it.effect("is asked again for a re-route, without those that had the task", () => {
    const { asked, model } = answering(bob)
    return Effect.gen(function* () {
      yield* registered
      const { create, reject } = yield* HandoffManager
      const { recordId } = yield* create({ ...ask, reroute: true })
      const again = yield* reject(recordId, { reason: "No time" })
      assert.strictEqual(again.status, "pending")
      assert.strictEqual(asked.length, 2)
      assert.notInclude(asked[1]?.user, "bob")
    }).pipe(Effect.provide(layerOf({ model })))
  })

  // With the real clock, because a call loads modules between its pauses of milliseconds.
  it.live("is asked once by a call that loses a race", () => {
    const { asked, model } = answering({ ...bob, agent: "alice" })
    return Effect.gen(function* () {
      yield* registered
      const { accept, create, delegate, reject } = yield* HandoffManager
      const toBob = { ...ask, toAgent: "bob", reroute: true }
      const [first, whole] = [yield* create(toBob), yield* create(toBob)]
      yield* accept(whole.recordId)
      losses.left = 2
      const again = yield* reject(first.recordId, { reason: "No time" })
      assert.strictEqual(again.hops?.at(-1)?.receiver, "alice")
      assert.deepStrictEqual([asked.length, losses.left], [1, 0])
      losses.left = 2
      const part = yield* delegate(whole.recordId, { taskDescription: "Translate a page" })
      assert.strictEqual(part.request.toAgent, "alice")
      assert.deepStrictEqual([asked.length, losses.left], [2, 0])
    }).pipe(
      Effect.provide(
        Layer.merge(HandoffManager.layerWithRouter, AgentCapabilityRegistry.layer).pipe(
          Layer.provide(smartRouter({ model })),
          Layer.provideMerge(losing),
          Layer.provideMerge(Layer.merge(Layer.fresh(MemoryStore.layer), openBox))
        )
      )
    )
  })

  it.effect("asks a language model of Effect", () =>
    Effect.gen(function* () {
      const languageModel = yield* LanguageModel.make({
        generateText: ({ prompt, responseFormat }) => {
          assert.strictEqual(responseFormat.type, "json")
          assert.include(JSON.stringify(prompt), "Translates Japanese contracts")
          return Effect.succeed([{ type: "text", text: JSON.stringify(bob) }])
        },
        streamText: () => Stream.empty
      })
      const model = ({ system, user }: ModelQuestion) =>
        Effect.map(
          languageModel.generateObject({
            prompt: [
              { role: "system", content: system },
              { role: "user", content: user }
            ],
            schema: ModelAnswer
          }),
          ({ value }) => value
        )
      yield* Effect.gen(function* () {
        yield* registered
        assert.strictEqual((yield* (yield* HandoffManager).create(ask)).request.toAgent, "bob")
      }).pipe(Effect.provide(layerOf({ model })))
    })
  )

  it("refuses limits that make no sense", () => {
    assert.throws(() => smartRouter({ model: () => Effect.succeed(bob), minConfidence: 60 }), "from 0 to 1")
    assert.throws(() => smartRouter({ model: () => Effect.succeed(bob), timeout: 0 }), "more than 0")
  })
})

/** The question of a request, as the engine asks it. */
function questionOf({ fromAgent, taskDescription }: typeof ask) {
  return { fromAgent: AgentId.make(fromAgent), taskDescription }
}

/** The decision in the first entry of a history, as plain data. */
function routingOf(entry: Entry | undefined): unknown {
  return entry?.event._tag === "Created" ? entry.event.routing : undefined
}
