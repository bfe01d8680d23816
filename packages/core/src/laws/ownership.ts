import {
  decodeArchived,
  encodeRecord,
  flawIn,
  type HandoffRecord,
  type JsonObject,
  type RecordId
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

import { HandoffManager } from "../engine/HandoffManager.ts"
import { SchemaBox } from "../engine/SchemaBox.ts"
import { AgentCapabilityRegistry } from "../routing/AgentCapabilityRegistry.ts"
import { encodeAgent } from "../store/AgentWire.ts"
import { HandoffStore } from "../store/HandoffStore.ts"
import { drawOwn, expect, law, type Law, mark, type Own, same } from "./kit.ts"

/** Changes everything that can be changed in a value, except moments. */
const deface = (value: unknown): void => {
  if (typeof value !== "object" || value === null || DateTime.isDateTime(value)) return
  for (const item of Object.values(value)) deface(item)
  const changes: ReadonlyArray<() => unknown> = Array.isArray(value)
    ? [() => value.copyWithin(0, 1), () => value.push("defaced"), () => value.splice(0, 1)]
    : [
        () => Object.assign(value, { defaced: true }),
        ...Object.keys(value).map((key) => () => Reflect.set(value, key, "defaced")),
        ...Object.keys(value).map((key) => () => Reflect.deleteProperty(value, key))
      ]
  for (const change of changes) {
    try {
      change()
    } catch {
      // A frozen object refuses it.
    }
  }
}

const isFrozenObject = (value: unknown): boolean => typeof value === "object" && Object.isFrozen(value)

const rows = (): JsonObject => ({ rows: [{ n: 3, tags: ["c", "b"] }, { n: 1 }, { n: 2 }], deep: { list: [[2, 1]] } })

// The law is about the store, so its own schema needs no thread.
const box = Layer.succeed(SchemaBox, { judge: () => Promise.resolve({ faults: [], more: 0 }) })

/** The engine over the store of a law. */
const engine = Effect.gen(function* () {
  return { manager: yield* HandoffManager, registry: yield* AgentCapabilityRegistry }
}).pipe(
  // Fresh and local, because the layers may have been built over another store.
  Effect.provide(Layer.fresh(Layer.merge(Layer.provide(HandoffManager.layer, box), AgentCapabilityRegistry.layer)), {
    local: true
  })
)

/** The arguments of a handoff that has JSON in every place. New objects each time, so that they can be changed. */
const given = (own: Own) => ({
  ask: {
    fromAgent: own.agent("from"),
    toAgent: own.agent("to"),
    taskDescription: "Keep the law",
    context: rows(),
    deliverables: [{ name: "report", schema: { type: "object", properties: { rows: {}, deep: {} } } }],
    briefing: {
      severity: "stable" as const,
      summary: "In short",
      actions: [
        { id: "b", task: "Second" },
        { id: "a", task: "First" }
      ],
      readBack: { required: ["b", "a"] }
    }
  },
  taken: {
    readBack: {
      summary: "As told",
      items: [
        { id: "b", answer: "understood" as const },
        { id: "a", answer: "understood" as const }
      ]
    }
  },
  done: {
    result: rows(),
    artifacts: [{ name: "report", content: rows() }],
    evidence: [{ grade: "claimed" as const, statement: "Done" }]
  }
})

/** A handoff as the store keeps it, with its text, which nobody can change, and its flaw. */
const kept = (id: RecordId) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const record = Option.getOrUndefined(yield* store.get(id))
    const history = (yield* store.history(id)).map(({ event }) => event)
    return { record, text: JSON.stringify({ record, history }), flaw: flawIn(id, history, record) }
  })

/** Fails if a handoff has changed or has a flaw. */
const unchanged = (id: RecordId, before: string, when: string) =>
  Effect.gen(function* () {
    const { flaw, text } = yield* kept(id)
    yield* same(`the handoff after a caller has changed ${when}`, text, before)
    yield* same(`the flaw after a caller has changed ${when}`, flaw, undefined)
  })

/** The laws of ownership: nobody else has what a store was given, or what it gives. */
export const ownership: ReadonlyArray<Law> = [
  law("changing what a store was given, or what it gives, changes nothing in it", function* () {
    const own = yield* drawOwn
    const { manager } = yield* engine
    const start = yield* mark(own)
    const { ask, done, taken } = given(own)
    const id = own.id("a")
    const results: Array<readonly [string, Effect.Effect<unknown, unknown, HandoffStore>]> = []
    const verbs: ReadonlyArray<readonly [string, object, Effect.Effect<HandoffRecord, unknown>]> = [
      ["create", ask, manager.create(ask, { id })],
      ["accept", taken, manager.accept(id, taken)],
      ["complete", done, manager.complete(id, done)]
    ]
    for (const [name, input, verb] of verbs) {
      results.push([name, Effect.succeed(yield* Effect.orDie(verb))])
      const { text } = yield* kept(id)
      yield* expect(
        !Object.isFrozen(input) && !Object.values(input).some(isFrozenObject),
        `Expected ${name} not to freeze its input`
      )
      deface(input)
      yield* unchanged(id, text, `the input of ${name}`)
    }

    const { record, text } = yield* kept(id)
    const to = own.agent("to")
    const isIt = ({ recordId }: { readonly recordId: RecordId }) => recordId === id
    results.push(
      ["get", manager.get(id)],
      ["find", manager.find(id)],
      ["list", manager.list({ _tag: "Sent", agent: own.agent("from") }, { limit: 10 })],
      ["listAll", Stream.runCollect(manager.listAll({ _tag: "Inbox", agent: to, status: "completed" }))],
      ["inbox", manager.inbox(to)],
      ["where", manager.where(id)],
      ["chain", manager.chain(id)],
      ["history", manager.history(id)],
      ["changes", Stream.runCollect(Stream.take(Stream.filter(manager.changes({ from: start }), isIt), 3))],
      ["export", Stream.runHead(Stream.filter(manager.export, ({ record }) => isIt(record)))],
      ["the store", Effect.flatMap(HandoffStore, (store) => Effect.all([store.get(id), store.history(id)]))]
    )
    for (const [door, read] of results) {
      deface(yield* Effect.orDie(read))
      yield* unchanged(id, text, `what ${door} gave`)
    }

    const copy = own.id("b")
    const archive = { ...(record && encodeRecord(record)), record_id: copy, head: null }
    const archived = Result.getOrThrow(decodeArchived("law", JSON.parse(JSON.stringify(archive))))
    yield* Effect.orDie(Stream.runDrain(manager.import(Stream.make(archived))))
    const imported = yield* kept(copy)
    deface(archived)
    yield* unchanged(copy, imported.text, "what it imported")
  }),

  law("changing an agent that was registered or listed changes nothing", function* () {
    const own = yield* drawOwn
    const { registry } = yield* engine
    const capabilities = ["translate", "analyze"]
    const agentId = own.agent("a")
    const registered = yield* Effect.orDie(registry.register(agentId, capabilities, { capacity: 2 }))
    const ours = Effect.map(registry.agents, (agents) =>
      JSON.stringify(agents.filter((agent) => agent.agentId === agentId).map(encodeAgent))
    )
    const before = yield* ours
    for (const value of [capabilities, registered, yield* registry.agents, yield* registry.findCapable(["analyze"])]) {
      deface(value)
      yield* same("the agent after a caller has changed it", yield* ours, before)
    }
  })
]
