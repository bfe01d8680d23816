import { useVirtualizer } from "@tanstack/react-virtual"
import { type ComponentType, type KeyboardEvent, useRef } from "react"

import type { Card } from "../data/Card.ts"
import { CardView } from "./CardView.tsx"

interface Properties {
  readonly cards: ReadonlyArray<Card>
  readonly label: string
  /** Shows a card. */
  readonly Item?: ComponentType<{ readonly card: Card }>
}

const framesToDraw = 30

/** A list that renders only the visible cards. The arrow keys, Home and End move from card to card. */
export const CardList = ({ cards, label, Item = CardView }: Properties) => {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: cards.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => cards[index]?.recordId ?? index,
    estimateSize: () => 112,
    overscan: 6
  })

  const focus = (index: number, frames: number): void => {
    const link = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`)
    if (link !== null && link !== undefined) link.focus()
    // The list must scroll to it and render it first.
    else if (frames > 0) requestAnimationFrame(() => focus(index, frames - 1))
  }
  const go = (event: KeyboardEvent<HTMLElement>): void => {
    // The cast: the target of a keyboard event is an element.
    const item = (event.target as HTMLElement).closest<HTMLElement>("[data-index]")
    const current = Number(item?.dataset["index"] ?? -1)
    const next = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: cards.length - 1 }[event.key]
    if (next === undefined || next < 0 || next >= cards.length) return
    event.preventDefault()
    virtual.scrollToIndex(next)
    focus(next, framesToDraw)
  }

  return (
    <div
      className="scroller"
      ref={scroller}
      tabIndex={0}
      role="group"
      aria-label={`${label}, scrollable`}
      onKeyDown={go}
    >
      <ol aria-label={label} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const card = cards[index]
          return card === undefined ? undefined : (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              aria-setsize={cards.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Item card={card} />
            </li>
          )
        })}
      </ol>
    </div>
  )
}
