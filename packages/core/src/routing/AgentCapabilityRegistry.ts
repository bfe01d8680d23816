import type { AgentId, InvalidInput, KeyRequired, StoreError } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { AgentStore, type RegisteredAgent } from "../store/AgentStore.ts"
import { HandoffStore, nowIn } from "../store/HandoffStore.ts"

/** Options of a change to the registration of an agent. */
export interface UnregisterOptions {
  /**
   * `true` changes an agent that has a key without that key. Nothing checks it: in a process that you trust, any caller
   * can say so. Default: `false`.
   */
  readonly operator?: boolean
}

/** Optional properties of an agent beside its capabilities. */
export interface RegisterOptions extends UnregisterOptions {
  /** The number of open handoffs that the agent takes at once, 1 to 1,000,000. Default: no limit. */
  readonly capacity?: number
  /** The tasks of the agent, in words for people and for a model that chooses receivers. Default: none. */
  readonly description?: string
  /** The Ed25519 public key that is in force from now on, as base64url. Default: the keys stay unchanged. */
  readonly publicKey?: string
}

// Loaded on first use, because most programs register no agents.
const registration = Effect.promise(() => import("./Registration.ts"))

/**
 * Registers agents: their capabilities, capacity and public keys, and when they were last seen.
 *
 * @example
 * ```ts
 * import { AgentCapabilityRegistry, MemoryStore } from "@aumai/handoff-core"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const program = Effect.gen(function* () {
 *   const registry = yield* AgentCapabilityRegistry
 *   yield* registry.register("alice", ["summarize", "translate", "analyze"])
 *   yield* registry.register("carol", ["analyze", "visualize"])
 *   return (yield* registry.findCapable(["analyze"])).map(({ agentId }) => agentId)
 * })
 * const layer = AgentCapabilityRegistry.layer.pipe(Layer.provide(MemoryStore.layer))
 * console.log(await Effect.runPromise(Effect.provide(program, layer))) // ["carol", "alice"]
 * ```
 */
export class AgentCapabilityRegistry extends Context.Service<
  AgentCapabilityRegistry,
  {
    /**
     * Registers an agent. Replaces its capabilities, without duplicates, its capacity and its description. Keeps its keys; a new
     * `publicKey` is in force from now on, and this process must have its secret key (`Signers`). An agent that has a key
     * is changed only if this process signs with that key, too, or by an operator.
     */
    readonly register: (
      agentId: string,
      capabilities: ReadonlyArray<string>,
      options?: RegisterOptions
    ) => Effect.Effect<RegisteredAgent, InvalidInput | KeyRequired | StoreError>
    /** Records that an agent is present now. Does nothing if it is not registered. */
    readonly seen: (agentId: AgentId) => Effect.Effect<void, StoreError>
    /**
     * Removes an agent. Does nothing if it is not registered. An agent that has a key is removed only if this process signs
     * with that key, or by an operator.
     */
    readonly unregister: (
      agentId: AgentId,
      options?: UnregisterOptions
    ) => Effect.Effect<void, InvalidInput | KeyRequired | StoreError>
    /**
     * Revokes the key of an agent: no later entry counts as signed with it, and nobody acts in the name of the agent until the
     * operator gives it another key. This process must sign with that key, or have the operator's key.
     */
    readonly revoke: (agentId: AgentId, reason?: string) => Effect.Effect<void, InvalidInput | KeyRequired | StoreError>
    /** Every agent, by id. */
    readonly agents: Effect.Effect<ReadonlyArray<RegisteredAgent>, StoreError>
    /**
     * Finds the agents that have all of these capabilities, ignoring case. Agents with the fewest other capabilities
     * come first, then by id.
     */
    readonly findCapable: (required: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<RegisteredAgent>, StoreError>
  }
>()("@aumai/handoff-core/AgentCapabilityRegistry") {
  /** Provides the registry over the agents of a store. */
  static readonly layer: Layer.Layer<AgentCapabilityRegistry, never, HandoffStore | AgentStore> = Layer.effect(
    AgentCapabilityRegistry,
    Effect.gen(function* () {
      const store = yield* AgentStore
      const now = nowIn(yield* HandoffStore)
      const context = yield* Effect.context<HandoffStore | AgentStore>()
      const changes = yield* Effect.cached(Effect.flatMap(registration, ({ make }) => Effect.provide(make, context)))
      return AgentCapabilityRegistry.of({
        register: (...given) => Effect.flatMap(changes, ({ register }) => register(...given)),
        seen: (agentId) => Effect.flatMap(now, (at) => store.seen([agentId], at)),
        unregister: (...given) => Effect.flatMap(changes, ({ unregister }) => unregister(...given)),
        revoke: (...given) => Effect.flatMap(changes, ({ revoke }) => revoke(...given)),
        agents: store.all,
        findCapable: (required) =>
          Effect.flatMap(store.all, (agents) =>
            Effect.map(registration, ({ capableIn }) => capableIn(agents, required))
          )
      })
    })
  )
}
