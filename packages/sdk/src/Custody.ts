import type { Artifact } from "./Delivery.ts"

/**
 * What the receiver holds a handoff on: it runs out at `until` unless `progress` renews it. It has no `until` while the
 * sender is asked.
 *
 * @example
 * ```ts
 * import type { Lease } from "@aumai/handoff"
 *
 * // A third of the time leaves room for two heartbeats that are lost.
 * const heartbeatEvery = ({ milliseconds }: Lease) => milliseconds / 3
 * ```
 */
export interface Lease {
  /** How far it reaches each time it is renewed. */
  readonly milliseconds: number
  readonly until?: Date
}

/**
 * How far the receiver said it was.
 *
 * @example
 * ```ts
 * import type { Progress } from "@aumai/handoff"
 *
 * const show = ({ fraction = 0, note = "" }: Progress) => `${Math.round(fraction * 100)} % ${note}`
 * ```
 */
export interface Progress {
  readonly at: Date
  readonly note?: string
  /** From 0 to 1. */
  readonly fraction?: number
}

/**
 * What an attempt that was given back has learnt, for the next one: lists of sentences, and what it has made so far.
 *
 * @example
 * ```ts
 * import type { HandBack } from "@aumai/handoff"
 *
 * const learnt: HandBack = { done: ["Pages 1 to 4"], remaining: ["Page 5"], pitfalls: ["The scan of page 5 is blurred"] }
 * ```
 */
export interface HandBack {
  readonly done?: ReadonlyArray<string>
  readonly remaining?: ReadonlyArray<string>
  readonly pitfalls?: ReadonlyArray<string>
  readonly artifacts?: ReadonlyArray<Artifact>
}

/**
 * A question of the receiver, and what the sender answered.
 *
 * @example
 * ```ts
 * import type { Answer } from "@aumai/handoff"
 *
 * const answer: Answer = { question: "Which quarter?", answer: "The third." }
 * ```
 */
export interface Answer {
  readonly question: string
  readonly answer: string
}

/**
 * The two clocks of a request: until when it must be accepted, and until when it must have ended.
 *
 * @example
 * ```ts
 * import type { Clock } from "@aumai/handoff"
 *
 * const words: Readonly<Record<Clock, string>> = { accept_by: "nobody took it", deadline: "it took too long" }
 * ```
 */
export type Clock = "accept_by" | "deadline"

/**
 * One step of a handoff from receiver to receiver.
 *
 * @example
 * ```ts
 * import type { Hop } from "@aumai/handoff"
 *
 * const path = (hops: ReadonlyArray<Hop>) => hops.map(({ receiver }) => receiver).join(" → ")
 * ```
 */
export interface Hop {
  readonly receiver: string
  /** The attempt that it began with there. */
  readonly attempt: number
  readonly at: Date
}

/**
 * Why a handoff was handed on though its receiver had not asked for that: it had declined, let `acceptBy` pass, or used up
 * its attempts.
 *
 * @example
 * ```ts
 * import type { RerouteCause } from "@aumai/handoff"
 *
 * const words: Readonly<Record<RerouteCause, string>> = {
 *   rejected: "declined it",
 *   accept_by: "did not take it in time",
 *   attempts_exhausted: "did not manage it"
 * }
 * ```
 */
export type RerouteCause = "rejected" | "accept_by" | "attempts_exhausted"
