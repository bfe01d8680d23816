import * as Schema from "effect/Schema"

import { ReadBack } from "./Briefing.ts"
import { Clock, Milliseconds } from "./Custody.ts"
import {
  AnsweredEvent,
  AskedEvent,
  ConfirmedEvent,
  DelegatedEvent,
  ForwardedEvent,
  ProgressedEvent,
  ReleasedEvent,
  RemindedEvent,
  RestatedEvent,
  AttestedEvent
} from "./CustodyEvent.ts"
import { Artifacts, OwnEvidences } from "./Delivery.ts"
import { fact, move, RoutingDecision } from "./EventParts.ts"
import { RecordId, Text, Timestamp } from "./Fields.ts"
import { FailureCode, HandoffRecord } from "./HandoffRecord.ts"
import { HandoffRequest } from "./HandoffRequest.ts"
import { JsonObject } from "./Json.ts"

/**
 * The sender asked. The first event of every handoff that began here.
 *
 * @example
 * ```ts
 * import { AgentId, CreatedEvent, HandoffRequest } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = CreatedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("planner"),
 *   request: HandoffRequest.make({
 *     fromAgent: AgentId.make("planner"),
 *     toAgent: AgentId.make("executor"),
 *     taskDescription: "Generate the Q3 report"
 *   })
 * })
 * console.log(event._tag) // Created
 * ```
 */
export class CreatedEvent extends Schema.Opaque<CreatedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Created"),
    ...fact,
    request: HandoffRequest,
    routing: Schema.optionalKey(RoutingDecision)
  })
) {}

/**
 * The state came from outside without a trail: the first event of such a handoff.
 *
 * @example
 * ```ts
 * import { type HandoffRecord, ImportedEvent } from "@aumai/handoff-protocol"
 *
 * const takenOver = (record: HandoffRecord) =>
 *   ImportedEvent.make({ at: record.updatedAt, by: record.request.fromAgent, record })
 * ```
 */
export class ImportedEvent extends Schema.Opaque<ImportedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Imported"), ...fact, record: HandoffRecord })
) {}

/**
 * The receiver took it on, perhaps with a word and a time when it means to be done.
 *
 * @example
 * ```ts
 * import { AgentId, AcceptedEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = AcceptedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("executor"),
 *   reason: "On it."
 * })
 * console.log(event._tag) // Accepted
 * ```
 */
export class AcceptedEvent extends Schema.Opaque<AcceptedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Accepted"),
    ...move,
    reason: Schema.optionalKey(Text),
    estimatedCompletion: Schema.optionalKey(Timestamp),
    /** It is held for so long, unless that is renewed; for ever when left out. */
    lease: Schema.optionalKey(Milliseconds),
    /** The briefing in the receiver's words. */
    readBack: Schema.optionalKey(ReadBack)
  })
) {}

/**
 * The receiver declined.
 *
 * @example
 * ```ts
 * import { AgentId, RejectedEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = RejectedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("executor"),
 *   reason: "No Klingon translation capability."
 * })
 * console.log(event._tag) // Rejected
 * ```
 */
export class RejectedEvent extends Schema.Opaque<RejectedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Rejected"), ...move, reason: Text })
) {}

/**
 * The receiver began to work.
 *
 * @example
 * ```ts
 * import { AgentId, StartedEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = StartedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("executor")
 * })
 * console.log(event._tag) // Started
 * ```
 */
export class StartedEvent extends Schema.Opaque<StartedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Started"), ...move })
) {}

/**
 * The receiver is done; `result` is what it hands back.
 *
 * @example
 * ```ts
 * import { AgentId, CompletedEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = CompletedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("executor"),
 *   result: { output: "report.pdf" }
 * })
 * console.log(event._tag) // Completed
 * ```
 */
export class CompletedEvent extends Schema.Opaque<CompletedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Completed"),
    ...move,
    result: JsonObject,
    artifacts: Schema.optionalKey(Artifacts),
    evidence: Schema.optionalKey(OwnEvidences),
    /** Parts of it that are open go on without it. */
    leavesChildren: Schema.optionalKey(Schema.Literals([true]))
  })
) {}

/**
 * The receiver gave up after it had accepted, or the last attempt ran out.
 *
 * @example
 * ```ts
 * import { AgentId, FailedEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = FailedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("executor"),
 *   reason: "The ledger is empty."
 * })
 * console.log(event._tag) // Failed
 * ```
 */
export class FailedEvent extends Schema.Opaque<FailedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Failed"), ...move, reason: Text, code: Schema.optionalKey(FailureCode) })
) {}

/**
 * The sender withdrew it, or a handoff that it was a part of.
 *
 * @example
 * ```ts
 * import { AgentId, CancelledEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = CancelledEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("planner"),
 *   reason: "Not needed any more."
 * })
 * console.log(event._tag) // Cancelled
 * ```
 */
export class CancelledEvent extends Schema.Opaque<CancelledEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Cancelled"),
    ...move,
    reason: Schema.optionalKey(Text),
    /** Its parent, when it was that which was withdrawn, and this one with it. */
    along: Schema.optionalKey(RecordId)
  })
) {}

/**
 * One of its clocks ran out while it was open. Anyone may record it.
 *
 * @example
 * ```ts
 * import { clock, ExpiredEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = ExpiredEvent.make({ at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"), by: clock, missed: "deadline" })
 * console.log(event._tag) // Expired
 * ```
 */
export class ExpiredEvent extends Schema.Opaque<ExpiredEvent>()(
  Schema.Struct({ _tag: Schema.tag("Expired"), ...move, missed: Clock })
) {}

/**
 * A fact about a handoff, in the past tense, with who (`by`) and when (`at`, UTC, milliseconds).
 *
 * @example
 * ```ts
 * import { AgentId, type HandoffEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const started: HandoffEvent = {
 *   _tag: "Started",
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("executor")
 * }
 * ```
 */
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
  CompletedEvent,
  FailedEvent,
  CancelledEvent,
  RemindedEvent,
  ExpiredEvent
])
  .annotate({ identifier: "HandoffEvent" })
  .pipe(Schema.toTaggedUnion("_tag"))
export type HandoffEvent = typeof HandoffEvent.Type
