/**
 * The one store of what the pages show: a card for each handoff, folded from the followed log. No view of a store lists a
 * status by urgency, and ten thousand cards are small, so the order is made here and lists show only what is in sight.
 */
import { type Handoffs, type HandoffStatus, statuses } from "@aumai/handoff"
import { openHandoffs } from "@aumai/handoff/browser"

import { sentenceOf } from "../words/Sentence.ts"
import { advance, type Card, compare } from "./Card.ts"

// The cast: one entry for each status.
const byStatus = <A>(make: (status: HandoffStatus) => A): Record<HandoffStatus, A> =>
  Object.fromEntries(statuses.map((status) => [status, make(status)])) as Record<HandoffStatus, A>

/** What there was at one moment. */
export interface Snapshot {
  readonly lanes: Readonly<Record<HandoffStatus, ReadonlyArray<Card>>>
  readonly cards: ReadonlyMap<string, Card>
  /** How many handoffs there were when the page was opened. */
  readonly expected: number
  /** Whether all of these have been read. */
  readonly isLoaded: boolean
  /** Why nothing more comes. */
  readonly problem?: string
}

export interface Board {
  readonly handoffs: Handoffs
  readonly subscribe: (listener: () => void) => () => void
  readonly snapshot: () => Snapshot
}

/** Only some of the cards. */
export const lanesOf = (lanes: Snapshot["lanes"], isWanted: (card: Card) => boolean): Snapshot["lanes"] =>
  byStatus((status) => lanes[status].filter(isWanted))

// Milliseconds: soon enough to be live; while the log is read for the first time, seldom enough not to slow it down.
const soon = 30
const whileLoading = 250

export const openBoard = async (name: string): Promise<Board> => {
  const handoffs = await openHandoffs(name)
  const { total: expected } = await handoffs.metrics()
  const cards = new Map<string, Card>()
  const inLane = byStatus(() => new Map<string, Card>())
  const changed = new Set<HandoffStatus>()
  const listeners = new Set<() => void>()
  let current: Snapshot = { lanes: byStatus(() => []), cards, expected, isLoaded: expected === 0 }
  let timer: ReturnType<typeof setTimeout> | undefined

  const publish = (problem?: string): void => {
    timer = undefined
    const sorted = [...changed].map((status) => [status, [...inLane[status].values()].toSorted(compare)] as const)
    changed.clear()
    current = {
      ...current,
      lanes: { ...current.lanes, ...Object.fromEntries(sorted) },
      isLoaded: current.isLoaded || cards.size >= expected,
      ...(problem === undefined ? {} : { problem })
    }
    for (const listener of listeners) listener()
  }

  const follow = async (): Promise<void> => {
    for await (const entry of handoffs.changes()) {
      const before = cards.get(entry.recordId)
      const after = advance(before, entry)
      if (after === undefined || after === before) continue
      if (before !== undefined) {
        inLane[before.status].delete(entry.recordId)
        changed.add(before.status)
      }
      cards.set(entry.recordId, after)
      inLane[after.status].set(entry.recordId, after)
      changed.add(after.status)
      timer ??= setTimeout(publish, current.isLoaded || cards.size >= expected ? soon : whileLoading)
    }
  }
  void follow().catch((error: unknown) => publish(sentenceOf(error)))

  return {
    handoffs,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    snapshot: () => current
  }
}
