import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import type { HandoffStatus } from "../model/HandoffStatus.ts"

/** Events that begin a handoff. Every other event is a transition. */
export type Origin = Extract<HandoffEvent, { readonly _tag: "Created" | "Imported" }>

/** An event of a handoff that has begun: a row of the transition table. */
export type Transition = Exclude<HandoffEvent, Origin>

/** Who may record an event: one of the two agents of the handoff, a witness (anyone but the receiver), or anyone. */
export type Party = "sender" | "receiver" | "witness" | "anyone"

/** A row of the table: where the event may come, where it leads, and whose it is. */
export interface Rule {
  readonly from: ReadonlyArray<HandoffStatus>
  /** `same` for what is said along the way. */
  readonly to: HandoffStatus | "same"
  readonly by: Party
  /** Whether time itself may do it, too, once it is due. */
  readonly clock?: true
}

/**
 * The lifecycle. This table is the specification: everything else that knows what may follow what is derived from it.
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
  Rejected: { from: ["pending"], to: "rejected", by: "receiver" },
  Started: { from: ["accepted"], to: "in_progress", by: "receiver" },
  Progressed: { from: ["accepted", "in_progress"], to: "same", by: "receiver" },
  Asked: { from: ["in_progress"], to: "input_required", by: "receiver" },
  Answered: { from: ["input_required"], to: "in_progress", by: "sender" },
  Forwarded: {
    from: ["pending", "accepted", "in_progress", "input_required"],
    to: "pending",
    by: "receiver",
    clock: true
  },
  Delegated: { from: ["accepted", "in_progress"], to: "same", by: "receiver" },
  Restated: { from: ["accepted"], to: "same", by: "receiver" },
  Confirmed: { from: ["accepted"], to: "same", by: "sender" },
  Attested: { from: ["accepted", "in_progress", "input_required"], to: "same", by: "witness" },
  Released: { from: ["accepted", "in_progress", "input_required"], to: "pending", by: "receiver", clock: true },
  Completed: { from: ["accepted", "in_progress"], to: "completed", by: "receiver" },
  Failed: { from: ["accepted", "in_progress", "input_required"], to: "failed", by: "receiver", clock: true },
  Cancelled: { from: ["pending", "accepted", "in_progress", "input_required"], to: "cancelled", by: "sender" },
  Reminded: { from: ["pending", "accepted", "in_progress", "input_required"], to: "same", by: "anyone" },
  Expired: { from: ["pending", "accepted", "in_progress", "input_required"], to: "expired", by: "anyone" }
} as const satisfies Record<Transition["_tag"], Rule>

export type Transitions = typeof transitions
export type Of<Union, Key extends PropertyKey, Value> = Extract<Union, { readonly [_ in Key]: Value }>
/** The records an event may meet, as the table says. */
export type Before<Tag extends keyof Transitions> = Of<HandoffRecord, "status", Transitions[Tag]["from"][number]>
/** The record an event makes, as the table says. */
export type After<Tag extends keyof Transitions> = Transitions[Tag]["to"] extends "same"
  ? Of<HandoffRecord, "status", Transitions[Tag]["from"][number]>
  : Of<HandoffRecord, "status", Transitions[Tag]["to"]>

const rows: ReadonlyArray<readonly [Transition["_tag"], Rule]> = Object.entries(transitions) as ReadonlyArray<
  // The cast: Object.entries forgets that the keys are those of the table.
  readonly [Transition["_tag"], Rule]
>

const openStatuses: ReadonlySet<HandoffStatus> = new Set(rows.flatMap(([, rule]) => rule.from))

/** Whether any transition starts from this status. One that is not open is final. */
export const isOpen = (status: HandoffStatus): boolean => openStatuses.has(status)

/**
 * The events the table allows from a status, with their rules.
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

/** Where a handoff stands after an event that met it in this status. */
export const statusAfter = (event: Transition["_tag"], status: HandoffStatus): HandoffStatus => {
  const { to } = transitions[event]
  return to === "same" ? status : to
}

/** Whose move is awaited in each status; a final one awaits nobody's. */
export const turns = {
  pending: "receiver",
  accepted: "receiver",
  in_progress: "receiver",
  input_required: "sender",
  completed: undefined,
  rejected: undefined,
  failed: undefined,
  cancelled: undefined,
  expired: undefined
} as const satisfies Record<HandoffStatus, Party | undefined>
