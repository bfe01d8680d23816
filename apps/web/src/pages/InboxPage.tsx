import { type Awaits, isOpen, statuses, stepOf, turnOf } from "@aumai/handoff"
import { useMemo } from "react"

import type { Snapshot } from "../data/Board.ts"
import { type Card, compare } from "../data/Card.ts"
import { useBoard, useNames, useSnapshot } from "../data/Context.ts"
import { hrefOf } from "../data/Route.ts"
import { me, useSetting } from "../data/Setting.ts"
import { CardList } from "../lanes/CardList.tsx"
import { WaitingCard } from "../lanes/WaitingCard.tsx"
import { OutcomeText, useOutcome } from "../moves/Outcome.tsx"
import { Name } from "../ui/Foreign.tsx"
import { Heading } from "../ui/Heading.tsx"
import { headlineText, nameText } from "../words/Visible.ts"
import { awaitsWords } from "../words/Words.ts"

const Choose = () => {
  const names = useNames()
  return (
    <div className="empty">
      <p>Choose the agent whose inbox to show.</p>
      <p className="actions">
        {names.slice(0, 12).map((name) => (
          <button key={name} type="button" onClick={() => me.set(name)}>
            <Name>{name}</Name>
          </button>
        ))}
      </p>
      {names.length === 0 ? (
        <p>
          No agents yet: <a href="#/agents">register an agent</a>.
        </p>
      ) : undefined}
    </div>
  )
}

// The cast: Object.keys widens the keys to strings.
const steps = Object.keys(awaitsWords) as ReadonlyArray<Awaits>

/** The cards whose next move is an agent's, most urgent first, by the step that they wait for. */
const waitingIn = (lanes: Snapshot["lanes"], agent: string): ReadonlyMap<Awaits, ReadonlyArray<Card>> => {
  const cards = statuses
    .filter(isOpen)
    .flatMap((status) => lanes[status].filter(({ state }) => turnOf(state) === agent))
    .toSorted(compare)
  return new Map(steps.map((awaits) => [awaits, cards.filter(({ state }) => stepOf(state)?.awaits === awaits)]))
}

const Inbox = ({ agent }: { readonly agent: string }) => {
  const { handoffs } = useBoard()
  const { lanes } = useSnapshot()
  const waiting = useMemo(() => waitingIn(lanes, agent), [lanes, agent])
  const [outcome, perform] = useOutcome()
  const claim = (): void => {
    void perform(async () => {
      const claimed = await handoffs.claim(agent)
      if (claimed === undefined)
        return (
          <>
            No handoff waits for <Name>{agent}</Name>; another agent or tab may have acted first.
          </>
        )
      return (
        <>
          <Name>{agent}</Name> has claimed{" "}
          <a href={hrefOf(claimed.recordId)}>
            <bdi>{headlineText(claimed.request.taskDescription, 120)}</bdi>
          </a>
        </>
      )
    })
  }
  return (
    <>
      <div className="actions">
        <button type="button" className="primary" onClick={claim} aria-disabled={outcome.isBusy}>
          Claim the most urgent
        </button>
      </div>
      <OutcomeText {...outcome} />
      <div className="lanes" data-open="true">
        {[...waiting].map(([awaits, cards]) => {
          const name = `${awaitsWords[awaits]}, for ${nameText(agent)}`
          return (
            <section key={awaits} className="lane" aria-label={name} data-awaits={awaits}>
              <h2>
                {awaitsWords[awaits]} <span className="count">{cards.length}</span>
              </h2>
              {cards.length === 0 ? (
                <p className="nothing">No handoffs.</p>
              ) : (
                <CardList cards={cards} label={name} Item={WaitingCard} />
              )}
            </section>
          )
        })}
      </div>
    </>
  )
}

export const InboxPage = () => {
  const agent = useSetting(me)
  return (
    <>
      <Heading title={agent === "" ? "Inbox" : `Inbox of ${nameText(agent)}`} />
      {agent === "" ? <Choose /> : <Inbox key={agent} agent={agent} />}
    </>
  )
}
