/**
 * The state that all pages share: a card for each handoff, folded from the log. A store cannot list a status by urgency,
 * and ten thousand cards are small, so the board sorts them itself; lists render only the visible ones.
 */
import { type Handoffs, type HandoffStatus, statuses } from "@aumai/handoff"
import { openHandoffs } from "@aumai/handoff/browser"

import { sentenceOf } from "../words/Sentence.ts"
import { advance, type Card, compare } from "./Card.ts"

// The cast: one entry for each status.
const byStatus = <A>(make: (status: HandoffStatus) => A): Record<HandoffStatus, A> =>
  Object.fromEntries(statuses.map((status) => [status, make(status)])) as Record<HandoffStatus, A>

/** The cards at one moment. */
export interface Snapshot {
  readonly lanes: Readonly<Record<HandoffStatus, ReadonlyArray<Card>>>
  readonly cards: ReadonlyMap<string, Card>
  /** The number of handoffs when the page was opened. */
  readonly expected: number
  /** `true` once all of these have been read. */
  readonly isLoaded: boolean
  /** The reason why updates have stopped; absent while they arrive. */
  readonly problem?: string
}

export interface Board {
  readonly handoffs: Handoffs
  readonly subscribe: (listener: () => void) => () => void
  readonly snapshot: () => Snapshot
}

/** The lanes with the matching cards only. */
export const lanesOf = (lanes: Snapshot["lanes"], isShown: (card: Card) => boolean): Snapshot["lanes"] =>
  byStatus((status) => lanes[status].filter(isShown))

/** The lanes with their cards in another order. */
export const sortedLanes = (lanes: Snapshot["lanes"], order: (a: Card, b: Card) => number): Snapshot["lanes"] =>
  byStatus((status) => lanes[status].toSorted(order))

// Milliseconds between updates of the pages: short enough to be live, and longer while the first read of the log lasts.
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
