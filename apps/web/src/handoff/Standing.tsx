import { describeAttempt, describeTurn, type HandoffRecord, receiverOf, turnOf } from "@aumai/handoff"
import { Fragment } from "react"

import { durationText, useNow } from "../data/Time.ts"
import { Arrow } from "../ui/Arrow.tsx"
import { Sentences } from "../ui/Sentences.tsx"
import { nameText, statusWords } from "../words/Words.ts"

// A handoff may go through a hundred hands: so many of the last ones are named here, and all in the trail.
const lastNamed = 4

interface HolderProperties {
  readonly name: string
  readonly isTurn: boolean
  readonly isOver?: boolean
}

const Holder = ({ name, isTurn, isOver = false }: HolderProperties) => (
  <span className="holder" data-turn={isTurn} data-over={isOver}>
    {isOver ? <span className="hidden">formerly </span> : undefined}
    {nameText(name)}
  </span>
)

/** Through whose hands it went, who has it, and who has to do something now. */
export const Standing = ({ handoff }: { readonly handoff: HandoffRecord }) => {
  const now = useNow()
  const { hops = [], request, status, updatedAt } = handoff
  const whose = turnOf(handoff)
  const receiver = receiverOf(handoff)
  const before = [request.toAgent, ...hops.map((hop) => hop.receiver)].slice(0, -1)
  const left = before.length > lastNamed ? before.length - lastNamed : 0
  return (
    <div className="custody" data-status={status}>
      <p className="parties">
        <Holder name={request.fromAgent} isTurn={whose === request.fromAgent} />
        <Arrow />
        {left === 0 ? undefined : (
          <>
            <span className="nothing">{left} others</span>
            <Arrow />
          </>
        )}
        {before.slice(left).map((name, index) => (
          // A foreign history may name somebody twice, and the path only ever grows.
          // oxlint-disable-next-line react/no-array-index-key -- of the two nothing else differs
          <Fragment key={index}>
            <Holder name={name} isTurn={false} isOver />
            <Arrow />
          </Fragment>
        ))}
        <Holder name={receiver} isTurn={whose === receiver} />
      </p>
      <p className="standing">
        <span className="status">{statusWords[status]}</span>
        <span>
          <Sentences sentences={[describeTurn(handoff)]} />
        </span>
        <span className="nothing">for {durationText(now - updatedAt.getTime())}</span>
        <span className="nothing">
          attempt <Sentences sentences={[describeAttempt(handoff)]} />
        </span>
      </p>
    </div>
  )
}
