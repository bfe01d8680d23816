import type { RerouteCause } from "../model/Attempt.ts"
/** Why an event may not come to a record: what the table says, and what it cannot say. */
import type { ReadBack } from "../model/Briefing.ts"
import { coverageOf, itemsOf } from "../model/Coverage.ts"
import {
  AlreadyHeld,
  NoAttemptLeft,
  NoHopLeft,
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
  maxAttemptsOf,
  maxHopsOf,
  overdueEvent,
  rerouteCause,
  startAwaits
} from "./Clocks.ts"
import { restated, verified } from "./NextState.ts"
import { movesFrom, type Of, type Rule, type Transition, transitions } from "./Transitions.ts"

export const isTransition = (event: HandoffEvent): event is Transition => event._tag in transitions

/** What the lifecycle may say to an event. */
export type LifecycleError =
  | InvalidTransition
  | NotYourHandoff
  | StaleAttempt
  | NotDue
  | NoAttemptLeft
  | NoHopLeft
  | NoRoomLeft
  | AlreadyHeld
  | ReadBackIncomplete
  | UnknownItem
  | NotDelivered

/** What must be right about an event of time, beside when it comes. */
const essence = (event: Transition) => [
  event._tag,
  "missed" in event && event.missed,
  "of" in event && event.of,
  "code" in event && event.code
]

/** Whether time itself causes this event at its moment. */
const isDue = (record: HandoffRecord, event: Transition): boolean => {
  const due = overdueEvent(record, event.at)
  if (due === undefined) return false
  return event._tag === "Forwarded"
    ? event.because !== undefined && event.because === rerouteCause(record, due)
    : isSame(essence(due), essence(event))
}

const whetherDue = (record: HandoffRecord, event: Transition): NotDue | undefined =>
  isDue(record, event) ? undefined : new NotDue({ recordId: record.recordId, event: event._tag, at: event.at })

/**
 * Whether time causes an event, and not an agent: it must be due, and needs no signature when the clock records it. The
 * record is the one that the event was recorded on.
 */
export const isOfTime = (record: HandoffRecord, event: HandoffEvent): boolean => {
  if (!isTransition(event)) return false
  const rule: Rule = transitions[event._tag]
  return (
    rule.by === "anyone" ||
    (rule.clock === true &&
      event.by === clock &&
      // An agent may have that name: an event of its own handoff that is not due is the agent's.
      (agentOf(record, rule.by) !== clock || isDue(record, event)))
  )
}

/** What the table cannot say: what must be true of the record, whatever else the event says. */
const conditions: { readonly [Tag in Transition["_tag"]]?: (record: HandoffRecord) => LifecycleError | undefined } = {
  Started: (record) => whetherReadBack(record, "Started", startAwaits(record)),
  // Nor is it completed without a start.
  Completed: (record) => whetherReadBack(record, "Completed", startAwaits(record)),
  // The sender confirms what it has been told, and no less.
  Confirmed: (record) =>
    "readBack" in record && record.readBack !== undefined && startAwaits(record) !== "receiver"
      ? undefined
      : whetherReadBack(record, "Confirmed", "receiver"),
  Released: (record) =>
    isLastAttempt(record)
      ? new NoAttemptLeft({ recordId: record.recordId, maxAttempts: maxAttemptsOf(record) })
      : undefined,
  Forwarded: (record) => {
    const maxHops = maxHopsOf(record)
    return (record.hops?.length ?? 0) < maxHops ? undefined : new NoHopLeft({ recordId: record.recordId, maxHops })
  }
}

const whetherReadBack = (
  { recordId, request, ...record }: HandoffRecord,
  event: Transition["_tag"],
  awaits: "sender" | "receiver" | undefined
): ReadBackIncomplete | undefined => {
  if (awaits === undefined) return undefined
  const readBack = "readBack" in record ? record.readBack : undefined
  const missing = request.briefing === undefined ? [] : coverageOf(request.briefing, readBack).missing
  return new ReadBackIncomplete({ recordId, event, awaits, missing })
}

/** What must be true whoever did it: that the record after it is one that every store and reader takes. */
const whetherRoom = (record: HandoffRecord, event: Transition): NoRoomLeft | undefined => {
  const of = noRoomFor(record, event)
  return of && new NoRoomLeft({ recordId: record.recordId, event: event._tag, of })
}

const noRoomFor = (record: HandoffRecord, event: Transition): NoRoomLeft["of"] | undefined => {
  const evidence = "evidence" in record ? record.evidence : undefined
  switch (event._tag) {
    case "Attested": {
      const all = verified(evidence, event)
      return all.length > limits.parts || !isBounded(all) ? "evidence" : undefined
    }
    case "Completed":
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

/** And what must be true of the event. */
const contents: {
  readonly [Tag in Transition["_tag"]]?: (
    record: HandoffRecord,
    event: Of<Transition, "_tag", Tag>
  ) => LifecycleError | undefined
} = {
  Accepted: (record, { readBack }) => whetherKnown(record, readBack),
  Restated: (record, { readBack }) => whetherKnown(record, readBack),
  Forwarded: (record, event) => {
    const { recordId } = record
    const holders = holdersOf(record)
    if (holders.includes(event.to)) return new AlreadyHeld({ recordId, agent: event.to, holders })
    const isTheirs = event.by === agentOf(record, "receiver") && !isOfTime(record, event)
    return !isTheirs || mayReroute(record, event.because)
      ? undefined
      : new NotDue({ recordId, event: event._tag, at: event.at })
  },
  Completed: ({ recordId, request }, { artifacts = [] }) => {
    if (request.deliverables === undefined) return undefined
    const issues = undelivered(request.deliverables, artifacts)
    return issues.length === 0 ? undefined : new NotDelivered({ recordId, issues })
  }
}

/** Whether a receiver may say that this is what its handoff is re-routed for: what would end it otherwise, it could do now. */
const mayReroute = (record: HandoffRecord, because: RerouteCause | undefined): boolean =>
  because === undefined ||
  (record.request.reroute === true &&
    ((because === "rejected" && movesFrom(record.status).some(({ event }) => event === "Rejected")) ||
      (because === "attempts_exhausted" && isLastAttempt(record))))

const whetherKnown = ({ recordId, request }: HandoffRecord, readBack: ReadBack | undefined) => {
  const known = request.briefing === undefined ? [] : itemsOf(request.briefing)
  const items = (readBack?.items ?? []).map(({ id }) => id).filter((id) => !known.includes(id))
  return items.length === 0 ? undefined : new UnknownItem({ recordId, items, known })
}

/**
 * The events that the lifecycle allows of a handoff as it stands, with their rules: those of its status, but no release in
 * the last attempt, no hop behind the last, and no start before the briefing has been read back.
 */
export const movesOf = (record: HandoffRecord): ReturnType<typeof movesFrom> =>
  movesFrom(record.status).filter(({ event }) => conditions[event]?.(record) === undefined)

/** Whose an event is, and why it is not its author's. */
const whetherYours = (record: HandoffRecord, event: Transition, rule: Rule): NotYourHandoff | undefined => {
  const { recordId, request } = record
  const { by } = rule
  if (by === "anyone") return undefined
  const refuse = (party: Exclude<typeof by, "anyone">, expected: typeof event.by) =>
    new NotYourHandoff({ recordId, event: event._tag, by: event.by, party, expected })
  if (by === "witness") {
    return event.by === agentOf(record, "receiver") ? refuse(by, request.fromAgent) : undefined
  }
  // What goes along with its parent goes by whoever withdrew that.
  if (event._tag === "Cancelled" && event.along !== undefined && event.along === request.parent) return undefined
  const expected = agentOf(record, by)
  return expected === undefined || event.by === expected ? undefined : refuse(by, expected)
}

/** Why an event may not come to a record now; nothing when it may. */
export const objection = (record: HandoffRecord, event: HandoffEvent): LifecycleError | undefined => {
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
  const isByTime = isOfTime(record, event)
  // What another program did has happened, due or not, and whatever was asked for.
  if (event.via !== undefined) {
    return (isByTime ? undefined : whetherYours(record, event, rule)) ?? whetherRoom(record, event)
  }
  // The cast: a row's condition on its event is given events of that row.
  const content = contents[event._tag] as
    | ((record: HandoffRecord, event: Transition) => LifecycleError | undefined)
    | undefined
  return (
    (isByTime ? whetherDue(record, event) : whetherYours(record, event, rule)) ??
    conditions[event._tag]?.(record) ??
    content?.(record, event) ??
    whetherRoom(record, event)
  )
}
