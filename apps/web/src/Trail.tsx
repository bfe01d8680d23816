import type { Entry, HandoffEvent, HandoffStatus } from "@aumai/handoff"
import { statusAfter } from "@aumai/handoff-protocol"

import { momentText, tookText } from "./Time.ts"
import { clockWords, eventWords, nameText, progressWords, statusWords } from "./Words.ts"

const partsOf = (parts: Readonly<Record<string, ReadonlyArray<string> | undefined>>): ReadonlyArray<string> =>
  Object.entries(parts).flatMap(([name, points = []]) => (points.length === 0 ? [] : [`${name}: ${points.join("; ")}`]))

const detailOf = (event: HandoffEvent): string | undefined => {
  switch (event._tag) {
    case "Created":
      return event.routing === undefined
        ? undefined
        : `The router chose ${nameText(event.routing.agent)}: ${event.routing.reason}`
    case "Imported":
      return `as ${statusWords[event.record.status].toLowerCase()}`
    case "Accepted":
    case "Rejected":
    case "Failed":
    case "Cancelled":
      return event.reason
    case "Progressed":
      return progressWords(event) || undefined
    case "Asked":
      return event.question
    case "Answered":
      return event.answer
    case "Released": {
      const { done, remaining, pitfalls } = event.handBack ?? {}
      const learnt = partsOf({ Done: done, Remaining: remaining, Pitfalls: pitfalls })
      return [...(event.reason === undefined ? [] : [event.reason]), ...learnt].join(" · ") || undefined
    }
    case "Reminded":
      return `of ${clockWords[event.of]}`
    case "Expired":
      return `It had missed ${clockWords[event.missed]}.`
    case "Started":
    case "Completed":
      return undefined
  }
}

/** Where the handoff stood after each event. */
const statusesOf = (history: ReadonlyArray<Entry>): ReadonlyArray<HandoffStatus> => {
  let status: HandoffStatus = "pending"
  return history.map(({ event }) => {
    if (event._tag === "Imported") ({ status } = event.record)
    else if (event._tag !== "Created") status = statusAfter(event._tag, status)
    return status
  })
}

interface StepProperties {
  readonly event: HandoffEvent
  readonly before: HandoffEvent | undefined
  readonly status: HandoffStatus | undefined
}

const Step = ({ event, before, status }: StepProperties) => {
  const detail = detailOf(event)
  return (
    <li data-status={status}>
      <p>
        <strong>{nameText(event.by)}</strong> {eventWords[event._tag]}
        {event.via === undefined ? "" : " in another program"}
      </p>
      {detail === undefined ? undefined : <p className="detail">{detail}</p>}
      <p className="when">
        <time dateTime={event.at.toISOString()}>{momentText(event.at)}</time>
        {before === undefined ? "" : `, ${tookText(event.at.getTime() - before.at.getTime())} later`}
      </p>
    </li>
  )
}

/** Who did what, and when. */
export const Trail = ({ history }: { readonly history: ReadonlyArray<Entry> }) => {
  const statuses = statusesOf(history)
  return (
    <ol className="trail">
      {history.map(({ revision, event }, index) => (
        <Step key={revision} event={event} before={history[index - 1]?.event} status={statuses[index]} />
      ))}
    </ol>
  )
}
