/** Checks an event against a record: by the transition table, and by the rules that the table cannot express. */
import type { RerouteCause } from "../model/Attempt.ts"
import type { ReadBack } from "../model/Briefing.ts"
import { coverageOf, itemsOf } from "../model/Coverage.ts"
import {
  AlreadyHeld,
  NoAttemptLeft,
  NoHopLeft,
  NoReworkLeft,
  NoRoomLeft,
  NotDelivered,
  NotDue,
  ReadBackIncomplete,
  StaleAttempt,
  UnknownItem
} from "../model/CustodyError.ts"
import { undelivered } from "../model/Delivery.ts"
import { InvalidTransition, NotYourHandoff } from "../model/HandoffError.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import { isBounded } from "../values/Json.ts"
import { limits } from "../values/Limits.ts"
import { isSame } from "../values/Same.ts"
import {
  agentOf,
  clock,
  holdersOf,
  isLastAttempt,
  isUncounted,
  maxAttemptsOf,
  maxHopsOf,
  maxReworksOf,
  overdueEvent,
  rerouteCause,
  startAwaits,
  unansweredOf
} from "./Clocks.ts"
import { attested, restated, witnessed } from "./NextState.ts"
import { movesFrom, type Of, type Rule, sourcesOf, type Transition, transitions } from "./Transitions.ts"

export const isTransition = (event: HandoffEvent): event is Transition => event._tag in transitions

/** Every error with which the lifecycle refuses an event. */
export type LifecycleError =
  | InvalidTransition
  | NotYourHandoff
  | StaleAttempt
  | NotDue
  | NoAttemptLeft
  | NoHopLeft
  | NoReworkLeft
  | NoRoomLeft
  | AlreadyHeld
  | ReadBackIncomplete
  | UnknownItem
  | NotDelivered

/** Lists the parts of a clock event that must match the due event; its time may be later. */
const essentials = (event: Transition) => [
  event._tag,
  "missed" in event && event.missed,
  "of" in event && event.of,
  "code" in event && event.code
]

/** Checks that the clock may record this event at its time. */
const isDue = (record: HandoffRecord, event: Transition): boolean => {
  // A history does not show that a lease was renewed, so a reminder is due while the lease seems to have ended, too.
  const due = overdueEvent(record, event.at, event._tag === "Reminded")
  if (due === undefined) return false
  return event._tag === "Forwarded"
    ? event.because !== undefined && event.because === rerouteCause(record, due)
    : isSame(essentials(due), essentials(event))
}

const checkDue = (record: HandoffRecord, event: Transition): NotDue | undefined =>
  isDue(record, event) ? undefined : new NotDue({ recordId: record.recordId, event: event._tag, at: event.at })

/**
 * Checks whether the clock causes an event, and not an agent. Such an event must be due, and needs no signature if the
 * clock records it. An import refuses it if another program recorded it. `record` is the state before the event.
 */
export const isOfTime = (record: HandoffRecord, event: HandoffEvent): boolean => {
  if (!isTransition(event)) return false
  const rule: Rule = transitions[event._tag]
  return (
    rule.by === "anyone" ||
    (rule.clock === true &&
      event.by === clock &&
      // An agent may be named `clock`: an event on its own handoff that is not due is the agent's.
      (agentOf(record, rule.by) !== clock || isDue(record, event)))
  )
}

/** The conditions on the record that the table cannot express. Without an event, they are for an event without a code. */
const conditions: {
  readonly [Tag in Transition["_tag"]]?: (record: HandoffRecord, event?: Transition) => LifecycleError | undefined
} = {
  Started: (record) => checkReadBack(record, "Started", startAwaits(record)),
  // A handoff can be completed without a start.
  Completed: (record) => checkReadBack(record, "Completed", startAwaits(record)),
  Delivered: (record) => checkReadBack(record, "Delivered", startAwaits(record)),
  Returned: (record) => {
    const maxReworks = maxReworksOf(record)
    const number = record.rework?.number ?? 0
    return number < maxReworks ? undefined : new NoReworkLeft({ recordId: record.recordId, maxReworks })
  },
  // The sender can confirm only a complete read-back.
  Confirmed: (record) =>
    "readBack" in record && record.readBack !== undefined && startAwaits(record) !== "receiver"
      ? undefined
      : checkReadBack(record, "Confirmed", "receiver"),
  Released: (record, event) =>
    isLastAttempt(record) && !isUncounted(record, event)
      ? new NoAttemptLeft({ recordId: record.recordId, maxAttempts: maxAttemptsOf(record) })
      : undefined,
  Forwarded: (record) => {
    const maxHops = maxHopsOf(record)
    return (record.hops?.length ?? 0) < maxHops ? undefined : new NoHopLeft({ recordId: record.recordId, maxHops })
  }
}

const checkReadBack = (
  { recordId, request, ...record }: HandoffRecord,
  event: Transition["_tag"],
  awaits: "sender" | "receiver" | undefined
): ReadBackIncomplete | undefined => {
  if (awaits === undefined) return undefined
  const readBack = "readBack" in record ? record.readBack : undefined
  const { briefing } = request
  const missing =
    briefing === undefined ? [] : [...coverageOf(briefing, readBack).missing, ...unansweredOf(briefing, readBack)]
  return new ReadBackIncomplete({ recordId, event, awaits, missing })
}

/** Checks that the record after the event is within the limits that every store and reader accepts. */
const checkRoom = (record: HandoffRecord, event: Transition): NoRoomLeft | undefined => {
  const of = partWithoutRoom(record, event)
  return of && new NoRoomLeft({ recordId: record.recordId, event: event._tag, of })
}

const partWithoutRoom = (record: HandoffRecord, event: Transition): NoRoomLeft["of"] | undefined => {
  const evidence = "evidence" in record ? record.evidence : undefined
  switch (event._tag) {
    case "Attested": {
      // The evidence of the receiver, which delivered work has, needs no room of the witnesses.
      const all = attested(record.status === "delivered" ? witnessed(evidence) : evidence, event)
      return all.length > limits.parts || !isBounded(all) ? "evidence" : undefined
    }
    case "Completed":
    case "Delivered":
      return (evidence?.length ?? 0) + (event.evidence?.length ?? 0) > 2 * limits.parts ? "evidence" : undefined
    case "Forwarded":
      return (record.hops?.length ?? 0) < limits.hops ? undefined : "hops"
    case "Accepted":
    case "Restated": {
      if (event.readBack === undefined) return undefined
      const all = restated("readBack" in record ? record.readBack : undefined, event.readBack)
      return all.items.length > 2 * limits.parts || !isBounded(all) ? "read_back" : undefined
    }
    default:
      return undefined
  }
}

/** The conditions on the content of the event. */
const contents: {
  readonly [Tag in Transition["_tag"]]?: (
    record: HandoffRecord,
    event: Of<Transition, "_tag", Tag>
  ) => LifecycleError | undefined
} = {
  Accepted: (record, { readBack }) => checkItems(record, readBack),
  Restated: (record, { readBack }) => checkItems(record, readBack),
  Forwarded: (record, event) => {
    const { recordId } = record
    const holders = holdersOf(record)
    if (holders.includes(event.to)) return new AlreadyHeld({ recordId, agent: event.to, holders })
    const isTheirs = event.by === agentOf(record, "receiver") && !isOfTime(record, event)
    return !isTheirs || mayReroute(record, event.because)
      ? undefined
      : new NotDue({ recordId, event: event._tag, at: event.at })
  },
  // Histories from before this grade have none, so only an event that claims it is judged.
  Attested: ({ recordId, request: { fromAgent: expected } }, { by, grade }) =>
    grade === undefined || by === expected
      ? undefined
      : new NotYourHandoff({ recordId, event: "Attested", by, party: "sender", expected }),
  Completed: (record, event) => checkDelivery(record, event),
  Delivered: (record, event) => checkDelivery(record, event)
}

const checkDelivery = (
  { recordId, request }: HandoffRecord,
  { artifacts = [] }: Of<Transition, "_tag", "Completed" | "Delivered">
): NotDelivered | undefined => {
  if (request.deliverables === undefined) return undefined
  const issues = undelivered(request.deliverables, artifacts)
  return issues.length === 0 ? undefined : new NotDelivered({ recordId, issues })
}

/** Checks that the receiver may name this cause: the event that it replaces must be allowed now. */
const mayReroute = (record: HandoffRecord, because: RerouteCause | undefined): boolean =>
  because === undefined ||
  (record.request.reroute === true &&
    ((because === "rejected" && movesFrom(record.status).some(({ event }) => event === "Rejected")) ||
      (because === "attempts_exhausted" && isLastAttempt(record))))

const checkItems = ({ recordId, request }: HandoffRecord, readBack: ReadBack | undefined) => {
  const known = request.briefing === undefined ? [] : itemsOf(request.briefing)
  const items = (readBack?.items ?? []).map(({ id }) => id).filter((id) => !known.includes(id))
  return items.length === 0 ? undefined : new UnknownItem({ recordId, items, known })
}

/** Checks that an event is for the terms of the request: with a review, or without one. */
const isOfTerms = ({ request }: HandoffRecord, { reviewed }: Rule): boolean =>
  reviewed === undefined || reviewed === (request.review !== undefined)

/**
 * Lists the events that the lifecycle allows on a record, with their rules. The last attempt has no release, the last hop
 * no forward, and a start waits for the read-back of the briefing.
 */
export const movesOf = (record: HandoffRecord): ReturnType<typeof movesFrom> =>
  movesFrom(record.status).filter(
    ({ event, rule }) => isOfTerms(record, rule) && conditions[event]?.(record) === undefined
  )

/** Checks that the author is allowed to record this event. */
const checkActor = (record: HandoffRecord, event: Transition, rule: Rule): NotYourHandoff | undefined => {
  const { recordId, request } = record
  const { by } = rule
  if (by === "anyone") return undefined
  const refuse = (party: Exclude<typeof by, "anyone">, expected: typeof event.by) =>
    new NotYourHandoff({ recordId, event: event._tag, by: event.by, party, expected })
  if (by === "witness") {
    return event.by === agentOf(record, "receiver") ? refuse(by, request.fromAgent) : undefined
  }
  // A part that is cancelled along with its parent has the author of that cancellation.
  if (event._tag === "Cancelled" && event.along !== undefined && event.along === request.parent) return undefined
  const expected = agentOf(record, by)
  return expected === undefined || event.by === expected ? undefined : refuse(by, expected)
}

/** Checks an event against a record; `undefined` if it is allowed. */
export const check = (record: HandoffRecord, event: HandoffEvent): LifecycleError | undefined => {
  const { recordId, status } = record
  if (!isTransition(event)) return new InvalidTransition({ recordId, status, event: event._tag, allowedFrom: [] })
  const rule: Rule = transitions[event._tag]
  // Checked first: the holder of an older attempt gets `StaleAttempt` in any status.
  if (event.attempt !== undefined && event.attempt !== record.attempt) {
    return new StaleAttempt({ recordId, event: event._tag, attempt: event.attempt, current: record.attempt })
  }
  if (!sourcesOf(rule, event.via !== undefined).includes(status)) {
    return new InvalidTransition({ recordId, status, event: event._tag, allowedFrom: rule.from })
  }
  // Also for an event of another program: it knows no reviews, and must not replace one.
  if (!isOfTerms(record, rule)) {
    return new InvalidTransition({ recordId, status, event: event._tag, allowedFrom: [] })
  }
  const isByTime = isOfTime(record, event)
  // An event of another program has happened, due or not, so only its author and the limits are checked.
  // Of an erased event, the content is no longer there.
  if (event.via !== undefined || event.body !== undefined) {
    return (isByTime ? undefined : checkActor(record, event, rule)) ?? checkRoom(record, event)
  }
  // The cast: the condition in a row gets only events of that row.
  const content = contents[event._tag] as
    | ((record: HandoffRecord, event: Transition) => LifecycleError | undefined)
    | undefined
  return (
    (isByTime ? checkDue(record, event) : checkActor(record, event, rule)) ??
    conditions[event._tag]?.(record, event) ??
    content?.(record, event) ??
    checkRoom(record, event)
  )
}

/** Tests that an event has answers or a confirmation that `checkAnswers` judges. */
export const hasAnswers = ({ request }: HandoffRecord, event: Transition): boolean =>
  (event._tag === "Confirmed" && event.checked !== undefined) ||
  (request.briefing?.readBack?.asks !== undefined &&
    (event._tag === "Confirmed" || ("readBack" in event && event.readBack !== undefined)))
