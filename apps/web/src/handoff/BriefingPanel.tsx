import {
  type Briefing,
  coverageOf,
  type HandoffRecord,
  type KeptReadBack,
  movesOf,
  type ReadBackItem,
  startAwaits,
  unansweredOf
} from "@aumai/handoff"
import type { ReactNode } from "react"

import { momentText } from "../data/Time.ts"
import { answerWords, askWords } from "../moves/ReadBackFields.ts"
import { Foreign, Name, NameList } from "../ui/Foreign.tsx"
import { Panel } from "../ui/Panel.tsx"
import { severityWords } from "../words/Words.ts"

type Severity = Briefing["severity"]

// A different shape for each: a circle, a triangle, an octagon.
const shapes: Readonly<Record<Severity, string>> = {
  stable: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z",
  watcher: "M8 2l7 12H1Z",
  unstable: "M5 1h6l4 4v6l-4 4H5l-4-4V5Z"
}

export const SeverityBadge = ({ severity }: { readonly severity: Severity }) => (
  <p className="severity" data-severity={severity}>
    <svg aria-hidden="true" viewBox="0 0 16 16">
      <path d={shapes[severity]} />
    </svg>
    <span className="hidden">Severity: </span>
    {severityWords[severity]}
  </p>
)

interface ItemProperties {
  readonly children: ReactNode
  readonly restated: ReadBackItem | undefined
  /** `true` if the read-back must cover it; `undefined` if the briefing needs no read-back. */
  readonly isAsked: boolean | undefined
}

/** An action or contingency with the receiver's answer. */
const Item = ({ children, restated, isAsked }: ItemProperties) => (
  <li className="item">
    <div>{children}</div>
    {restated === undefined && isAsked === undefined ? undefined : (
      <p className="answered" data-answer={restated?.answer ?? (isAsked === true ? "missing" : "free")}>
        <strong>
          {restated === undefined
            ? isAsked === true
              ? "Not read back"
              : "Not required"
            : answerWords[restated.answer]}
        </strong>
        {restated?.note === undefined ? undefined : (
          <span className="leaf">
            <Foreign>{restated.note}</Foreign>
          </span>
        )}
      </p>
    )}
  </li>
)

const Points = ({ title, points }: { readonly title: string; readonly points: ReadonlyArray<string> | undefined }) =>
  points === undefined || points.length === 0 ? undefined : (
    <section aria-label={title}>
      <h4>{title}</h4>
      <ul className="points">
        {[...points.entries()].map(([index, point]) => (
          <li key={index}>
            <Foreign>{point}</Foreign>
          </li>
        ))}
      </ul>
    </section>
  )

const countText = (counts: Readonly<Record<string, ReadonlyArray<string>>>): string =>
  Object.entries(counts)
    .filter(([, ids]) => ids.length > 0)
    .map(([word, ids]) => `${ids.length} ${word}`)
    .join(", ")

interface Properties {
  readonly handoff: HandoffRecord
  readonly briefing: Briefing
  readonly readBack: KeptReadBack | undefined
}

/** The answers to the questions that the briefing asks. */
const Answers = ({ readBack }: { readonly readBack: KeptReadBack }) =>
  Object.values(askWords).map(([field, words]) => {
    const answer = readBack[field]
    return answer === undefined ? undefined : (
      <p key={field}>
        <strong>{words}:</strong>{" "}
        <span className="leaf">
          <Foreign>{answer}</Foreign>
        </span>
      </p>
    )
  })

/** The read-back so far, its coverage, and the party whose answer is awaited. */
const ReadBackSection = ({ handoff, briefing, readBack }: Properties) => {
  const { understood, question, refused, missing } = coverageOf(briefing, readBack)
  const awaited = startAwaits(handoff)
  const sender = <Name>{handoff.request.fromAgent}</Name>
  const unanswered = unansweredOf(briefing, readBack)
  const counts = countText({ understood, "with a question": question, refused, missing, "not answered": unanswered })
  return (
    <section aria-label="Read-back">
      <h3>Read-back</h3>
      {readBack === undefined ? undefined : (
        <blockquote className="leaf">
          <Foreign>{readBack.summary}</Foreign>
        </blockquote>
      )}
      {counts === "" ? undefined : <p>{counts}</p>}
      {readBack === undefined && movesOf(handoff).some(({ event }) => event === "Accepted") ? (
        <p>
          The receiver must read it back before the start
          {briefing.readBack?.confirm === true ? <>, and {sender} must confirm the read-back</> : undefined}.
        </p>
      ) : undefined}
      {readBack === undefined ? undefined : <Answers readBack={readBack} />}
      {awaited === "receiver" ? <p className="awaited">Waiting for the receiver’s read-back.</p> : undefined}
      {awaited === "sender" ? <p className="awaited">Waiting for {sender} to confirm it.</p> : undefined}
      {readBack?.confirmed === undefined ? undefined : (
        <p>
          <strong>Confirmed</strong> by {sender} <span className="nothing">{momentText(readBack.confirmed)}</span>
          {readBack.checked === undefined ? undefined : (
            <>
              , checked: <NameList of={readBack.checked} />
            </>
          )}
        </p>
      )}
      {readBack?.correction === undefined ? undefined : (
        <p>
          <strong>Correction:</strong>{" "}
          <span className="leaf">
            <Foreign>{readBack.correction}</Foreign>
          </span>
        </p>
      )}
    </section>
  )
}

/** The briefing, with the read-back of each item. */
export const BriefingPanel = ({ handoff, briefing, readBack }: Properties) => {
  const { actions = [], situation = {}, contingencies = [] } = briefing
  const isSituated = Object.values(situation).some((points) => points.length > 0)
  const required = briefing.readBack?.required
  const isAsked = (id: string): boolean | undefined =>
    briefing.readBack === undefined ? undefined : (required?.includes(id) ?? true)
  const restated = new Map(readBack?.items.map((item) => [item.id, item]))
  return (
    <Panel title="Briefing">
      <SeverityBadge severity={briefing.severity} />
      {briefing.summary === "" ? undefined : (
        <p className="task">
          <Foreign>{briefing.summary}</Foreign>
        </p>
      )}
      {actions.length === 0 ? undefined : (
        <section aria-label="Actions">
          <h3>Actions</h3>
          <ul className="items">
            {actions.map(({ id, task, owner, due }) => (
              <Item key={id} restated={restated.get(id)} isAsked={isAsked(id)}>
                <p className="task-line">
                  <Foreign>{task}</Foreign>
                </p>
                {owner === undefined && due === undefined ? undefined : (
                  <p className="nothing">
                    {owner === undefined ? undefined : (
                      <>
                        by <Name>{owner}</Name>
                      </>
                    )}
                    {owner === undefined || due === undefined ? "" : ", "}
                    {due === undefined ? "" : `due ${momentText(due)}`}
                  </p>
                )}
              </Item>
            ))}
          </ul>
        </section>
      )}
      {isSituated ? (
        <section aria-label="Situation">
          <h3>Situation</h3>
          <div className="situation">
            <Points title="Known" points={situation.known} />
            <Points title="Decided" points={situation.decided} />
            <Points title="Open" points={situation.open} />
          </div>
        </section>
      ) : undefined}
      {contingencies.length === 0 ? undefined : (
        <section aria-label="Contingencies">
          <h3>Contingencies</h3>
          <ul className="items">
            {contingencies.map(({ id, if: condition, then }) => (
              <Item key={id} restated={restated.get(id)} isAsked={isAsked(id)}>
                <p>
                  <strong>If</strong>{" "}
                  <span className="leaf">
                    <Foreign>{condition}</Foreign>
                  </span>
                </p>
                <p>
                  <strong>then</strong>{" "}
                  <span className="leaf">
                    <Foreign>{then}</Foreign>
                  </span>
                </p>
              </Item>
            ))}
          </ul>
        </section>
      )}
      {briefing.readBack === undefined && readBack === undefined ? undefined : (
        <ReadBackSection handoff={handoff} briefing={briefing} readBack={readBack} />
      )}
    </Panel>
  )
}
