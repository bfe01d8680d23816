import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import { AgentId, type RecordId } from "./Fields.ts"
import { EmptyHistory, InvalidTransition, NotYourHandoff } from "./HandoffError.ts"
import type { HandoffEvent } from "./HandoffEvent.ts"
import { type HandoffRecord, type HandoffResponse } from "./HandoffRecord.ts"
import { HandoffStatus } from "./HandoffStatus.ts"

/**
 * Events that begin a handoff. Every other event is a transition.
 *
 * @example
 * ```ts
 * import { type HandoffEvent, type Origin } from "@aumai/handoff-protocol"
 *
 * const isOrigin = (event: HandoffEvent): event is Origin => event._tag === "Created" || event._tag === "Imported"
 * ```
 */
export type Origin = Extract<HandoffEvent, { readonly _tag: "Created" | "Imported" }>

/**
 * Events that move a handoff from one status to another: the rows of the table.
 *
 * @example
 * ```ts
 * import { type Transition, transitions } from "@aumai/handoff-protocol"
 *
 * const leadsTo = (event: Transition) => transitions[event._tag].to
 * ```
 */
export type Transition = Exclude<HandoffEvent, Origin>

/**
 * Who may record an event: one of the two agents of the handoff, or anyone.
 *
 * @example
 * ```ts
 * import { type Party, transitions } from "@aumai/handoff-protocol"
 *
 * const whose: Party = transitions.Cancelled.by
 * console.log(whose) // sender
 * ```
 */
export type Party = "sender" | "receiver" | "anyone"

/**
 * A row of the table: where the event may come, where it leads, and whose it is.
 *
 * @example
 * ```ts
 * import { type Rule, transitions } from "@aumai/handoff-protocol"
 *
 * const rules: ReadonlyArray<Rule> = Object.values(transitions)
 * console.log(rules.length) // 7
 * ```
 */
export interface Rule {
  readonly from: ReadonlyArray<HandoffStatus>
  readonly to: HandoffStatus
  readonly by: Party
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
  Completed: { from: ["accepted", "in_progress"], to: "completed", by: "receiver" },
  Failed: { from: ["accepted", "in_progress"], to: "failed", by: "receiver" },
  Cancelled: { from: ["pending", "accepted", "in_progress"], to: "cancelled", by: "sender" },
  Expired: { from: ["pending", "accepted", "in_progress"], to: "expired", by: "anyone" }
} as const satisfies Record<Transition["_tag"], Rule>

type Transitions = typeof transitions
type Of<Union, Key extends PropertyKey, Value> = Extract<Union, { readonly [_ in Key]: Value }>
/** The records an event may meet, as the table says. */
type Before<Tag extends keyof Transitions> = Of<HandoffRecord, "status", Transitions[Tag]["from"][number]>
/**
 * The record an event makes, as the table says.
 *
 * @example
 * ```ts
 * import { type After } from "@aumai/handoff-protocol"
 *
 * const resultOf = (record: After<"Completed">) => record.result
 * ```
 */
export type After<Tag extends keyof Transitions> = Of<HandoffRecord, "status", Transitions[Tag]["to"]>

const next = (record: HandoffRecord, event: HandoffEvent) => ({
  recordId: record.recordId,
  revision: record.revision + 1,
  request: record.request,
  createdAt: record.createdAt,
  updatedAt: event.at
})

/** The answer an ended handoff had before it ended, where it had one. */
const answered = (record: { readonly response?: HandoffResponse }) =>
  record.response === undefined ? {} : { response: record.response }

// Typed from the table: a builder that makes another status, or reads what its `from` states do not have, does not compile.
const builders: {
  readonly [Tag in keyof Transitions]: (record: Before<Tag>, event: Of<Transition, "_tag", Tag>) => After<Tag>
} = {
  Accepted: (record, event) => ({
    status: "accepted",
    ...next(record, event),
    response: {
      accepted: true,
      // What the Python library says when the receiver gives no reason.
      reason: event.reason ?? "Accepted by receiving agent.",
      ...(event.estimatedCompletion === undefined ? {} : { estimatedCompletion: event.estimatedCompletion })
    }
  }),
  Rejected: (record, event) => ({
    status: "rejected",
    ...next(record, event),
    response: { accepted: false, reason: event.reason }
  }),
  Started: (record, event) => ({ status: "in_progress", ...next(record, event), response: record.response }),
  Completed: (record, event) => ({
    status: "completed",
    ...next(record, event),
    response: record.response,
    result: event.result
  }),
  Failed: (record, event) => ({
    status: "failed",
    ...next(record, event),
    response: { accepted: false, reason: event.reason }
  }),
  Cancelled: (record, event) => ({
    status: "cancelled",
    ...next(record, event),
    ...("response" in record ? answered(record) : {}),
    reason: event.reason ?? "Cancelled by the sender."
  }),
  Expired: (record, event) => ({
    status: "expired",
    ...next(record, event),
    ...("response" in record ? answered(record) : {}),
    reason: "The deadline passed while the handoff was open."
  })
}

const isTransition = (event: HandoffEvent): event is Transition => event._tag in transitions

/**
 * The agent a party is in one handoff; nothing for `anyone`.
 *
 * @example
 * ```ts
 * import { agentOf, type HandoffRecord } from "@aumai/handoff-protocol"
 *
 * const receiver = (record: HandoffRecord) => agentOf(record, "receiver")
 * ```
 */
export const agentOf = (record: HandoffRecord, party: Party): AgentId | undefined =>
  party === "anyone" ? undefined : party === "sender" ? record.request.fromAgent : record.request.toAgent

/**
 * Who acts when nobody does: time itself, which lets a handoff expire.
 *
 * @example
 * ```ts
 * import { clock, type HandoffEvent } from "@aumai/handoff-protocol"
 *
 * const happenedByItself = (event: HandoffEvent) => event.by === clock
 * ```
 */
export const clock = AgentId.make("clock")

/**
 * The first state of a handoff, from the event that begins it.
 *
 * @example
 * ```ts
 * import { AgentId, HandoffRequest, create, RecordId } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const record = create(RecordId.make("7k2m9q4xw3pz"), {
 *   _tag: "Created",
 *   at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"),
 *   by: AgentId.make("planner"),
 *   request: HandoffRequest.make({
 *     fromAgent: AgentId.make("planner"),
 *     toAgent: AgentId.make("executor"),
 *     taskDescription: "Generate the Q3 report"
 *   })
 * })
 * console.log(record.status) // "pending"
 * ```
 */
export const create = (recordId: RecordId, event: Origin): HandoffRecord =>
  event._tag === "Imported"
    ? { ...event.record, recordId, revision: 1 }
    : { status: "pending", recordId, revision: 1, request: event.request, createdAt: event.at, updatedAt: event.at }

/**
 * The state after an event: looks up its row, checks where the handoff stands and whose move it is.
 *
 * @example
 * ```ts
 * import { apply, type HandoffRecord } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const start = (record: HandoffRecord, at: DateTime.Utc) =>
 *   apply(record, { _tag: "Started", at, by: record.request.toAgent })
 * ```
 */
export const apply = (
  record: HandoffRecord,
  event: HandoffEvent
): Result.Result<HandoffRecord, InvalidTransition | NotYourHandoff> => {
  const { recordId, status } = record
  if (!isTransition(event)) {
    return Result.fail(new InvalidTransition({ recordId, status, event: event._tag, allowedFrom: [] }))
  }
  const rule: Rule = transitions[event._tag]
  if (!rule.from.includes(status)) {
    return Result.fail(new InvalidTransition({ recordId, status, event: event._tag, allowedFrom: rule.from }))
  }
  const expected = agentOf(record, rule.by)
  if (expected !== undefined && rule.by !== "anyone" && event.by !== expected) {
    return Result.fail(new NotYourHandoff({ recordId, event: event._tag, by: event.by, party: rule.by, expected }))
  }
  // The cast: TypeScript cannot see that one lookup fixes the builder and the event together; the check above fixed the record.
  const build = builders[event._tag] as (record: HandoffRecord, event: Transition) => HandoffRecord
  return Result.succeed(build(record, event))
}

/**
 * Folds a whole history, oldest first, into the state it describes.
 *
 * @example
 * ```ts
 * import { type HandoffEvent, RecordId, replay } from "@aumai/handoff-protocol"
 *
 * const stateOf = (history: ReadonlyArray<HandoffEvent>) => replay(RecordId.make("7k2m9q4xw3pz"), history)
 * ```
 */
export const replay = (
  recordId: RecordId,
  history: ReadonlyArray<HandoffEvent>
): Result.Result<HandoffRecord, EmptyHistory | InvalidTransition | NotYourHandoff> => {
  const [origin, ...rest] = history
  if (origin === undefined || isTransition(origin)) return Result.fail(new EmptyHistory({ recordId }))
  if (origin._tag === "Created" && origin.by !== origin.request.fromAgent) {
    const { fromAgent: expected } = origin.request
    return Result.fail(new NotYourHandoff({ recordId, event: "Created", by: origin.by, party: "sender", expected }))
  }
  let record = create(recordId, origin)
  for (const event of rest) {
    const applied = apply(record, event)
    if (Result.isFailure(applied)) return applied
    record = applied.success
  }
  return Result.succeed(record)
}

const rows: ReadonlyArray<readonly [Transition["_tag"], Rule]> = Object.entries(transitions) as ReadonlyArray<
  // The cast: Object.entries forgets that the keys are those of the table.
  readonly [Transition["_tag"], Rule]
>

const openStatuses: ReadonlySet<HandoffStatus> = new Set(rows.flatMap(([, rule]) => rule.from))

/**
 * Whether any transition starts from this status. One that is not open is final.
 *
 * @example
 * ```ts
 * import { isOpen } from "@aumai/handoff-protocol"
 *
 * console.log(isOpen("in_progress"), isOpen("completed")) // true false
 * ```
 */
export const isOpen = (status: HandoffStatus): boolean => openStatuses.has(status)

/**
 * The events the table allows from a status, with their rules.
 *
 * @example
 * ```ts
 * import { movesFrom } from "@aumai/handoff-protocol"
 *
 * console.log(movesFrom("accepted").map(({ event }) => event))
 * // ["Started", "Completed", "Failed", "Cancelled", "Expired"]
 * ```
 */
export const movesFrom = (
  status: HandoffStatus
): ReadonlyArray<{ readonly event: Transition["_tag"]; readonly rule: Rule }> =>
  rows.filter(([, rule]) => rule.from.includes(status)).map(([event, rule]) => ({ event, rule }))

// Cancelling is always possible; the turn is the receiver's where the receiver has a move.
const turns = new Map(
  HandoffStatus.literals.map((status) => {
    const parties = new Set(movesFrom(status).map(({ rule }) => rule.by))
    return [status, parties.has("receiver") ? "receiver" : parties.has("sender") ? "sender" : undefined] as const
  })
)

/**
 * The agent who owns the next move of an open handoff; nothing when it is final.
 *
 * @example
 * ```ts
 * import { type HandoffRecord, turnOf } from "@aumai/handoff-protocol"
 *
 * const waitsFor = (record: HandoffRecord) => turnOf(record) ?? "nobody"
 * ```
 */
export const turnOf = (record: HandoffRecord): AgentId | undefined => {
  const party = turns.get(record.status)
  return party === undefined ? undefined : agentOf(record, party)
}

/**
 * When an open handoff falls due: its deadline. Nothing when it has none or is final.
 *
 * @example
 * ```ts
 * import { dueAt, type HandoffRecord } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const isOverdue = (record: HandoffRecord, now: DateTime.Utc) => {
 *   const due = dueAt(record)
 *   return due !== undefined && due.epochMilliseconds <= now.epochMilliseconds
 * }
 * ```
 */
export const dueAt = (record: HandoffRecord): DateTime.Utc | undefined =>
  isOpen(record.status) ? record.request.deadline : undefined
