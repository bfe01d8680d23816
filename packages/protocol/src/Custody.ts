import * as Schema from "effect/Schema"

import { Artifacts } from "./Delivery.ts"
import { AgentId, Text, Timestamp } from "./Fields.ts"
import { bounded } from "./Json.ts"
import { limits } from "./Limits.ts"

/**
 * How long something lasts: whole milliseconds, from 1 to those of 10,000 days.
 *
 * @example
 * ```ts
 * import { Milliseconds } from "@aumai/handoff-protocol"
 * import * as Schema from "effect/Schema"
 *
 * console.log(Schema.is(Milliseconds)(0)) // false
 * ```
 */
export const Milliseconds = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: limits.durationMilliseconds })
).annotate({ description: "A duration in milliseconds" })
export type Milliseconds = typeof Milliseconds.Type

/**
 * The number of an attempt: 1 is the first.
 *
 * @example
 * ```ts
 * import { Attempt } from "@aumai/handoff-protocol"
 * import * as Schema from "effect/Schema"
 *
 * console.log(Schema.is(Attempt)(1)) // true
 * ```
 */
export const Attempt = Schema.Int.check(Schema.isGreaterThan(0)).annotate({
  description: "The number of the attempt that is under way or comes next; 1 is the first"
})
export type Attempt = typeof Attempt.Type

/**
 * What the receiver holds a handoff on: it runs out at `until` unless it is renewed. It has no `until` while it rests,
 * because the next move is the sender's.
 *
 * @example
 * ```ts
 * import { type Lease } from "@aumai/handoff-protocol"
 *
 * const isResting = (lease: Lease) => lease.until === undefined
 * ```
 */
export class Lease extends Schema.Opaque<Lease>()(
  Schema.Struct({
    /** How far it reaches each time it is renewed. */
    milliseconds: Milliseconds,
    until: Schema.optionalKey(Timestamp)
  })
) {}

/**
 * How far the receiver said it was.
 *
 * @example
 * ```ts
 * import { type Progress } from "@aumai/handoff-protocol"
 *
 * const show = ({ fraction = 0, note = "" }: Progress) => `${Math.round(fraction * 100)} % ${note}`
 * ```
 */
export class Progress extends Schema.Opaque<Progress>()(
  Schema.Struct({
    at: Timestamp,
    note: Schema.optionalKey(Text),
    /** From 0 to 1. */
    fraction: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })))
  })
) {}

const Points = Schema.optionalKey(Schema.Array(Text).check(Schema.isMaxLength(limits.points)))

/**
 * What an attempt that was given back has learnt, for the next one: lists of sentences, and what it has made so far.
 *
 * @example
 * ```ts
 * import { HandBack } from "@aumai/handoff-protocol"
 *
 * const learnt = HandBack.make({ done: ["Pages 1 to 4"], remaining: ["Page 5"], pitfalls: ["The scan of page 5 is blurred"] })
 * ```
 */
export class HandBack extends Schema.Opaque<HandBack>()(
  Schema.Struct({
    done: Points,
    remaining: Points,
    pitfalls: Points,
    artifacts: Schema.optionalKey(Artifacts)
  }).check(bounded())
) {}

/**
 * A question of the receiver, and what the sender answered.
 *
 * @example
 * ```ts
 * import { Answer } from "@aumai/handoff-protocol"
 *
 * const answer = Answer.make({ question: "Which quarter?", answer: "The third." })
 * ```
 */
export class Answer extends Schema.Opaque<Answer>()(Schema.Struct({ question: Text, answer: Text })) {}

/**
 * The two clocks of a request: until when it must be accepted, and until when it must have ended.
 *
 * @example
 * ```ts
 * import { Clock } from "@aumai/handoff-protocol"
 *
 * console.log(Clock.literals) // ["accept_by", "deadline"]
 * ```
 */
export const Clock = Schema.Literals(["accept_by", "deadline"])
export type Clock = typeof Clock.Type

/**
 * One step of a handoff from receiver to receiver.
 *
 * @example
 * ```ts
 * import { type Hop } from "@aumai/handoff-protocol"
 *
 * const path = (hops: ReadonlyArray<Hop>) => hops.map(({ receiver }) => receiver).join(" → ")
 * ```
 */
export class Hop extends Schema.Opaque<Hop>()(
  Schema.Struct({
    receiver: AgentId,
    /** The attempt that it began with there. */
    attempt: Attempt,
    at: Timestamp
  })
) {}

/**
 * Why a handoff was handed on though its receiver had not asked for that: it had declined, let `accept_by` pass, or used up
 * its attempts.
 *
 * @example
 * ```ts
 * import { RerouteCause } from "@aumai/handoff-protocol"
 *
 * console.log(RerouteCause.literals) // ["rejected", "accept_by", "attempts_exhausted"]
 * ```
 */
export const RerouteCause = Schema.Literals(["rejected", "accept_by", "attempts_exhausted"])
export type RerouteCause = typeof RerouteCause.Type
