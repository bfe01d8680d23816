import * as Schema from "effect/Schema"

import { KeptReadBack, partsOf } from "./Briefing.ts"
import { Answer, Attempt, Clock, HandBack, Hop, Lease, Progress } from "./Custody.ts"
import { Artifacts, Evidence } from "./Delivery.ts"
import { Digest } from "./Digest.ts"
import { RecordId, Text, Timestamp } from "./Fields.ts"
import { HandoffRequest } from "./HandoffRequest.ts"
import { JsonObject } from "./Json.ts"
import { limits } from "./Limits.ts"

/**
 * What the receiver answered. A failed handoff carries `accepted: false` with the reason; that it had been accepted
 * before stays in its history.
 *
 * @example
 * ```ts
 * import { HandoffResponse } from "@aumai/handoff-protocol"
 *
 * const declined = HandoffResponse.make({ accepted: false, reason: "No Klingon translation capability." })
 * ```
 */
export class HandoffResponse extends Schema.Opaque<HandoffResponse>()(
  Schema.Struct({
    accepted: Schema.Boolean,
    reason: Text,
    estimatedCompletion: Schema.optionalKey(Timestamp)
  })
) {}

const common = {
  recordId: RecordId,
  /** How many events the handoff has had. */
  revision: Schema.Int.check(Schema.isGreaterThan(0)),
  request: HandoffRequest,
  createdAt: Timestamp,
  updatedAt: Timestamp,
  /** A late writer that names an older one changes nothing. */
  attempt: Attempt,
  /** How it was handed on: the receivers after the first. The last of them has it, or had it when it ended. */
  hops: Schema.optionalKey(Schema.Array(Hop).check(Schema.isMaxLength(limits.hops))),
  /** How many parts of it its receivers have given to others. */
  parts: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  /** The SHA-256 of its last entry, which the next one holds. */
  head: Schema.optionalKey(Digest)
}

const open = {
  ...common,
  /** What the attempts before have learnt. */
  handBack: Schema.optionalKey(HandBack),
  /** The clocks whose nearing is on record. */
  reminded: Schema.optionalKey(Schema.Array(Clock).check(Schema.isMaxLength(Clock.literals.length)))
}

const held = {
  ...open,
  response: HandoffResponse,
  lease: Schema.optionalKey(Lease),
  progress: Schema.optionalKey(Progress),
  readBack: Schema.optionalKey(KeptReadBack),
  /** What others have verified so far. */
  evidence: Schema.optionalKey(partsOf(Evidence))
}

/**
 * Waits for the receiver's answer.
 *
 * @example
 * ```ts
 * import { type Pending } from "@aumai/handoff-protocol"
 *
 * const show = (record: Pending) => `${record.request.toAgent} has not answered ${record.recordId}`
 * ```
 */
export class Pending extends Schema.Opaque<Pending>()(
  Schema.Struct({
    status: Schema.tag("pending"),
    ...open,
    /** Claims pass it by until then. */
    notBefore: Schema.optionalKey(Timestamp)
  })
) {}

/**
 * The receiver has taken it on.
 *
 * @example
 * ```ts
 * import { type Accepted } from "@aumai/handoff-protocol"
 *
 * const show = (record: Accepted) => `${record.request.toAgent} says: ${record.response.reason}`
 * ```
 */
export class Accepted extends Schema.Opaque<Accepted>()(
  Schema.Struct({
    status: Schema.tag("accepted"),
    ...held
  })
) {}

/**
 * The receiver works on it.
 *
 * @example
 * ```ts
 * import { type InProgress } from "@aumai/handoff-protocol"
 *
 * const promised = (record: InProgress) => record.response.estimatedCompletion
 * ```
 */
export class InProgress extends Schema.Opaque<InProgress>()(
  Schema.Struct({
    status: Schema.tag("in_progress"),
    ...held,
    /** What was last asked and answered. */
    answer: Schema.optionalKey(Answer)
  })
) {}

/**
 * The receiver has asked; the sender's answer lets it go on. A lease rests meanwhile.
 *
 * @example
 * ```ts
 * import { type InputRequired } from "@aumai/handoff-protocol"
 *
 * const show = (record: InputRequired) => `${record.request.fromAgent} is asked: ${record.question}`
 * ```
 */
export class InputRequired extends Schema.Opaque<InputRequired>()(
  Schema.Struct({
    status: Schema.tag("input_required"),
    ...held,
    question: Text
  })
) {}

/**
 * Done, with what the receiver hands back.
 *
 * @example
 * ```ts
 * import { type Completed } from "@aumai/handoff-protocol"
 *
 * const show = (record: Completed) => JSON.stringify(record.result)
 * ```
 */
export class Completed extends Schema.Opaque<Completed>()(
  Schema.Struct({
    status: Schema.tag("completed"),
    ...common,
    response: HandoffResponse,
    result: JsonObject,
    artifacts: Schema.optionalKey(Artifacts),
    evidence: Schema.optionalKey(Schema.Array(Evidence).check(Schema.isMaxLength(2 * limits.parts)))
  })
) {}

/**
 * Declined by the receiver; `response.reason` says why.
 *
 * @example
 * ```ts
 * import { type Rejected } from "@aumai/handoff-protocol"
 *
 * const show = (record: Rejected) => `declined: ${record.response.reason}`
 * ```
 */
export class Rejected extends Schema.Opaque<Rejected>()(
  Schema.Struct({ status: Schema.tag("rejected"), ...common, response: HandoffResponse })
) {}

/**
 * Why a handoff failed without its receiver saying so.
 *
 * @example
 * ```ts
 * import { FailureCode } from "@aumai/handoff-protocol"
 *
 * console.log(FailureCode.literals) // ["attempts_exhausted"]
 * ```
 */
export const FailureCode = Schema.Literals(["attempts_exhausted"])
export type FailureCode = typeof FailureCode.Type

/**
 * Given up by the receiver; `response.reason` says why.
 *
 * @example
 * ```ts
 * import { type Failed } from "@aumai/handoff-protocol"
 *
 * const show = (record: Failed) => `failed: ${record.response.reason}`
 * ```
 */
export class Failed extends Schema.Opaque<Failed>()(
  Schema.Struct({
    status: Schema.tag("failed"),
    ...common,
    response: HandoffResponse,
    /** Present when it was not the receiver who gave up. */
    code: Schema.optionalKey(FailureCode)
  })
) {}

/**
 * Withdrawn by the sender. `response` is there when the receiver had accepted before.
 *
 * @example
 * ```ts
 * import { type Cancelled } from "@aumai/handoff-protocol"
 *
 * const wasAccepted = (record: Cancelled) => record.response !== undefined
 * ```
 */
export class Cancelled extends Schema.Opaque<Cancelled>()(
  Schema.Struct({
    status: Schema.tag("cancelled"),
    ...common,
    response: Schema.optionalKey(HandoffResponse),
    reason: Text
  })
) {}

/**
 * Still open when one of its clocks had run out: `missed` says which. `response` is there when the receiver had accepted
 * before.
 *
 * @example
 * ```ts
 * import { type Expired } from "@aumai/handoff-protocol"
 *
 * const wasAccepted = (record: Expired) => record.response !== undefined
 * ```
 */
export class Expired extends Schema.Opaque<Expired>()(
  Schema.Struct({
    status: Schema.tag("expired"),
    ...common,
    response: Schema.optionalKey(HandoffResponse),
    reason: Text,
    missed: Clock
  })
) {}

/**
 * A handoff as it stands: a union on `status`, each state with only what is true in it.
 *
 * @example
 * ```ts
 * import { HandoffRecord } from "@aumai/handoff-protocol"
 *
 * const outcome = HandoffRecord.match({
 *   pending: () => "waiting",
 *   accepted: () => "taken on",
 *   in_progress: () => "under way",
 *   input_required: ({ question }) => question,
 *   completed: ({ result }) => JSON.stringify(result),
 *   rejected: ({ response }) => response.reason,
 *   failed: ({ response }) => response.reason,
 *   cancelled: ({ reason }) => reason,
 *   expired: ({ reason }) => reason
 * })
 * ```
 */
export const HandoffRecord = Schema.Union([
  Pending,
  Accepted,
  InProgress,
  InputRequired,
  Completed,
  Rejected,
  Failed,
  Cancelled,
  Expired
])
  .annotate({ identifier: "HandoffRecord" })
  .pipe(Schema.toTaggedUnion("status"))
export type HandoffRecord = typeof HandoffRecord.Type
