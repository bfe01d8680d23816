import * as Schema from "effect/Schema"

import { AgentId, field, optional, PublicKey } from "../values/Fields.ts"

/** The agent has a public key, and this process does not sign with the secret key that belongs to it. */
export class KeyRequired extends Schema.TaggedError<KeyRequired>()("KeyRequired", {
  agentId: field(AgentId, "The agent."),
  publicKey: field(
    PublicKey,
    "The public key whose secret key is needed: the last one of the agent, or the operator's."
  ),
  of: optional(
    Schema.Literals(["operator"]),
    "`operator` if only the operator's key allows the change; absent if the agent's key is needed."
  )
}) {
  override get message() {
    const { agentId, of, publicKey } = this
    return of === "operator"
      ? `The key of agent ${agentId} is changed only with the operator's key ${publicKey}`
      : `Agent ${agentId} has the public key ${publicKey}; acting in its name and changing it need its secret key`
  }
}
