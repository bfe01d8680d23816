import { type AgentId, Capability, limits, PublicKey } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import { type AgentKey, AgentStore, type RegisteredAgent } from "../store/AgentStore.ts"
import { drawOwn, law, type Law, type Own, same, second } from "./kit.ts"

const agent = (agentId: AgentId, ...capabilities: ReadonlyArray<string>): RegisteredAgent => ({
  agentId,
  capabilities: capabilities.map((capability) => Capability.make(capability))
})

/** A key made from a number, valid from that second on. */
const key = (n: number): AgentKey => ({
  publicKey: PublicKey.make(`_-${String(n).padStart(41, "k")}`),
  since: second(n)
})

/** The agents of one run. */
const ours = (own: Own) =>
  Effect.gen(function* () {
    const agents = yield* AgentStore
    return (yield* agents.all).filter(({ agentId }) => own.has(agentId))
  })

/** The laws of the agent store. */
export const agents: ReadonlyArray<Law> = [
  law("putting an agent replaces its registration", function* () {
    const store = yield* AgentStore
    const own = yield* drawOwn
    const [a, b] = [own.agent("a"), own.agent("b")]
    yield* store.put(agent(a, "summarize", "translate", "analyze"))
    yield* store.put(agent(b, "execute"))
    yield* same("the agents", yield* ours(own), [agent(a, "summarize", "translate", "analyze"), agent(b, "execute")])
    yield* store.put(agent(a, "visualize", "Summarize"))
    yield* same("the agents", yield* ours(own), [agent(a, "visualize", "Summarize"), agent(b, "execute")])
    yield* store.put(agent(a))
    yield* same("the agents", yield* ours(own), [agent(a), agent(b, "execute")])
  }),

  law("removing an agent forgets it, and ignores an unknown one", function* () {
    const store = yield* AgentStore
    const own = yield* drawOwn
    const [a, b] = [own.agent("a"), own.agent("b")]
    yield* store.put(agent(a, "execute"))
    yield* store.put(agent(b, "report"))
    yield* store.remove(a)
    yield* same("the agents", yield* ours(own), [agent(b, "report")])
    yield* store.remove(a)
    yield* store.remove(own.agent("nobody"))
    yield* same("the agents", yield* ours(own), [agent(b, "report")])
    yield* store.put(agent(a, "execute"))
    yield* same("the agents", yield* ours(own), [agent(a, "execute"), agent(b, "report")])
  }),

  law("agents are listed by id, in any script", function* () {
    const store = yield* AgentStore
    const own = yield* drawOwn
    const sorted = ["Alice", "alice", "alice ", "bob", "carol-10", "carol-2", "Åsa", "вера", "花子"]
      .map(own.agent)
      .toSorted()
    for (const id of sorted.toReversed()) yield* store.put(agent(id, "可視化", "überprüfen", "👍"))
    yield* same(
      "the agents",
      yield* ours(own),
      sorted.map((id) => agent(id, "可視化", "überprüfen", "👍"))
    )
  }),

  law("agents put concurrently are all kept", function* () {
    const store = yield* AgentStore
    const own = yield* drawOwn
    const ids = Array.from({ length: 12 }, (_, n) => own.agent(`a${String(n).padStart(2, "0")}`))
    yield* Effect.forEach(ids, (id) => store.put(agent(id, "execute")), { concurrency: "unbounded", discard: true })
    yield* same(
      "the agents",
      yield* ours(own),
      ids.map((id) => agent(id, "execute"))
    )
  }),

  law("capacity, keys and last seen are read back unchanged", function* () {
    const store = yield* AgentStore
    const own = yield* drawOwn
    const [a, b, c, d] = [own.agent("a"), own.agent("b"), own.agent("c"), own.agent("d")]
    const keys = Array.from({ length: limits.keys }, (_, n) => key(n))
    const all: ReadonlyArray<RegisteredAgent> = [
      { ...agent(a, "execute"), capacity: limits.capacity, keys, lastSeen: second(9) },
      { ...agent(b), capacity: 1 },
      { ...agent(c), keys: [key(2), key(1)] },
      { ...agent(d), lastSeen: second(0) }
    ]
    for (const one of all) yield* store.put(one)
    yield* same("the agents", yield* ours(own), all)
    yield* store.put(agent(a, "execute"))
    yield* store.put({ ...agent(c), keys: [key(3)] })
    yield* same("the agents", yield* ours(own), [
      { ...agent(a, "execute"), lastSeen: second(9) },
      { ...agent(b), capacity: 1 },
      { ...agent(c), keys: [key(3)] },
      { ...agent(d), lastSeen: second(0) }
    ])
  }),

  law("last seen never goes back, and unknown agents are ignored", function* () {
    const store = yield* AgentStore
    const own = yield* drawOwn
    const [a, b] = [own.agent("a"), own.agent("b")]
    const known: RegisteredAgent = { ...agent(a, "execute", "report"), capacity: 3, keys: [key(1)] }
    yield* store.put(known)
    yield* store.put(agent(b))
    yield* store.seen([own.agent("nobody")], second(1))
    yield* same("the agents", yield* ours(own), [known, agent(b)])
    for (const [at, last] of [
      [5, 5],
      [3, 5],
      [5, 5],
      [8, 8]
    ] as const) {
      yield* store.seen([a], second(at))
      yield* same("the agents", yield* ours(own), [{ ...known, lastSeen: second(last) }, agent(b)])
    }
  }),

  law("a batch of heartbeats moves every agent forward, and ignores the unknown", function* () {
    const store = yield* AgentStore
    const own = yield* drawOwn
    const ids = ["a", "b", "c"].map(own.agent)
    for (const id of ids) yield* store.put(agent(id, "execute"))
    yield* store.seen(ids.slice(1, 2), second(7))
    yield* store.seen([...ids.toReversed(), own.agent("nobody")], second(5))
    yield* store.seen([], second(9))
    const last = [5, 7, 5].map(second)
    yield* same(
      "the agents",
      yield* ours(own),
      ids.map((id, index) => ({ ...agent(id, "execute"), lastSeen: last[index] }))
    )
    // Two batches in opposite orders must not wait for each other.
    yield* Effect.all([store.seen(ids, second(11)), store.seen(ids.toReversed(), second(12))], {
      concurrency: "unbounded"
    })
    yield* same(
      "the agents after two batches at once",
      (yield* ours(own)).map(({ lastSeen }) => lastSeen),
      ids.map(() => second(12))
    )
  }),

  law("putting an agent keeps its last seen, and removing it does not", function* () {
    const store = yield* AgentStore
    const own = yield* drawOwn
    const a = own.agent("a")
    yield* store.put(agent(a, "execute"))
    yield* store.seen([a], second(5))
    for (const [said, last] of [
      [undefined, 5],
      [3, 5],
      [8, 8],
      [undefined, 8]
    ] as const) {
      yield* store.put({ ...agent(a, "report"), ...(said === undefined ? {} : { lastSeen: second(said) }) })
      yield* same("the agents", yield* ours(own), [{ ...agent(a, "report"), lastSeen: second(last) }])
    }
    yield* store.remove(a)
    yield* store.seen([a], second(9))
    yield* same("the agents", yield* ours(own), [])
    yield* store.put(agent(a, "execute"))
    yield* same("the agents", yield* ours(own), [agent(a, "execute")])
  }),

  law("an agent put and seen concurrently keeps both", function* () {
    const store = yield* AgentStore
    const own = yield* drawOwn
    const ids = Array.from({ length: 12 }, (_, n) => own.agent(`a${String(n).padStart(2, "0")}`))
    const after = (id: AgentId): RegisteredAgent => ({ ...agent(id, "report"), capacity: 2, keys: [key(1)] })
    for (const id of ids) yield* store.put({ ...agent(id, "execute"), lastSeen: second(1) })
    // Either of the two calls can start first.
    const both = ids.flatMap((id, n) => {
      const writes = [store.put(after(id)), store.seen([id], second(2))]
      return n % 2 === 0 ? writes : writes.toReversed()
    })
    yield* Effect.all(both, { concurrency: "unbounded", discard: true })
    yield* same(
      "the agents",
      yield* ours(own),
      ids.map((id) => ({ ...after(id), lastSeen: second(2) }))
    )
  })
]
