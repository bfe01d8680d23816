import * as Schema from "effect/Schema"

import { Digest } from "../values/Digest.ts"
import { field, inBody, optional, RecordId, Text, Timestamp } from "../values/Fields.ts"
import { JsonObject } from "../values/Json.ts"
import { limits } from "../values/Limits.ts"
import { Answer, Attempt, Clock, EndingClock, HandBack, Hop, Lease, Progress } from "./Attempt.ts"
import { KeptReadBack, partsOf } from "./Briefing.ts"
import { Artifacts, Evidence, Evidences } from "./Delivery.ts"
import { notBefore, Via } from "./EventParts.ts"
import { HandoffRequest } from "./HandoffRequest.ts"
import { Rework } from "./Review.ts"

/** The receiver's answer to the request. A failed handoff has `accepted: false` even if it had been accepted before. */
export class HandoffResponse extends Schema.Opaque<HandoffResponse>()(
  Schema.Struct({
    accepted: field(Schema.Boolean, "`true` if the receiver took the handoff on, `false` if it declined or failed."),
    reason: inBody(field(Text, "The receiver's note or reason, in words; may be empty."), ""),
    estimatedCompletion: optional(Timestamp, "When the receiver expects to be done.")
  })
) {}

/** The receiver's result: the same field in the event and in the record. */
export const result = inBody(field(JsonObject, "The receiver's result."), {})

const whyEnded = inBody(field(Text, "Why the handoff ended, in words; may be empty."), "")

const common = {
  recordId: field(RecordId, "The id of the handoff."),
  revision: field(Schema.Int.check(Schema.isGreaterThan(0)), "The number of its events so far."),
  request: field(HandoffRequest, "The sender's request."),
  createdAt: field(Timestamp, "When the handoff was created."),
  updatedAt: field(Timestamp, "When its last event happened."),
  attempt: field(Attempt, "The current attempt, or the next one while the handoff is pending; 1 is the first."),
  hops: optional(
    Schema.Array(Hop).check(Schema.isMaxLength(limits.hops)),
    "The later receivers in order. The last one has the handoff, or had it when it ended."
  ),
  uncounted: optional(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: limits.shutdowns })),
    "The number of attempts of the receiver that ended by a shutdown and do not count against `max_attempts`."
  ),
  rework: optional(Rework, "The latest return of delivered work."),
  parts: optional(Schema.Int.check(Schema.isGreaterThan(0)), "The number of parts that its receivers have delegated."),
  head: optional(Digest, "The SHA-256 of its last entry, which the next entry will hold as `prev`.")
}

const open = {
  ...common,
  handBack: inBody(optional(HandBack, "Notes of an earlier attempt for the next one.")),
  reminded: optional(
    Schema.Array(Clock).check(Schema.isMaxLength(Clock.literals.length)),
    "The clocks whose reminders are recorded."
  )
}

const ended = {
  ...common,
  via: optional(Via, "`foreign` if the end was inferred from a record that another program wrote.")
}

const answered = "The receiver's answer to the request."
const response = field(HandoffResponse, answered)
const earlierResponse = optional(HandoffResponse, `${answered} Absent if it had not answered when the handoff ended.`)

const answer = optional(Answer, "The last question with its answer.")

const kept = {
  ...open,
  response,
  lease: optional(Lease, "The receiver's lease; absent if it holds the handoff indefinitely."),
  progress: optional(Progress, "The receiver's latest progress report."),
  readBack: inBody(optional(KeptReadBack, "The receiver's read-back of the briefing so far."))
}

const held = {
  ...kept,
  evidence: inBody(optional(partsOf(Evidence), "The evidence that witnesses have recorded in this attempt."))
}

/** The work that the receiver has handed back. */
const work = {
  response,
  result,
  artifacts: inBody(optional(Artifacts, "The artifacts that the receiver handed back.")),
  evidence: inBody(optional(Evidences, "The evidence for the work: the receiver's own and that of witnesses."))
}

/** Waits for the receiver's answer. */
export class Pending extends Schema.Opaque<Pending>()(
  Schema.Struct({ status: Schema.tag("pending"), ...open, notBefore, answer })
) {}

/** The receiver has taken the handoff on. */
export class Accepted extends Schema.Opaque<Accepted>()(
  Schema.Struct({ status: Schema.tag("accepted"), ...held, answer })
) {}

/** The receiver works on the handoff. */
export class InProgress extends Schema.Opaque<InProgress>()(
  Schema.Struct({
    status: Schema.tag("in_progress"),
    ...held,
    answer
  })
) {}

/** The receiver waits for the sender's answer to its `question`. Its lease rests. */
export class InputRequired extends Schema.Opaque<InputRequired>()(
  Schema.Struct({
    status: Schema.tag("input_required"),
    ...held,
    question: Answer.fields.question,
    released: optional(
      Schema.Literals([true]),
      "`true` if the attempt that asked ended by a shutdown: the answer returns the handoff to `pending`."
    )
  })
) {}

/** The receiver has delivered its `result` for review: its reviewer approves or returns it. Its lease rests. */
export class Delivered extends Schema.Opaque<Delivered>()(
  Schema.Struct({
    status: Schema.tag("delivered"),
    ...kept,
    ...work,
    answer,
    reviewBy: optional(Timestamp, "When silence approves or escalates; absent if the review has no time."),
    escalated: optional(Timestamp, "When the review went to the agent of `escalate_to`.")
  })
) {}

/** The receiver has done the work and handed back its `result`. */
export class Completed extends Schema.Opaque<Completed>()(
  Schema.Struct({ status: Schema.tag("completed"), ...ended, ...work })
) {}

/** The receiver has declined the handoff; `response.reason` says why. */
export class Rejected extends Schema.Opaque<Rejected>()(
  Schema.Struct({ status: Schema.tag("rejected"), ...ended, response })
) {}

/** A cause of failure that programs act on: `attempts_exhausted` if the receiver has no attempt left. */
export const FailureCode = Schema.Literals(["attempts_exhausted"])
export type FailureCode = typeof FailureCode.Type

/** The fields `code` and `missed`, the same in the event and in the record. */
export const failureCode = optional(
  FailureCode,
  "The cause if programs act on it; absent if the receiver just gave up."
)
export const missed = field(EndingClock, "The clock that has run out.")

/** The receiver has given the handoff up, or its attempts are used up (`code`); `response.reason` says why. */
export class Failed extends Schema.Opaque<Failed>()(
  Schema.Struct({ status: Schema.tag("failed"), ...ended, response, code: failureCode })
) {}

/** The sender has withdrawn the handoff; `reason` says why. */
export class Cancelled extends Schema.Opaque<Cancelled>()(
  Schema.Struct({ status: Schema.tag("cancelled"), ...ended, response: earlierResponse, reason: whyEnded })
) {}

/** The handoff was still open when one of its clocks ran out; `missed` names the clock. */
export class Expired extends Schema.Opaque<Expired>()(
  Schema.Struct({ status: Schema.tag("expired"), ...ended, response: earlierResponse, reason: whyEnded, missed })
) {}

/** The current state of a handoff: a union on `status`, in which each state has only the fields that are true in it. */
export const HandoffRecord = Schema.Union([
  Pending,
  Accepted,
  InProgress,
  InputRequired,
  Delivered,
  Completed,
  Rejected,
  Failed,
  Cancelled,
  Expired
])
  .annotate({ identifier: "HandoffRecord" })
  .pipe(Schema.toTaggedUnion("status"))
export type HandoffRecord = typeof HandoffRecord.Type
