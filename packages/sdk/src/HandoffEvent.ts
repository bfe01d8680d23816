import type { ReadBack } from "./Briefing.ts"
import type { Clock, HandBack, RerouteCause } from "./Custody.ts"
import type { Artifact, OwnEvidence } from "./Delivery.ts"
import type { FailureCode, HandoffRecord, HandoffRequest } from "./HandoffRecord.ts"
import type { JsonObject } from "./Json.ts"

/**
 * Whom the router chose for a task, and why.
 *
 * @example
 * ```ts
 * import type { RoutingDecision } from "@aumai/handoff"
 *
 * const show = ({ agent, reason }: RoutingDecision) => `${agent}, because ${reason}`
 * ```
 */
export interface RoutingDecision {
  readonly agent: string
  /** One sentence for a person. */
  readonly reason: string
  /** True when no agent matched and any available one was taken. */
  readonly fallback: boolean
  /** The capabilities of the chosen agent that the task or `requires` asked for. */
  readonly matched: ReadonlyArray<string>
  /** Who else could have done it, best first. */
  readonly runnersUp: ReadonlyArray<{ readonly agent: string; readonly matched: ReadonlyArray<string> }>
}

interface Fact {
  readonly at: Date
  /** Who did it; `clock` for what time brought about. */
  readonly by: string
  /** Present when the fact was read from a file that another program wrote. */
  readonly via?: "foreign"
  /** The SHA-256 of the entry before it; the first has none. */
  readonly prev?: string
  /** By whoever did it, over all of the entry but itself: 64 bytes of Ed25519 as base64url. */
  readonly sig?: string
}

interface Move extends Fact {
  /** The attempt that its author named. */
  readonly attempt?: number
}

interface CreatedEvent extends Fact {
  readonly _tag: "Created"
  readonly request: HandoffRequest
  /** Present when the router chose the receiver. */
  readonly routing?: RoutingDecision
}

interface ImportedEvent extends Fact {
  readonly _tag: "Imported"
  readonly record: HandoffRecord
}

interface AcceptedEvent extends Move {
  readonly _tag: "Accepted"
  readonly reason?: string
  readonly estimatedCompletion?: Date
  /** It is held for so many milliseconds, unless that is renewed; for ever when left out. */
  readonly lease?: number
  /** The briefing in the receiver's words. */
  readonly readBack?: ReadBack
}

interface RejectedEvent extends Move {
  readonly _tag: "Rejected"
  readonly reason: string
}

interface StartedEvent extends Move {
  readonly _tag: "Started"
}

interface ProgressedEvent extends Move {
  readonly _tag: "Progressed"
  readonly note?: string
  /** From 0 to 1. */
  readonly fraction?: number
  /** From now on the lease reaches so many milliseconds. */
  readonly lease?: number
}

interface ReleasedEvent extends Move {
  readonly _tag: "Released"
  readonly reason?: string
  readonly handBack?: HandBack
  /** Claims pass it by until then. */
  readonly notBefore?: Date
}

interface AskedEvent extends Move {
  readonly _tag: "Asked"
  readonly question: string
}

interface AnsweredEvent extends Move {
  readonly _tag: "Answered"
  readonly answer: string
}

interface ForwardedEvent extends Move {
  readonly _tag: "Forwarded"
  readonly to: string
  readonly reason?: string
  readonly handBack?: HandBack
  /** Present when it was re-routed. */
  readonly because?: RerouteCause
  /** How the router chose the next receiver. */
  readonly routing?: RoutingDecision
}

interface DelegatedEvent extends Move {
  readonly _tag: "Delegated"
  readonly child: string
}

interface RestatedEvent extends Move {
  readonly _tag: "Restated"
  readonly readBack: ReadBack
}

interface ConfirmedEvent extends Move {
  readonly _tag: "Confirmed"
  readonly correction?: string
}

interface AttestedEvent extends Move {
  readonly _tag: "Attested"
  readonly statement: string
  /** The artifact or deliverable it is about. */
  readonly of?: string
  /** Where it can be looked up. */
  readonly uri?: string
  readonly digest?: string
}

interface CompletedEvent extends Move {
  readonly _tag: "Completed"
  readonly result: JsonObject
  readonly artifacts?: ReadonlyArray<Artifact>
  readonly evidence?: ReadonlyArray<OwnEvidence>
  /** Parts of it that are open go on without it. */
  readonly leavesChildren?: true
}

interface FailedEvent extends Move {
  readonly _tag: "Failed"
  readonly reason: string
  /** Present when it was not the receiver who gave up. */
  readonly code?: FailureCode
}

interface CancelledEvent extends Move {
  readonly _tag: "Cancelled"
  readonly reason?: string
  /** Its parent, when it was that which was withdrawn, and this one with it. */
  readonly along?: string
}

interface RemindedEvent extends Move {
  readonly _tag: "Reminded"
  readonly of: Clock
}

interface ExpiredEvent extends Move {
  readonly _tag: "Expired"
  readonly missed: Clock
}

/**
 * A fact about a handoff, in the past tense, with who (`by`) and when (`at`): a union on `_tag`.
 *
 * @example
 * ```ts
 * import type { HandoffEvent } from "@aumai/handoff"
 *
 * const show = (event: HandoffEvent) =>
 *   event._tag === "Completed" ? JSON.stringify(event.result) : `${event.by}: ${event._tag}`
 * ```
 */
export type HandoffEvent =
  | CreatedEvent
  | ImportedEvent
  | AcceptedEvent
  | RejectedEvent
  | StartedEvent
  | ProgressedEvent
  | ReleasedEvent
  | AskedEvent
  | AnsweredEvent
  | ForwardedEvent
  | DelegatedEvent
  | RestatedEvent
  | ConfirmedEvent
  | AttestedEvent
  | CompletedEvent
  | FailedEvent
  | CancelledEvent
  | RemindedEvent
  | ExpiredEvent

/**
 * One line of the log: an event, the handoff it belongs to, and where it stands.
 *
 * @example
 * ```ts
 * import type { Entry } from "@aumai/handoff"
 *
 * const show = ({ recordId, event }: Entry) => `${recordId} ${event._tag}`
 * ```
 */
export interface Entry {
  /** Opaque: give it to `changes({ after })` to go on behind this entry. */
  readonly position: string
  readonly recordId: string
  readonly revision: number
  readonly event: HandoffEvent
}
