import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"

import { AgentId, field, optional, RecordId, Timestamp } from "../values/Fields.ts"
import { limits } from "../values/Limits.ts"
import { Attempt } from "./Attempt.ts"
import { handoff, refused, spelledOut } from "./HandoffError.ts"
import { verbOf } from "./VerbNames.ts"

/** The attempt that the actor holds is over: its work must not be handed back. */
export class StaleAttempt extends Schema.TaggedError<StaleAttempt>()("StaleAttempt", {
  ...refused,
  attempt: field(Attempt, "The attempt that the actor named."),
  current: field(Attempt, "The current attempt.")
}) {
  override get message() {
    const verdict = this.attempt < this.current ? "which is over" : "which has not begun"
    return `Handoff ${this.recordId} is in attempt ${this.current}; ${verbOf(this.event)} names attempt ${this.attempt}, ${verdict}`
  }
}

/** An event that time causes was recorded before it is due. */
export class NotDue extends Schema.TaggedError<NotDue>()("NotDue", {
  ...refused,
  at: field(Timestamp, "The time that the event names.")
}) {
  override get message() {
    return `Handoff ${this.recordId}: ${verbOf(this.event)} is not due at ${DateTime.formatIso(this.at)}; \`where\` shows its next timer`
  }
}

/** The last attempt cannot be released for another one. */
export class NoAttemptLeft extends Schema.TaggedError<NoAttemptLeft>()("NoAttemptLeft", {
  ...handoff,
  maxAttempts: field(Schema.Int, "The number of attempts that each receiver has.")
}) {
  override get message() {
    const attempt = this.maxAttempts === 1 ? "its only attempt" : `the last of its ${this.maxAttempts} attempts`
    return `Handoff ${this.recordId} is in ${attempt}, which cannot be released; \`fail\` it`
  }
}

/** The handoff has been forwarded as often as its request allows. */
export class NoHopLeft extends Schema.TaggedError<NoHopLeft>()("NoHopLeft", {
  ...handoff,
  maxHops: field(Schema.Int, "The number of times that the request allows forwarding.")
}) {
  override get message() {
    const times = this.maxHops === 1 ? "once" : `${this.maxHops} times`
    const refusal =
      this.maxHops === 0
        ? `The request of handoff ${this.recordId} does not allow forwarding`
        : `Handoff ${this.recordId} was forwarded ${times}, as often as its request allows`
    return `${refusal}; \`complete\`, \`reject\`, \`release\` or \`fail\` it`
  }
}

/** The delivered work has been returned as often as its request allows. */
export class NoReworkLeft extends Schema.TaggedError<NoReworkLeft>()("NoReworkLeft", {
  ...handoff,
  maxReworks: field(Schema.Int, "The number of times that the request allows returning the work.")
}) {
  override get message() {
    const times = this.maxReworks === 1 ? "once" : `${this.maxReworks} times`
    const refusal =
      this.maxReworks === 0
        ? `The request of handoff ${this.recordId} does not allow returning the work`
        : `The work of handoff ${this.recordId} was returned ${times}, as often as its request allows`
    return `${refusal}; \`approve\` or \`cancel\` it`
  }
}

// The evidence of all witnesses together is bounded in number and in bytes, so a share of one is a share of the other.
const attestationBytes = limits.jsonBytes / limits.parts

/** The record has no room for more evidence, hops or restated items, or an agent has used up its share of the room. */
export class NoRoomLeft extends Schema.TaggedError<NoRoomLeft>()("NoRoomLeft", {
  ...refused,
  of: field(Schema.Literals(["evidence", "hops", "read_back"]), "The part of the record that is full."),
  agent: optional(AgentId, "The witness whose share is used up; absent if the record is full for others, too."),
  most: optional(Schema.Int, "The number of attestations in the share that is used up; absent if the record is full.")
}) {
  override get message() {
    const { agent, most, recordId } = this
    if (most !== undefined) {
      const share = `at most ${most} attestations of ${(most * attestationBytes) / 1024} KiB in all`
      return agent === undefined
        ? `Handoff ${recordId} takes ${share} from agents other than its sender, for whom the rest is kept; ask the sender to \`attest\``
        : `Handoff ${recordId} takes ${share} from one agent, and ${agent} has used that up; ask another agent to \`attest\``
    }
    const of = this.of === "read_back" ? "restated items" : this.of
    return `Handoff ${this.recordId} has no room for more ${of}; ${verbOf(this.event)} would exceed the limits of a record`
  }
}

/** A handoff cannot return to an agent that has had it before, nor go to one whose name looks like that agent's. */
export class AlreadyHeld extends Schema.TaggedError<AlreadyHeld>()("AlreadyHeld", {
  ...handoff,
  agent: field(AgentId, "The agent that was named as the next receiver."),
  holders: field(Schema.Array(AgentId), "Every agent that has had the handoff, the sender first."),
  alike: optional(AgentId, "The holder that the named agent looks like, if it is not the holder itself.")
}) {
  override get message() {
    return `${this.agent}${this.alike === undefined ? "" : ` looks like ${this.alike}, which`} has had handoff ${this.recordId} before (${this.holders.join(" → ")}); \`forward\` it to another agent`
  }
}

/** The receiver has not read the briefing back, or the sender has not confirmed it. */
export class ReadBackIncomplete extends Schema.TaggedError<ReadBackIncomplete>()("ReadBackIncomplete", {
  ...refused,
  awaits: field(Schema.Literals(["receiver", "sender"]), "The party that must act first."),
  missing: field(
    Schema.Array(Schema.String),
    "The ids of the items not yet restated, and the questions not yet answered."
  )
}) {
  override get message() {
    const next =
      this.awaits === "sender"
        ? "the sender must `confirm` it"
        : `the receiver must \`restate\` ${this.missing.length === 0 ? "its summary" : this.missing.join(", ")}`
    return `Handoff ${this.recordId}: ${verbOf(this.event)} needs a read-back of the briefing; ${next}`
  }
}

/** A read-back names items that the briefing does not have. */
export class UnknownItem extends Schema.TaggedError<UnknownItem>()("UnknownItem", {
  ...handoff,
  items: field(Schema.Array(Schema.String), "The ids that the briefing does not have."),
  known: field(Schema.Array(Schema.String), "The ids that the briefing has.")
}) {
  override get message() {
    const known = this.known.length === 0 ? "none" : this.known.join(", ")
    return `The briefing of handoff ${this.recordId} has no item ${this.items.join(", ")}; it has ${known}`
  }
}

/** A deliverable is missing or does not fit the request. */
export class NotDelivered extends Schema.TaggedError<NotDelivered>()("NotDelivered", {
  ...handoff,
  issues: field(
    Schema.Array(
      Schema.Struct({
        deliverable: field(Schema.String, "The name of the deliverable."),
        expected: field(Schema.String, "The expected artifact, as a sentence.")
      })
    ),
    "Every deliverable that is missing or does not fit."
  )
}) {
  override get message() {
    const issues = this.issues.slice(0, spelledOut).map(({ deliverable, expected }) => `${deliverable}: ${expected}`)
    const more = this.issues.length > spelledOut ? `; and ${this.issues.length - spelledOut} more` : ""
    return `Handoff ${this.recordId} is not done: ${issues.join("; ")}${more}`
  }
}

/** Delegated parts of the handoff are still open. */
export class OpenChildren extends Schema.TaggedError<OpenChildren>()("OpenChildren", {
  ...handoff,
  children: field(Schema.Array(RecordId), "The open parts, or some of them.")
}) {
  override get message() {
    return `Handoff ${this.recordId} has parts that are open: ${this.children.slice(0, spelledOut).join(", ")}; wait for them, cancel them, or complete it without them`
  }
}

/** The entry does not hold the SHA-256 of the entry before it: it was written for another history. */
export class BrokenChain extends Schema.TaggedError<BrokenChain>()("BrokenChain", {
  ...handoff,
  revision: field(Schema.Int, "The revision that the entry would have had.")
}) {
  override get message() {
    return `Handoff ${this.recordId}: revision ${this.revision} does not hold the digest of the one before it`
  }
}
