import * as Schema from "effect/Schema"

import { AgentId, field, PublicKey } from "../values/Fields.ts"

/** The agent has a public key. The caller does not sign with the secret key that belongs to it, and is no operator. */
export class KeyRequired extends Schema.TaggedError<KeyRequired>()("KeyRequired", {
  agentId: field(AgentId, "The agent whose registration would change."),
  publicKey: field(PublicKey, "The public key of the agent that is in force.")
}) {
  override get message() {
    return `Agent ${this.agentId} has the public key ${this.publicKey}; its registration is changed only with its secret key or as an operator`
  }
}
