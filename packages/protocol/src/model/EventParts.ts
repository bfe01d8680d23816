import * as Schema from "effect/Schema"

import { Digest, Salt, Signature } from "../values/Digest.ts"
import {
  AgentId,
  besideEvent,
  Capability,
  field,
  inBody,
  LogName,
  optional,
  Text,
  Timestamp
} from "../values/Fields.ts"
import { textUpTo } from "../values/Json.ts"
import { limits } from "../values/Limits.ts"
import { Attempt, HandBack } from "./Attempt.ts"

const matched = field(Schema.Array(Capability), "The agent's capabilities that the task or `requires` asked for.")

/** The router's choice of a receiver, with its reason. */
export class RoutingDecision extends Schema.Opaque<RoutingDecision>()(
  Schema.Struct({
    agent: field(AgentId, "The agent that the router chose."),
    reason: field(Text, "Why the router chose this agent, in one sentence."),
    fallback: field(Schema.Boolean, "`true` if no agent matched and the router took any available one."),
    matched,
    runnersUp: field(
      Schema.Array(Schema.Struct({ agent: field(AgentId, "An agent that the router could have chosen."), matched })),
      "The other agents that could have done the task, best first."
    ),
    confidence: optional(
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
      "The confidence of the model in its choice, from 0 to 1; absent if no model chose."
    ),
    model: optional(Text, "The model that chose; absent if none did, or it has no name.")
  })
) {}

/** The origin of an event that no agent recorded here. */
export const Via = Schema.Literals(["foreign"])

/** The fields of every event. */
export const fact = {
  at: field(Timestamp, "When the event happened."),
  by: field(AgentId, "The agent that acted; `clock` if time itself caused the event."),
  via: optional(Via, "`foreign` if the event was inferred from a record that another program wrote."),
  log: besideEvent(optional(LogName, "The log that the entry was first committed to; absent in an entry of format 1.")),
  keys: optional(
    Schema.Int.check(Schema.isGreaterThan(0)),
    "The number of entries in the key log of that log when the entry was committed; absent if it was empty."
  ),
  salt: besideEvent(optional(Salt, "The salt of the fields that can be erased; absent if the event has none.")),
  body: besideEvent(
    optional(Digest, "The digest of the erased fields with their salt; absent unless they were erased.")
  ),
  prev: optional(Digest, "The SHA-256 of the entry before this one; absent in the first entry."),
  sig: optional(Signature, "The actor's Ed25519 signature of the entry without `sig`, as base64url.")
}

/** The fields of every event except the first one. */
export const move = {
  ...fact,
  attempt: optional(Attempt, "The attempt that the actor holds. Any attempt but the current one is refused.")
}

/** Why the actor did it: the same field in several events. */
const why = "The actor's reason or note for the other agent, in words."
export const reason = inBody(optional(Text, why))

/** The reason of an event that needs one. */
export const requiredReason = inBody(field(Text, why), "")

export const handBack = inBody(optional(HandBack, "Notes of this attempt for the next one."))

export const notBefore = optional(Timestamp, "Claims skip the handoff until this moment.")

export const stack = inBody(
  optional(
    textUpTo(limits.stackBytes, "At most 8 KiB of UTF-8, without NUL and lone surrogates"),
    "The stack of the error, for the operator of the receiver. Only the history has it, not the record."
  )
)
