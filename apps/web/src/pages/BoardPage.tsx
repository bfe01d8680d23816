import { statuses, transitions, turns } from "@aumai/handoff"
import { useDeferredValue, useId, useMemo, useState } from "react"

import { lanesOf } from "../data/Board.ts"
import { alike, type Card, isOverdue } from "../data/Card.ts"
import { useBoard, useNames, useSnapshot } from "../data/Context.ts"
import { useNow } from "../data/Time.ts"
import { Lanes } from "../lanes/Lanes.tsx"
import { Said, useAttempt } from "../moves/Attempt.tsx"
import { Field } from "../ui/Field.tsx"
import { Heading } from "../ui/Heading.tsx"
import { nameText, settledText, statusWords } from "../words/Words.ts"

interface Wanted {
  /** Words, each of which has to be somewhere in a handoff. */
  readonly text: string
  readonly agent: string
  readonly from: string
  readonly isOverdue: boolean
}

const everything: Wanted = { text: "", agent: "", from: "1", isOverdue: false }

const fits = (card: Card, wanted: Wanted, words: ReadonlyArray<string>, now: number): boolean =>
  card.priority >= Number(wanted.from) &&
  (wanted.agent === "" || card.from === wanted.agent || card.to === wanted.agent) &&
  (!wanted.isOverdue || isOverdue(card, now)) &&
  words.every((word) => card.text.includes(word))

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
          placeholder="words of the task or context, agent, id"
          value={wanted.text}
          onChange={(event) => want({ ...wanted, text: event.target.value })}
        />
      </div>
      <Field label="Agent">
        {(id) => (
          <select id={id} value={wanted.agent} onChange={(event) => want({ ...wanted, agent: event.target.value })}>
            <option value="">Everybody</option>
            {names.map((name) => (
              <option key={name} value={name}>
                {nameText(name)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Priority from">
        {(id) => (
          <input
            id={id}
            type="number"
            min={1}
            max={10}
            value={wanted.from}
            onChange={(event) => want({ ...wanted, from: event.target.value })}
          />
        )}
      </Field>
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

// The way of a handoff that goes well; each of the others is an end, or a question on the way.
const way = [...statuses.filter((status) => turns[status] === "receiver"), transitions.Completed.to]

const Empty = () => (
  <div className="empty">
    <h2>One agent hands a task to another, and nothing is lost on the way.</h2>
    <p className="lead">
      A request, an explicit yes or no, a strict lifecycle, and a trail of every step: at each moment it is clear whose
      turn it is. Everything here is kept in this browser; there is no server.
    </p>
    <ol className="way" aria-label="The way of a handoff">
      {way.map((status) => (
        <li key={status} className="status" data-status={status}>
          {statusWords[status]}
        </li>
      ))}
    </ol>
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
    const words = alike(asked.text).split(/\s+/)
    return lanesOf(snapshot.lanes, (card) => fits(card, asked, words, moment))
  }, [snapshot.lanes, asked, moment])
  const isNothingFound = asked !== everything && statuses.every((status) => lanes[status].length === 0)
  const overdue = [...snapshot.cards.values()].filter((card) => isOverdue(card, now)).length

  return (
    <>
      <Heading title="Board">
        {overdue === 0 ? undefined : (
          <button type="button" onClick={() => void attempt(async () => settledText(await handoffs.sweep()))}>
            Settle {overdue} overdue
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
          {isNothingFound ? (
            <div className="empty">
              <p role="status">Nothing fits what you are looking for.</p>
              <button type="button" onClick={() => setWanted(everything)}>
                Show everything
              </button>
            </div>
          ) : (
            <Lanes lanes={lanes} />
          )}
        </>
      )}
    </>
  )
}
