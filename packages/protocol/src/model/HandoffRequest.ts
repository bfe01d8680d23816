import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { AgentId, Capability, field, inBody, optional, Priority, RecordId, Text, Timestamp } from "../values/Fields.ts"
import { JsonObject } from "../values/Json.ts"
import { limits } from "../values/Limits.ts"
import { Milliseconds, RetryPolicy } from "./Attempt.ts"
import { Briefing } from "./Briefing.ts"
import { Deliverables } from "./Delivery.ts"
import { Review } from "./Review.ts"

const data = "Data that the receiver needs for the task, at most 1 MiB as JSON. Default: `{}`."
const urgency = "The urgency: 1 (least) to 10 (most urgent). Default: 5."

/** The fields that have a default, as a sender gives them. */
export const defaulted = { context: optional(JsonObject, data), priority: optional(Priority, urgency) }

/**
 * The task as the sender asks for it. It never changes once the handoff is created.
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
    fromAgent: field(AgentId, "The sender."),
    toAgent: field(AgentId, "The first receiver. Forwarding never changes it: `hops` lists the later receivers."),
    taskDescription: inBody(
      field(Text.check(Schema.isMinLength(1)), "The task, in words for the receiver."),
      "(erased)"
    ),
    context: inBody(
      field(
        JsonObject.pipe(
          Schema.withDecodingDefaultKey(Effect.succeed({})),
          Schema.withConstructorDefault(Effect.succeed({}))
        ),
        data
      ),
      {}
    ),
    priority: field(
      Priority.pipe(Schema.withDecodingDefaultKey(Effect.succeed(5)), Schema.withConstructorDefault(Effect.succeed(5))),
      urgency
    ),
    deadline: optional(
      Timestamp,
      "The handoff expires if it is still open at this moment. Delivering it for review is in time."
    ),
    acceptBy: optional(
      Timestamp,
      "The handoff expires if it has not been accepted by this moment. Each later receiver gets as much time as the first."
    ),
    remindBefore: optional(
      Milliseconds,
      "The time between a reminder and `deadline`, `acceptBy` or the end of the time for the review, in milliseconds. Default: no reminder."
    ),
    maxAttempts: optional(
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: limits.attempts })),
      `The number of attempts that each receiver has before the handoff fails: 1 to ${limits.attempts}. Default: ${limits.defaultAttempts}.`
    ),
    requires: optional(
      Schema.Array(Capability).check(Schema.isMaxLength(limits.capabilities)),
      "Capabilities that the receiver must have, matched instead of the words of the task."
    ),
    parent: optional(RecordId, "The handoff that this one is a part of."),
    retryOf: optional(RecordId, "The handoff that this one reopens."),
    briefing: inBody(
      optional(Briefing, "The sender's briefing, in the order in which the receiver needs it (I-PASS).")
    ),
    deliverables: inBody(
      optional(Deliverables, "The artifacts that the receiver must hand back to complete the handoff.")
    ),
    review: optional(
      Review,
      "If present, the sender reviews the work: `complete` delivers it, and the sender approves or returns it."
    ),
    maxHops: optional(
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: limits.hops })),
      `The number of times that the handoff may be forwarded to another receiver: 0 to ${limits.hops}. Default: ${limits.defaultHops}.`
    ),
    reroute: optional(
      Schema.Boolean,
      "If `true`, the next capable agent gets the handoff when its receiver declines, misses `acceptBy` or uses up its attempts."
    ),
    retry: optional(
      RetryPolicy,
      "The pauses between attempts of a worker, and the errors that are final. Default: the policy of the worker."
    )
  })
) {}
