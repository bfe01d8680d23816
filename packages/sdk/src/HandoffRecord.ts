import type { Briefing, KeptReadBack } from "./Briefing.ts"
import type { Answer, Clock, HandBack, Hop, Lease, Progress } from "./Custody.ts"
import type { Artifact, Deliverable, Evidence } from "./Delivery.ts"
import type { JsonObject } from "./Json.ts"

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
  /** The first receiver; `hops` says who got it after that. */
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
  /** What the receiver must know, in the order in which it must know it. */
  readonly briefing?: Briefing
  /** What must be handed back: it is not completed without them. */
  readonly deliverables?: ReadonlyArray<Deliverable>
  /** So often it may be handed on to another receiver; 3 times when left out. */
  readonly maxHops?: number
  /** Whether it goes to the next capable agent when its receiver declines, does not accept in time, or has used up its attempts. */
  readonly reroute?: boolean
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
  /** The attempt that is under way or comes next; 1 is the first. A late writer that names an older one changes nothing. */
  readonly attempt: number
  /** How it was handed on: the receivers after the first. The last of them has it, or had it when it ended. */
  readonly hops?: ReadonlyArray<Hop>
  /** How many parts of it its receivers have given to others. */
  readonly parts?: number
  /** The SHA-256 of its last entry, which the next one holds. */
  readonly head?: string
}

/** What may be true of an open one. */
interface Open extends Common {
  /** What the attempts before have learnt. */
  readonly handBack?: HandBack
  /** The clocks whose nearing is on record. */
  readonly reminded?: ReadonlyArray<Clock>
}

/** What is true of one that its receiver holds. */
interface Held extends Open {
  readonly response: HandoffResponse
  readonly lease?: Lease
  readonly progress?: Progress
  readonly readBack?: KeptReadBack
  /** What others have verified so far. */
  readonly evidence?: ReadonlyArray<Evidence>
}

/**
 * Waits for the receiver's answer.
 *
 * @example
 * ```ts
 * import type { Pending } from "@aumai/handoff"
 *
 * const receiver = ({ hops, request }: Pending) => hops?.at(-1)?.receiver ?? request.toAgent
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
 * const promised = (handoff: Accepted) => handoff.response.estimatedCompletion
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
 * const show = ({ progress }: InProgress) => `${Math.round((progress?.fraction ?? 0) * 100)} %`
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
  readonly artifacts?: ReadonlyArray<Artifact>
  readonly evidence?: ReadonlyArray<Evidence>
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
 * Why a handoff failed without its receiver saying so.
 *
 * @example
 * ```ts
 * import type { FailureCode } from "@aumai/handoff"
 *
 * const code: FailureCode = "attempts_exhausted"
 * ```
 */
export type FailureCode = "attempts_exhausted"

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
  readonly code?: FailureCode
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
