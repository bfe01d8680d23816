/** The events of the key log: which keys the agents of a store sign with, from which entry on. */
import * as Schema from "effect/Schema"

import { Digest, Signature } from "../values/Digest.ts"
import {
  AgentId,
  besideEvent,
  field,
  LogName,
  optional,
  PublicKey,
  RecordId,
  Text,
  Timestamp
} from "../values/Fields.ts"
import { limits } from "../values/Limits.ts"

const fact = {
  at: field(Timestamp, "When the event happened."),
  log: besideEvent(field(LogName, "The log that the entry was first committed to.")),
  prev: optional(Digest, "The SHA-256 of the entry before this one; absent in the first entry."),
  proof: optional(
    Signature,
    "The signature by the new key of the entry without `proof` and `sig`, which proves possession of the secret key."
  ),
  sig: optional(
    Signature,
    "The signature of the entry without `sig` by the key in force before the event, or by the operator's key."
  )
}

const agent = field(AgentId, "The agent.")
const newKey = field(PublicKey, "The public key that the agent signs with from this entry on.")

/** The key log begins. */
export class FoundedEvent extends Schema.Opaque<FoundedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Founded"),
    ...fact,
    operator: optional(PublicKey, "The operator's public key. Without one, the first key of each agent is trusted.")
  })
) {}

/** An agent gets its first key, or the operator gives it another one. */
export class KeyAddedEvent extends Schema.Opaque<KeyAddedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("KeyAdded"),
    ...fact,
    agent,
    key: newKey,
    adopted: optional(
      Schema.Literals([true]),
      "`true` if the key was registered before this log had key events, so that nobody proved to have it."
    )
  })
) {}

/** An agent replaces its key. */
export class KeyRotatedEvent extends Schema.Opaque<KeyRotatedEvent>()(
  Schema.Struct({ _tag: Schema.tag("KeyRotated"), ...fact, agent, key: newKey })
) {}

/** A key is no longer valid. Only the operator can then give the agent another one. */
export class KeyRevokedEvent extends Schema.Opaque<KeyRevokedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("KeyRevoked"),
    ...fact,
    agent,
    key: field(PublicKey, "The key that is revoked."),
    reason: field(Text, "The reason, in words; may be empty.")
  })
) {}

/** An agent with a key is unregistered. Its keys stay known; only the operator can give it another one. */
export class AgentRemovedEvent extends Schema.Opaque<AgentRemovedEvent>()(
  Schema.Struct({ _tag: Schema.tag("AgentRemoved"), ...fact, agent })
) {}

const count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** Handoffs that have ended were written to an archive, to leave the store. Signed by the operator if the log has one. */
export class ArchiveEvent extends Schema.Opaque<ArchiveEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Archived"),
    ...fact,
    handoffs: field(count, "The number of handoffs in the archive."),
    entries: field(count, "The number of their entries."),
    digest: field(Digest, "The SHA-256 of the archive file."),
    size: field(count, "The number of entries of the log that the checkpoint before it covers."),
    root: field(Digest, "The root of the Merkle tree over these entries.")
  })
) {}

/** The bodies of handoffs that have ended are erased. Signed by the operator if the log has one. */
export class PurgedEvent extends Schema.Opaque<PurgedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Purged"),
    ...fact,
    by: field(AgentId, "The agent that erased them."),
    handoffs: field(
      Schema.Array(RecordId).check(Schema.isMaxLength(limits.purged)),
      "The handoffs without their texts."
    ),
    reason: optional(Text, "The reason, in words.")
  })
) {}

/** An event of the key log: a union on `_tag`. */
export const KeyEvent = Schema.Union([
  FoundedEvent,
  KeyAddedEvent,
  KeyRotatedEvent,
  KeyRevokedEvent,
  AgentRemovedEvent,
  ArchiveEvent,
  PurgedEvent
])
  .annotate({ identifier: "KeyEvent" })
  .pipe(Schema.toTaggedUnion("_tag"))
export type KeyEvent = typeof KeyEvent.Type
