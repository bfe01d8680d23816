import * as Schema from "effect/Schema"

import { AgentId, field, optional, PublicKey } from "../values/Fields.ts"

/** The agent has or had a public key, and this process does not sign with the secret key that is needed. */
export class KeyRequired extends Schema.TaggedError<KeyRequired>()("KeyRequired", {
  agentId: field(AgentId, "The agent."),
  publicKey: field(
    PublicKey,
    "The public key whose secret key is needed: the last one of the agent, or the operator's."
  ),
  of: optional(
    Schema.Literals(["operator", "revoked"]),
    "`operator` if only the operator's key allows the change; `revoked` if the agent has no key in force; absent if its key is needed."
  )
}) {
  override get message() {
    const { agentId, of, publicKey } = this
    if (of === "operator") return `The key of agent ${agentId} is changed only with the operator's key ${publicKey}`
    return of === "revoked"
      ? `The key ${publicKey} of agent ${agentId} is revoked; only the operator's key, if one is pinned, can give it another one`
      : `Agent ${agentId} has the public key ${publicKey}; acting in its name and changing it need its secret key`
  }
}
