/** The JSON of every answer of a door besides records and errors, in snake_case like the wire. */
import * as Schema from "effect/Schema"

import { wireSchemaOf, wireSchemas, WireTimestamp } from "../encoding/WireSchema.ts"
import { transitions } from "../lifecycle/Transitions.ts"
import { Attempt } from "../model/Attempt.ts"
import { Awaits } from "../model/Awaits.ts"
import { RoutingDecision } from "../model/EventParts.ts"
import { HandoffStatus } from "../model/HandoffStatus.ts"
import { Digest } from "../values/Digest.ts"
import { AgentId, field, PublicKey, RecordId } from "../values/Fields.ts"
import { limits } from "../values/Limits.ts"
import { WireAgent } from "./WireAgent.ts"
import { WireError } from "./WireError.ts"

const { HandoffEvent: WireEvent, HandoffRecord: WireRecord } = wireSchemas
const WireRouting = wireSchemaOf(RoutingDecision)

const count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const seconds = Schema.NullOr(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)))
const recordId = field(RecordId, "The id of the handoff.")

const byStatus = field(
  Schema.Record(HandoffStatus, count.annotate({ description: "The number of handoffs in this status." })),
  "The number of handoffs by status."
)

// ---- one handoff ----

/** The handoff that a claim took; null if none waits for the agent. */
const WireClaim = Schema.NullOr(WireRecord).annotate({
  identifier: "Claim",
  description: "The handoff that was claimed; null if none waits for the agent."
})

// The cast: the keys of the table are its events.
const transition = Schema.Literals(Object.keys(transitions) as ReadonlyArray<keyof typeof transitions>)

/** The holder of a handoff, since when, and the next timer. */
export const WireWhereabouts = Schema.Struct({
  record_id: recordId,
  status: field(HandoffStatus, "The status of the handoff."),
  turn: field(Schema.NullOr(AgentId), "The agent that owns the next move; null once the handoff has ended."),
  since: field(WireTimestamp, "When the handoff last changed."),
  attempt: field(Attempt, "The number of the attempt that is under way or comes next."),
  max_attempts: field(Schema.Int.check(Schema.isGreaterThan(0)), "The number of attempts that each receiver has."),
  hops: field(
    Schema.Array(
      Schema.Struct({
        receiver: field(AgentId, "The agent that received the handoff."),
        attempt: field(Attempt, "The attempt that began with this receiver."),
        at: field(WireTimestamp, "When the handoff was forwarded.")
      })
    ).check(Schema.isMaxLength(limits.hops)),
    "The receivers after the first, in order."
  ),
  max_hops: field(count, "The number of times the handoff may be forwarded."),
  awaits: field(
    Schema.NullOr(Schema.Literals(["receiver", "sender"])),
    "The party whose step of the read-back must come before the start; null if no step is open."
  ),
  due: field(
    Schema.NullOr(
      Schema.Struct({
        at: field(WireTimestamp, "When the timer runs out."),
        event: field(transition, "The event that the timer records.")
      })
    ),
    "The next timer; null if no timer runs."
  ),
  not_before: field(Schema.NullOr(WireTimestamp), "Claims skip the handoff until this time; null if they do not."),
  is_lost: field(
    Schema.Boolean,
    "True if the handoff is open, has no turn, and no timer runs. The lifecycle never leads there."
  )
}).annotate({
  identifier: "Whereabouts",
  description: "The holder of a handoff, since when, and the next timer."
})
export type WireWhereabouts = typeof WireWhereabouts.Encoded

/** A handoff that waits for an agent, with the step that it asks for. */
export const WireWaiting = Schema.Struct({
  record_id: recordId,
  awaits: field(Awaits, "The kind of step that the handoff waits for."),
  verb: field(Schema.String, "The verb that takes the step, such as `answer`."),
  words: field(
    Schema.String,
    "The words that the agent needs for the step: the receiver's question, its read-back, or the task."
  ),
  record: field(WireRecord, "The handoff.")
}).annotate({
  identifier: "Waiting",
  description: "A handoff that waits for an agent, with the step that it asks for."
})
export type WireWaiting = typeof WireWaiting.Encoded

/** An entry of a history or of the log. */
export const WireEntry = Schema.Struct({
  position: field(
    Schema.String,
    "The place of the entry in the log of its store; opaque, and only good for resuming there."
  ),
  record_id: recordId,
  revision: field(
    Schema.Int.check(Schema.isGreaterThan(0)),
    "The number of the event within its handoff; 1 is the first."
  ),
  event: field(WireEvent, "The event.")
}).annotate({ identifier: "Entry", description: "An entry of a history or of the log." })
export type WireEntry = typeof WireEntry.Encoded

const WireChainLink = Schema.Struct({
  record: field(WireRecord, "The handoff."),
  is_delegated: field(
    Schema.Boolean,
    "False if the handoff only names the one above it as its parent; true if it was delegated, and at the top."
  ),
  parts: field(
    Schema.Array(Schema.suspend((): Schema.Codec<unknown> => WireChainLink)),
    "The delegated parts of the handoff, oldest first, then others that name it as their parent."
  )
}).annotate({ identifier: "ChainLink", description: "A handoff and its parts, nested." })

/** The whole chain that a handoff belongs to. */
const WireChain = Schema.Struct({
  root: field(WireChainLink, "The handoff at the top of the chain."),
  is_cut: field(Schema.Boolean, "True if the chain is longer than what is shown.")
}).annotate({ identifier: "Chain", description: "The whole chain that a handoff belongs to." })

/** A line that a worker prints about an attempt. */
export const WireWorkNote = Schema.Struct({
  record_id: recordId,
  attempt: field(Attempt, "The attempt that the worker runs."),
  what: field(Schema.String, "What the worker did, or why the attempt failed.")
}).annotate({ identifier: "WorkNote", description: "A line that a worker prints about an attempt." })
export type WireWorkNote = typeof WireWorkNote.Encoded

const publicKey = field(PublicKey, "The public key, to be registered for the agent.")

/** A new key pair; the secret key is either in the JSON or in a file. */
export const WireKeyPair = Schema.Union([
  Schema.Struct({
    public_key: publicKey,
    secret_key: field(Schema.String, "The secret key, as base64url without padding.")
  }),
  Schema.Struct({
    public_key: publicKey,
    file: field(Schema.String, "The file that holds the secret key.")
  })
]).annotate({ identifier: "KeyPair", description: "A new Ed25519 key pair of an agent." })
export type WireKeyPair = typeof WireKeyPair.Encoded

// ---- a store ----

/** Counts and durations over all handoffs of a store. */
export const WireMetrics = Schema.Struct({
  total: field(count, "The number of handoffs."),
  by_status: byStatus,
  average_seconds: field(seconds, "The mean time from creation to completion; null while no handoff is completed."),
  p95_seconds: field(
    seconds,
    "The time within which 95 % of completed handoffs were done, to within 2.5 %; null while none is."
  ),
  completion_rate: field(
    Schema.NullOr(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
    "The share of completed handoffs among those that ended, from 0 to 1; null while none has ended."
  )
}).annotate({ identifier: "Metrics", description: "Counts and durations over all handoffs of a store." })
export type WireMetrics = typeof WireMetrics.Encoded

const unproven = field(
  Schema.NullOr(Schema.String),
  "The reason why an artifact was not judged by its JSON Schema, such as a limit of time; null if none was left out."
)

/** The outcome of importing one handoff. */
export const WireImportReport = Schema.Struct({
  record_id: recordId,
  outcome: field(
    Schema.Literals(["added", "unchanged", "newer", "conflict", "broken"]),
    "`added`: the id was unknown. `unchanged`: the store held all of it. `newer`: later events were appended. " +
      "`conflict`: the histories differ. `broken`: it cannot have happened as its entries say, or an artifact does not " +
      "fit its JSON Schema. The last two change nothing."
  ),
  problem: field(Schema.NullOr(Schema.String), "The reason why it is `broken`, one sentence; null otherwise."),
  unproven
}).annotate({ identifier: "ImportReport", description: "The outcome of importing one handoff." })
export type WireImportReport = typeof WireImportReport.Encoded

const ids = Schema.Array(RecordId)

/** The outcome of copying one store into another. */
export const WireCopyReport = Schema.Struct({
  added: field(count, "The number of handoffs that the target did not have."),
  newer: field(count, "The number of handoffs that got later events."),
  unchanged: field(count, "The number of handoffs that the target already had."),
  conflicts: field(ids, "The handoffs whose histories differ; they were left out."),
  broken: field(
    ids,
    "The handoffs that cannot have happened as their entries say, or whose artifacts do not fit their JSON Schemas; " +
      "they were left out."
  ),
  unproven: field(ids, "The handoffs that were copied although an artifact was not judged by its JSON Schema."),
  agents: field(
    Schema.Struct({
      added: field(count, "The number of agents that the target did not have."),
      unchanged: field(count, "The number of agents that the target already had."),
      different: field(
        Schema.Array(AgentId),
        "The agents that the target describes differently; they were left unchanged."
      )
    }),
    "The outcome for registered agents."
  )
}).annotate({ identifier: "CopyReport", description: "The outcome of copying one store into another." })
export type WireCopyReport = typeof WireCopyReport.Encoded

const entries = field(count, "The number of entries.")

// The first five add up to the entries, except that none is counted from the first flaw of a history on.
const proof = {
  entries,
  signed: field(count, "The number of entries with a valid signature of their author."),
  keyless: field(count, "The number of unsigned entries whose author had no key."),
  unknown: field(
    count,
    "The number of entries whose signature was not checked, because no key of their author was known."
  ),
  foreign: field(count, "The number of unsigned entries that were inferred from the record of another program."),
  clock: field(count, "The number of unsigned entries that time caused. They were due."),
  ahead: field(count, "The number of entries dated more than 60 s ahead of now."),
  erased: field(count, "The number of entries whose large or personal fields were erased.")
}
const imported = field(count, "The number of handoffs whose history begins with the state of another program.")
const missing = field(
  Schema.Array(Schema.String),
  "Parts without which less is proven, such as keys or histories, a sentence each."
)

const problem = field(Schema.String, "One sentence for a person.")
const revision = field(count, "The first entry that does not hold; 0 if it is the record itself.")

/** The result of verifying one handoff. */
const WireVerified = Schema.Struct({
  record_id: recordId,
  ...proof,
  is_imported: field(
    Schema.Boolean,
    "The history begins with the state of another program, and says nothing of what came before."
  ),
  flaw: field(Schema.NullOr(Schema.Struct({ revision, problem })), "The first flaw; null if everything holds."),
  unproven
}).annotate({ identifier: "Verified", description: "The result of verifying one handoff." })

const size = field(count, "The number of entries that the checkpoint covers.")

/** A signed checkpoint of the log of a store. */
export const WireCheckpoint = Schema.Struct({
  origin: field(Schema.String, "The line that names the log in the note, and the key in its signature."),
  size,
  root: field(Digest, "The root of the Merkle tree over these entries (RFC 9162), in hexadecimal digits."),
  note: field(Schema.String, "The checkpoint as a signed note (c2sp.org/tlog-checkpoint)."),
  verifier_key: field(Schema.String, "The public key as a verifier key (c2sp.org/signed-note): name, id and bytes.")
}).annotate({ identifier: "Checkpoint", description: "A signed checkpoint of the log of a store." })
export type WireCheckpoint = typeof WireCheckpoint.Encoded

/** The result of archiving handoffs. */
export const WireArchiveReport = Schema.Struct({
  handoffs: field(count, "The number of handoffs that left the store."),
  entries: field(count, "The number of their entries."),
  kept: field(
    count,
    "The number of handoffs of the archive that stay in the store, because they changed after it was written."
  ),
  digest: field(Schema.NullOr(Digest), "The SHA-256 of the archive file; null if there was nothing to archive."),
  checkpoint: field(
    Schema.NullOr(
      Schema.Struct({ size, root: field(Digest, "The root of the Merkle tree over these entries (RFC 9162).") })
    ),
    "The checkpoint of the log when the archive was written; null if there was nothing to archive."
  )
}).annotate({ identifier: "ArchiveReport", description: "The result of archiving handoffs." })
export type WireArchiveReport = typeof WireArchiveReport.Encoded

/** The result of purging handoffs. */
export const WirePurgeReport = Schema.Struct({
  purged: field(Schema.Array(RecordId), "The handoffs whose texts were erased."),
  unchanged: field(Schema.Array(RecordId), "The handoffs whose texts had been erased before.")
}).annotate({ identifier: "PurgeReport", description: "The result of erasing the texts of handoffs." })
export type WirePurgeReport = typeof WirePurgeReport.Encoded

/** The result of verifying handoffs of a store or of a file. */
export const WireVerification = Schema.Struct({
  handoffs: field(count, "The number of handoffs that were verified."),
  ...proof,
  imported,
  missing,
  flaws: field(
    Schema.Array(
      Schema.Struct({
        record_id: field(
          Schema.String,
          "The id of the handoff; its place in the file, such as `[3]`, if it has no id."
        ),
        revision,
        entries: field(count, "The number of entries of the handoff."),
        problem
      })
    ),
    "The handoffs that do not hold, each with its first bad entry."
  ),
  unproven: field(
    Schema.Array(
      Schema.Struct({
        record_id: field(Schema.String, "The id of the handoff."),
        reason: field(Schema.String, "The reason, such as a limit of time; one sentence.")
      })
    ),
    "The handoffs that hold, but with an artifact that was not judged by its JSON Schema."
  ),
  counts: field(Schema.Array(Schema.String), "Wrong counters of the store, a sentence each."),
  checkpoint: field(
    Schema.NullOr(
      Schema.Struct({
        size,
        holds: field(Schema.Boolean, "True if the log begins with exactly these entries."),
        sentence: field(Schema.String, "The result in one sentence.")
      })
    ),
    "The comparison of the log with a checkpoint; null if none was named."
  ),
  archived: field(count, "The number of handoffs that the log of the store notes as archived."),
  purged: field(count, "The number of handoffs that the log of the store notes as purged."),
  notes: field(Schema.Array(Schema.String), "Parts that were not verified, a sentence each.")
}).annotate({ identifier: "Verification", description: "The result of verifying handoffs of a store or of a file." })
export type WireVerification = typeof WireVerification.Encoded

/** The result of examining a store. */
export const WireHealth = Schema.Struct({
  store: field(Schema.String, "The location of the store, without a password."),
  journal: field(Schema.Boolean, "True if a journal lies beside the file of the store."),
  by_status: byStatus,
  ...proof,
  imported,
  missing,
  agents: field(count, "The number of registered agents."),
  present: field(count, "The number of registered agents that are present."),
  findings: field(
    Schema.Array(
      Schema.Struct({
        code: field(
          Schema.Literals([
            "unreadable",
            "set_aside",
            "history",
            "sum",
            "overdue",
            "lost",
            "abandoned_part",
            "absent_agent",
            "nobody_capable"
          ]),
          "The kind of problem."
        ),
        sentence: field(Schema.String, "One sentence for a person."),
        command: field(Schema.String, "A command that shows or fixes the problem.")
      })
    ),
    "The problems, if any."
  )
}).annotate({ identifier: "Health", description: "The result of examining a store." })
export type WireHealth = typeof WireHealth.Encoded

/** The schema of every answer by name. The JSON Schema files are generated from these and from `wireSchemas`. */
export const reportSchemas = {
  Claim: WireClaim,
  Whereabouts: WireWhereabouts,
  Waiting: WireWaiting,
  Entry: WireEntry,
  Chain: WireChain,
  RoutingDecision: WireRouting.annotate({ description: "The receiver that routing chose, and why." }),
  WorkNote: WireWorkNote,
  Metrics: WireMetrics,
  ImportReport: WireImportReport,
  CopyReport: WireCopyReport,
  Verified: WireVerified,
  Verification: WireVerification,
  Checkpoint: WireCheckpoint,
  ArchiveReport: WireArchiveReport,
  PurgeReport: WirePurgeReport,
  Health: WireHealth,
  RegisteredAgent: WireAgent,
  KeyPair: WireKeyPair,
  HandoffError: WireError
} as const
