import * as Schema from "effect/Schema"

import { AgentId, field, inBody, optional, Text, Timestamp } from "../values/Fields.ts"
import { bounded, textUpTo } from "../values/Json.ts"
import { limits } from "../values/Limits.ts"
import { Artifacts } from "./Delivery.ts"

/** A duration in whole milliseconds, from 1 to 10,000 days. */
export const Milliseconds = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: limits.durationMilliseconds })
).annotate({ description: "A duration in milliseconds, at most 10,000 days" })
export type Milliseconds = typeof Milliseconds.Type

/** The number of an attempt; 1 is the first. */
export const Attempt = Schema.Int.check(Schema.isGreaterThan(0)).annotate({
  description: "The number of an attempt; 1 is the first"
})
export type Attempt = typeof Attempt.Type

/**
 * The receiver's hold on a handoff. It ends at `until` unless the receiver renews it. While the handoff waits for an answer
 * of the sender, the lease rests and has no `until`.
 */
export class Lease extends Schema.Opaque<Lease>()(
  Schema.Struct({
    milliseconds: field(Milliseconds, "The duration of the lease after each renewal, in milliseconds."),
    until: optional(Timestamp, "When the lease ends unless it is renewed; absent while the lease rests.")
  })
) {}

/** A progress report of the receiver. */
export class Progress extends Schema.Opaque<Progress>()(
  Schema.Struct({
    at: field(Timestamp, "When the receiver reported."),
    note: inBody(optional(Text, "The work in progress, in words.")),
    fraction: optional(
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
      "The fraction of the work that is done, from 0 to 1."
    )
  })
) {}

const points = Schema.Array(Text).check(Schema.isMaxLength(limits.points))

/** Notes of an attempt for the next one, and the artifacts made so far. */
export class HandBack extends Schema.Opaque<HandBack>()(
  Schema.Struct({
    done: optional(points, "The work that is done."),
    remaining: optional(points, "The work that remains."),
    pitfalls: optional(points, "Pitfalls that the next attempt should avoid."),
    artifacts: optional(Artifacts, "The artifacts made so far.")
  }).check(bounded())
) {}

/** The word of an error: its name, code or status, or the exit code of a program. */
const ErrorWord = textUpTo(limits.nameLength * 4, "A word of 1 to 128 characters").check(
  Schema.isMinLength(1),
  Schema.isMaxLength(limits.nameLength)
)

/** The pauses between the attempts of a worker, and the errors after which another attempt would not help. */
export class RetryPolicy extends Schema.Opaque<RetryPolicy>()(
  Schema.Struct({
    initial: optional(Milliseconds, "The pause after the first failed attempt, in milliseconds. Default: 30 seconds."),
    factor: optional(
      Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 100 })),
      "The factor by which each further pause is longer. Default: 8."
    ),
    max: optional(Milliseconds, "The longest pause, in milliseconds. Default: ten minutes."),
    jitter: optional(
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
      "The greatest fraction by which chance shortens a pause. Default: 0.25."
    ),
    final: optional(
      Schema.Array(ErrorWord).check(Schema.isMaxLength(limits.parts)),
      "Errors that fail the handoff at once: names, codes, HTTP statuses, or exit codes of a program."
    )
  })
) {}

/** A question of the receiver with the sender's answer. */
export class Answer extends Schema.Opaque<Answer>()(
  Schema.Struct({
    question: inBody(field(Text, "The receiver's question."), ""),
    answer: inBody(field(Text, "The sender's answer."), "")
  })
) {}

/**
 * The clocks of a request: `accept_by` ends the wait for an acceptance, `deadline` ends the handoff, and `review_by` ends the
 * wait for a review.
 */
export const Clock = Schema.Literals(["accept_by", "deadline", "review_by"])
export type Clock = typeof Clock.Type

/** The clocks that end a handoff. */
export const EndingClock = Schema.Literals(["accept_by", "deadline"])
export type EndingClock = typeof EndingClock.Type

/** One step of a handoff from receiver to receiver. */
export class Hop extends Schema.Opaque<Hop>()(
  Schema.Struct({
    receiver: field(AgentId, "The receiver from this step on."),
    attempt: field(Attempt, "The first attempt of this receiver."),
    at: field(Timestamp, "When the handoff was forwarded.")
  })
) {}

/**
 * Why a handoff was re-routed: its receiver declined (`rejected`), missed `accept_by`, or used up its attempts
 * (`attempts_exhausted`).
 */
export const RerouteCause = Schema.Literals(["rejected", "accept_by", "attempts_exhausted"])
export type RerouteCause = typeof RerouteCause.Type
