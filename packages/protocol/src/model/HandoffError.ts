import * as Schema from "effect/Schema"

import { AgentId, Capability, field, optional, RecordId } from "../values/Fields.ts"
import { HandoffStatus } from "./HandoffStatus.ts"
import { verbOf } from "./VerbNames.ts"

/** The fields that name the handoff and the refused event: the same in most errors. */
export const handoff = { recordId: field(RecordId, "The id of the handoff.") }
export const refused = { ...handoff, event: field(Schema.String, "The event that was refused.") }

/** No handoff has this id. */
export class HandoffNotFound extends Schema.TaggedError<HandoffNotFound>()("HandoffNotFound", handoff) {
  override get message() {
    return `No handoff ${this.recordId}`
  }
}

// The ids that a sentence shows; the field has more of them.
const namedIds = 3

/**
 * More than one handoff has an id that begins with the given characters. One of them may have exactly these characters as
 * its id.
 */
export class AmbiguousId extends Schema.TaggedError<AmbiguousId>()("AmbiguousId", {
  prefix: field(Schema.String, "The beginning that was given."),
  recordIds: field(Schema.Array(RecordId), "The first few of these handoffs, by id.")
}) {
  override get message() {
    const more = this.recordIds.length > namedIds ? ", …" : ""
    const named = `${this.recordIds.slice(0, namedIds).join(", ")}${more}`
    return this.recordIds.some((id) => id === this.prefix)
      ? `${this.prefix} is the id of one handoff and the beginning of another id (${named}); give more characters, or call a verb of the SDK, which takes whole ids`
      : `More than one handoff has an id that begins with ${this.prefix} (${named}); give more characters`
  }
}

/** Lists statuses as an error sentence needs them: "a pending or accepted handoff". */
const handoffIn = (statuses: ReadonlyArray<string>): string => {
  const [first = "", ...others] = statuses
  const last = others.pop()
  const all = [first, ...others].join(", ")
  return `${/^[ai]/.test(first) ? "an" : "a"} ${last === undefined ? all : `${all} or ${last}`} handoff`
}

/** The transition table does not allow this event in the current status. */
export class InvalidTransition extends Schema.TaggedError<InvalidTransition>()("InvalidTransition", {
  ...handoff,
  status: field(HandoffStatus, "The current status of the handoff."),
  event: refused.event,
  allowedFrom: field(
    Schema.Array(HandoffStatus),
    "The statuses that allow the event; empty if it can only be the first event, or the request decides between it and another one."
  )
}) {
  override get message() {
    if (this.allowedFrom.length === 0 && this.event !== "Created" && this.event !== "Imported") {
      return `The request of handoff ${this.recordId} decides whether ${verbOf(this.event)} delivers its work for review`
    }
    return this.allowedFrom.length === 0
      ? `Handoff ${this.recordId} exists already; ${verbOf(this.event)} needs another id`
      : `Handoff ${this.recordId} is ${this.status}; ${verbOf(this.event)} needs ${handoffIn(this.allowedFrom)}`
  }
}

/** The actor is not the agent that may record this event. */
export class NotYourHandoff extends Schema.TaggedError<NotYourHandoff>()("NotYourHandoff", {
  ...refused,
  by: field(AgentId, "The agent that acted."),
  party: field(Schema.Literals(["sender", "receiver", "reviewer", "witness"]), "The party that may record the event."),
  expected: field(AgentId, "The agent that is this party, or could be the witness."),
  alike: optional(AgentId, "The receiver or the sender, if the witness has another name that looks like it.")
}) {
  override get message() {
    if (this.party === "witness") {
      const who = this.alike === undefined ? `${this.by} is` : `${this.by} looks like ${this.alike},`
      const party = this.alike !== undefined && this.alike === this.expected ? "sender" : "receiver"
      return `${who} the ${party} of handoff ${this.recordId}; ${verbOf(this.event)} is for any other agent, such as ${this.expected}`
    }
    return `${this.by} is not the ${this.party} of handoff ${this.recordId}; ${verbOf(this.event)} is for ${this.expected}`
  }
}

/** A history must begin with `Created` or `Imported`. */
export class EmptyHistory extends Schema.TaggedError<EmptyHistory>()("EmptyHistory", handoff) {
  override get message() {
    return `The history of handoff ${this.recordId} does not begin with Created or Imported`
  }
}

/** The id belongs to a handoff with another request. Creating the same request again is not an error. */
export class HandoffExists extends Schema.TaggedError<HandoffExists>()("HandoffExists", handoff) {
  override get message() {
    return `Handoff ${this.recordId} exists already with another request; choose another id. A deadline computed from now differs at each call: give the time to it instead`
  }
}

/** The number of faults that a sentence spells out; the fields of the error have them all. */
export const spelledOut = 20

/**
 * Input from outside is not valid. Every fault is listed with its path in the wire format. The values are not repeated,
 * because they may be secret.
 */
export class InvalidInput extends Schema.TaggedError<InvalidInput>()("InvalidInput", {
  input: field(Schema.String, "The name of the input, such as `request` or `handoffs.json`."),
  issues: field(
    Schema.Array(
      Schema.Struct({
        path: field(Schema.String, "The path of the fault in the wire format; empty for the whole input."),
        expected: field(Schema.String, "The expected value, as a sentence.")
      })
    ),
    "Every fault of the input."
  )
}) {
  override get message() {
    const issues = this.issues
      .slice(0, spelledOut)
      .map(({ path, expected }) => (path === "" ? expected : `${path}: ${expected}`))
    const more = this.issues.length > spelledOut ? `; and ${this.issues.length - spelledOut} more` : ""
    return `Invalid ${this.input}: ${issues.join("; ")}${more}`
  }
}

/** No registered agent can take this task. */
export class NoCapableAgent extends Schema.TaggedError<NoCapableAgent>()("NoCapableAgent", {
  fromAgent: field(AgentId, "The sender, which the router never chooses."),
  requires: field(
    Schema.Array(Capability),
    "The capabilities that were required; empty if the words of the task decided."
  )
}) {
  override get message() {
    const [agent, ...others] =
      this.requires.length === 0
        ? ["agent matches the task", "allow a fallback"]
        : [`agent can ${this.requires.join(" and ")}`]
    return `No ${agent} besides the sender ${this.fromAgent}; ${["register one", ...others].join(", ")} or name the receiver`
  }
}

/** Another writer was faster: the store no longer holds the revision before this one. Read the record and try again. */
export class RevisionConflict extends Schema.TaggedError<RevisionConflict>()("RevisionConflict", {
  ...handoff,
  revision: field(Schema.Int, "The revision that the commit would have written.")
}) {
  override get message() {
    return `Handoff ${this.recordId} has changed: revision ${this.revision} is no longer the next; read it and try again`
  }
}

/**
 * The store failed. `unavailable`: wait; the commit may have succeeded, so read before you repeat it. `corrupt`: stored
 * data cannot be read, so a person must look at it. `full`: free some space. `missing`: there is no store at the location,
 * and it was not to be created.
 */
export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", {
  operation: field(Schema.String, "The operation that failed, such as `commit`."),
  reason: field(
    Schema.Literals(["unavailable", "corrupt", "full", "missing"]),
    "`unavailable` (wait), `corrupt` (stored data cannot be read), `full` (no space is left) or `missing` (there is no store)."
  ),
  detail: field(Schema.String, "The fault, its place and the remedy, in one sentence."),
  cause: optional(Schema.Defect(), "The error of the platform or of the database.")
}) {
  override get message() {
    return this.detail
  }
}
