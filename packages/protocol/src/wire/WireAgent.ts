/** The JSON of an agent, as the command prints it and `handoffs.agents.json` keeps it. */
import * as Schema from "effect/Schema"

import { WireTimestamp } from "../encoding/WireSchema.ts"
import { AgentDescription, AgentId, Capability, field, optional, PublicKey } from "../values/Fields.ts"
import { limits } from "../values/Limits.ts"

const AgentKey = Schema.Struct({
  public_key: field(PublicKey, "The Ed25519 public key, as base64url without padding."),
  since: field(WireTimestamp, "When the agent began to sign with this key.")
}).annotate({ identifier: "AgentKey", description: "A key that an agent signs with." })

/** A registered agent in JSON. */
export const WireAgent = Schema.Struct({
  agent_id: field(AgentId, "The name of the agent."),
  capabilities: field(
    Schema.Array(Capability).check(Schema.isMaxLength(limits.capabilities)),
    "The capabilities that routing matches."
  ),
  capacity: optional(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: limits.capacity })),
    "The number of open handoffs that the agent takes at once; without it there is no limit."
  ),
  description: optional(AgentDescription, "The tasks of the agent, for people and for a model that chooses receivers."),
  keys: optional(
    Schema.Array(AgentKey).check(Schema.isMaxLength(limits.keys)),
    "The keys of the agent, oldest first; the last one is in force."
  ),
  last_seen: optional(WireTimestamp, "When the agent last sent a heartbeat or acted; absent if it never did.")
}).annotate({ identifier: "RegisteredAgent", description: "A registered agent." })

/** An agent in JSON, with the names of the wire. */
export type WireAgent = typeof WireAgent.Encoded
