import * as Schema from "effect/Schema"

import { AgentId, field, inBody, optional, Text, Timestamp } from "../values/Fields.ts"
import { limits } from "../values/Limits.ts"
import { Attempt, Milliseconds } from "./Attempt.ts"

/** Checks that the terms say what silence means exactly if the review has a time, and to whom it escalates. */
const checkTerms = ({ escalateTo, silence, within }: Terms): true | string =>
  (within === undefined) !== (silence === undefined)
    ? "Expected `within` and `silence` together"
    : (escalateTo !== undefined) === (silence === "escalates") || "Expected `escalate_to` exactly if silence escalates"

interface Terms {
  readonly within?: Milliseconds
  readonly silence?: "approves" | "escalates"
  readonly escalateTo?: AgentId
}

/**
 * The terms of the review that a request asks for. Without `within`, the work waits for the sender indefinitely.
 *
 * @example
 * ```ts
 * import { AgentId, Review } from "@aumai/handoff-protocol"
 *
 * const review = Review.make({ within: 86_400_000, silence: "escalates", escalateTo: AgentId.make("lead") })
 * console.log(review.silence) // escalates
 * ```
 */
export class Review extends Schema.Opaque<Review>()(
  Schema.Struct({
    within: optional(
      Milliseconds,
      "The time for the review, from each delivery, in milliseconds; needs `silence`. Default: indefinitely."
    ),
    silence: optional(
      Schema.Literals(["approves", "escalates"]),
      "The effect of silence for that time: it approves the work, or the review escalates."
    ),
    escalateTo: optional(AgentId, "The agent to which the review escalates."),
    reworks: optional(
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: limits.reworks })),
      `The number of times that the work may be returned: 0 to ${limits.reworks}. Default: ${limits.defaultReworks}.`
    )
  }).check(Schema.makeFilter(checkTerms))
) {}

/** The missing parts of delivered work: the same field in the event and in the record. */
export const missing = inBody(
  field(Text.check(Schema.isMinLength(1)), "The parts that are missing, in words for the receiver."),
  "(erased)"
)

/** The latest return of delivered work. */
export class Rework extends Schema.Opaque<Rework>()(
  Schema.Struct({
    number: field(Schema.Int.check(Schema.isGreaterThan(0)), "The number of returns so far."),
    attempt: field(Attempt, "The first attempt after the return."),
    missing,
    by: field(AgentId, "The agent that returned the work."),
    at: field(Timestamp, "When the work was returned.")
  })
) {}
