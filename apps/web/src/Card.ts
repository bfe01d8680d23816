/** What the board remembers of every handoff: enough to sort, search and count, without result and trail. */
import type { Entry, HandoffEvent, HandoffRequest, HandoffStatus } from "@aumai/handoff"
import {
  apply,
  create,
  dueAt,
  isOpen,
  type HandoffEvent as ProtocolEvent,
  type HandoffRecord as ProtocolRecord,
  type RecordId,
  transitions
} from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import { withMoments } from "./Moments.ts"
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
  /** When it ends or changes hands though nobody does anything. */
  readonly dueAt?: number
  /** What the lifecycle knows of it, without task, context and result. */
  readonly state: ProtocolRecord
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

/** A request without what a board of thousands has no room for, and without reminders: only what ends or moves it is due. */
const lightRequest = (request: HandoffRequest): HandoffRequest => {
  const { remindBefore: _, ...rest } = request
  return { ...rest, taskDescription: "", context: {} }
}

/** An event as the lifecycle takes it, with so much of its request. */
const lightEvent = (event: HandoffEvent): ProtocolEvent => {
  const light =
    event._tag === "Created"
      ? { ...event, request: lightRequest(event.request) }
      : event._tag === "Imported"
        ? { ...event, record: { ...event.record, request: lightRequest(event.record.request) } }
        : event._tag === "Completed"
          ? { ...event, result: {} }
          : event
  // The cast: names of agents and ids are the same texts on both sides, and the moments are turned.
  return withMoments(light) as ProtocolEvent
}

/** The state after an event, by the protocol's own rules; none when it cannot follow, which no log of a store holds. */
const stateAfter = (card: Card | undefined, recordId: string, event: ProtocolEvent): ProtocolRecord | undefined => {
  // The cast: it is the id of a handoff of this store.
  if (event._tag === "Created" || event._tag === "Imported") return create(recordId as RecordId, event)
  return card === undefined ? undefined : Result.getOrUndefined(apply(card.state, event))
}

/** The card after an entry of the log; nothing new when the entry is known already. */
export const advance = (card: Card | undefined, { recordId, revision, event }: Entry): Card | undefined => {
  if (card !== undefined && card.revision >= revision) return card
  const state = stateAfter(card, recordId, lightEvent(event))
  if (state === undefined) return card
  const due = dueAt(state)
  const updatedAt = state.updatedAt.epochMilliseconds
  const changing = {
    revision,
    status: state.status,
    state,
    updatedAt,
    ...(due === undefined ? {} : { dueAt: due.epochMilliseconds }),
    ...(isOpen(state.status) ? {} : { endedAt: updatedAt })
  }
  if (event._tag === "Created" || event._tag === "Imported") {
    const { request } = event._tag === "Created" ? event : event.record
    return {
      recordId,
      from: request.fromAgent,
      to: request.toAgent,
      task: headlineText(request.taskDescription, keptTask),
      text: textOf(recordId, request),
      priority: request.priority,
      createdAt: state.createdAt.epochMilliseconds,
      ...(request.parent === undefined ? {} : { parent: request.parent }),
      ...changing
    }
  }
  if (card === undefined) return undefined
  const isAnswer = transitions[event._tag].by === "receiver" && card.answeredAt === undefined
  const { dueAt: _, ...rest } = card
  return { ...rest, ...changing, ...(isAnswer ? { answeredAt: event.at.getTime() } : {}) }
}

/** Open: most urgent first, then the oldest. Ended: the last one first. */
export const compare = (a: Card, b: Card): number =>
  isOpen(a.status)
    ? b.priority - a.priority || a.createdAt - b.createdAt || (a.recordId < b.recordId ? -1 : 1)
    : b.updatedAt - a.updatedAt || (a.recordId < b.recordId ? -1 : 1)

export const isOverdue = (card: Card, now: number): boolean => card.dueAt !== undefined && card.dueAt <= now
