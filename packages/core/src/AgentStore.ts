import type { AgentId, Capability, StoreError } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** An agent as the registry knows it. */
export interface RegisteredAgent {
  readonly agentId: AgentId
  readonly capabilities: ReadonlyArray<Capability>
}

/**
 * Where the registry keeps its agents. It comes from the same layer as the handoff store.
 *
 * @example
 * ```ts
 * import { AgentStore, MemoryStore } from "@aumai/handoff-core"
 * import * as Effect from "effect/Effect"
 *
 * const everyone = Effect.flatMap(AgentStore, (agents) => agents.all)
 * console.log(await Effect.runPromise(Effect.provide(everyone, MemoryStore.layer))) // []
 * ```
 */
export class AgentStore extends Context.Service<
  AgentStore,
  {
    /** Keeps the agent; replaces what was known of it. Durable when it succeeds. */
    readonly put: (agent: RegisteredAgent) => Effect.Effect<void, StoreError>
    /** Forgets the agent. Nothing happens when it is unknown. */
    readonly remove: (id: AgentId) => Effect.Effect<void, StoreError>
    /** Every agent, by id in code unit order. */
    readonly all: Effect.Effect<ReadonlyArray<RegisteredAgent>, StoreError>
  }
>()("@aumai/handoff-core/AgentStore") {}
