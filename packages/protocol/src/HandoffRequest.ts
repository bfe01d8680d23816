import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { Briefing } from "./Briefing.ts"
import { Deliverables } from "./Delivery.ts"
import { AgentId, Capability, Priority, RecordId, Text, Timestamp } from "./Fields.ts"
import { JsonObject } from "./Json.ts"
import { limits } from "./Limits.ts"

/**
 * The sender's ask. It never changes once the handoff is created.
 *
 * @example
 * ```ts
 * import { AgentId, HandoffRequest } from "@aumai/handoff-protocol"
 *
 * const request = HandoffRequest.make({
 *   fromAgent: AgentId.make("planner"),
 *   toAgent: AgentId.make("executor"),
 *   taskDescription: "Generate the Q3 financial summary report."
 * })
 * console.log(request.priority) // 5
 * ```
 */
export class HandoffRequest extends Schema.Opaque<HandoffRequest>()(
  Schema.Struct({
    fromAgent: AgentId,
    toAgent: AgentId,
    taskDescription: Text.check(Schema.isMinLength(1)),
    /** Whatever the receiver needs to know. */
    context: JsonObject.pipe(
      Schema.withDecodingDefaultKey(Effect.succeed({})),
      Schema.withConstructorDefault(Effect.succeed({}))
    ),
    priority: Priority.pipe(
      Schema.withDecodingDefaultKey(Effect.succeed(5)),
      Schema.withConstructorDefault(Effect.succeed(5))
    ),
    /** The handoff expires when it is still open at this moment. */
    deadline: Schema.optionalKey(Timestamp),
    /** The handoff expires when nobody has accepted it at this moment; to have accepted it once is enough. */
    acceptBy: Schema.optionalKey(Timestamp),
    /** So many milliseconds before either moment its nearing is put on record. */
    remindBefore: Schema.optionalKey(
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: limits.durationMilliseconds }))
    ),
    /** After so many attempts that were given back or whose lease ran out it fails; 3 when left out. */
    maxAttempts: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: limits.attempts }))),
    /** Capabilities the receiver must have; routing then asks for these and not for the words of the task. */
    requires: Schema.optionalKey(Schema.Array(Capability).check(Schema.isMaxLength(limits.capabilities))),
    /** The handoff that this one is a part of. */
    parent: Schema.optionalKey(RecordId),
    /** What the receiver must know, in the order in which it must know it. */
    briefing: Schema.optionalKey(Briefing),
    /** What must be handed back: it is not completed without them. */
    deliverables: Schema.optionalKey(Deliverables),
    /** So often it may be handed on to another receiver; 3 times when left out. */
    maxHops: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: limits.hops }))),
    /** Whether it goes to the next capable agent when its receiver declines, does not accept in time, or has used up its attempts. */
    reroute: Schema.optionalKey(Schema.Boolean)
  })
) {}
