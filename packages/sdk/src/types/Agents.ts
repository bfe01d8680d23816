import type { CallOptions } from "./Options.ts"
import type { RegisterOptions, RevokeOptions, UnregisterOptions } from "./Payloads.ts"
import type { RegisteredAgent } from "./Reports.ts"

/** A change of the registry: an agent with its capabilities, or one that is gone. */
export type AgentChange =
  | { readonly agentId: string; readonly capabilities: ReadonlyArray<string> }
  | { readonly gone: string }

/**
 * The registry of agents: their capabilities, capacity and description, and when each was last present.
 *
 * @example
 * ```ts
 * import { openHandoffs } from "@aumai/handoff/node"
 *
 * await using handoffs = await openHandoffs("memory:")
 * await handoffs.agents.register("alice", ["summarize", "translate"])
 * console.log(await handoffs.agents.findCapable(["translate"])) // [{ agentId: "alice", … }]
 * ```
 */
export interface Agents {
  /**
   * Registers an agent, or replaces its capabilities, its capacity and its description. A new `publicKey` is in force from now on; `keys`
   * must hold its secret key, and to replace an earlier key also that one, unless `operatorKey` is the operator's. An
   * agent that has a key is changed only if `keys` holds that key, or with `operator`. Rejects with `InvalidInput` and
   * `KeyRequired`.
   */
  register(agentId: string, capabilities: ReadonlyArray<string>, options?: RegisterOptions): Promise<RegisteredAgent>
  /**
   * Records that an agent is present. Does nothing if the agent is unknown. The router prefers agents that were present
   * within the last 90 seconds. `work` calls it regularly.
   */
  seen(agentId: string, options?: CallOptions): Promise<void>
  /**
   * Removes an agent from the registry. Does nothing if the agent is unknown. An agent that has a key is removed only if
   * `keys` holds that key, or with `operator`. Rejects with `InvalidInput` and `KeyRequired`.
   */
  unregister(agentId: string, options?: UnregisterOptions): Promise<void>
  /**
   * Revokes the key of an agent, because others may have it. From now on nobody can act in the name of the agent, until
   * the operator gives it another key. `keys` must hold the key, or `operatorKey` be the operator's. Rejects with
   * `InvalidInput` and `KeyRequired`.
   */
  revoke(agentId: string, options?: RevokeOptions): Promise<void>
  /**
   * Feeds the registry from a stream, such as the messages of a bus: registers each agent with its capabilities, and removes
   * one that is gone. Resolves when the stream ends. Rejects with the first error of the stream, of `register` or of
   * `unregister`, or when the signal is aborted, and then closes the stream.
   */
  follow(changes: AsyncIterable<AgentChange>, options?: CallOptions): Promise<void>
  /** Lists all agents, in order of their ids. */
  list(options?: CallOptions): Promise<ReadonlyArray<RegisteredAgent>>
  /** Lists the agents that have all of these capabilities, the closest fit first. */
  findCapable(required: ReadonlyArray<string>, options?: CallOptions): Promise<ReadonlyArray<RegisteredAgent>>
}
