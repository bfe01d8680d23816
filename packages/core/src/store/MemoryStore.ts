import type { RevisionConflict } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { AgentStore, type RegisteredAgent, seenAt } from "./AgentStore.ts"
import { HandoffStore } from "./HandoffStore.ts"
import * as Hints from "./Hints.ts"
import * as StoreImage from "./StoreImage.ts"

const makeHandoffs = Effect.sync(() => {
  const image = StoreImage.make()
  const hints = Hints.make()
  return HandoffStore.of({
    commit: (changes) =>
      Effect.suspend((): Effect.Effect<void, RevisionConflict> => {
        const conflict = image.conflict(changes)
        if (conflict !== undefined) return Effect.fail(conflict)
        image.put(changes)
        hints.give()
        return Effect.void
      }),
    get: (id) => Effect.sync(() => Option.fromUndefinedOr(image.get(id))),
    list: (view, page) => Effect.sync(() => image.list(view, page)),
    history: (id) => Effect.sync(() => image.history(id)),
    log: (page) => Effect.sync(() => image.log(page)),
    end: Effect.sync(() => Option.fromUndefinedOr(image.end())),
    tally: Effect.sync(image.tally),
    changed: hints.changed
  })
})

const makeAgents = Effect.sync(() => {
  const agents = new Map<string, RegisteredAgent>()
  return AgentStore.of({
    put: (agent) =>
      Effect.sync(() => void agents.set(agent.agentId, seenAt(agent, agents.get(agent.agentId)?.lastSeen))),
    seen: (id, at) =>
      Effect.sync(() => {
        const known = agents.get(id)
        if (known !== undefined) agents.set(id, seenAt(known, at))
      }),
    remove: (id) => Effect.sync(() => void agents.delete(id)),
    all: Effect.sync(() => [...agents.values()].toSorted((a, b) => (a.agentId < b.agentId ? -1 : 1)))
  })
})

/**
 * Provides a store in memory, for tests and for agents within one process.
 *
 * @example
 * ```ts
 * import { HandoffManager, MemoryStore } from "@aumai/handoff-core"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const handoffs = HandoffManager.layer.pipe(Layer.provide(MemoryStore.layer))
 * const program = Effect.flatMap(HandoffManager, (manager) => manager.metrics)
 * console.log((await Effect.runPromise(Effect.provide(program, handoffs))).total) // 0
 * ```
 */
export const layer: Layer.Layer<HandoffStore | AgentStore> = Layer.effectContext(
  Effect.gen(function* () {
    return Context.make(HandoffStore, yield* makeHandoffs).pipe(Context.add(AgentStore, yield* makeAgents))
  })
)
