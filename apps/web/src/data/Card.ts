/** What the board remembers of every handoff: enough to sort, search and count, without result and trail. */
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

import { headlineText } from "../words/Words.ts"

export interface Card {
  readonly recordId: string
  readonly revision: number
  readonly status: HandoffStatus
  readonly from: string
  /** Who has it: the last that it was handed on to. */
  readonly to: string
  /** The whole of which it is a part. */
  readonly parent?: string
  /** The beginning of the task, as it is shown. */
  readonly task: string
  /** What a search looks at: ids, agents, and the beginning of task and context, made normalized by {@link normalized}. */
  readonly text: string
  readonly priority: number
  /** All moments are milliseconds since 1970. */
  readonly createdAt: number
  readonly updatedAt: number
  /** When it ends or changes hands though nobody does anything. */
  readonly dueAt?: number
  /** What the lifecycle knows of it, without what is large: see {@link light}. */
  readonly state: HandoffRecord
  /** When the receiver first did something. */
  readonly answeredAt?: number
  readonly endedAt?: number
}

// A task may be 64 KiB long and a context a mebibyte; of ten thousand handoffs so much is kept of each, in characters.
const keptTask = 240
const keptText = 4000

/** Texts that people take for the same: without regard to case, and to how accents and wide letters are written. */
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

/** What a board of thousands has no room for, and no rule of the lifecycle asks for. */
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

/** Of a briefing, what tells whether it has been read back: its items, whatever they are, by their ids. */
const lightBriefing = ({ actions = [], contingencies = [], readBack, severity }: Briefing): Briefing => ({
  severity,
  summary: "",
  actions: [...actions, ...contingencies].map(({ id }) => ({ id, task: "" })),
  ...(readBack === undefined ? {} : { readBack })
})

const lightReadBack = ({ items = [], ...kept }: ReadBack): ReadBack => ({
  ...kept,
  summary: "",
  items: items.map(({ answer, id }) => ({ id, answer }))
})

/**
 * A request without what is large, and without reminders: only what ends or moves it is due. And without what it demands to
 * be handed back, for what is handed back is dropped, too: the store has seen that it fits.
 */
const lightRequest = (request: HandoffRequest): HandoffRequest => {
  const { briefing, deliverables: _, remindBefore: __, ...rest } = request
  const light = briefing === undefined ? {} : { briefing: lightBriefing(briefing) }
  return { ...rest, taskDescription: "", context: {}, ...light }
}

const nothing = (): string => ""

// Each of these keys has values of its kind wherever it is.
const lightened: Readonly<Record<string, (value: never) => unknown>> = {
  // What must be said, but nobody here reads.
  answer: nothing,
  question: nothing,
  reason: nothing,
  statement: nothing,
  result: () => ({}),
  readBack: lightReadBack,
  request: lightRequest,
  // What has these in it.
  progress: (value: object) => light(value),
  record: (value: object) => light(value),
  response: (value: object) => light(value)
}

/** The same of an event, or of a part of it. */
const light = <Whole extends object>(whole: Whole): Whole =>
  // The cast: what is dropped may be left out, and no rule of the lifecycle asks for it.
  Object.fromEntries(
    Object.entries(whole)
      .filter(([key]) => !dropped.has(key))
      // The cast: as the table says.
      .map(([key, value]) => [key, lightened[key]?.(value as never) ?? value])
  ) as Whole

/** The card after an entry of the log; nothing new when the entry is known already. */
export const advance = (card: Card | undefined, { recordId, revision, event }: Entry): Card | undefined => {
  if (card !== undefined && card.revision >= revision) return card
  const state = recordAfter(card?.state, { recordId, event: light(event) })
  // A reminder, of which nothing is kept but that there was an event: a page that shows it is read again.
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
      ...changing
    }
  }
  if (card === undefined) return undefined
  const isAnswer = transitions[event._tag].by === "receiver" && card.answeredAt === undefined
  const { dueAt: _, ...rest } = card
  // Whoever it was handed on to is found, too.
  const text = event._tag === "Forwarded" ? `${card.text} ${normalized(event.to)}` : card.text
  return { ...rest, ...changing, text, ...(isAnswer ? { answeredAt: event.at.getTime() } : {}) }
}

/** Open: most urgent first, then the oldest. Ended: the last one first. */
export const compare = (a: Card, b: Card): number =>
  isOpen(a.status)
    ? b.priority - a.priority || a.createdAt - b.createdAt || (a.recordId < b.recordId ? -1 : 1)
    : b.updatedAt - a.updatedAt || (a.recordId < b.recordId ? -1 : 1)

export const isOverdue = (card: Card, now: number): boolean => card.dueAt !== undefined && card.dueAt <= now
