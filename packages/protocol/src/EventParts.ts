import * as Schema from "effect/Schema"

import { Attempt } from "./Custody.ts"
import { Digest, Signature } from "./Digest.ts"
import { AgentId, Capability, Text, Timestamp } from "./Fields.ts"

/**
 * How the router chose the receiver of a handoff that was created without one.
 *
 * @example
 * ```ts
 * import { AgentId, Capability, RoutingDecision } from "@aumai/handoff-protocol"
 *
 * const decision = RoutingDecision.make({
 *   agent: AgentId.make("carol"),
 *   reason: "can analyze and visualize",
 *   fallback: false,
 *   matched: [Capability.make("analyze"), Capability.make("visualize")],
 *   runnersUp: [{ agent: AgentId.make("alice"), matched: [Capability.make("analyze")] }]
 * })
 * ```
 */
export class RoutingDecision extends Schema.Opaque<RoutingDecision>()(
  Schema.Struct({
    agent: AgentId,
    /** One sentence for a person. */
    reason: Text,
    /** True when no agent matched and any available one was taken. */
    fallback: Schema.Boolean,
    /** The capabilities of the chosen agent that the task or `requires` asked for. */
    matched: Schema.Array(Capability),
    /** Who else could have done it, best first. */
    runnersUp: Schema.Array(Schema.Struct({ agent: AgentId, matched: Schema.Array(Capability) }))
  })
) {}

/** What every event says. */
export const fact = {
  at: Timestamp,
  /** Who did it. */
  by: AgentId,
  /** Present when the fact did not come through this library: it was read from a file that another program wrote. */
  via: Schema.optionalKey(Schema.Literals(["foreign"])),
  /** The SHA-256 of the entry before it; the first has none. */
  prev: Schema.optionalKey(Digest),
  /** By whoever did it, over all of the entry but itself. */
  sig: Schema.optionalKey(Signature)
}

/** What every event but the first may say. */
export const move = {
  ...fact,
  /** The attempt that its author holds; refused when a newer one has begun. */
  attempt: Schema.optionalKey(Attempt)
}
