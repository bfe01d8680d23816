import {
  type AgentId,
  type Capability,
  frozen,
  type KeyEvent,
  type LogName,
  type PublicKey,
  type RevisionConflict,
  type StoreError
} from "@aumai/handoff-protocol"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"

import type { Position } from "./HandoffStore.ts"

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
  /** The tasks of the agent, for people and for a model that chooses receivers; absent if it has none. */
  readonly description?: string
  /** The public keys of the agent, oldest first; the last one is in force. */
  readonly keys?: ReadonlyArray<AgentKey>
  /** When the agent was last seen; absent if it never was. */
  readonly lastSeen?: DateTime.Utc
}

/** An entry of the key log of a store. */
export interface KeyEntry {
  /** Its place in the key log that it belongs to; 1 is the first. */
  readonly revision: number
  readonly event: KeyEvent
  /** Its position in this store's log; absent if it belongs to the log of another store. */
  readonly position?: Position
}

/** The key logs that a store has: its own, and those of the stores that entries were copied from. */
export type KeyLogs = ReadonlyMap<LogName, ReadonlyArray<KeyEntry>>

/**
 * Stores the agents of the registry. The layer of the handoff store provides it, too.
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
     * Stores an agent and replaces an earlier version of it. Of two `lastSeen` the later one stays. Durable when it
     * succeeds.
     */
    readonly put: (agent: RegisteredAgent) => Effect.Effect<void, StoreError>
    /**
     * Records when agents were last seen, in one write; an earlier moment changes nothing, and unknown agents are ignored.
     * The write touches no other field, so that a concurrent `put` is not lost.
     */
    readonly seen: (ids: ReadonlyArray<AgentId>, at: DateTime.Utc) => Effect.Effect<void, StoreError>
    /** Removes an agent. Does nothing if it is unknown. */
    readonly remove: (id: AgentId) => Effect.Effect<void, StoreError>
    /**
     * Appends entries to key logs, atomically: to that of this store, which gives them a position in its log, or to that of
     * the store that an event names. Compares their revisions as a commit does, and fails with a conflict of `keyLogId`.
     * Durable when it succeeds. No commit that names this log comes between the comparison and the write.
     */
    readonly record: (
      entries: NonEmptyReadonlyArray<Omit<KeyEntry, "position">>
    ) => Effect.Effect<void, RevisionConflict | StoreError>
    /** All key logs, each in order. */
    readonly keys: Effect.Effect<KeyLogs, StoreError>
    /** Every agent, by id in code unit order. */
    readonly all: Effect.Effect<ReadonlyArray<RegisteredAgent>, StoreError>
  }
>()("@aumai/handoff-core/AgentStore") {}

/**
 * Returns an agent with its `lastSeen` raised to a moment; unchanged if it was seen later. A store whose `put` and `seen`
 * rewrite whole agents can use it for both. The agent is frozen, so that a store can hold it and give it to everybody.
 */
export const seenAt = (agent: RegisteredAgent, at: DateTime.Utc | undefined): RegisteredAgent =>
  frozen(
    at === undefined || (agent.lastSeen !== undefined && agent.lastSeen.epochMilliseconds >= at.epochMilliseconds)
      ? agent
      : { ...agent, lastSeen: at }
  )
