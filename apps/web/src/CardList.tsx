import { useVirtualizer } from "@tanstack/react-virtual"
import { type KeyboardEvent, useRef } from "react"

import type { Card } from "./Card.ts"
import { CardView } from "./CardView.tsx"

interface Properties {
  readonly cards: ReadonlyArray<Card>
  readonly label: string
}

/** Any number of cards, of which only those in sight are in the page. Arrow keys go from card to card. */
export const CardList = ({ cards, label }: Properties) => {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: cards.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => cards[index]?.recordId ?? index,
    estimateSize: () => 112,
    overscan: 6
  })

  const goBy = (event: KeyboardEvent, from: number): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0
    const next = from + step
    if (step === 0 || next < 0 || next >= cards.length) return
    event.preventDefault()
    virtual.scrollToIndex(next)
    const focus = () => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`)?.focus()
    // It may have to be drawn first.
    requestAnimationFrame(() => requestAnimationFrame(focus))
  }

  return (
    <div className="scroller" ref={scroller} tabIndex={0} role="group" aria-label={`${label}, scrollable`}>
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
              onKeyDown={(event) => goBy(event, index)}
            >
              <CardView card={card} />
            </li>
          )
        })}
      </ol>
    </div>
  )
}
