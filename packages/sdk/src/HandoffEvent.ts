import type { HandoffRecord, HandoffRequest, JsonObject } from "./HandoffRecord.ts"

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
  /** Who did it; `clock` for an expiry that nobody recorded. */
  readonly by: string
  /** Present when the fact was read from a file that another program wrote. */
  readonly via?: "foreign"
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

interface AcceptedEvent extends Fact {
  readonly _tag: "Accepted"
  readonly reason?: string
  readonly estimatedCompletion?: Date
}

interface RejectedEvent extends Fact {
  readonly _tag: "Rejected"
  readonly reason: string
}

interface StartedEvent extends Fact {
  readonly _tag: "Started"
}

interface CompletedEvent extends Fact {
  readonly _tag: "Completed"
  readonly result: JsonObject
}

interface FailedEvent extends Fact {
  readonly _tag: "Failed"
  readonly reason: string
}

interface CancelledEvent extends Fact {
  readonly _tag: "Cancelled"
  readonly reason?: string
}

interface ExpiredEvent extends Fact {
  readonly _tag: "Expired"
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
  | CompletedEvent
  | FailedEvent
  | CancelledEvent
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

/**
 * A record together with everything that happened to it: what `export` gives and `import` takes.
 *
 * @example
 * ```ts
 * import type { ArchivedHandoff } from "@aumai/handoff"
 *
 * const line = (handoff: ArchivedHandoff) => `${JSON.stringify(handoff)}\n`
 * ```
 */
export interface ArchivedHandoff {
  /** What the history describes. */
  readonly record: HandoffRecord
  readonly history: ReadonlyArray<HandoffEvent>
  /** What the text said when it said something else: a program that does not know of histories had changed it. */
  readonly edited?: HandoffRecord
}
