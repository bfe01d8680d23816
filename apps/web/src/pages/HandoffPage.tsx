import type { Entry, HandoffRecord, Whereabouts } from "@aumai/handoff"
import { useEffect, useState } from "react"

import { Arrow } from "../Arrow.tsx"
import { Priority } from "../CardView.tsx"
import { maxAttempts, turn, useBoard, useSnapshot } from "../Context.ts"
import { Heading } from "../Heading.tsx"
import { Held } from "../Held.tsx"
import { JsonTree } from "../JsonTree.tsx"
import { Moves } from "../Moves.tsx"
import { Fact, Panel } from "../Panel.tsx"
import { hrefOf } from "../Route.ts"
import { sentenceOf } from "../Sentence.ts"
import { durationText, momentText, useNow } from "../Time.ts"
import { Trail } from "../Trail.tsx"
import { beginningOf, statusWords } from "../Words.ts"

interface Found {
  readonly handoff: HandoffRecord
  readonly history: ReadonlyArray<Entry>
  readonly where: Whereabouts
  /** The first of the handoffs that are a part of it. */
  readonly parts: ReadonlyArray<HandoffRecord>
}

/** The handoff and its trail, read again whenever the log says that it has changed. */
const useFound = (recordId: string): Found | string | undefined => {
  const { handoffs } = useBoard()
  const revision = useSnapshot().cards.get(recordId)?.revision
  const [found, setFound] = useState<Found | string>()
  useEffect(() => {
    const left = new AbortController()
    const read = async (): Promise<void> => {
      try {
        const [handoff, history, where, parts] = await Promise.all([
          handoffs.get(recordId, { signal: left.signal }),
          handoffs.history(recordId, { signal: left.signal }),
          handoffs.where(recordId, { signal: left.signal }),
          handoffs.list({ _tag: "Children", parent: recordId }, { signal: left.signal })
        ])
        if (!left.signal.aborted) setFound({ handoff, history, where, parts })
      } catch (error) {
        if (!left.signal.aborted) setFound(sentenceOf(error))
      }
    }
    void read()
    return () => left.abort()
  }, [handoffs, recordId, revision])
  return found
}

const Deadline = ({ handoff }: { readonly handoff: HandoffRecord }) => {
  const now = useNow()
  const { deadline } = handoff.request
  if (deadline === undefined) return "none"
  const left = deadline.getTime() - now
  if (turn(handoff) === undefined) return momentText(deadline)
  return (
    <>
      {momentText(deadline)},{" "}
      {left > 0 ? `in ${durationText(left)}` : <span className="overdue">Overdue by {durationText(-left)}</span>}
    </>
  )
}

// So much fits into a heading; the whole task is in the request.
const headlineRoom = 100

const headlineOf = ({ request }: HandoffRecord): string => beginningOf(request.taskDescription, headlineRoom)

/** Who hands over to whom, and which of the two has to do something now. */
const Custody = ({ handoff }: { readonly handoff: HandoffRecord }) => {
  const now = useNow()
  const whose = turn(handoff)
  const { fromAgent, toAgent } = handoff.request
  return (
    <div className="custody" data-status={handoff.status}>
      <p className="parties">
        <span className="holder" data-turn={whose === fromAgent}>
          {fromAgent}
        </span>
        <Arrow />
        <span className="holder" data-turn={whose === toAgent}>
          {toAgent}
        </span>
      </p>
      <p className="standing">
        <span className="status">{statusWords[handoff.status]}</span>
        <span>{whose === undefined ? "nobody's turn" : `${whose}'s turn`}</span>
        <span className="nothing">for {durationText(now - handoff.updatedAt.getTime())}</span>
        <span className="nothing">
          attempt {handoff.attempt} of {maxAttempts(handoff)}
        </span>
      </p>
    </div>
  )
}

const Identity = ({ recordId }: { readonly recordId: string }) => {
  const [isCopied, setIsCopied] = useState(false)
  return (
    <p className="identity">
      <code>{recordId}</code>{" "}
      <button
        type="button"
        className="small"
        onClick={() => void navigator.clipboard.writeText(recordId).then(() => setIsCopied(true))}
      >
        Copy id
      </button>
      <span role="status">{isCopied ? "Copied." : ""}</span>
    </p>
  )
}

const Request = ({ handoff }: { readonly handoff: HandoffRecord }) => {
  const { request, createdAt } = handoff
  return (
    <Panel title="Request">
      {headlineOf(handoff) === request.taskDescription ? undefined : <p className="task">{request.taskDescription}</p>}
      <dl className="facts">
        <Fact name="Priority">
          <Priority value={request.priority} />
        </Fact>
        <Fact name="Created">{momentText(createdAt)}</Fact>
        <Fact name="Deadline">
          <Deadline handoff={handoff} />
        </Fact>
        {request.acceptBy === undefined ? undefined : <Fact name="Accept by">{momentText(request.acceptBy)}</Fact>}
        {request.requires === undefined ? undefined : <Fact name="Requires">{request.requires.join(", ")}</Fact>}
        {request.parent === undefined ? undefined : (
          <Fact name="Part of">
            <a href={hrefOf(request.parent)}>{request.parent}</a>
          </Fact>
        )}
      </dl>
      <h3>Context</h3>
      <JsonTree value={request.context} />
    </Panel>
  )
}

const Answer = ({ handoff }: { readonly handoff: HandoffRecord }) => (
  <>
    {"response" in handoff && handoff.response !== undefined ? (
      <Panel title="Response">
        <p>
          <strong>{handoff.response.accepted ? "Accepted" : "Declined"}:</strong> {handoff.response.reason}
        </p>
        {handoff.response.estimatedCompletion === undefined ? undefined : (
          <p>Expected by {momentText(handoff.response.estimatedCompletion)}</p>
        )}
      </Panel>
    ) : undefined}
    {"reason" in handoff ? (
      <Panel title="Why it ended">
        <p>{handoff.reason}</p>
      </Panel>
    ) : undefined}
    {"result" in handoff ? (
      <Panel title="Result">
        <JsonTree value={handoff.result} />
      </Panel>
    ) : undefined}
  </>
)

interface PartsProperties {
  readonly of: string
  readonly parts: ReadonlyArray<HandoffRecord>
}

const Parts = ({ of, parts }: PartsProperties) => {
  // As they stand now: each has a card, which is newer than what was read with this handoff.
  const { cards } = useSnapshot()
  const statusOf = ({ recordId, status }: HandoffRecord) => cards.get(recordId)?.status ?? status
  return (
    <Panel title="Parts">
      {parts.length === 0 ? <p className="nothing">Nothing of it has been handed on.</p> : undefined}
      <ul className="parts">
        {parts.map((part) => (
          <li key={part.recordId}>
            <a href={hrefOf(part.recordId)}>{headlineOf(part)}</a>{" "}
            <span className="status" data-status={statusOf(part)}>
              {statusWords[statusOf(part)]}
            </span>
          </li>
        ))}
      </ul>
      <p>
        <a className="button" href={`#/new/${encodeURIComponent(of)}`}>
          Hand on a part
        </a>
      </p>
    </Panel>
  )
}

export const HandoffPage = ({ recordId }: { readonly recordId: string }) => {
  const found = useFound(recordId)
  if (found === undefined) return <Heading title="Handoff" />
  if (typeof found === "string") {
    return (
      <>
        <Heading title="Handoff" />
        <p role="alert" className="said problem">
          {found}
        </p>
      </>
    )
  }
  const { handoff, history, where, parts } = found
  return (
    <>
      <Heading title={headlineOf(handoff)}>
        <Identity recordId={recordId} />
      </Heading>
      <Custody handoff={handoff} />
      <div className="columns">
        <div>
          <Moves handoff={handoff} due={where.due?.at} />
          <Held handoff={handoff} due={where.due} />
          <Request handoff={handoff} />
          <Answer handoff={handoff} />
          <Parts of={recordId} parts={parts} />
        </div>
        <Panel title="Trail">
          <Trail history={history} />
        </Panel>
      </div>
    </>
  )
}
