import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"

import { Attempt } from "./Custody.ts"
import { AgentId, RecordId, Timestamp } from "./Fields.ts"
import { spelledOut } from "./HandoffError.ts"

/**
 * A late writer: the attempt that it holds is over. Whatever it did, it must not hand it back.
 *
 * @example
 * ```ts
 * import { RecordId, StaleAttempt } from "@aumai/handoff-protocol"
 *
 * const error = new StaleAttempt({ recordId: RecordId.make("7k2m9q4xw3pz"), event: "Completed", attempt: 1, current: 2 })
 * console.log(error.message)
 * // Handoff 7k2m9q4xw3pz is in attempt 2; Completed came from attempt 1, which is over
 * ```
 */
export class StaleAttempt extends Schema.TaggedError<StaleAttempt>()("StaleAttempt", {
  recordId: RecordId,
  event: Schema.String,
  /** What its author holds. */
  attempt: Attempt,
  current: Attempt
}) {
  override get message() {
    const verdict = this.attempt < this.current ? "which is over" : "which has not begun"
    return `Handoff ${this.recordId} is in attempt ${this.current}; ${this.event} came from attempt ${this.attempt}, ${verdict}`
  }
}

/**
 * What only time brings about was claimed before its time.
 *
 * @example
 * ```ts
 * import { NotDue, RecordId } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")
 * console.log(new NotDue({ recordId: RecordId.make("7k2m9q4xw3pz"), event: "Expired", at }).message)
 * // Handoff 7k2m9q4xw3pz: Expired is not due at 2026-12-01T09:00:00.000Z
 * ```
 */
export class NotDue extends Schema.TaggedError<NotDue>()("NotDue", {
  recordId: RecordId,
  event: Schema.String,
  at: Timestamp
}) {
  override get message() {
    return `Handoff ${this.recordId}: ${this.event} is not due at ${DateTime.formatIso(this.at)}`
  }
}

/**
 * The last attempt cannot be given back for another one.
 *
 * @example
 * ```ts
 * import { NoAttemptLeft, RecordId } from "@aumai/handoff-protocol"
 *
 * console.log(new NoAttemptLeft({ recordId: RecordId.make("7k2m9q4xw3pz"), maxAttempts: 3 }).message)
 * // Handoff 7k2m9q4xw3pz is in the last of its 3 attempts: it can be failed, but not released
 * ```
 */
export class NoAttemptLeft extends Schema.TaggedError<NoAttemptLeft>()("NoAttemptLeft", {
  recordId: RecordId,
  maxAttempts: Schema.Int
}) {
  override get message() {
    const attempts = this.maxAttempts === 1 ? "only attempt" : `last of its ${this.maxAttempts} attempts`
    return `Handoff ${this.recordId} is in the ${attempts}: it can be failed, but not released`
  }
}

/**
 * It has been handed on as often as its request allows.
 *
 * @example
 * ```ts
 * import { NoHopLeft, RecordId } from "@aumai/handoff-protocol"
 *
 * console.log(new NoHopLeft({ recordId: RecordId.make("7k2m9q4xw3pz"), maxHops: 3 }).message)
 * // Handoff 7k2m9q4xw3pz has been handed on 3 times, which is all that its request allows: finish, reject, release or fail it
 * ```
 */
export class NoHopLeft extends Schema.TaggedError<NoHopLeft>()("NoHopLeft", {
  recordId: RecordId,
  maxHops: Schema.Int
}) {
  override get message() {
    return this.maxHops === 0
      ? `The request of handoff ${this.recordId} does not allow to hand it on: finish, reject, release or fail it`
      : `Handoff ${this.recordId} has been handed on ${this.maxHops === 1 ? "once" : `${this.maxHops} times`}, which is all that its request allows: finish, reject, release or fail it`
  }
}

/**
 * A record does not grow without end: it has all the evidence, or all the notes to its briefing, that it may have.
 *
 * @example
 * ```ts
 * import { NoRoomLeft, RecordId } from "@aumai/handoff-protocol"
 *
 * console.log(new NoRoomLeft({ recordId: RecordId.make("7k2m9q4xw3pz"), event: "Attested", of: "evidence" }).message)
 * // Handoff 7k2m9q4xw3pz has no room left for evidence: Attested would exceed what a record may hold
 * ```
 */
export class NoRoomLeft extends Schema.TaggedError<NoRoomLeft>()("NoRoomLeft", {
  recordId: RecordId,
  event: Schema.String,
  of: Schema.Literals(["evidence", "hops", "read_back"])
}) {
  override get message() {
    return `Handoff ${this.recordId} has no room left for ${this.of === "read_back" ? "what is restated" : this.of}: ${this.event} would exceed what a record may hold`
  }
}

/**
 * A handoff does not go back to somebody who has had it.
 *
 * @example
 * ```ts
 * import { AgentId, AlreadyHeld, RecordId } from "@aumai/handoff-protocol"
 *
 * const [planner, executor] = [AgentId.make("planner"), AgentId.make("executor")]
 * const error = new AlreadyHeld({ recordId: RecordId.make("7k2m9q4xw3pz"), agent: planner, holders: [planner, executor] })
 * console.log(error.message)
 * // planner has had handoff 7k2m9q4xw3pz before (planner → executor); hand it on to somebody else
 * ```
 */
export class AlreadyHeld extends Schema.TaggedError<AlreadyHeld>()("AlreadyHeld", {
  recordId: RecordId,
  agent: AgentId,
  /** Everybody who has had it, the sender first. */
  holders: Schema.Array(AgentId)
}) {
  override get message() {
    return `${this.agent} has had handoff ${this.recordId} before (${this.holders.join(" → ")}); hand it on to somebody else`
  }
}

/**
 * The briefing has not been read back as its sender asked.
 *
 * @example
 * ```ts
 * import { ReadBackIncomplete, RecordId } from "@aumai/handoff-protocol"
 *
 * const error = new ReadBackIncomplete({
 *   recordId: RecordId.make("7k2m9q4xw3pz"),
 *   event: "Started",
 *   awaits: "receiver",
 *   missing: ["invoices"]
 * })
 * console.log(error.message)
 * // Handoff 7k2m9q4xw3pz: Started needs its briefing to be read back; the receiver has not restated invoices
 * ```
 */
export class ReadBackIncomplete extends Schema.TaggedError<ReadBackIncomplete>()("ReadBackIncomplete", {
  recordId: RecordId,
  event: Schema.String,
  /** Whose word is awaited. */
  awaits: Schema.Literals(["receiver", "sender"]),
  /** What has not been restated, by id. */
  missing: Schema.Array(Schema.String)
}) {
  override get message() {
    const what =
      this.awaits === "sender"
        ? "the sender has not confirmed it"
        : `the receiver has not restated ${this.missing.length === 0 ? "its summary" : this.missing.join(", ")}`
    return `Handoff ${this.recordId}: ${this.event} needs its briefing to be read back; ${what}`
  }
}

/**
 * A read-back speaks of items that the briefing does not have.
 *
 * @example
 * ```ts
 * import { RecordId, UnknownItem } from "@aumai/handoff-protocol"
 *
 * const error = new UnknownItem({ recordId: RecordId.make("7k2m9q4xw3pz"), items: ["invoice"], known: ["invoices", "late"] })
 * console.log(error.message)
 * // The briefing of handoff 7k2m9q4xw3pz has no item invoice; it has invoices, late
 * ```
 */
export class UnknownItem extends Schema.TaggedError<UnknownItem>()("UnknownItem", {
  recordId: RecordId,
  items: Schema.Array(Schema.String),
  known: Schema.Array(Schema.String)
}) {
  override get message() {
    const known = this.known.length === 0 ? "none" : this.known.join(", ")
    return `The briefing of handoff ${this.recordId} has no item ${this.items.join(", ")}; it has ${known}`
  }
}

/**
 * What the request demands was not handed back, or not as it demands it.
 *
 * @example
 * ```ts
 * import { NotDelivered, RecordId } from "@aumai/handoff-protocol"
 *
 * const error = new NotDelivered({
 *   recordId: RecordId.make("7k2m9q4xw3pz"),
 *   issues: [{ deliverable: "report", expected: "Expected an artifact of this name" }]
 * })
 * console.log(error.message)
 * // Handoff 7k2m9q4xw3pz is not done: report: Expected an artifact of this name
 * ```
 */
export class NotDelivered extends Schema.TaggedError<NotDelivered>()("NotDelivered", {
  recordId: RecordId,
  issues: Schema.Array(Schema.Struct({ deliverable: Schema.String, expected: Schema.String }))
}) {
  override get message() {
    const issues = this.issues.slice(0, spelledOut).map(({ deliverable, expected }) => `${deliverable}: ${expected}`)
    const more = this.issues.length > spelledOut ? `; and ${this.issues.length - spelledOut} more` : ""
    return `Handoff ${this.recordId} is not done: ${issues.join("; ")}${more}`
  }
}

/**
 * Parts of it that were given to others are still open.
 *
 * @example
 * ```ts
 * import { OpenChildren, RecordId } from "@aumai/handoff-protocol"
 *
 * const [parent, child] = [RecordId.make("7k2m9q4xw3pz"), RecordId.make("3f8g1h5j0abc")]
 * console.log(new OpenChildren({ recordId: parent, children: [child] }).message)
 * // Handoff 7k2m9q4xw3pz has parts that are open: 3f8g1h5j0abc; wait for them, cancel them, or complete it without them
 * ```
 */
export class OpenChildren extends Schema.TaggedError<OpenChildren>()("OpenChildren", {
  recordId: RecordId,
  /** Some of them, when there are many. */
  children: Schema.Array(RecordId)
}) {
  override get message() {
    return `Handoff ${this.recordId} has parts that are open: ${this.children.slice(0, spelledOut).join(", ")}; wait for them, cancel them, or complete it without them`
  }
}

/**
 * An entry does not hold the SHA-256 of the one before it: it was written for another history.
 *
 * @example
 * ```ts
 * import { BrokenChain, RecordId } from "@aumai/handoff-protocol"
 *
 * console.log(new BrokenChain({ recordId: RecordId.make("7k2m9q4xw3pz"), revision: 3 }).message)
 * // Handoff 7k2m9q4xw3pz: revision 3 does not hold the digest of the one before it
 * ```
 */
export class BrokenChain extends Schema.TaggedError<BrokenChain>()("BrokenChain", {
  recordId: RecordId,
  revision: Schema.Int
}) {
  override get message() {
    return `Handoff ${this.recordId}: revision ${this.revision} does not hold the digest of the one before it`
  }
}
