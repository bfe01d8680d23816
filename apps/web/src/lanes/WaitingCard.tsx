import { describeStep, stepOf } from "@aumai/handoff"

import type { Card } from "../data/Card.ts"
import { moveHrefOf } from "../data/Route.ts"
import { isMove, verbs } from "../moves/Verbs.ts"
import { Sentences } from "../ui/Sentences.tsx"
import { CardView } from "./CardView.tsx"

/** A handoff that waits for an agent: with the question or the read-back, and a link to the form that answers. */
export const WaitingCard = ({ card }: { readonly card: Card }) => {
  const step = stepOf(card.state)
  // The task is the headline of the card.
  const hasWords = step?.awaits === "answer" || step?.awaits === "confirmation"
  return (
    <CardView card={card}>
      {hasWords ? (
        <p className="words">
          <Sentences sentences={describeStep(card.state)} />
        </p>
      ) : undefined}
      {step !== undefined && isMove(step.event) ? (
        <p>
          <a
            className="button small"
            href={moveHrefOf(card.recordId, step.event)}
            aria-label={`${verbs[step.event].name}: ${card.task}`}
          >
            {verbs[step.event].name}
          </a>
        </p>
      ) : undefined}
    </CardView>
  )
}
