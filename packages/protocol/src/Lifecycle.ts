import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import { agentOf, clock, maxAttemptsOf, overdueEvent } from "./Clocks.ts"
import type { Lease, Milliseconds } from "./Custody.ts"
import type { RecordId } from "./Fields.ts"
import { EmptyHistory, InvalidTransition, NoAttemptLeft, NotDue, NotYourHandoff, StaleAttempt } from "./HandoffError.ts"
import type { HandoffEvent } from "./HandoffEvent.ts"
import type { HandoffRecord, HandoffResponse } from "./HandoffRecord.ts"
import { lastMoment } from "./Moment.ts"
import { isSame } from "./Same.ts"
import {
  type After,
  type Before,
  movesFrom,
  type Of,
  type Origin,
  type Rule,
  type Transition,
  type Transitions,
  transitions
} from "./Transitions.ts"

/** What stays of a handoff whatever happens to it. */
const next = (record: HandoffRecord, event: HandoffEvent) => ({
  recordId: record.recordId,
  revision: record.revision + 1,
  request: record.request,
  createdAt: record.createdAt,
  updatedAt: event.at,
  attempt: record.attempt
})

type Open = Before<"Expired">
type Held = Before<"Failed">

/** What stays of an open one while it stays open. */
const nextOpen = (record: Open, event: HandoffEvent) => ({
  ...next(record, event),
  ...(record.handBack === undefined ? {} : { handBack: record.handBack }),
  ...(record.reminded === undefined ? {} : { reminded: record.reminded })
})

/** What stays of one that the receiver holds while the receiver holds it. */
const nextHeld = (record: Held, event: HandoffEvent) => ({
  ...nextOpen(record, event),
  response: record.response,
  ...(record.lease === undefined ? {} : { lease: record.lease }),
  ...(record.progress === undefined ? {} : { progress: record.progress })
})

const leaseFrom = (at: DateTime.Utc, milliseconds: Milliseconds): Lease => ({
  milliseconds,
  until: DateTime.makeUnsafe(Math.min(at.epochMilliseconds + milliseconds, lastMoment))
})

/** The lease, renewed at a moment. */
const renewed = (lease: Lease | undefined, at: DateTime.Utc, milliseconds = lease?.milliseconds) =>
  milliseconds === undefined ? {} : { lease: leaseFrom(at, milliseconds) }

/** The answer an ended handoff had before it ended, where it had one. */
const answered = (record: { readonly response?: HandoffResponse }) =>
  record.response === undefined ? {} : { response: record.response }

const expiredBecause = {
  deadline: "The deadline passed while the handoff was open.",
  accept_by: "Nobody accepted the handoff in time."
} as const

// Typed from the table: a builder that makes another status, or reads what its `from` states do not have, does not compile.
const builders: {
  readonly [Tag in keyof Transitions]: (record: Before<Tag>, event: Of<Transition, "_tag", Tag>) => After<Tag>
} = {
  Accepted: (record, event) => ({
    status: "accepted",
    ...nextOpen(record, event),
    response: {
      accepted: true,
      // What the Python library says when the receiver gives no reason.
      reason: event.reason ?? "Accepted by receiving agent.",
      ...(event.estimatedCompletion === undefined ? {} : { estimatedCompletion: event.estimatedCompletion })
    },
    ...renewed(undefined, event.at, event.lease)
  }),
  Rejected: (record, event) => ({
    status: "rejected",
    ...next(record, event),
    response: { accepted: false, reason: event.reason }
  }),
  Started: (record, event) => ({ status: "in_progress", ...nextHeld(record, event) }),
  Progressed: (record, event) => ({
    ...record,
    ...next(record, event),
    progress: {
      at: event.at,
      ...(event.note === undefined ? {} : { note: event.note }),
      ...(event.fraction === undefined ? {} : { fraction: event.fraction })
    },
    ...renewed(record.lease, event.at, event.lease)
  }),
  Asked: (record, event) => ({
    status: "input_required",
    ...nextHeld(record, event),
    // It rests: the receiver can do nothing while it waits.
    ...(record.lease === undefined ? {} : { lease: { milliseconds: record.lease.milliseconds } }),
    question: event.question
  }),
  Answered: (record, event) => ({
    status: "in_progress",
    ...nextHeld(record, event),
    ...renewed(record.lease, event.at),
    answer: { question: record.question, answer: event.answer }
  }),
  Released: (record, event) => ({
    status: "pending",
    ...nextOpen(record, event),
    attempt: record.attempt + 1,
    ...(event.handBack === undefined ? {} : { handBack: event.handBack }),
    ...(event.notBefore === undefined ? {} : { notBefore: event.notBefore })
  }),
  Completed: (record, event) => ({
    status: "completed",
    ...next(record, event),
    response: record.response,
    result: event.result
  }),
  Failed: (record, event) => ({
    status: "failed",
    ...next(record, event),
    response: { accepted: false, reason: event.reason },
    ...(event.code === undefined ? {} : { code: event.code })
  }),
  Cancelled: (record, event) => ({
    status: "cancelled",
    ...next(record, event),
    ...("response" in record ? answered(record) : {}),
    reason: event.reason ?? "Cancelled by the sender."
  }),
  Reminded: (record, event) => ({
    ...record,
    ...next(record, event),
    reminded: [...(record.reminded ?? []), event.of]
  }),
  Expired: (record, event) => ({
    status: "expired",
    ...next(record, event),
    ...("response" in record ? answered(record) : {}),
    reason: expiredBecause[event.missed],
    missed: event.missed
  })
}

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
    : {
        status: "pending",
        recordId,
        revision: 1,
        request: event.request,
        createdAt: event.at,
        updatedAt: event.at,
        attempt: 1
      }

const isTransition = (event: HandoffEvent): event is Transition => event._tag in transitions

/**
 * What the lifecycle may say to an event.
 *
 * @example
 * ```ts
 * import { type LifecycleError } from "@aumai/handoff-protocol"
 *
 * const isTooLate = (error: LifecycleError) => error._tag === "StaleAttempt"
 * ```
 */
export type LifecycleError = InvalidTransition | NotYourHandoff | StaleAttempt | NotDue | NoAttemptLeft

/** Whether an event is one that time brings about, and not one of the two agents. */
const isOfTime = (record: HandoffRecord, event: Transition, rule: Rule): boolean =>
  rule.by === "anyone" || (rule.clock === true && event.by === clock && agentOf(record, rule.by) !== clock)

/** What must be right about an event of time, beside when it comes. */
const essence = (event: Transition) => [
  event._tag,
  "missed" in event && event.missed,
  "of" in event && event.of,
  "code" in event && event.code
]

/** What time says to an event that it is said to have brought about. What another program did has happened, due or not. */
const whetherDue = (record: HandoffRecord, event: Transition): NotDue | undefined => {
  if (event.via !== undefined) return undefined
  const due = overdueEvent(record, event.at)
  return due !== undefined && isSame(essence(due), essence(event))
    ? undefined
    : new NotDue({ recordId: record.recordId, event: event._tag, at: event.at })
}

const isLast = (record: HandoffRecord): boolean => record.attempt >= maxAttemptsOf(record)

/**
 * The events that the lifecycle allows of a handoff as it stands, with their rules: those of its status, and no release in
 * the last attempt.
 *
 * @example
 * ```ts
 * import { type HandoffRecord, movesOf } from "@aumai/handoff-protocol"
 *
 * const offered = (record: HandoffRecord) => movesOf(record).map(({ event }) => event)
 * ```
 */
export const movesOf = (record: HandoffRecord): ReturnType<typeof movesFrom> =>
  movesFrom(record.status).filter(({ event }) => event !== "Released" || !isLast(record))

/** Why an event may not come to a record now; nothing when it may. */
const objection = (record: HandoffRecord, event: HandoffEvent): LifecycleError | undefined => {
  const { recordId, status } = record
  if (!isTransition(event)) return new InvalidTransition({ recordId, status, event: event._tag, allowedFrom: [] })
  const rule: Rule = transitions[event._tag]
  // First: whoever holds an older attempt is told so, wherever the newer one stands.
  if (event.attempt !== undefined && event.attempt !== record.attempt) {
    return new StaleAttempt({ recordId, event: event._tag, attempt: event.attempt, current: record.attempt })
  }
  if (!rule.from.includes(status)) {
    return new InvalidTransition({ recordId, status, event: event._tag, allowedFrom: rule.from })
  }
  if (isOfTime(record, event, rule)) {
    const notDue = whetherDue(record, event)
    if (notDue !== undefined) return notDue
  } else {
    const expected = agentOf(record, rule.by)
    if (expected !== undefined && rule.by !== "anyone" && event.by !== expected) {
      return new NotYourHandoff({ recordId, event: event._tag, by: event.by, party: rule.by, expected })
    }
  }
  return event._tag === "Released" && isLast(record)
    ? new NoAttemptLeft({ recordId, maxAttempts: maxAttemptsOf(record) })
    : undefined
}

/**
 * The state after an event: looks up its row, checks where the handoff stands, whose move it is, and for what time brings
 * about whether it is due.
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
export const apply = (record: HandoffRecord, event: HandoffEvent): Result.Result<HandoffRecord, LifecycleError> => {
  const refusal = objection(record, event)
  if (refusal !== undefined) return Result.fail(refusal)
  // The casts: `objection` has seen that it is a transition, and that its row fits the record, and so its builder.
  const build = builders[(event as Transition)._tag] as (record: HandoffRecord, event: HandoffEvent) => HandoffRecord
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
): Result.Result<HandoffRecord, EmptyHistory | LifecycleError> => {
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
