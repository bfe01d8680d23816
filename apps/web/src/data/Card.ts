/** The part of a handoff that the board keeps in memory: enough to sort, search and count, without result and trail. */
import {
  type Briefing,
  dueAt,
  type Entry,
  type HandoffRecord,
  type HandoffRequest,
  type HandoffStatus,
  holdersOf,
  isOpen,
  type ReadBack,
  receiverOf,
  recordAfter,
  transitions
} from "@aumai/handoff"

import { headlineText } from "../words/Visible.ts"
import { beginningOf } from "../words/Words.ts"

export interface Card {
  readonly recordId: string
  readonly revision: number
  readonly status: HandoffStatus
  readonly from: string
  /** The current receiver. */
  readonly to: string
  /** The handoff that its request names as its parent. Any agent can name any parent: see `partsOf`. */
  readonly parent?: string
  /** The parts that its history delegated, each with the agent that delegated it. */
  readonly delegated?: ReadonlyMap<string, string>
  /** The history may begin after its first parts. */
  readonly isImported?: true
  /** The beginning of the task, for display: its hidden characters are escaped. */
  readonly task: string
  /** The searched text: ids, agents, and the beginning of task and context, {@link normalized}. */
  readonly text: string
  readonly priority: number
  /** Milliseconds since 1970, as all moments of a card. */
  readonly createdAt: number
  readonly updatedAt: number
  /** The next time the clock ends the handoff or moves it to another receiver. */
  readonly dueAt?: number
  /** The record without its large fields: see {@link light}. */
  readonly state: HandoffRecord
  /** The receiver's first action. */
  readonly answeredAt?: number
  readonly endedAt?: number
}

// Characters kept of each handoff: a task may have 64 KiB and a context 1 MiB, and there may be ten thousand of them.
const keptTask = 240
const keptText = 4000
// An inbox shows this much of a question, a read-back or a note.
const keptWords = 1000

/** The text without differences of case, and of how accents and full-width letters are encoded. */
export const normalized = (text: string): string => text.normalize("NFKC").toLowerCase()

const textOf = (state: HandoffRecord, request: HandoffRequest): string => {
  const { briefing, context, requires = [], taskDescription } = request
  const parts = [
    state.recordId,
    ...holdersOf(state),
    ...requires,
    taskDescription.slice(0, keptText),
    ...(briefing === undefined ? [] : [briefing.summary.slice(0, keptText)]),
    JSON.stringify(context)
  ]
  return normalized(parts.join(" ").slice(0, keptText))
}

/** Large fields that no rule of the lifecycle reads. */
const dropped: ReadonlySet<string> = new Set([
  "artifacts",
  "correction",
  "evidence",
  "handBack",
  "note",
  "prev",
  "routing",
  "sig"
])

/** The part of a briefing that decides whether it has been read back: the ids of its items. */
const lightBriefing = ({ actions = [], contingencies = [], readBack, severity }: Briefing): Briefing => ({
  severity,
  summary: "",
  actions: [...actions, ...contingencies].map(({ id }) => ({ id, task: "" })),
  ...(readBack === undefined ? {} : { readBack })
})

const words = (text: string): string => beginningOf(text, keptWords)

const lightReadBack = ({ items = [], ...kept }: ReadBack): ReadBack => ({
  ...kept,
  summary: words(kept.summary),
  items: items.map(({ answer, id, note }) => ({ id, answer, ...(note === undefined ? {} : { note: words(note) }) }))
})

/**
 * A request without its large fields and without reminders, because a card is due only when it ends or moves. Deliverables
 * are dropped because the artifacts are: the store has already checked that they fit.
 */
const lightRequest = (request: HandoffRequest): HandoffRequest => {
  const { briefing, deliverables: _, remindBefore: __, ...rest } = request
  const light = briefing === undefined ? {} : { briefing: lightBriefing(briefing) }
  return { ...rest, taskDescription: "", context: {}, ...light }
}

const nothing = (): string => ""

// A key has values of the same kind in every event.
const lightened: Readonly<Record<string, (value: never) => unknown>> = {
  // Required fields that no card shows.
  answer: nothing,
  reason: nothing,
  statement: nothing,
  result: () => ({}),
  // The words that an inbox shows.
  question: words,
  readBack: lightReadBack,
  request: lightRequest,
  // Fields that contain the ones above.
  progress: (value: object) => light(value),
  record: (value: object) => light(value),
  response: (value: object) => light(value)
}

/** An event, or a part of one, without its large fields. */
const light = <Whole extends object>(whole: Whole): Whole =>
  // The cast: the dropped fields are optional, or no rule of the lifecycle reads them.
  Object.fromEntries(
    Object.entries(whole)
      .filter(([key]) => !dropped.has(key))
      // The cast: the table has a function for the values of this key.
      .map(([key, value]) => [key, lightened[key]?.(value as never) ?? value])
  ) as Whole

/** The card after an entry of the log; unchanged if it already contains the entry. */
export const advance = (card: Card | undefined, { recordId, revision, event }: Entry): Card | undefined => {
  if (card !== undefined && card.revision >= revision) return card
  const state = recordAfter(card?.state, { recordId, event: light(event) })
  // A reminder changes the revision only, so that a page that shows the handoff reads it again.
  if (state === undefined) return card && { ...card, revision }
  const due = dueAt(state)
  const updatedAt = state.updatedAt.getTime()
  const changing = {
    revision,
    status: state.status,
    state,
    to: receiverOf(state),
    updatedAt,
    ...(due === undefined ? {} : { dueAt: due.getTime() }),
    ...(isOpen(state.status) ? {} : { endedAt: updatedAt })
  }
  if (event._tag === "Created" || event._tag === "Imported") {
    const { request } = event._tag === "Created" ? event : event.record
    return {
      recordId,
      from: request.fromAgent,
      task: headlineText(request.taskDescription, keptTask),
      text: textOf(state, request),
      priority: request.priority,
      createdAt: state.createdAt.getTime(),
      ...(request.parent === undefined ? {} : { parent: request.parent }),
      ...(event._tag === "Imported" ? { isImported: true } : {}),
      ...changing
    }
  }
  if (card === undefined) return undefined
  const isAnswer = transitions[event._tag].by === "receiver" && card.answeredAt === undefined
  const { dueAt: _, ...rest } = card
  // A search also finds the new receiver.
  const text = event._tag === "Forwarded" ? `${card.text} ${normalized(event.to)}` : card.text
  const delegated =
    event._tag === "Delegated" ? new Map([...(card.delegated ?? []), [event.child, event.by]]) : undefined
  return {
    ...rest,
    ...changing,
    text,
    ...(delegated && { delegated }),
    ...(isAnswer ? { answeredAt: event.at.getTime() } : {})
  }
}

/** Open handoffs: the most urgent first, then the oldest. Ended handoffs: the latest first. */
export const compare = (a: Card, b: Card): number =>
  isOpen(a.status)
    ? b.priority - a.priority || a.createdAt - b.createdAt || (a.recordId < b.recordId ? -1 : 1)
    : latestFirst(a, b)

/** The last change first. */
export const latestFirst = (a: Card, b: Card): number => b.updatedAt - a.updatedAt || (a.recordId < b.recordId ? -1 : 1)

export const isOverdue = (card: Card, now: number): boolean => card.dueAt !== undefined && card.dueAt <= now
