import {
  describeResponse,
  describeRetry,
  describeReview,
  type Description,
  type Entry,
  type HandoffRecord,
  rerouteTerms,
  turnOf,
  type Whereabouts
} from "@aumai/handoff"
import { useEffect, useState } from "react"

import { useBoard, useSnapshot } from "../data/Context.ts"
import { lastReadBackOf } from "../data/LastReadBack.ts"
import { hrefOf } from "../data/Route.ts"
import { durationText, momentText, useNow } from "../data/Time.ts"
import { BriefingPanel } from "../handoff/BriefingPanel.tsx"
import { Delivered } from "../handoff/Delivered.tsx"
import { Held } from "../handoff/Held.tsx"
import { Integrity } from "../handoff/Integrity.tsx"
import { Standing } from "../handoff/Standing.tsx"
import { Trail } from "../handoff/Trail.tsx"
import { Whole } from "../handoff/Whole.tsx"
import { Priority } from "../lanes/CardView.tsx"
import { Moves } from "../moves/Moves.tsx"
import { Foreign, Name, NameList } from "../ui/Foreign.tsx"
import { Heading } from "../ui/Heading.tsx"
import { JsonTree } from "../ui/JsonTree.tsx"
import { Fact, Panel } from "../ui/Panel.tsx"
import { Sentences } from "../ui/Sentences.tsx"
import { sentenceOf } from "../words/Sentence.ts"
import { headlineText } from "../words/Visible.ts"
import { capitalized } from "../words/Words.ts"

interface Found {
  readonly handoff: HandoffRecord
  readonly history: ReadonlyArray<Entry>
  readonly where: Whereabouts
}

/** The handoff and its trail, read again when its card changes; an error as a sentence. */
const useFound = (recordId: string): Found | string | undefined => {
  const { handoffs } = useBoard()
  const revision = useSnapshot().cards.get(recordId)?.revision
  const [found, setFound] = useState<Found | string>()
  useEffect(() => {
    const left = new AbortController()
    const read = async (): Promise<void> => {
      try {
        const [handoff, history, where] = await Promise.all([
          handoffs.get(recordId, { signal: left.signal }),
          handoffs.history(recordId, { signal: left.signal }),
          handoffs.where(recordId, { signal: left.signal })
        ])
        if (!left.signal.aborted) setFound({ handoff, history, where })
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
  if (turnOf(handoff) === undefined) return momentText(deadline)
  return (
    <>
      {momentText(deadline)},{" "}
      {left > 0 ? `in ${durationText(left)}` : <span className="overdue">Overdue by {durationText(-left)}</span>}
    </>
  )
}

// Characters of the task in the heading; the request has all of it.
const headlineRoom = 100

const headlineOf = ({ request }: HandoffRecord): string => headlineText(request.taskDescription, headlineRoom)

const Identity = ({ recordId }: { readonly recordId: string }) => {
  const [copied, setCopied] = useState("")
  // Async, because the clipboard is missing outside secure contexts and the access then throws.
  const copy = async (): Promise<void> => navigator.clipboard.writeText(recordId)
  return (
    <p className="identity">
      <code>
        <Name>{recordId}</Name>
      </code>{" "}
      <button
        type="button"
        className="small"
        onClick={() =>
          void copy().then(
            () => setCopied("Copied."),
            () => setCopied("The browser denied access to the clipboard.")
          )
        }
      >
        Copy id
      </button>
      <span role="status">{copied}</span>
    </p>
  )
}

const Request = ({ handoff }: { readonly handoff: HandoffRecord }) => {
  const { request, createdAt } = handoff
  const [retry, review] = [describeRetry(handoff), describeReview(handoff)]
  return (
    <Panel title="Request">
      {headlineOf(handoff) === request.taskDescription ? undefined : (
        <p className="task">
          <Foreign>{request.taskDescription}</Foreign>
        </p>
      )}
      <dl className="facts">
        <Fact name="Priority">
          <Priority value={request.priority} />
        </Fact>
        <Fact name="Created">{momentText(createdAt)}</Fact>
        <Fact name="Deadline">
          <Deadline handoff={handoff} />
        </Fact>
        {request.acceptBy === undefined ? undefined : <Fact name="Accept by">{momentText(request.acceptBy)}</Fact>}
        {request.requires === undefined ? undefined : (
          <Fact name="Requires">
            <NameList of={request.requires} />
          </Fact>
        )}
        {request.maxHops === undefined ? undefined : <Fact name="Hops">at most {request.maxHops}</Fact>}
        {review === undefined ? undefined : (
          <Fact name="Review">
            <Sentences sentences={[review]} />
          </Fact>
        )}
        {retry === undefined ? undefined : (
          <Fact name="Retry">
            <Sentences sentences={[retry]} />
          </Fact>
        )}
        {request.reroute === true ? <Fact name="Re-route">{rerouteTerms}</Fact> : undefined}
        {request.retryOf === undefined ? undefined : (
          <Fact name="Reopens">
            <a href={hrefOf(request.retryOf)}>
              <Name>{request.retryOf}</Name>
            </a>
          </Fact>
        )}
        {request.parent === undefined ? undefined : (
          <Fact name="Part of">
            <a href={hrefOf(request.parent)}>
              <Name>{request.parent}</Name>
            </a>
          </Fact>
        )}
      </dl>
      <h3>Context</h3>
      <JsonTree value={request.context} />
    </Panel>
  )
}

const Response = ({ details, what }: Description) => (
  <Panel title="Response">
    <p>
      <strong>{capitalized(what)}:</strong> <Sentences sentences={details} />
    </p>
  </Panel>
)

const Answer = ({ handoff }: { readonly handoff: HandoffRecord }) => {
  const response = describeResponse(handoff)
  return (
    <>
      {response === undefined ? undefined : <Response {...response} />}
      {"reason" in handoff ? (
        <Panel title="Why it ended">
          <p>
            <Foreign>{handoff.reason}</Foreign>
          </p>
        </Panel>
      ) : undefined}
      {"result" in handoff ? (
        <Panel title="Result">
          <JsonTree value={handoff.result} />
        </Panel>
      ) : undefined}
    </>
  )
}

interface Properties {
  readonly recordId: string
  /** The event whose form is open at first. */
  readonly move?: string | undefined
}

export const HandoffPage = ({ move, recordId }: Properties) => {
  const found = useFound(recordId)
  if (found === undefined) return <Heading title="Handoff" />
  if (typeof found === "string") {
    return (
      <>
        <Heading title="Handoff" />
        <p role="alert" className="outcome problem">
          <bdi>{found}</bdi>
        </p>
      </>
    )
  }
  const { handoff, history, where } = found
  const { briefing } = handoff.request
  return (
    <>
      <Heading title={headlineOf(handoff)}>
        <Identity recordId={recordId} />
      </Heading>
      <Standing handoff={handoff} />
      <div className="columns">
        <div>
          <Moves handoff={handoff} due={where.due?.at} first={move} />
          {briefing === undefined ? undefined : (
            <BriefingPanel handoff={handoff} briefing={briefing} readBack={lastReadBackOf(handoff, history)} />
          )}
          <Held handoff={handoff} />
          <Request handoff={handoff} />
          <Answer handoff={handoff} />
          <Delivered handoff={handoff} />
          <Whole of={recordId} />
        </div>
        <div>
          <Panel title="Trail">
            <Trail history={history} />
          </Panel>
          {/* Keyed by the revision, so that a new state drops the earlier verdict. */}
          <Integrity key={handoff.revision} handoff={handoff} />
        </div>
      </div>
    </>
  )
}
