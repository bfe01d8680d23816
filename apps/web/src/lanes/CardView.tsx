import { isEndedElsewhere } from "@aumai/handoff"
import type { ReactNode } from "react"

import { type Card, isOverdue } from "../data/Card.ts"
import { hrefOf } from "../data/Route.ts"
import { agoText, durationText, useNow } from "../data/Time.ts"
import { Arrow } from "../ui/Arrow.tsx"
import { Name } from "../ui/Foreign.tsx"

export const Priority = ({ value }: { readonly value: number }) => (
  <span className="priority" data-level={value >= 8 ? "high" : value >= 5 ? "middle" : "low"}>
    <span className="hidden">Priority </span>
    {value}
  </span>
)

const Deadline = ({ card, now }: { readonly card: Card; readonly now: number }) => {
  if (card.dueAt === undefined) return undefined
  return isOverdue(card, now) ? (
    <span className="overdue">Overdue by {durationText(now - card.dueAt)}</span>
  ) : (
    <span className="due">Due in {durationText(card.dueAt - now)}</span>
  )
}

interface Properties {
  readonly card: Card
  readonly children?: ReactNode
}

/** A handoff in a list, with its deadline. */
export const CardView = ({ card, children }: Properties) => {
  const now = useNow()
  return (
    <article className="card" data-overdue={isOverdue(card, now)}>
      <div className="card-top">
        <Priority value={card.priority} />
        <a href={hrefOf(card.recordId)}>
          <bdi>{card.task}</bdi>
        </a>
      </div>
      <p className="parties">
        <Name>{card.from}</Name>
        <Arrow />
        <Name>{card.to}</Name>
      </p>
      <p className="times">
        <span>
          {card.endedAt === undefined ? "created" : "ended"} {agoText(now - (card.endedAt ?? card.createdAt))}
          {isEndedElsewhere(card.state) ? " by another program" : ""}
        </span>
        <Deadline card={card} now={now} />
      </p>
      {children}
    </article>
  )
}
