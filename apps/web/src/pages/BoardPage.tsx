import { useDeferredValue, useId, useMemo, useState } from "react"

import { Said, useAttempt } from "../Attempt.tsx"
import { statuses } from "../Board.ts"
import { type Card, isOverdue } from "../Card.ts"
import { useBoard, useNames, useSnapshot } from "../Context.ts"
import { Heading } from "../Heading.tsx"
import { Lanes } from "../Lanes.tsx"
import { useNow } from "../Time.ts"

interface Wanted {
  readonly text: string
  readonly agent: string
  readonly from: number
  readonly isOverdue: boolean
}

const everything: Wanted = { text: "", agent: "", from: 1, isOverdue: false }

const fits = (card: Card, wanted: Wanted, now: number): boolean =>
  card.priority >= wanted.from &&
  (wanted.agent === "" || card.from === wanted.agent || card.to === wanted.agent) &&
  (!wanted.isOverdue || isOverdue(card, now)) &&
  (wanted.text === "" ||
    `${card.recordId} ${card.from} ${card.to} ${card.task}`.toLowerCase().includes(wanted.text.toLowerCase()))

const Filter = ({ wanted, want }: { readonly wanted: Wanted; readonly want: (next: Wanted) => void }) => {
  const id = useId()
  const names = useNames()
  return (
    <search className="filter">
      <div className="field grow">
        <label htmlFor={`${id}-text`}>Search</label>
        <input
          id={`${id}-text`}
          type="search"
          placeholder="task, agent or id"
          value={wanted.text}
          onChange={(event) => want({ ...wanted, text: event.target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-agent`}>Agent</label>
        <select
          id={`${id}-agent`}
          value={wanted.agent}
          onChange={(event) => want({ ...wanted, agent: event.target.value })}
        >
          <option value="">Everybody</option>
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}-from`}>Priority from</label>
        <input
          id={`${id}-from`}
          type="number"
          min={1}
          max={10}
          value={wanted.from}
          onChange={(event) => want({ ...wanted, from: Number(event.target.value) })}
        />
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={wanted.isOverdue}
          onChange={(event) => want({ ...wanted, isOverdue: event.target.checked })}
        />
        Overdue only
      </label>
    </search>
  )
}

const Empty = () => (
  <div className="empty">
    <p>There are no handoffs in this browser yet.</p>
    <p className="actions">
      <a className="button primary" href="#/day">
        Watch a day: ER to ICU
      </a>
      <a className="button" href="#/new">
        Create a handoff
      </a>
      <a className="button" href="#/data">
        Import a file
      </a>
    </p>
  </div>
)

export const BoardPage = () => {
  const { handoffs } = useBoard()
  const snapshot = useSnapshot()
  const [wanted, setWanted] = useState(everything)
  const asked = useDeferredValue(wanted)
  const now = useNow()
  const [said, attempt] = useAttempt()
  // Whether something has fallen due meanwhile matters only where that is asked for.
  const moment = asked.isOverdue ? now : 0
  const lanes = useMemo(() => {
    if (asked === everything) return snapshot.lanes
    const filtered = statuses.map((status) => [
      status,
      snapshot.lanes[status].filter((card) => fits(card, asked, moment))
    ])
    // The cast: one entry for each status.
    return Object.fromEntries(filtered) as typeof snapshot.lanes
  }, [snapshot, asked, moment])
  const overdue = [...snapshot.cards.values()].filter((card) => isOverdue(card, now)).length

  return (
    <>
      <Heading title="Board">
        {overdue === 0 ? undefined : (
          <button
            type="button"
            onClick={() =>
              void attempt(async () => `${(await handoffs.expireOverdue()).length} handoffs have expired.`)
            }
          >
            Expire {overdue} overdue
          </button>
        )}
      </Heading>
      <Said {...said} />
      {snapshot.isLoaded ? undefined : (
        <p role="status">
          Reading {snapshot.cards.size} of {snapshot.expected} handoffs …
        </p>
      )}
      {snapshot.isLoaded && snapshot.cards.size === 0 ? (
        <Empty />
      ) : (
        <>
          <Filter wanted={wanted} want={setWanted} />
          <Lanes lanes={lanes} />
        </>
      )}
    </>
  )
}
