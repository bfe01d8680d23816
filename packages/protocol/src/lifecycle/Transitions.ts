import * as Record from "effect/Record"

import type { Awaits } from "../model/Awaits.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import type { HandoffStatus } from "../model/HandoffStatus.ts"

/** Events that begin a handoff. Every other event is a transition. */
export type Origin = Extract<HandoffEvent, { readonly _tag: "Created" | "Imported" }>

/** An event of a handoff that has begun: a row of the transition table. */
export type Transition = Exclude<HandoffEvent, Origin>

/**
 * The party that may record an event: sender, receiver, the reviewer of the work (the sender, or the agent that its review
 * has escalated to), a witness (any agent but the receiver), or anyone.
 */
export type Party = "sender" | "receiver" | "reviewer" | "witness" | "anyone"

/** A row of the transition table: the statuses that allow an event, the status after it, and the party that records it. */
export interface Rule {
  readonly from: ReadonlyArray<HandoffStatus>
  /** `same` if the event does not change the status. */
  readonly to: HandoffStatus | "same"
  /** The other status after the event, if a shutdown ends the attempt that asked a question. */
  readonly or?: HandoffStatus
  readonly by: Party
  /** `true` if the clock may record the event, too, once it is due. */
  readonly clock?: true
  /** Further statuses from which only an event of another program leads, because it does not know them. */
  readonly foreign?: ReadonlyArray<HandoffStatus>
  /** `true` if the event needs a request that asks for a review, `false` if it needs one that does not. */
  readonly reviewed?: boolean
  /** The fate of open parts when the event ends their whole: they must have ended, are cancelled with it, or go on. */
  readonly parts?: "must have ended" | "are cancelled" | "go on"
}

/**
 * The transition table, which specifies the lifecycle. Every other rule about the order of events is derived from it.
 *
 * @example
 * ```ts
 * import { transitions } from "@aumai/handoff-protocol"
 *
 * console.log(transitions.Accepted.from) // ["pending"]
 * ```
 */
export const transitions = {
  Accepted: { from: ["pending"], to: "accepted", by: "receiver" },
  Rejected: { from: ["pending"], to: "rejected", by: "receiver", parts: "go on" },
  Started: { from: ["accepted"], to: "in_progress", by: "receiver" },
  Progressed: { from: ["accepted", "in_progress"], to: "same", by: "receiver" },
  Asked: { from: ["in_progress"], to: "input_required", by: "receiver" },
  Answered: { from: ["input_required"], to: "in_progress", or: "pending", by: "sender" },
  Forwarded: {
    from: ["pending", "accepted", "in_progress", "input_required"],
    to: "pending",
    by: "receiver",
    clock: true
  },
  Delegated: { from: ["accepted", "in_progress"], to: "same", by: "receiver" },
  Restated: { from: ["accepted"], to: "same", by: "receiver" },
  Confirmed: { from: ["accepted"], to: "same", by: "sender" },
  Attested: { from: ["accepted", "in_progress", "input_required", "delivered"], to: "same", by: "witness" },
  Released: {
    from: ["accepted", "in_progress", "input_required"],
    to: "pending",
    or: "input_required",
    by: "receiver",
    clock: true
  },
  Delivered: {
    from: ["accepted", "in_progress"],
    to: "delivered",
    by: "receiver",
    // A program that knows no reviews sees work in progress, and may complete it again.
    foreign: ["input_required", "delivered"],
    reviewed: true
  },
  Approved: { from: ["delivered"], to: "completed", by: "reviewer", clock: true, parts: "must have ended" },
  Returned: { from: ["delivered"], to: "in_progress", by: "reviewer" },
  Escalated: { from: ["delivered"], to: "same", by: "anyone" },
  Completed: {
    from: ["accepted", "in_progress"],
    to: "completed",
    by: "receiver",
    foreign: ["input_required"],
    reviewed: false,
    parts: "must have ended"
  },
  Failed: {
    from: ["accepted", "in_progress", "input_required"],
    to: "failed",
    by: "receiver",
    clock: true,
    foreign: ["delivered"],
    parts: "go on"
  },
  Cancelled: {
    from: ["pending", "accepted", "in_progress", "input_required", "delivered"],
    to: "cancelled",
    by: "sender",
    parts: "are cancelled"
  },
  Reminded: { from: ["pending", "accepted", "in_progress", "input_required", "delivered"], to: "same", by: "anyone" },
  Expired: {
    from: ["pending", "accepted", "in_progress", "input_required"],
    to: "expired",
    by: "anyone",
    parts: "go on"
  }
} as const satisfies Record<Transition["_tag"], Rule>

export type Transitions = typeof transitions
export type Of<Union, Key extends PropertyKey, Value> = Extract<Union, { readonly [_ in Key]: Value }>
/** The records that allow an event, from the table. */
export type Before<Tag extends keyof Transitions> = Of<
  HandoffRecord,
  "status",
  | Transitions[Tag]["from"][number]
  | (Transitions[Tag] extends { readonly foreign: ReadonlyArray<infer Status> } ? Status : never)
>
/** The record after an event, from the table. */
export type After<Tag extends keyof Transitions> = Transitions[Tag]["to"] extends "same"
  ? Of<HandoffRecord, "status", Transitions[Tag]["from"][number]>
  : Of<HandoffRecord, "status", Transitions[Tag]["to"] | Alternative<Transitions[Tag]>>
type Alternative<R extends Rule> = R extends { readonly or: infer Or } ? Or : never

const rows: ReadonlyArray<readonly [Transition["_tag"], Rule]> = Object.entries(transitions) as ReadonlyArray<
  // The cast: Object.entries widens the keys of the table to string.
  readonly [Transition["_tag"], Rule]
>

const openStatuses: ReadonlySet<HandoffStatus> = new Set(rows.flatMap(([, rule]) => rule.from))

/** Checks whether a status is open: at least one transition starts from it. Any other status is final. */
export const isOpen = (status: HandoffStatus): boolean => openStatuses.has(status)

/** Checks whether a whole with this status ended without its open parts, so that nobody waits for them. */
export const abandonsParts = (status: HandoffStatus): boolean =>
  rows.some(([, { parts, to }]) => to === status && parts === "go on")

/**
 * Lists the events that the table allows in a status, with their rules.
 *
 * @example
 * ```ts
 * import { movesFrom } from "@aumai/handoff-protocol"
 *
 * console.log(movesFrom("input_required").map(({ event }) => event))
 * // ["Answered", "Forwarded", "Attested", "Released", "Failed", "Cancelled", "Reminded", "Expired"]
 * ```
 */
export const movesFrom = (
  status: HandoffStatus
): ReadonlyArray<{ readonly event: Transition["_tag"]; readonly rule: Rule }> =>
  rows.filter(([, rule]) => rule.from.includes(status)).map(([event, rule]) => ({ event, rule }))

/** Lists the statuses that allow an event of a row, which are more for an event of another program. */
export const sourcesOf = ({ from, foreign = [] }: Rule, isForeign: boolean): ReadonlyArray<HandoffStatus> =>
  isForeign ? [...from, ...foreign] : from

/** Lists the events by which another program may have left a status. */
export const foreignMovesFrom = (status: HandoffStatus): ReadonlyArray<Transition["_tag"]> =>
  rows.filter(([, rule]) => sourcesOf(rule, true).includes(status)).map(([event]) => event)

/** Returns the status after an event in a given status, unless a shutdown ends the attempt that asked a question. */
export const statusAfter = (event: Transition["_tag"], status: HandoffStatus): HandoffStatus => {
  const { to } = transitions[event]
  return to === "same" ? status : to
}

/** The event with which the receiver hands its work back: a delivery if the request asks for a review. */
export const completionOf = ({ request }: Pick<HandoffRecord, "request">): "Completed" | "Delivered" =>
  request.review === undefined ? "Completed" : "Delivered"

/** A step that a handoff waits for: its kind, and the event that takes it, by the party of the table. */
export interface Step {
  readonly awaits: Awaits
  readonly event: Transition["_tag"]
}

/** The step that each status waits for; `undefined` in a final status. */
export const steps = {
  pending: { awaits: "acceptance", event: "Accepted" },
  accepted: { awaits: "work", event: "Started" },
  in_progress: { awaits: "work", event: "Completed" },
  input_required: { awaits: "answer", event: "Answered" },
  delivered: { awaits: "review", event: "Approved" },
  completed: undefined,
  rejected: undefined,
  failed: undefined,
  cancelled: undefined,
  expired: undefined
} as const satisfies Record<HandoffStatus, Step | undefined>

/** The step of the read-back that an accepted handoff waits for before it can start, by its party. */
export const readBackSteps = {
  receiver: { awaits: "work", event: "Restated" },
  sender: { awaits: "confirmation", event: "Confirmed" }
} as const satisfies Partial<Record<Party, Step>>

/** The party that owns the next move in each status; `undefined` in a final status. */
export const turns = /*#__PURE__*/ Record.map(
  steps,
  (step: Step | undefined): Party | undefined => step && transitions[step.event].by
)
