/**
 * A value of JSON.
 *
 * @example
 * ```ts
 * import type { Json } from "@aumai/handoff"
 *
 * const rows: Json = [1, "two", null, { three: true }]
 * ```
 */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

/**
 * An object of JSON values, at most 1 MiB when encoded: the context of a request, or a result.
 *
 * @example
 * ```ts
 * import type { JsonObject } from "@aumai/handoff"
 *
 * const result: JsonObject = { output: "report.pdf", pages: 12 }
 * ```
 */
export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * The sender's ask. It never changes once the handoff is created.
 *
 * @example
 * ```ts
 * import type { HandoffRequest } from "@aumai/handoff"
 *
 * const isUrgent = (request: HandoffRequest) => request.priority > 7
 * ```
 */
export interface HandoffRequest {
  readonly fromAgent: string
  readonly toAgent: string
  readonly taskDescription: string
  /** Whatever the receiver needs to know. */
  readonly context: JsonObject
  /** 1 to 10, 10 is most urgent. */
  readonly priority: number
  /** The handoff expires when it is still open at this moment. */
  readonly deadline?: Date
  /** The handoff expires when nobody has accepted it at this moment. */
  readonly acceptBy?: Date
  /** So many milliseconds before either moment its nearing is put on record. */
  readonly remindBefore?: number
  /** After so many attempts that were given back or whose lease ran out it fails; 3 when left out. */
  readonly maxAttempts?: number
  /** Capabilities the receiver must have, when the router chose it. */
  readonly requires?: ReadonlyArray<string>
  /** The handoff that this one is a part of. */
  readonly parent?: string
}

/**
 * What the receiver answered.
 *
 * @example
 * ```ts
 * import type { HandoffResponse } from "@aumai/handoff"
 *
 * const show = ({ accepted, reason }: HandoffResponse) => `${accepted ? "yes" : "no"}: ${reason}`
 * ```
 */
export interface HandoffResponse {
  readonly accepted: boolean
  readonly reason: string
  readonly estimatedCompletion?: Date
}

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
 * What an attempt that was given back has learnt, for the next one: each a list of sentences.
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

/** What is true of a handoff wherever it stands. */
interface Common {
  readonly recordId: string
  /** How many events the handoff has had. */
  readonly revision: number
  readonly request: HandoffRequest
  readonly createdAt: Date
  readonly updatedAt: Date
  /** The attempt that is under way or comes next; 1 is the first. A late writer that names an older one changes nothing. */
  readonly attempt: number
}

/** What may be true of an open one. */
interface Open extends Common {
  /** What the attempt before has learnt. */
  readonly handBack?: HandBack
  /** The clocks whose nearing is on record. */
  readonly reminded?: ReadonlyArray<Clock>
}

/** What is true of one that its receiver holds. */
interface Held extends Open {
  readonly response: HandoffResponse
  readonly lease?: Lease
  readonly progress?: Progress
}

/**
 * Waits for the receiver's answer.
 *
 * @example
 * ```ts
 * import type { Pending } from "@aumai/handoff"
 *
 * const show = (handoff: Pending) => `${handoff.request.toAgent} has not answered ${handoff.recordId}`
 * ```
 */
export interface Pending extends Open {
  readonly status: "pending"
  /** Claims pass it by until then. */
  readonly notBefore?: Date
}

/**
 * The receiver has taken it on.
 *
 * @example
 * ```ts
 * import type { Accepted } from "@aumai/handoff"
 *
 * const show = (handoff: Accepted) => `${handoff.request.toAgent} says: ${handoff.response.reason}`
 * ```
 */
export interface Accepted extends Held {
  readonly status: "accepted"
}

/**
 * The receiver works on it.
 *
 * @example
 * ```ts
 * import type { InProgress } from "@aumai/handoff"
 *
 * const promised = (handoff: InProgress) => handoff.response.estimatedCompletion
 * ```
 */
export interface InProgress extends Held {
  readonly status: "in_progress"
  /** What was last asked and answered. */
  readonly answer?: Answer
}

/**
 * The receiver has asked; the sender's answer lets it go on. A lease rests meanwhile.
 *
 * @example
 * ```ts
 * import type { InputRequired } from "@aumai/handoff"
 *
 * const show = (handoff: InputRequired) => `${handoff.request.fromAgent} is asked: ${handoff.question}`
 * ```
 */
export interface InputRequired extends Held {
  readonly status: "input_required"
  readonly question: string
}

/**
 * Done, with what the receiver hands back.
 *
 * @example
 * ```ts
 * import type { Completed } from "@aumai/handoff"
 *
 * const show = (handoff: Completed) => JSON.stringify(handoff.result)
 * ```
 */
export interface Completed extends Common {
  readonly status: "completed"
  readonly response: HandoffResponse
  readonly result: JsonObject
}

/**
 * Declined by the receiver; `response.reason` says why.
 *
 * @example
 * ```ts
 * import type { Rejected } from "@aumai/handoff"
 *
 * const show = (handoff: Rejected) => `declined: ${handoff.response.reason}`
 * ```
 */
export interface Rejected extends Common {
  readonly status: "rejected"
  readonly response: HandoffResponse
}

/**
 * Given up by the receiver; `response.reason` says why.
 *
 * @example
 * ```ts
 * import type { Failed } from "@aumai/handoff"
 *
 * const show = (handoff: Failed) => `failed: ${handoff.response.reason}`
 * ```
 */
export interface Failed extends Common {
  readonly status: "failed"
  readonly response: HandoffResponse
  /** Present when it was not the receiver who gave up. */
  readonly code?: "attempts_exhausted"
}

/**
 * Withdrawn by the sender. `response` is there when the receiver had accepted before.
 *
 * @example
 * ```ts
 * import type { Cancelled } from "@aumai/handoff"
 *
 * const wasAccepted = (handoff: Cancelled) => handoff.response !== undefined
 * ```
 */
export interface Cancelled extends Common {
  readonly status: "cancelled"
  readonly response?: HandoffResponse
  readonly reason: string
}

/**
 * Still open when one of its clocks had run out: `missed` says which. `response` is there when the receiver had accepted before.
 *
 * @example
 * ```ts
 * import type { Expired } from "@aumai/handoff"
 *
 * const wasAccepted = (handoff: Expired) => handoff.response !== undefined
 * ```
 */
export interface Expired extends Common {
  readonly status: "expired"
  readonly response?: HandoffResponse
  readonly reason: string
  readonly missed: Clock
}

/**
 * A handoff as it stands: a union on `status`, each state with only what is true in it.
 *
 * @example
 * ```ts
 * import type { HandoffRecord } from "@aumai/handoff"
 *
 * const outcome = (handoff: HandoffRecord) =>
 *   handoff.status === "completed" ? JSON.stringify(handoff.result) : `not done: ${handoff.status}`
 * ```
 */
export type HandoffRecord =
  | Pending
  | Accepted
  | InProgress
  | InputRequired
  | Completed
  | Rejected
  | Failed
  | Cancelled
  | Expired

/**
 * Where a handoff is in its life.
 *
 * @example
 * ```ts
 * import type { HandoffStatus } from "@aumai/handoff"
 *
 * const open: ReadonlyArray<HandoffStatus> = ["pending", "accepted", "in_progress", "input_required"]
 * ```
 */
export type HandoffStatus = HandoffRecord["status"]
