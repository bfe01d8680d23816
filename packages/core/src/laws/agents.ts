import { type AgentId, Capability } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import { AgentStore, type RegisteredAgent } from "../AgentStore.ts"
import { drawOwn, law, type Law, type Own, same } from "./kit.ts"

const agent = (agentId: AgentId, ...capabilities: ReadonlyArray<string>): RegisteredAgent => ({
  agentId,
  capabilities: capabilities.map((capability) => Capability.make(capability))
})

/** The agents of one run. */
const ours = (own: Own) =>
  Effect.gen(function* () {
    const agents = yield* AgentStore
    return (yield* agents.all).filter(({ agentId }) => own.has(agentId))
  })

export const agents: ReadonlyArray<Law> = [
  law("putting an agent replaces what was known of it", function* () {
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

  law("removing an agent forgets it, and is silent when it is unknown", function* () {
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

  law("agents that are put at once are all kept", function* () {
    const store = yield* AgentStore
    const own = yield* drawOwn
    const ids = Array.from({ length: 12 }, (_, n) => own.agent(`a${String(n).padStart(2, "0")}`))
    yield* Effect.forEach(ids, (id) => store.put(agent(id, "execute")), { concurrency: "unbounded", discard: true })
    yield* same(
      "the agents",
      yield* ours(own),
      ids.map((id) => agent(id, "execute"))
    )
  })
]
