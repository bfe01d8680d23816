import * as Schema from "effect/Schema"

import { HandoffRecord } from "./HandoffRecord.ts"
import { AgentId, Capability, HandoffRequest, Text, Timestamp } from "./HandoffRequest.ts"
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

/** The sender asked. The first event of every handoff that began here. */
export class CreatedEvent extends Schema.Opaque<CreatedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Created"),
    ...fact,
    request: HandoffRequest,
    routing: Schema.optionalKey(RoutingDecision)
  })
) {}

/** The state came from outside without a trail: the first event of such a handoff. */
export class ImportedEvent extends Schema.Opaque<ImportedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Imported"), ...fact, record: HandoffRecord })
) {}

export class AcceptedEvent extends Schema.Opaque<AcceptedEvent>()(
  Schema.Struct({
    _tag: Schema.tag("Accepted"),
    ...fact,
    reason: Schema.optionalKey(Text),
    estimatedCompletion: Schema.optionalKey(Timestamp)
  })
) {}

export class RejectedEvent extends Schema.Opaque<RejectedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Rejected"), ...fact, reason: Text })
) {}

export class StartedEvent extends Schema.Opaque<StartedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Started"), ...fact })
) {}

export class CompletedEvent extends Schema.Opaque<CompletedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Completed"), ...fact, result: JsonObject })
) {}

export class FailedEvent extends Schema.Opaque<FailedEvent>()(
  Schema.Struct({ _tag: Schema.tag("Failed"), ...fact, reason: Text })
) {}

export class CancelledEvent extends Schema.Opaque<CancelledEvent>()(
  Schema.Struct({ _tag: Schema.tag("Cancelled"), ...fact, reason: Schema.optionalKey(Text) })
) {}

export class ExpiredEvent extends Schema.Opaque<ExpiredEvent>()(
  Schema.Struct({ _tag: Schema.tag("Expired"), ...fact })
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
  CompletedEvent,
  FailedEvent,
  CancelledEvent,
  ExpiredEvent
])
  .annotate({ identifier: "HandoffEvent" })
  .pipe(Schema.toTaggedUnion("_tag"))
export type HandoffEvent = typeof HandoffEvent.Type
