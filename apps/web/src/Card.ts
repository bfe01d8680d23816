/** What the board remembers of every handoff: enough to sort, search and count, without result and trail. */
import type { Entry, HandoffEvent, HandoffRecord, HandoffRequest, HandoffStatus } from "@aumai/handoff"
import { isOpen, statusAfter, transitions } from "@aumai/handoff-protocol"

import { headlineText } from "./Words.ts"

export interface Card {
  readonly recordId: string
  readonly revision: number
  readonly status: HandoffStatus
  readonly from: string
  readonly to: string
  /** The whole of which it is a part. */
  readonly parent?: string
  /** The beginning of the task, as it is shown. */
  readonly task: string
  /** What a search looks at: ids, agents, and the beginning of task and context, made alike by {@link alike}. */
  readonly text: string
  readonly priority: number
  /** All moments are milliseconds since 1970. */
  readonly createdAt: number
  readonly updatedAt: number
  /** When it ends or changes hands though nobody does anything: the first of the three below that counts now. */
  readonly dueAt?: number
  readonly deadline?: number
  /** Counts until it is accepted. */
  readonly acceptBy?: number
  /** How far it reaches each time; without `until` while it rests. */
  readonly lease?: { readonly milliseconds: number; readonly until?: number }
  /** When the receiver first did something. */
  readonly answeredAt?: number
  readonly endedAt?: number
}

// A task may be 64 KiB long and a context a mebibyte; of ten thousand handoffs so much is kept of each, in characters.
const keptTask = 240
const keptText = 4000

/** Texts that people take for the same: without regard to case, and to how accents and wide letters are written. */
export const alike = (text: string): string => text.normalize("NFKC").toLowerCase()

const textOf = (recordId: string, request: HandoffRequest): string => {
  const { fromAgent, toAgent, taskDescription, context, requires = [] } = request
  const parts = [recordId, fromAgent, toAgent, ...requires, taskDescription.slice(0, keptText), JSON.stringify(context)]
  return alike(parts.join(" ").slice(0, keptText))
}

const settled = (given: Card): Card => {
  const { dueAt: _, ...card } = given
  if (!isOpen(card.status)) return { ...card, endedAt: card.updatedAt }
  const acceptBy = card.status === "pending" ? card.acceptBy : undefined
  const dueAt = Math.min(...[card.deadline, acceptBy, card.lease?.until].map((moment) => moment ?? Infinity))
  return dueAt === Infinity ? card : { ...card, dueAt }
}

const leaseFrom = (at: number, milliseconds: number | undefined): Pick<Card, "lease"> =>
  milliseconds === undefined ? {} : { lease: { milliseconds, until: at + milliseconds } }

const leaseIn = (record: HandoffRecord): Pick<Card, "lease"> => {
  if (!("lease" in record)) return {}
  const { milliseconds, until } = record.lease
  return { lease: until === undefined ? { milliseconds } : { milliseconds, until: until.getTime() } }
}

/** The lease after an event: it begins, is renewed, rests or is gone, as in the lifecycle. */
const leaseAfter = ({ lease }: Card, event: HandoffEvent): Pick<Card, "lease"> => {
  switch (event._tag) {
    case "Accepted":
      return leaseFrom(event.at.getTime(), event.lease)
    case "Progressed":
      return leaseFrom(event.at.getTime(), event.lease ?? lease?.milliseconds)
    case "Answered":
      return leaseFrom(event.at.getTime(), lease?.milliseconds)
    case "Asked":
      return lease === undefined ? {} : { lease: { milliseconds: lease.milliseconds } }
    case "Released":
      return {}
    default:
      return lease === undefined ? {} : { lease }
  }
}

/** The card after an entry of the log; nothing new when the entry is known already. */
export const advance = (card: Card | undefined, { recordId, revision, event }: Entry): Card | undefined => {
  const at = event.at.getTime()
  if (event._tag === "Created" || event._tag === "Imported") {
    const { request } = event._tag === "Created" ? event : event.record
    return settled({
      recordId,
      revision,
      status: event._tag === "Created" ? "pending" : event.record.status,
      from: request.fromAgent,
      to: request.toAgent,
      task: headlineText(request.taskDescription, keptTask),
      text: textOf(recordId, request),
      priority: request.priority,
      ...(request.parent === undefined ? {} : { parent: request.parent }),
      createdAt: event._tag === "Created" ? at : event.record.createdAt.getTime(),
      updatedAt: event._tag === "Created" ? at : event.record.updatedAt.getTime(),
      ...(request.deadline === undefined ? {} : { deadline: request.deadline.getTime() }),
      ...(request.acceptBy === undefined ? {} : { acceptBy: request.acceptBy.getTime() }),
      ...(event._tag === "Created" ? {} : leaseIn(event.record))
    })
  }
  if (card === undefined || card.revision >= revision) return card
  const isAnswer = transitions[event._tag].by === "receiver" && card.answeredAt === undefined
  const { lease: _, ...rest } = card
  return settled({
    ...rest,
    ...leaseAfter(card, event),
    revision,
    status: statusAfter(event._tag, card.status),
    updatedAt: at,
    ...(isAnswer ? { answeredAt: at } : {})
  })
}

/** Open: most urgent first, then the oldest. Ended: the last one first. */
export const compare = (a: Card, b: Card): number =>
  isOpen(a.status)
    ? b.priority - a.priority || a.createdAt - b.createdAt || (a.recordId < b.recordId ? -1 : 1)
    : b.updatedAt - a.updatedAt || (a.recordId < b.recordId ? -1 : 1)

export const isOverdue = (card: Card, now: number): boolean => card.dueAt !== undefined && card.dueAt <= now
