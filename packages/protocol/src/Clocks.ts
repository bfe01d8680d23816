import * as DateTime from "effect/DateTime"

import type { Attempt, Clock } from "./Custody.ts"
import { AgentId } from "./Fields.ts"
import type { HandoffRecord } from "./HandoffRecord.ts"
import { limits } from "./Limits.ts"
import { isOpen, type Party, type Transition, turns } from "./Transitions.ts"

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
 * Who acts when nobody does: time itself, which ends leases and lets a handoff expire.
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
  const party = turns[record.status]
  return party === undefined ? undefined : agentOf(record, party)
}

/**
 * How many attempts a handoff has in all.
 *
 * @example
 * ```ts
 * import { type HandoffRecord, maxAttemptsOf } from "@aumai/handoff-protocol"
 *
 * const isLast = (record: HandoffRecord) => record.attempt >= maxAttemptsOf(record)
 * ```
 */
export const maxAttemptsOf = ({ request }: HandoffRecord): number => request.maxAttempts ?? limits.defaultAttempts

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
  // What was accepted once has kept this clock, though it waits again.
  if (acceptBy !== undefined && record.status === "pending" && record.attempt === 1) {
    all.push({ due: acceptBy, of: "accept_by" })
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
  const most = maxAttemptsOf(record)
  if (attempt < most) return { _tag: "Released", ...fact, attempt, reason: "The lease ran out." }
  const reason = `The lease of the last of ${most} attempts ran out.`
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
export const dueAt = (record: HandoffRecord): DateTime.Utc | undefined => earliest(comings(record))?.due

/**
 * The event that is due on an open handoff at a moment: it expires, its lease ends, or a clock's nearing is mentioned.
 * Nothing when nothing is due.
 *
 * @example
 * ```ts
 * import { type HandoffRecord, overdueEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * const hasExpired = (record: HandoffRecord, now: DateTime.Utc) => overdueEvent(record, now)?._tag === "Expired"
 * ```
 */
export const overdueEvent = (record: HandoffRecord, at: DateTime.Utc): Transition | undefined => {
  const coming = comings(record).find(({ due }) => due.epochMilliseconds <= at.epochMilliseconds)
  return coming && eventOf(record, coming, at)
}

/**
 * Where a handoff is: who has it, since when, and what happens if nobody does anything.
 *
 * @example
 * ```ts
 * import { type Whereabouts } from "@aumai/handoff-protocol"
 *
 * const show = ({ turn, attempt }: Whereabouts) => `${turn ?? "nobody"} has it, in attempt ${attempt}`
 * ```
 */
export interface Whereabouts {
  /** Who owns the next move; nobody when it has ended. */
  readonly turn?: AgentId
  readonly since: DateTime.Utc
  readonly attempt: Attempt
  /** When something will happen though nobody does anything, and what. */
  readonly due?: { readonly at: DateTime.Utc; readonly event: Transition["_tag"] }
  /** Claims pass it by until then. */
  readonly notBefore?: DateTime.Utc
  /** It is open, but nobody's turn, and nothing will ever happen to it by itself. The table lets no handoff come to that. */
  readonly isLost: boolean
}

/**
 * Where a handoff is.
 *
 * @example
 * ```ts
 * import { type HandoffRecord, whereabouts } from "@aumai/handoff-protocol"
 *
 * const holder = (record: HandoffRecord) => whereabouts(record).turn ?? "nobody"
 * ```
 */
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
