import type { AgentId, Capability, PublicKey, StoreError } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"

/** A key that an agent signs with. */
export interface AgentKey {
  /** The Ed25519 public key: 32 bytes as base64url without padding. */
  readonly publicKey: PublicKey
  /** The agent signs with this key from then on. */
  readonly since: DateTime.Utc
}

/** An agent as the registry knows it. */
export interface RegisteredAgent {
  /** The name of the agent. */
  readonly agentId: AgentId
  /** The capabilities of the agent. */
  readonly capabilities: ReadonlyArray<Capability>
  /** The number of open handoffs that the agent takes at once; absent if it has no limit. */
  readonly capacity?: number
  /** The public keys of the agent, oldest first; the last one is in force. */
  readonly keys?: ReadonlyArray<AgentKey>
  /** When the agent was last seen; absent if it never was. */
  readonly lastSeen?: DateTime.Utc
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
    /**
     * Keeps the agent; replaces what was known of it, but for when it was last seen, of which the later moment stays.
     * Durable when it succeeds.
     */
    readonly put: (agent: RegisteredAgent) => Effect.Effect<void, StoreError>
    /**
     * Notes when an agent was last heard of; never goes back. Nothing happens when it is unknown. It is one write: what is
     * put at the same time stays.
     */
    readonly seen: (id: AgentId, at: DateTime.Utc) => Effect.Effect<void, StoreError>
    /** Forgets the agent. Nothing happens when it is unknown. */
    readonly remove: (id: AgentId) => Effect.Effect<void, StoreError>
    /** Every agent, by id in code unit order. */
    readonly all: Effect.Effect<ReadonlyArray<RegisteredAgent>, StoreError>
  }
>()("@aumai/handoff-core/AgentStore") {}

/**
 * The agent as it is known once it was seen at that moment, too: the same one when it was seen later. What `put` and `seen`
 * come to in a store that keeps agents as they are.
 *
 * @example
 * ```ts
 * import { AgentStore, type RegisteredAgent, seenAt } from "@aumai/handoff-core"
 * import * as Effect from "effect/Effect"
 *
 * const known = new Map<string, RegisteredAgent>()
 * const put: AgentStore["Service"]["put"] = (agent) =>
 *   Effect.sync(() => void known.set(agent.agentId, seenAt(agent, known.get(agent.agentId)?.lastSeen)))
 * ```
 */
export const seenAt = (agent: RegisteredAgent, at: DateTime.Utc | undefined): RegisteredAgent =>
  at === undefined || (agent.lastSeen !== undefined && agent.lastSeen.epochMilliseconds >= at.epochMilliseconds)
    ? agent
    : { ...agent, lastSeen: at }
