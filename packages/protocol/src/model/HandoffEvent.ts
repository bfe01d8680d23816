import * as Schema from "effect/Schema"

import { field, inBody, optional, RecordId } from "../values/Fields.ts"
import { HandBack, Milliseconds } from "./Attempt.ts"
import { ReadBack } from "./Briefing.ts"
import {
  AnsweredEvent,
  ApprovedEvent,
  AskedEvent,
  AttestedEvent,
  ConfirmedEvent,
  DelegatedEvent,
  EscalatedEvent,
  ForwardedEvent,
  ProgressedEvent,
  ReleasedEvent,
  RemindedEvent,
  RestatedEvent,
  ReturnedEvent
} from "./CustodyEvent.ts"
import { Artifacts, OwnEvidences } from "./Delivery.ts"
import { fact, move, reason, requiredReason, RoutingDecision, stack } from "./EventParts.ts"
import { failureCode, HandoffRecord, HandoffResponse, missed, result } from "./HandoffRecord.ts"
import { HandoffRequest } from "./HandoffRequest.ts"

/** The sender creates the handoff. This is the first event of every handoff that began here. */
export class CreatedEvent extends Schema.Opaque<CreatedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Created"),
    ...fact,
    request: field(HandoffRequest, "The sender's request."),
    routing: optional(RoutingDecision, "The router's choice of the receiver; absent if the sender named it."),
    handBack: inBody(optional(HandBack, "Notes of the handoff that this one reopens."))
  })
) {}

/** The handoff is imported from a program that keeps no history. This is the first event of such a handoff. */
export class ImportedEvent extends Schema.Opaque<ImportedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Imported"),
    ...fact,
    record: field(HandoffRecord, "The state at the import.")
  })
) {}

/** The receiver takes the handoff on. */
export class AcceptedEvent extends Schema.Opaque<AcceptedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Accepted"),
    ...move,
    reason,
    estimatedCompletion: HandoffResponse.fields.estimatedCompletion,
    lease: optional(
      Milliseconds,
      "The duration of the lease unless it is renewed, in milliseconds. Default: indefinitely."
    ),
    readBack: inBody(optional(ReadBack, "The briefing in the receiver's words."))
  })
) {}

/** The receiver declines the handoff. */
export class RejectedEvent extends Schema.Opaque<RejectedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Rejected"), ...move, reason: requiredReason })
) {}

/** The receiver begins to work on the handoff. */
export class StartedEvent extends Schema.Opaque<StartedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Started"), ...move })
) {}

/** The work that the receiver hands back: the same fields with and without a review. */
const handIn = {
  ...move,
  result,
  artifacts: inBody(optional(Artifacts, "The artifacts that the receiver hands back.")),
  evidence: inBody(optional(OwnEvidences, "The receiver's own evidence for its work.")),
  leavesChildren: optional(Schema.Literals([true]), "`true` completes the handoff although parts of it are open.")
}

/** The receiver has done the work and hands back its result. */
export class CompletedEvent extends Schema.Opaque<CompletedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Completed"), ...handIn })
) {}

/** The receiver has done the work and delivers its result for the review that the request asks for. */
export class DeliveredEvent extends Schema.Opaque<DeliveredEvent>()(
  Schema.Struct({ _tag: Schema.tag("Delivered"), ...handIn })
) {}

/** The receiver gives the handoff up, or its attempts are used up (`code`). */
export class FailedEvent extends Schema.Opaque<FailedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Failed"),
    ...move,
    reason: requiredReason,
    code: failureCode,
    stack
  })
) {}

/** The sender withdraws the handoff, or a handoff that this one is a part of. */
export class CancelledEvent extends Schema.Opaque<CancelledEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Cancelled"),
    ...move,
    reason,
    along: optional(RecordId, "The parent, if the handoff was withdrawn together with it.")
  })
) {}

/** A clock of the open handoff has run out. Any agent may record this. */
export class ExpiredEvent extends Schema.Opaque<ExpiredEvent>()(
  Schema.Struct({ _tag: Schema.tag("Expired"), ...move, missed })
) {}

/** A fact about a handoff, in the past tense, with its actor (`by`) and its time (`at`): a union on `_tag`. */
export const HandoffEvent = Schema.Union([
  CreatedEvent,
  ImportedEvent,
  AcceptedEvent,
  RejectedEvent,
  StartedEvent,
  ProgressedEvent,
  ReleasedEvent,
  AskedEvent,
  AnsweredEvent,
  ForwardedEvent,
  DelegatedEvent,
  RestatedEvent,
  ConfirmedEvent,
  AttestedEvent,
  DeliveredEvent,
  ApprovedEvent,
  ReturnedEvent,
  EscalatedEvent,
  CompletedEvent,
  FailedEvent,
  CancelledEvent,
  RemindedEvent,
  ExpiredEvent
])
  .annotate({ identifier: "HandoffEvent" })
  .pipe(Schema.toTaggedUnion("_tag"))
export type HandoffEvent = typeof HandoffEvent.Type
