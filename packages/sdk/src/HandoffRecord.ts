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

/** What is true of a handoff wherever it stands. */
interface Common {
  readonly recordId: string
  /** How many events the handoff has had. */
  readonly revision: number
  readonly request: HandoffRequest
  readonly createdAt: Date
  readonly updatedAt: Date
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
export interface Pending extends Common {
  readonly status: "pending"
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
export interface Accepted extends Common {
  readonly status: "accepted"
  readonly response: HandoffResponse
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
export interface InProgress extends Common {
  readonly status: "in_progress"
  readonly response: HandoffResponse
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
 * Still open when its deadline passed. `response` is there when the receiver had accepted before.
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
export type HandoffRecord = Pending | Accepted | InProgress | Completed | Rejected | Failed | Cancelled | Expired

/**
 * Where a handoff is in its life.
 *
 * @example
 * ```ts
 * import type { HandoffStatus } from "@aumai/handoff"
 *
 * const open: ReadonlyArray<HandoffStatus> = ["pending", "accepted", "in_progress"]
 * ```
 */
export type HandoffStatus = HandoffRecord["status"]
