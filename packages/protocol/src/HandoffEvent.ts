import * as Schema from "effect/Schema"

import { Attempt, Clock, HandBack, Milliseconds, Progress } from "./Custody.ts"
import { AgentId, Capability, Text, Timestamp } from "./Fields.ts"
import { FailureCode, HandoffRecord } from "./HandoffRecord.ts"
import { HandoffRequest } from "./HandoffRequest.ts"
import { JsonObject } from "./Json.ts"

/**
 * How the router chose the receiver of a handoff that was created without one.
 *
 * @example
 * ```ts
 * import { AgentId, Capability, RoutingDecision } from "@aumai/handoff-protocol"
 *
 * const decision = RoutingDecision.make({
 *   agent: AgentId.make("carol"),
 *   reason: "can analyze and visualize",
 *   fallback: false,
 *   matched: [Capability.make("analyze"), Capability.make("visualize")],
 *   runnersUp: [{ agent: AgentId.make("alice"), matched: [Capability.make("analyze")] }]
 * })
 * ```
 */
export class RoutingDecision extends Schema.Opaque<RoutingDecision>()(
  Schema.Struct({
    agent: AgentId,
    /** One sentence for a person. */
    reason: Text,
    /** True when no agent matched and any available one was taken. */
    fallback: Schema.Boolean,
    /** The capabilities of the chosen agent that the task or `requires` asked for. */
    matched: Schema.Array(Capability),
    /** Who else could have done it, best first. */
    runnersUp: Schema.Array(Schema.Struct({ agent: AgentId, matched: Schema.Array(Capability) }))
  })
) {}

const fact = {
  at: Timestamp,
  /** Who did it. */
  by: AgentId,
  /** Present when the fact did not come through this library: it was read from a file that another program wrote. */
  via: Schema.optionalKey(Schema.Literals(["foreign"]))
}

const move = {
  ...fact,
  /** The attempt that its author holds; refused when a newer one has begun. */
  attempt: Schema.optionalKey(Attempt)
}

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
    lease: Schema.optionalKey(Milliseconds)
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
 * The receiver is still at it, and perhaps says how far. That renews its lease.
 *
 * @example
 * ```ts
 * import { AgentId, ProgressedEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = ProgressedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("executor"),
 *   fraction: 0.5
 * })
 * console.log(event._tag) // Progressed
 * ```
 */
export class ProgressedEvent extends Schema.Opaque<ProgressedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Progressed"),
    ...move,
    note: Progress.fields.note,
    fraction: Progress.fields.fraction,
    /** From now on the lease reaches so far. */
    lease: Schema.optionalKey(Milliseconds)
  })
) {}

/**
 * It goes back to `pending` for another attempt: the receiver gave it back, or its lease ran out.
 *
 * @example
 * ```ts
 * import { AgentId, ReleasedEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = ReleasedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("executor"),
 *   handBack: { done: ["Pages 1 to 4"], remaining: ["Page 5"] }
 * })
 * console.log(event._tag) // Released
 * ```
 */
export class ReleasedEvent extends Schema.Opaque<ReleasedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Released"),
    ...move,
    reason: Schema.optionalKey(Text),
    handBack: Schema.optionalKey(HandBack),
    /** Claims pass it by until then. */
    notBefore: Schema.optionalKey(Timestamp)
  })
) {}

/**
 * The receiver cannot go on without an answer.
 *
 * @example
 * ```ts
 * import { AgentId, AskedEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = AskedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("executor"),
 *   question: "Which quarter?"
 * })
 * console.log(event._tag) // Asked
 * ```
 */
export class AskedEvent extends Schema.Opaque<AskedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Asked"), ...move, question: Text })
) {}

/**
 * The sender answered, so that the receiver can go on.
 *
 * @example
 * ```ts
 * import { AgentId, AnsweredEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = AnsweredEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("planner"),
 *   answer: "The third."
 * })
 * console.log(event._tag) // Answered
 * ```
 */
export class AnsweredEvent extends Schema.Opaque<AnsweredEvent>()(
  Schema.Struct({ _tag: Schema.tag("Answered"), ...move, answer: Text })
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
  Schema.Struct({ _tag: Schema.tag("Completed"), ...move, result: JsonObject })
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
 * The sender withdrew it.
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
  Schema.Struct({ _tag: Schema.tag("Cancelled"), ...move, reason: Schema.optionalKey(Text) })
) {}

/**
 * One of its clocks will run out soon. Anyone may record it.
 *
 * @example
 * ```ts
 * import { clock, RemindedEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = RemindedEvent.make({ at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"), by: clock, of: "deadline" })
 * console.log(event._tag) // Reminded
 * ```
 */
export class RemindedEvent extends Schema.Opaque<RemindedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Reminded"), ...move, of: Clock })
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
  CompletedEvent,
  FailedEvent,
  CancelledEvent,
  RemindedEvent,
  ExpiredEvent
])
  .annotate({ identifier: "HandoffEvent" })
  .pipe(Schema.toTaggedUnion("_tag"))
export type HandoffEvent = typeof HandoffEvent.Type
