import type { CallOptions } from "./Options.ts"
import type { RegisterOptions } from "./Payloads.ts"
import type { RegisteredAgent } from "./Reports.ts"

/**
 * Which agent can do what, how much of it at once, and when it was last heard of.
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
   * Makes an agent known; replaces what it could do before, and how much at once. Its keys stay, and another one than that
   * in force is in force from now on. Rejects with `InvalidInput`.
   */
  register(agentId: string, capabilities: ReadonlyArray<string>, options?: RegisterOptions): Promise<RegisteredAgent>
  /**
   * Notes that an agent is there now; silent when it is unknown. The router prefers who was there within the last 90
   * seconds. `work` does this by itself.
   */
  seen(agentId: string, options?: CallOptions): Promise<void>
  /** Forgets an agent; silent when it is unknown. */
  unregister(agentId: string, options?: CallOptions): Promise<void>
  /** Every agent, by id. */
  list(options?: CallOptions): Promise<ReadonlyArray<RegisteredAgent>>
  /** Who can do all of this, the closest fit first. */
  findCapable(required: ReadonlyArray<string>, options?: CallOptions): Promise<ReadonlyArray<RegisteredAgent>>
}
