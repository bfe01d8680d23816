import * as Schema from "effect/Schema"

import { AgentId, Capability, RecordId } from "./Fields.ts"
import { HandoffStatus } from "./HandoffStatus.ts"

/**
 * No handoff has this id.
 *
 * @example
 * ```ts
 * import { HandoffNotFound, RecordId } from "@aumai/handoff-protocol"
 *
 * console.log(new HandoffNotFound({ recordId: RecordId.make("7k2m9q4xw3pz") }).message)
 * // No handoff 7k2m9q4xw3pz
 * ```
 */
export class HandoffNotFound extends Schema.TaggedError<HandoffNotFound>()("HandoffNotFound", { recordId: RecordId }) {
  override get message() {
    return `No handoff ${this.recordId}`
  }
}

// Enough to see what the others are called.
const namedIds = 3

/**
 * An id was given by its beginning, and more than one handoff has an id that begins like that.
 *
 * @example
 * ```ts
 * import { AmbiguousId, RecordId } from "@aumai/handoff-protocol"
 *
 * const recordIds = ["7k2m9q4xw3pz", "7k2mh5j0abcd"].map((id) => RecordId.make(id))
 * console.log(new AmbiguousId({ prefix: "7k2m", recordIds }).message)
 * // 7k2m begins more than one handoff (7k2m9q4xw3pz, 7k2mh5j0abcd); give more of it
 * ```
 */
export class AmbiguousId extends Schema.TaggedError<AmbiguousId>()("AmbiguousId", {
  prefix: Schema.String,
  /** The first few of these handoffs, in the order of their ids. */
  recordIds: Schema.Array(RecordId)
}) {
  override get message() {
    const more = this.recordIds.length > namedIds ? ", …" : ""
    return `${this.prefix} begins more than one handoff (${this.recordIds.slice(0, namedIds).join(", ")}${more}); give more of it`
  }
}

/**
 * The transition table has no such move from where the handoff stands.
 *
 * @example
 * ```ts
 * import { InvalidTransition, RecordId, transitions } from "@aumai/handoff-protocol"
 *
 * const error = new InvalidTransition({
 *   recordId: RecordId.make("7k2m9q4xw3pz"),
 *   status: "pending",
 *   event: "Completed",
 *   allowedFrom: transitions.Completed.from
 * })
 * console.log(error.message) // Handoff 7k2m9q4xw3pz is pending; Completed needs accepted or in_progress
 * ```
 */
export class InvalidTransition extends Schema.TaggedError<InvalidTransition>()("InvalidTransition", {
  recordId: RecordId,
  status: HandoffStatus,
  event: Schema.String,
  allowedFrom: Schema.Array(HandoffStatus)
}) {
  override get message() {
    return this.allowedFrom.length === 0
      ? `Handoff ${this.recordId} exists already; ${this.event} can only be its first event`
      : `Handoff ${this.recordId} is ${this.status}; ${this.event} needs ${this.allowedFrom.join(" or ")}`
  }
}

/**
 * The move belongs to the other party of the handoff.
 *
 * @example
 * ```ts
 * import { AgentId, NotYourHandoff, RecordId } from "@aumai/handoff-protocol"
 *
 * const error = new NotYourHandoff({
 *   recordId: RecordId.make("7k2m9q4xw3pz"),
 *   event: "Accepted",
 *   by: AgentId.make("planner"),
 *   party: "receiver",
 *   expected: AgentId.make("executor")
 * })
 * console.log(error.message)
 * // planner is not the receiver of handoff 7k2m9q4xw3pz; Accepted is for executor
 * ```
 */
export class NotYourHandoff extends Schema.TaggedError<NotYourHandoff>()("NotYourHandoff", {
  recordId: RecordId,
  event: Schema.String,
  by: AgentId,
  party: Schema.Literals(["sender", "receiver", "witness"]),
  /** Whose it is; of a witness, one who could be it. */
  expected: AgentId
}) {
  override get message() {
    if (this.party === "witness") {
      return `${this.by} does the work of handoff ${this.recordId}; ${this.event} is for somebody else, such as ${this.expected}`
    }
    return `${this.by} is not the ${this.party} of handoff ${this.recordId}; ${this.event} is for ${this.expected}`
  }
}

/**
 * A history that does not start with `Created` or `Imported` describes nothing.
 *
 * @example
 * ```ts
 * import { RecordId, replay } from "@aumai/handoff-protocol"
 * import * as Result from "effect/Result"
 *
 * const replayed = replay(RecordId.make("7k2m9q4xw3pz"), [])
 * if (Result.isFailure(replayed)) console.log(replayed.failure._tag) // EmptyHistory
 * ```
 */
export class EmptyHistory extends Schema.TaggedError<EmptyHistory>()("EmptyHistory", { recordId: RecordId }) {
  override get message() {
    return `The history of handoff ${this.recordId} does not begin with Created or Imported`
  }
}

/**
 * The id is taken by a handoff with another request. Creating again with the same request is not an error.
 *
 * @example
 * ```ts
 * import { HandoffExists, RecordId } from "@aumai/handoff-protocol"
 *
 * console.log(new HandoffExists({ recordId: RecordId.make("7k2m9q4xw3pz") }).message)
 * // Handoff 7k2m9q4xw3pz exists already with another request; choose another id
 * ```
 */
export class HandoffExists extends Schema.TaggedError<HandoffExists>()("HandoffExists", { recordId: RecordId }) {
  override get message() {
    return `Handoff ${this.recordId} exists already with another request; choose another id`
  }
}

// A sentence of more is not read; the error has all of them.
export const spelledOut = 20

/**
 * Something given from outside does not have the shape it needs. Every fault is listed with its path in the wire
 * format; the values themselves are not repeated, they may be secret.
 *
 * @example
 * ```ts
 * import { decodeRequest } from "@aumai/handoff-protocol"
 * import * as Result from "effect/Result"
 *
 * const decoded = decodeRequest("request", { from_agent: "planner", to_agent: "", task_description: "Report" })
 * if (Result.isFailure(decoded)) console.log(decoded.failure.message)
 * // Invalid request: to_agent: Expected a value with a length of at least 1
 * ```
 */
export class InvalidInput extends Schema.TaggedError<InvalidInput>()("InvalidInput", {
  /** What was read, such as `request` or `handoffs.json`. */
  input: Schema.String,
  issues: Schema.Array(Schema.Struct({ path: Schema.String, expected: Schema.String }))
}) {
  override get message() {
    const issues = this.issues
      .slice(0, spelledOut)
      .map(({ path, expected }) => (path === "" ? expected : `${path}: ${expected}`))
    const more = this.issues.length > spelledOut ? `; and ${this.issues.length - spelledOut} more` : ""
    return `Invalid ${this.input}: ${issues.join("; ")}${more}`
  }
}

/**
 * No registered agent can take this task.
 *
 * @example
 * ```ts
 * import { AgentId, Capability, NoCapableAgent } from "@aumai/handoff-protocol"
 *
 * const error = new NoCapableAgent({ fromAgent: AgentId.make("planner"), requires: [Capability.make("translate")] })
 * console.log(error.message)
 * // No agent can translate besides the sender planner; register one or name the receiver
 * ```
 */
export class NoCapableAgent extends Schema.TaggedError<NoCapableAgent>()("NoCapableAgent", {
  /** The sender, which is never chosen. */
  fromAgent: AgentId,
  /** The capabilities that were required; empty when any agent would have done. */
  requires: Schema.Array(Capability)
}) {
  override get message() {
    const [agent, ...others] =
      this.requires.length === 0
        ? ["agent matches the task", "allow a fallback"]
        : [`agent can ${this.requires.join(" and ")}`]
    return `No ${agent} besides the sender ${this.fromAgent}; ${["register one", ...others].join(", ")} or name the receiver`
  }
}

/**
 * Another writer was first: the store does not hold the revision before this one. Judge again.
 *
 * @example
 * ```ts
 * import { RecordId, RevisionConflict } from "@aumai/handoff-protocol"
 *
 * console.log(new RevisionConflict({ recordId: RecordId.make("7k2m9q4xw3pz"), revision: 3 }).message)
 * // Handoff 7k2m9q4xw3pz has changed meanwhile; revision 3 is no longer the next
 * ```
 */
export class RevisionConflict extends Schema.TaggedError<RevisionConflict>()("RevisionConflict", {
  recordId: RecordId,
  /** The revision that was to be written. */
  revision: Schema.Int
}) {
  override get message() {
    return `Handoff ${this.recordId} has changed meanwhile; revision ${this.revision} is no longer the next`
  }
}

/**
 * The store could not do it. `unavailable`: wait; a commit may have happened, so read before repeating. `corrupt`: what
 * is stored cannot be read, call a person. `full`: free space.
 *
 * @example
 * ```ts
 * import { StoreError } from "@aumai/handoff-protocol"
 *
 * const error = new StoreError({ operation: "commit", reason: "full", detail: "No space is left for handoffs.json" })
 * console.log(error.reason) // full
 * ```
 */
export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", {
  operation: Schema.String,
  reason: Schema.Literals(["unavailable", "corrupt", "full"]),
  /** One sentence for a person: what is wrong, where, and what to do. */
  detail: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message() {
    return this.detail
  }
}
