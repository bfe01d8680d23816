import { describeAttempt, describeTurn, type HandoffRecord, isEndedElsewhere, receiverOf, turnOf } from "@aumai/handoff"
import { Fragment } from "react"

import { durationText, useNow } from "../data/Time.ts"
import { Arrow } from "../ui/Arrow.tsx"
import { Name } from "../ui/Foreign.tsx"
import { Sentences } from "../ui/Sentences.tsx"
import { statusWords } from "../words/Words.ts"

// The latest earlier holders shown here. There may be a hundred; the trail names all.
const lastNamed = 4

interface HolderProperties {
  readonly name: string
  readonly isTurn: boolean
  readonly isOver?: boolean
}

const Holder = ({ name, isTurn, isOver = false }: HolderProperties) => (
  <span className="holder" data-turn={isTurn} data-over={isOver}>
    {isOver ? <span className="hidden">formerly </span> : undefined}
    <Name>{name}</Name>
  </span>
)

/** The path of a handoff from its sender to its receiver, its status, and the agent whose turn it is. */
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
          // A foreign history may name an agent twice, and the path only grows.
          // oxlint-disable-next-line react/no-array-index-key -- names may repeat
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
        {isEndedElsewhere(handoff) ? <span>ended by another program</span> : undefined}
        <span className="nothing">for {durationText(now - updatedAt.getTime())}</span>
        <span className="nothing">
          attempt <Sentences sentences={[describeAttempt(handoff)]} />
        </span>
      </p>
    </div>
  )
}
