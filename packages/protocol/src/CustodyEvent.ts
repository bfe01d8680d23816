/** What happens to a handoff between its being taken on and its end. */
import * as Schema from "effect/Schema"

import { ReadBack } from "./Briefing.ts"
import { Clock, HandBack, Milliseconds, Progress, RerouteCause } from "./Custody.ts"
import { proof } from "./Delivery.ts"
import { move, RoutingDecision } from "./EventParts.ts"
import { AgentId, RecordId, Text, Timestamp } from "./Fields.ts"

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
 * The receiver restated the briefing, or what it had left out before.
 *
 * @example
 * ```ts
 * import { AgentId, RestatedEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = RestatedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("executor"),
 *   readBack: { summary: "Two invoices, by Friday.", items: [{ id: "invoices", answer: "understood" }] }
 * })
 * console.log(event._tag) // Restated
 * ```
 */
export class RestatedEvent extends Schema.Opaque<RestatedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Restated"), ...move, readBack: ReadBack })
) {}

/**
 * The sender confirmed what the receiver had restated, or set it right.
 *
 * @example
 * ```ts
 * import { AgentId, ConfirmedEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = ConfirmedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("planner"),
 *   correction: "By Thursday."
 * })
 * console.log(event._tag) // Confirmed
 * ```
 */
export class ConfirmedEvent extends Schema.Opaque<ConfirmedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Confirmed"), ...move, correction: Schema.optionalKey(Text) })
) {}

/**
 * It went to another receiver, for whom it is pending; whoever held it is fenced off. The receiver handed it on, or time
 * did: `because` says what for.
 *
 * @example
 * ```ts
 * import { AgentId, ForwardedEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = ForwardedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("executor"),
 *   to: AgentId.make("analyst"),
 *   reason: "This is a question of statistics."
 * })
 * console.log(event._tag) // Forwarded
 * ```
 */
export class ForwardedEvent extends Schema.Opaque<ForwardedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Forwarded"),
    ...move,
    to: AgentId,
    reason: Schema.optionalKey(Text),
    handBack: Schema.optionalKey(HandBack),
    /** Present when it was re-routed. */
    because: Schema.optionalKey(RerouteCause),
    /** How the router chose the next receiver. */
    routing: Schema.optionalKey(RoutingDecision)
  })
) {}

/**
 * The receiver gave a part of it to somebody else, and stays accountable for the whole.
 *
 * @example
 * ```ts
 * import { AgentId, DelegatedEvent, RecordId } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = DelegatedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("executor"),
 *   child: RecordId.make("3f8g1h5j0abc")
 * })
 * console.log(event._tag) // Delegated
 * ```
 */
export class DelegatedEvent extends Schema.Opaque<DelegatedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Delegated"), ...move, child: RecordId })
) {}

/**
 * Somebody other than the receiver checked the work.
 *
 * @example
 * ```ts
 * import { AgentId, AttestedEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const event = AttestedEvent.make({
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("auditor"),
 *   statement: "The totals agree with the ledger.",
 *   of: "report"
 * })
 * console.log(event._tag) // Attested
 * ```
 */
export class AttestedEvent extends Schema.Opaque<AttestedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Attested"), ...move, ...proof })
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
