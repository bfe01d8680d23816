import * as DateTime from "effect/DateTime"

import type { Attempt, Clock, RerouteCause } from "../model/Attempt.ts"
import { coverageOf } from "../model/Coverage.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import { AgentId } from "../values/Fields.ts"
import { limits } from "../values/Limits.ts"
import { lastMoment } from "../values/Moment.ts"
import { isOpen, type Party, type Transition, turns } from "./Transitions.ts"

/**
 * The agent that has a handoff now, or had it when it ended: the receiver of its request, or the last that it was handed on to.
 */
export const receiverOf = ({ hops, request }: HandoffRecord): AgentId => hops?.at(-1)?.receiver ?? request.toAgent

/** The agent a party is in one handoff; nothing for a `witness` and for `anyone`. */
export const agentOf = (record: HandoffRecord, party: Party): AgentId | undefined =>
  party === "sender" ? record.request.fromAgent : party === "receiver" ? receiverOf(record) : undefined

/** Who acts when nobody does: time itself, which ends leases and lets a handoff expire. */
export const clock = /*#__PURE__*/ AgentId.make("clock")

/**
 * Whose word an accepted handoff waits for before it may be started: the receiver's, while the read-back that its briefing
 * asks for is not whole; then the sender's, when it is to be confirmed or something in it was not understood. Nothing when it
 * may be started, and for one that is not accepted.
 */
export const startAwaits = (record: HandoffRecord): "receiver" | "sender" | undefined => {
  const { briefing } = record.request
  if (briefing?.readBack === undefined || record.status !== "accepted") return undefined
  const { readBack } = record
  const { missing, question, refused } = coverageOf(briefing, readBack)
  if (readBack === undefined || missing.length > 0) return "receiver"
  if (readBack.confirmed !== undefined) return undefined
  return briefing.readBack.confirm === true || question.length + refused.length > 0 ? "sender" : undefined
}

/** The agent who owns the next move of an open handoff; nothing when it is final. */
export const turnOf = (record: HandoffRecord): AgentId | undefined => {
  const party = startAwaits(record) === "sender" ? "sender" : turns[record.status]
  return party === undefined ? undefined : agentOf(record, party)
}

/** How many attempts each receiver of a handoff has. */
export const maxAttemptsOf = ({ request }: HandoffRecord): number => request.maxAttempts ?? limits.defaultAttempts

/** Since when its receiver has had a handoff, and the attempt that it began with there. */
const latestHop = ({ createdAt, hops }: HandoffRecord) => hops?.at(-1) ?? { attempt: 1, at: createdAt }

/** Whether its receiver has no other attempt after this one. */
export const isLastAttempt = (record: HandoffRecord): boolean =>
  record.attempt - latestHop(record).attempt + 1 >= maxAttemptsOf(record)

/** How often a handoff may be handed on in all. */
export const maxHopsOf = ({ request }: HandoffRecord): number => request.maxHops ?? limits.defaultHops

/** Everybody who has had a handoff, in that order; the sender first. None of them is given it again. */
export const holdersOf = ({ hops, request }: HandoffRecord): ReadonlyArray<AgentId> => [
  request.fromAgent,
  request.toAgent,
  ...(hops ?? []).map(({ receiver }) => receiver)
]

/** Something that time brings about, and when. */
interface Coming {
  readonly due: DateTime.Utc
  /** What runs out then. */
  readonly of: Clock | "lease"
  /** It is only near. */
  readonly isNear?: true
}

/** What time will bring about if nobody does anything. What ends a handoff goes before what only moves or mentions it. */
const comings = (record: HandoffRecord): ReadonlyArray<Coming> => {
  const { acceptBy, deadline, remindBefore } = record.request
  const until = "lease" in record ? record.lease?.until : undefined
  const all: Array<Coming> = []
  // Most have none of these, and every verb asks.
  if ((acceptBy ?? deadline ?? until) === undefined || !isOpen(record.status)) return all
  const { at, attempt } = latestHop(record)
  // What was accepted once has kept this clock, though it waits again.
  if (acceptBy !== undefined && record.status === "pending" && record.attempt === attempt) {
    // Each receiver has as long as the first.
    const due = acceptBy.epochMilliseconds + at.epochMilliseconds - record.createdAt.epochMilliseconds
    all.push({ due: DateTime.makeUnsafe(Math.min(due, lastMoment)), of: "accept_by" })
  }
  if (deadline !== undefined) all.push({ due: deadline, of: "deadline" })
  const clocks = all.slice()
  if (until !== undefined) all.push({ due: until, of: "lease" })
  if (remindBefore === undefined) return all
  const reminded: ReadonlyArray<string> = ("reminded" in record && record.reminded) || []
  for (const { due, of } of clocks) {
    if (reminded.includes(of)) continue
    all.push({ due: DateTime.makeUnsafe(due.epochMilliseconds - remindBefore), of, isNear: true })
  }
  return all
}

const eventOf = (record: HandoffRecord, { of, isNear }: Coming, at: DateTime.Utc): Transition => {
  const fact = { at, by: clock }
  if (of !== "lease") return isNear ? { _tag: "Reminded", ...fact, of } : { _tag: "Expired", ...fact, missed: of }
  const { attempt } = record
  if (!isLastAttempt(record)) return { _tag: "Released", ...fact, attempt, reason: "The lease ran out." }
  const reason = `The lease of the last of ${maxAttemptsOf(record)} attempts ran out.`
  return { _tag: "Failed", ...fact, attempt, reason, code: "attempts_exhausted" }
}

const earliest = (comings: ReadonlyArray<Coming>): Coming | undefined => {
  let first: Coming | undefined
  for (const one of comings) {
    if (first === undefined || one.due.epochMilliseconds < first.due.epochMilliseconds) first = one
  }
  return first
}

/**
 * When something will happen to an open handoff though nobody does anything: the first of its clocks, its lease, and
 * their warnings. Nothing when nothing will.
 */
export const dueAt = (record: HandoffRecord): DateTime.Utc | undefined => earliest(comings(record))?.due

/**
 * The event that is due on an open handoff at a moment: it expires, its lease ends, or a clock's nearing is mentioned.
 * Nothing when nothing is due.
 */
export const overdueEvent = (record: HandoffRecord, at: DateTime.Utc): Transition | undefined => {
  const coming = comings(record).find(({ due }) => due.epochMilliseconds <= at.epochMilliseconds)
  return coming && eventOf(record, coming, at)
}

/**
 * Why a handoff may go to another receiver instead of the event that would end it: its request allows that, and hops are
 * left. Nothing when it may not.
 */
export const rerouteCause = (record: HandoffRecord, event: Transition): RerouteCause | undefined => {
  if (record.request.reroute !== true || (record.hops?.length ?? 0) >= maxHopsOf(record)) return undefined
  switch (event._tag) {
    case "Rejected":
      return "rejected"
    case "Expired":
      return event.missed === "accept_by" ? "accept_by" : undefined
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

/** Where a handoff is. */
export const whereabouts = (record: HandoffRecord): Whereabouts => {
  const turn = turnOf(record)
  const coming = earliest(comings(record))
  return {
    ...(turn === undefined ? {} : { turn }),
    since: record.updatedAt,
    attempt: record.attempt,
    ...(coming === undefined ? {} : { due: { at: coming.due, event: eventOf(record, coming, coming.due)._tag } }),
    ...("notBefore" in record && record.notBefore !== undefined ? { notBefore: record.notBefore } : {}),
    isLost: isOpen(record.status) && turn === undefined && coming === undefined
  }
}
