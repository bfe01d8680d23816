import { statuses, transitions, turns } from "@aumai/handoff"
import { useDeferredValue, useId, useMemo, useState } from "react"

import { lanesOf, sortedLanes } from "../data/Board.ts"
import { normalized, type Card, isOverdue, latestFirst } from "../data/Card.ts"
import { useBoard, useNames, useSnapshot } from "../data/Context.ts"
import { useNow } from "../data/Time.ts"
import { Lanes } from "../lanes/Lanes.tsx"
import { OutcomeText, useOutcome } from "../moves/Outcome.tsx"
import { Field } from "../ui/Field.tsx"
import { Heading } from "../ui/Heading.tsx"
import { nameText } from "../words/Visible.ts"
import { handoffsText, sweptText, statusWords } from "../words/Words.ts"

interface Filters {
  /** Words that a handoff must all contain. */
  readonly text: string
  readonly agent: string
  readonly from: string
  readonly isOverdue: boolean
  /** `true` to show the last change first. */
  readonly isRecent: boolean
}

const noFilters: Filters = { text: "", agent: "", from: "1", isOverdue: false, isRecent: false }

const matches = (card: Card, filters: Filters, words: ReadonlyArray<string>, now: number): boolean =>
  card.priority >= Number(filters.from) &&
  (filters.agent === "" || card.from === filters.agent || card.to === filters.agent) &&
  (!filters.isOverdue || isOverdue(card, now)) &&
  words.every((word) => card.text.includes(word))

const FilterBar = ({ filters, change }: { readonly filters: Filters; readonly change: (next: Filters) => void }) => {
  const id = useId()
  const names = useNames()
  return (
    <search className="filter">
      <div className="field grow">
        <label htmlFor={`${id}-text`}>Search</label>
        <input
          id={`${id}-text`}
          type="search"
          placeholder="words in the task or context, agent, id"
          value={filters.text}
          onChange={(event) => change({ ...filters, text: event.target.value })}
        />
      </div>
      <Field label="Agent">
        {(id) => (
          <select id={id} value={filters.agent} onChange={(event) => change({ ...filters, agent: event.target.value })}>
            <option value="">All agents</option>
            {names.map((name) => (
              <option key={name} value={name} dir="auto">
                {nameText(name)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Minimum priority">
        {(id) => (
          <input
            id={id}
            type="number"
            min={1}
            max={10}
            value={filters.from}
            onChange={(event) => change({ ...filters, from: event.target.value })}
          />
        )}
      </Field>
      <label className="check">
        <input
          type="checkbox"
          checked={filters.isOverdue}
          onChange={(event) => change({ ...filters, isOverdue: event.target.checked })}
        />
        Overdue only
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={filters.isRecent}
          onChange={(event) => change({ ...filters, isRecent: event.target.checked })}
        />
        Recently changed first
      </label>
    </search>
  )
}

// The statuses of a handoff without questions that ends completed.
const path = [...statuses.filter((status) => turns[status] === "receiver"), transitions.Completed.to]

const Empty = () => (
  <div className="empty">
    <h2>One agent hands a task to another, and nothing is lost on the way.</h2>
    <p className="lead">
      A request, an explicit yes or no, a strict lifecycle, and a trail of every step: at each moment it is clear whose
      turn it is. Everything is stored in this browser; there is no server.
    </p>
    <ol className="path" aria-label="The path of a handoff">
      {path.map((status) => (
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
  const [filters, setFilters] = useState(noFilters)
  const applied = useDeferredValue(filters)
  const now = useNow()
  const [outcome, perform] = useOutcome()
  // Only the filter for overdue handoffs depends on the time.
  const moment = applied.isOverdue ? now : 0
  const lanes = useMemo(() => {
    if (applied === noFilters) return snapshot.lanes
    const words = normalized(applied.text).split(/\s+/)
    const shown = lanesOf(snapshot.lanes, (card) => matches(card, applied, words, moment))
    return applied.isRecent ? sortedLanes(shown, latestFirst) : shown
  }, [snapshot.lanes, applied, moment])
  const isNoMatch = applied !== noFilters && statuses.every((status) => lanes[status].length === 0)
  const overdue = [...snapshot.cards.values()].filter((card) => isOverdue(card, now)).length

  return (
    <>
      <Heading title="Board">
        {overdue === 0 ? undefined : (
          <button type="button" onClick={() => void perform(async () => sweptText(await handoffs.sweep()))}>
            Apply overdue events to {handoffsText(overdue)}
          </button>
        )}
      </Heading>
      <OutcomeText {...outcome} />
      {snapshot.isLoaded ? undefined : (
        <p role="status">
          Reading {snapshot.cards.size} of {snapshot.expected} handoffs …
        </p>
      )}
      {snapshot.isLoaded && snapshot.cards.size === 0 ? (
        <Empty />
      ) : (
        <>
          <FilterBar filters={filters} change={setFilters} />
          {isNoMatch ? (
            <div className="empty">
              <p role="status">No handoff matches the filters.</p>
              <button type="button" onClick={() => setFilters(noFilters)}>
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
