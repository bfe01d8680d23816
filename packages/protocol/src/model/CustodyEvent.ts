/** The events between the acceptance of a handoff and its end. */
import * as Schema from "effect/Schema"

import { AgentId, field, inBody, optional, RecordId } from "../values/Fields.ts"
import { limits } from "../values/Limits.ts"
import { Answer, Clock, Milliseconds, Progress, RerouteCause } from "./Attempt.ts"
import { checked, correction, ReadBack } from "./Briefing.ts"
import { proof } from "./Delivery.ts"
import { handBack, move, notBefore, reason, RoutingDecision, stack } from "./EventParts.ts"
import { missing } from "./Review.ts"

/** The receiver reports that it is still working. The report renews its lease. */
export class ProgressedEvent extends Schema.Opaque<ProgressedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Progressed"),
    ...move,
    note: Progress.fields.note,
    fraction: Progress.fields.fraction,
    lease: optional(Milliseconds, "The duration of the lease from now on, in milliseconds. Default: unchanged.")
  })
) {}

/** A cause of a release that programs act on: `shutdown` if the program of the receiver is stopped while it works. */
const ReleaseCode = Schema.Literals(["shutdown"])

/**
 * The handoff returns to `pending` for another attempt: its receiver released it, or the lease ended. With the code
 * `shutdown`, a question stays open, and its answer returns the handoff.
 */
export class ReleasedEvent extends Schema.Opaque<ReleasedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Released"),
    ...move,
    reason,
    code: optional(
      ReleaseCode,
      `The cause if programs act on it. An attempt that ends by a shutdown does not count, ${limits.shutdowns} times at most; its question stays open.`
    ),
    handBack,
    notBefore,
    stack
  })
) {}

/** The receiver asks the sender and cannot go on without an answer. */
export class AskedEvent extends Schema.Opaque<AskedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Asked"), ...move, question: Answer.fields.question })
) {}

/** The sender answers, so that the receiver can go on. */
export class AnsweredEvent extends Schema.Opaque<AnsweredEvent>()(
  Schema.Struct({ _tag: Schema.tag("Answered"), ...move, answer: Answer.fields.answer })
) {}

const readBack = inBody(field(ReadBack, "The briefing in the receiver's words, or the items it left out before."), {
  summary: ""
})

/** The receiver restates the briefing, or the items it left out before. */
export class RestatedEvent extends Schema.Opaque<RestatedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Restated"), ...move, readBack })
) {}

/** The sender confirms the read-back, with or without a correction. */
export class ConfirmedEvent extends Schema.Opaque<ConfirmedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Confirmed"),
    ...move,
    checked,
    correction
  })
) {}

/**
 * The handoff goes to another receiver, for which it is pending in a new attempt. Either its receiver forwarded it, or
 * the engine re-routed it (`because`).
 */
export class ForwardedEvent extends Schema.Opaque<ForwardedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Forwarded"),
    ...move,
    to: field(AgentId, "The next receiver."),
    reason,
    handBack,
    because: optional(RerouteCause, "Why the engine re-routed the handoff; absent if its receiver forwarded it."),
    routing: optional(RoutingDecision, "The router's choice of the next receiver; absent if the receiver named it.")
  })
) {}

/** The receiver delegates a part to another agent and stays accountable for the whole. */
export class DelegatedEvent extends Schema.Opaque<DelegatedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Delegated"),
    ...move,
    child: field(RecordId, "The handoff that was created for the part.")
  })
) {}

/** An agent other than the receiver attests that it has checked the work. */
export class AttestedEvent extends Schema.Opaque<AttestedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Attested"),
    ...move,
    ...proof,
    grade: optional(
      Schema.Literals(["endorsed"]),
      "`endorsed` if the sender attests; set by the engine. Absent for any other agent, whose evidence is `verified`."
    )
  })
) {}

/** A clock of the handoff runs out soon. Any agent may record this. */
export class RemindedEvent extends Schema.Opaque<RemindedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Reminded"), ...move, of: field(Clock, "The clock that runs out soon.") })
) {}

/** The reviewer approves the delivered work, or silence does, which completes the handoff. */
export class ApprovedEvent extends Schema.Opaque<ApprovedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Approved"), ...move, reason })
) {}

/** The reviewer returns the delivered work to its receiver, which goes on in a new attempt. */
export class ReturnedEvent extends Schema.Opaque<ReturnedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Returned"), ...move, missing })
) {}

/** The time for the review has passed, and the review goes to the agent of `escalate_to`. Any agent may record this. */
export class EscalatedEvent extends Schema.Opaque<EscalatedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Escalated"), ...move })
) {}
