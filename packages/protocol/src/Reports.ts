/** The JSON of everything that a door answers besides records and errors, in snake_case like the wire. */
import * as Schema from "effect/Schema"

import { Attempt } from "./Custody.ts"
import { AgentId, PublicKey, RecordId } from "./Fields.ts"
import { HandoffStatus } from "./HandoffStatus.ts"
import { limits } from "./Limits.ts"
import { transitions } from "./Transitions.ts"
import { WireAgent } from "./WireAgent.ts"
import { WireError } from "./WireError.ts"
import { WireEvent, WireRecord, WireRouting, WireTimestamp } from "./WireSchema.ts"

const count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const seconds = Schema.NullOr(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)))
const recordId = RecordId.annotateKey({ description: "The id of the handoff." })

const byStatus = Schema.Record(
  HandoffStatus,
  count.annotate({ description: "The number of handoffs in this status." })
).annotateKey({ description: "The number of handoffs by status." })

// ---- one handoff ----

/** The handoff that a claim took; null if none waits for the agent. */
export const WireClaim = Schema.NullOr(WireRecord).annotate({
  identifier: "Claim",
  description: "The handoff that was claimed; null if none waits for the agent."
})

// The cast: the keys of the table are its events.
const transition = Schema.Literals(Object.keys(transitions) as ReadonlyArray<keyof typeof transitions>)

/** Who has a handoff, since when, and which timer comes next. */
export const WireWhereabouts = Schema.Struct({
  record_id: recordId,
  status: HandoffStatus.annotateKey({ description: "The status of the handoff." }),
  turn: Schema.NullOr(AgentId).annotateKey({
    description: "The agent that owns the next move; null once the handoff has ended."
  }),
  since: WireTimestamp.annotateKey({ description: "When the handoff last changed." }),
  attempt: Attempt.annotateKey({ description: "The number of the attempt that is under way or comes next." }),
  max_attempts: Schema.Int.check(Schema.isGreaterThan(0)).annotateKey({
    description: "The number of attempts that each receiver has."
  }),
  hops: Schema.Array(
    Schema.Struct({
      receiver: AgentId.annotateKey({ description: "The agent that received the handoff." }),
      attempt: Attempt.annotateKey({ description: "The attempt that began with this receiver." }),
      at: WireTimestamp.annotateKey({ description: "When the handoff was forwarded." })
    })
  )
    .check(Schema.isMaxLength(limits.hops))
    .annotateKey({ description: "The receivers after the first, in order." }),
  max_hops: count.annotateKey({ description: "The number of times the handoff may be forwarded." }),
  awaits: Schema.NullOr(Schema.Literals(["receiver", "sender"])).annotateKey({
    description: "The party whose word on the briefing is due before the start; null if none is."
  }),
  due: Schema.NullOr(
    Schema.Struct({
      at: WireTimestamp.annotateKey({ description: "When the timer runs out." }),
      event: transition.annotateKey({ description: "The event that the timer records." })
    })
  ).annotateKey({ description: "The next timer; null if no timer runs." }),
  not_before: Schema.NullOr(WireTimestamp).annotateKey({
    description: "Claims skip the handoff until this time; null if they do not."
  }),
  is_lost: Schema.Boolean.annotateKey({
    description: "True if the handoff is open, has no turn, and no timer runs. The lifecycle never leads there."
  })
}).annotate({
  identifier: "Whereabouts",
  description: "Who has a handoff, since when, and which timer comes next."
})
export type WireWhereabouts = typeof WireWhereabouts.Encoded

/** An entry of a history or of the log. */
export const WireEntry = Schema.Struct({
  position: Schema.String.annotateKey({
    description: "The place of the entry in the log of its store; opaque, and only good for resuming there."
  }),
  record_id: recordId,
  revision: Schema.Int.check(Schema.isGreaterThan(0)).annotateKey({
    description: "The number of the event within its handoff; 1 is the first."
  }),
  event: WireEvent.annotateKey({ description: "The event." })
}).annotate({ identifier: "Entry", description: "An entry of a history or of the log." })
export type WireEntry = typeof WireEntry.Encoded

const WireChainLink = Schema.Struct({
  record: WireRecord.annotateKey({ description: "The handoff." }),
  parts: Schema.Array(Schema.suspend((): Schema.Codec<unknown> => WireChainLink)).annotateKey({
    description: "The parts of the handoff, oldest first."
  })
}).annotate({ identifier: "ChainLink", description: "A handoff and its parts, nested." })

/** The whole chain that a handoff belongs to. */
export const WireChain = Schema.Struct({
  root: WireChainLink.annotateKey({ description: "The handoff at the top of the chain." }),
  is_cut: Schema.Boolean.annotateKey({ description: "True if the chain is longer than what is shown." })
}).annotate({ identifier: "Chain", description: "The whole chain that a handoff belongs to." })

/** A line that a worker prints about an attempt. */
export const WireWorkNote = Schema.Struct({
  record_id: recordId,
  attempt: Attempt.annotateKey({ description: "The attempt that the worker runs." }),
  what: Schema.String.annotateKey({ description: "What the worker did, or why the attempt failed." })
}).annotate({ identifier: "WorkNote", description: "A line that a worker prints about an attempt." })
export type WireWorkNote = typeof WireWorkNote.Encoded

const publicKey = PublicKey.annotateKey({ description: "The public key, to be registered for the agent." })

/** A new key pair; the secret key is either in the JSON or in a file. */
export const WireKeyPair = Schema.Union([
  Schema.Struct({
    public_key: publicKey,
    secret_key: Schema.String.annotateKey({ description: "The secret key, as base64url without padding." })
  }),
  Schema.Struct({
    public_key: publicKey,
    file: Schema.String.annotateKey({ description: "The file that holds the secret key." })
  })
]).annotate({ identifier: "KeyPair", description: "A new Ed25519 key pair of an agent." })
export type WireKeyPair = typeof WireKeyPair.Encoded

// ---- a store ----

/** Counts and durations over all handoffs of a store. */
export const WireMetrics = Schema.Struct({
  total: count.annotateKey({ description: "The number of handoffs." }),
  by_status: byStatus,
  average_seconds: seconds.annotateKey({
    description: "The mean time from creation to completion; null while no handoff is completed."
  }),
  p95_seconds: seconds.annotateKey({
    description: "The time within which 95 % of completed handoffs were done, to within 2.5 %; null while none is."
  }),
  completion_rate: Schema.NullOr(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))).annotateKey({
    description: "The share of completed handoffs among those that ended, from 0 to 1; null while none has ended."
  })
}).annotate({ identifier: "Metrics", description: "Counts and durations over all handoffs of a store." })
export type WireMetrics = typeof WireMetrics.Encoded

/** The outcome of importing one handoff. */
export const WireImportReport = Schema.Struct({
  record_id: recordId,
  outcome: Schema.Literals(["added", "unchanged", "newer", "conflict", "broken"]).annotateKey({
    description:
      "`added`: the id was unknown. `unchanged`: the store held all of it. `newer`: later events were appended. " +
      "`conflict`: the histories differ. `broken`: the history was edited. The last two change nothing."
  })
}).annotate({ identifier: "ImportReport", description: "The outcome of importing one handoff." })
export type WireImportReport = typeof WireImportReport.Encoded

const ids = Schema.Array(RecordId)

/** The outcome of copying one store into another. */
export const WireCopyReport = Schema.Struct({
  added: count.annotateKey({ description: "The number of handoffs that the target did not have." }),
  newer: count.annotateKey({ description: "The number of handoffs that got later events." }),
  unchanged: count.annotateKey({ description: "The number of handoffs that the target already had." }),
  conflicts: ids.annotateKey({ description: "The handoffs whose histories differ; they were left out." }),
  broken: ids.annotateKey({ description: "The handoffs whose histories were edited; they were left out." }),
  agents: Schema.Struct({
    added: count.annotateKey({ description: "The number of agents that the target did not have." }),
    unchanged: count.annotateKey({ description: "The number of agents that the target already had." }),
    different: Schema.Array(AgentId).annotateKey({
      description: "The agents that the target describes differently; they were left unchanged."
    })
  }).annotateKey({ description: "The outcome for registered agents." })
}).annotate({ identifier: "CopyReport", description: "The outcome of copying one store into another." })
export type WireCopyReport = typeof WireCopyReport.Encoded

const signed = count.annotateKey({ description: "The number of entries with a valid signature." })
const entries = count.annotateKey({ description: "The number of entries." })

/** The result of verifying handoffs of a store or of a file. */
export const WireVerification = Schema.Struct({
  handoffs: count.annotateKey({ description: "The number of handoffs that were verified." }),
  entries,
  signed,
  flaws: Schema.Array(
    Schema.Struct({
      record_id: Schema.String.annotateKey({
        description: "The id of the handoff; its place in the file, such as `[3]`, if it has no id."
      }),
      revision: count.annotateKey({ description: "The first entry that does not hold; 0 if it is the record itself." }),
      entries: count.annotateKey({ description: "The number of entries of the handoff." }),
      problem: Schema.String.annotateKey({ description: "One sentence for a person." })
    })
  ).annotateKey({ description: "The handoffs that do not hold, each with its first bad entry." }),
  counts: Schema.Array(Schema.String).annotateKey({ description: "Wrong counters of the store, a sentence each." }),
  notes: Schema.Array(Schema.String).annotateKey({ description: "Parts that were not verified, a sentence each." })
}).annotate({ identifier: "Verification", description: "The result of verifying handoffs of a store or of a file." })
export type WireVerification = typeof WireVerification.Encoded

/** The result of examining a store. */
export const WireHealth = Schema.Struct({
  store: Schema.String.annotateKey({ description: "The location of the store, without a password." }),
  journal: Schema.Boolean.annotateKey({ description: "True if a journal lies beside the file of the store." }),
  by_status: byStatus,
  entries,
  signed,
  agents: count.annotateKey({ description: "The number of registered agents." }),
  present: count.annotateKey({ description: "The number of registered agents that are present." }),
  findings: Schema.Array(
    Schema.Struct({
      code: Schema.Literals([
        "unreadable",
        "set_aside",
        "history",
        "sum",
        "overdue",
        "lost",
        "absent_agent",
        "nobody_capable"
      ]).annotateKey({ description: "The kind of problem." }),
      sentence: Schema.String.annotateKey({ description: "One sentence for a person." }),
      command: Schema.String.annotateKey({ description: "A command that shows or fixes the problem." })
    })
  ).annotateKey({ description: "The problems, if any." })
}).annotate({ identifier: "Health", description: "The result of examining a store." })
export type WireHealth = typeof WireHealth.Encoded

/**
 * The schema of every answer by its name, beside those of the wire: the JSON Schema files are generated from both.
 *
 * @example
 * ```ts
 * import { reportSchemas } from "@aumai/handoff-protocol"
 *
 * console.log("Whereabouts" in reportSchemas) // true
 * ```
 */
export const reportSchemas = {
  Claim: WireClaim,
  Whereabouts: WireWhereabouts,
  Entry: WireEntry,
  Chain: WireChain,
  RoutingDecision: WireRouting.annotate({ description: "The receiver that routing chose, and why." }),
  WorkNote: WireWorkNote,
  Metrics: WireMetrics,
  ImportReport: WireImportReport,
  CopyReport: WireCopyReport,
  Verification: WireVerification,
  Health: WireHealth,
  Agent: WireAgent,
  KeyPair: WireKeyPair,
  HandoffError: WireError
} as const
