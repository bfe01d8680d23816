import * as DateTime from "effect/DateTime"

import type { Attempt, Clock, RerouteCause } from "../model/Attempt.ts"
import type { Briefing, ReadBack, ReadBackAsk } from "../model/Briefing.ts"
import { coverageOf } from "../model/Coverage.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import { AgentId } from "../values/Fields.ts"
import { limits } from "../values/Limits.ts"
import { lastMoment } from "../values/Moment.ts"
import { isOpen, type Party, readBackSteps, type Step, steps, type Transition, transitions } from "./Transitions.ts"

/** Returns the agent that has a handoff, or had it when it ended: the receiver of its request or of its last hop. */
export const receiverOf = ({ hops, request }: HandoffRecord): AgentId => hops?.at(-1)?.receiver ?? request.toAgent

/** Returns the agent that reviews the work: the sender, or the agent of `escalate_to` once the review has escalated. */
const reviewerOf = (record: HandoffRecord): AgentId => {
  const { fromAgent, review } = record.request
  return "escalated" in record && record.escalated !== undefined ? (review?.escalateTo ?? fromAgent) : fromAgent
}

/** Returns the agent of a party in a handoff; `undefined` for `witness` and `anyone`, which are not one agent. */
export const agentOf = (record: HandoffRecord, party: Party): AgentId | undefined =>
  party === "sender"
    ? record.request.fromAgent
    : party === "receiver"
      ? receiverOf(record)
      : party === "reviewer"
        ? reviewerOf(record)
        : undefined

/** The author of events that time causes: expired leases and handoffs, reminders, re-routes, and reviews that are due. */
export const clock = /*#__PURE__*/ AgentId.make("clock")

/** The field of a read-back that answers each question. */
export const answerFields = {
  first_action: "firstAction",
  most_likely_wrong: "mostLikelyWrong",
  least_confident_item: "leastConfidentItem"
} as const satisfies Record<ReadBackAsk, keyof ReadBack>

/** Lists the questions of a briefing that a read-back does not answer. */
export const unansweredOf = (briefing: Briefing, readBack: ReadBack | undefined): ReadonlyArray<ReadBackAsk> =>
  briefing.readBack?.asks?.filter((ask) => readBack?.[answerFields[ask]] === undefined) ?? []

/**
 * Returns the party that must act before an accepted handoff can start: the receiver while its read-back is incomplete,
 * then the sender if it must confirm. `undefined` if the handoff can start or is not accepted.
 */
export const startAwaits = (record: HandoffRecord): "receiver" | "sender" | undefined => {
  const { briefing } = record.request
  if (briefing?.readBack === undefined || record.status !== "accepted") return undefined
  const { readBack } = record
  const { missing, question, refused } = coverageOf(briefing, readBack)
  if (readBack === undefined || missing.length > 0 || unansweredOf(briefing, readBack).length > 0) return "receiver"
  if (readBack.confirmed !== undefined) return undefined
  return briefing.readBack.confirm === true || question.length + refused.length > 0 ? "sender" : undefined
}

/** Returns the step that an open handoff waits for; `undefined` if the handoff has ended. */
export const stepOf = (record: HandoffRecord): Step | undefined => {
  const party = startAwaits(record)
  return party === undefined ? steps[record.status] : readBackSteps[party]
}

/** Returns the agent that owns the next move of an open handoff; `undefined` if the handoff has ended. */
export const turnOf = (record: HandoffRecord): AgentId | undefined => {
  const step = stepOf(record)
  return step && agentOf(record, transitions[step.event].by)
}

/** Returns the number of attempts that the receiver has until it delivers, with those that ended by a shutdown. */
export const maxAttemptsOf = ({ request, uncounted = 0 }: HandoffRecord): number =>
  (request.maxAttempts ?? limits.defaultAttempts) + uncounted

/** Checks whether an event releases the handoff without counting the attempt: a shutdown, within the limit. */
export const isUncounted = ({ uncounted = 0 }: HandoffRecord, event?: Transition): boolean =>
  event?._tag === "Released" && event.code === "shutdown" && uncounted < limits.shutdowns

/** Returns when the current receiver got a handoff, and the first attempt of that receiver. */
const latestHop = ({ createdAt, hops }: HandoffRecord) => hops?.at(-1) ?? { attempt: 1, at: createdAt }

/** Returns the first attempt of the receiver: since it got the handoff, or since its work was returned. */
export const firstAttemptOf = (record: HandoffRecord): Attempt =>
  Math.max(latestHop(record).attempt, record.rework?.attempt ?? 1)

/** Checks whether the current attempt is the last one of the receiver. */
export const isLastAttempt = (record: HandoffRecord): boolean =>
  record.attempt - firstAttemptOf(record) + 1 >= maxAttemptsOf(record)

/** Returns the number of times that delivered work may be returned. */
export const maxReworksOf = ({ request }: HandoffRecord): number => request.review?.reworks ?? limits.defaultReworks

/** Returns the number of times that a handoff can be forwarded. */
export const maxHopsOf = ({ request }: HandoffRecord): number => request.maxHops ?? limits.defaultHops

/** Lists every agent that has had a handoff, the sender first. The handoff never returns to one of them. */
export const holdersOf = ({ hops, request }: HandoffRecord): ReadonlyArray<AgentId> => [
  request.fromAgent,
  request.toAgent,
  ...(hops ?? []).map(({ receiver }) => receiver)
]

/**
 * Tests that another program ended a handoff: its end was inferred from the record of that program. A handoff that ends at
 * its first revision was imported that way.
 */
export const isEndedElsewhere = (record: HandoffRecord): boolean =>
  "via" in record || (!isOpen(record.status) && record.revision === 1)

/** A timer of an open handoff. */
interface Timer {
  readonly due: DateTime.Utc
  readonly of: Clock | "lease"
  /** The timer records a reminder of its clock. */
  readonly isReminder?: true
}

/** Lists the timers of a handoff by precedence: those that end it, then its lease, then reminders. */
const timersOf = (record: HandoffRecord): ReadonlyArray<Timer> => {
  const { acceptBy, deadline, remindBefore } = record.request
  const until = "lease" in record ? record.lease?.until : undefined
  const reviewBy = "reviewBy" in record ? record.reviewBy : undefined
  const all: Array<Timer> = []
  // Fast path: most handoffs have no timer, and every verb looks for one.
  if ((acceptBy ?? deadline ?? until ?? reviewBy) === undefined || !isOpen(record.status)) return all
  const { at, attempt } = latestHop(record)
  // The first acceptance stops this clock, even if the handoff is pending again.
  if (acceptBy !== undefined && record.status === "pending" && record.attempt === attempt) {
    // Each receiver has as much time as the first.
    const due = acceptBy.epochMilliseconds + at.epochMilliseconds - record.createdAt.epochMilliseconds
    all.push({ due: DateTime.makeUnsafe(Math.min(due, lastMoment)), of: "accept_by" })
  }
  // The first delivery meets the deadline, even if the work is returned.
  const isMet = record.status === "delivered" || record.rework !== undefined
  if (deadline !== undefined && !isMet) all.push({ due: deadline, of: "deadline" })
  if (reviewBy !== undefined) all.push({ due: reviewBy, of: "review_by" })
  const clocks = all.slice()
  if (until !== undefined) all.push({ due: until, of: "lease" })
  if (remindBefore === undefined) return all
  const reminded: ReadonlyArray<string> = ("reminded" in record && record.reminded) || []
  for (const { due, of } of clocks) {
    if (reminded.includes(of)) continue
    all.push({ due: DateTime.makeUnsafe(due.epochMilliseconds - remindBefore), of, isReminder: true })
  }
  return all
}

const eventOf = (record: HandoffRecord, { of, isReminder }: Timer, at: DateTime.Utc): Transition => {
  const fact = { at, by: clock }
  if (isReminder && of !== "lease") return { _tag: "Reminded", ...fact, of }
  if (of === "review_by") {
    return record.request.review?.silence === "escalates"
      ? { _tag: "Escalated", ...fact }
      : { _tag: "Approved", ...fact, reason: "Nobody reviewed the work in time, and silence approves." }
  }
  if (of !== "lease") return { _tag: "Expired", ...fact, missed: of }
  const { attempt } = record
  if (!isLastAttempt(record)) return { _tag: "Released", ...fact, attempt, reason: "The lease ran out." }
  const reason = `The lease of the last of ${maxAttemptsOf(record)} attempts ran out.`
  return { _tag: "Failed", ...fact, attempt, reason, code: "attempts_exhausted" }
}

const earliest = (timers: ReadonlyArray<Timer>): Timer | undefined => {
  let first: Timer | undefined
  for (const one of timers) {
    if (first === undefined || one.due.epochMilliseconds < first.due.epochMilliseconds) first = one
  }
  return first
}

/**
 * Returns the next time the clock acts on an open handoff: its earliest deadline, lease expiry or reminder; `undefined` if
 * it has none.
 */
export const dueAt = (record: HandoffRecord): DateTime.Utc | undefined => earliest(timersOf(record))?.due

/** Returns the same without the end of its lease, for stores, which keep the renewals of leases outside of the record. */
export const dueWithoutLease = (record: HandoffRecord): DateTime.Utc | undefined =>
  earliest(timersOf(record).filter(({ of }) => of !== "lease"))?.due

/**
 * Returns the event that the clock must record on an open handoff at a moment: an expiry, the end of a lease or of the time
 * for a review, or a reminder; `undefined` if none is due. `isHeld` leaves out the end of its lease.
 */
export const overdueEvent = (record: HandoffRecord, at: DateTime.Utc, isHeld = false): Transition | undefined => {
  const timer = timersOf(record).find(
    ({ due, of }) => due.epochMilliseconds <= at.epochMilliseconds && !(isHeld && of === "lease")
  )
  return timer && eventOf(record, timer, at)
}

/**
 * Returns the cause for which a handoff may be re-routed instead of ended by an event; `undefined` if its request does not
 * allow re-routing, or no hop is left.
 */
export const rerouteCause = (record: HandoffRecord, event: Transition): RerouteCause | undefined => {
  if (record.request.reroute !== true || (record.hops?.length ?? 0) >= maxHopsOf(record)) return undefined
  switch (event._tag) {
    case "Rejected":
      return "rejected"
    case "Expired":
      return event.missed === "accept_by" ? "accept_by" : undefined
    case "Released":
      return isLastAttempt(record) && !isUncounted(record, event) ? "attempts_exhausted" : undefined
    case "Failed":
      return isLastAttempt(record) ? event.code : undefined
    default:
      return undefined
  }
}

/** The agent that has a handoff, since when, and the next event that the clock records. */
export interface Whereabouts {
  /** The agent that owns the next move; absent if the handoff has ended. */
  readonly turn?: AgentId
  /** When the handoff last changed. */
  readonly since: DateTime.Utc
  /** The current attempt, or the next one while the handoff is pending. */
  readonly attempt: Attempt
  /** The next event that the clock records, and when; absent if it records none. */
  readonly due?: { readonly at: DateTime.Utc; readonly event: Transition["_tag"] }
  /** Claims skip the handoff until this moment. */
  readonly notBefore?: DateTime.Utc
  /** `true` if the handoff is open, has no turn, and the clock never acts on it. The lifecycle never leads there. */
  readonly isLost: boolean
}

/** Returns the agent that has a handoff, since when, and the next event that the clock records. */
export const whereabouts = (record: HandoffRecord): Whereabouts => {
  const turn = turnOf(record)
  const timer = earliest(timersOf(record))
  return {
    ...(turn === undefined ? {} : { turn }),
    since: record.updatedAt,
    attempt: record.attempt,
    ...(timer === undefined ? {} : { due: { at: timer.due, event: eventOf(record, timer, timer.due)._tag } }),
    ...("notBefore" in record && record.notBefore !== undefined ? { notBefore: record.notBefore } : {}),
    isLost: isOpen(record.status) && turn === undefined && timer === undefined
  }
}
