import { type HandoffStatus, isOpen, statuses } from "@aumai/handoff"
import { useId } from "react"

import type { Snapshot } from "../data/Board.ts"
import type { Card } from "../data/Card.ts"
import { emptyLaneWords, statusWords } from "../words/Words.ts"
import { CardList } from "./CardList.tsx"

const Lane = ({ status, cards }: { readonly status: HandoffStatus; readonly cards: ReadonlyArray<Card> }) => {
  const id = useId()
  return (
    <section className="lane" aria-labelledby={id} data-status={status} data-empty={cards.length === 0}>
      <h2 id={id}>
        {statusWords[status]} <span className="count">{cards.length}</span>
      </h2>
      {cards.length === 0 ? (
        <p className="nothing">{emptyLaneWords[status]}</p>
      ) : (
        <CardList cards={cards} label={`${statusWords[status]} handoffs`} />
      )}
    </section>
  )
}

/** One lane for each status: the open ones above, the ended ones below. */
export const Lanes = ({ lanes }: { readonly lanes: Snapshot["lanes"] }) => (
  <>
    {[true, false].map((wanted) => (
      <div key={String(wanted)} className="lanes" data-open={wanted}>
        {statuses
          .filter((status) => isOpen(status) === wanted)
          .map((status) => (
            <Lane key={status} status={status} cards={lanes[status]} />
          ))}
      </div>
    ))}
  </>
)
