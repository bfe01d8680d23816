import type { Entry, HandoffEvent, HandoffStatus } from "@aumai/handoff"
import { transitions } from "@aumai/handoff-protocol"

import { momentText, tookText } from "./Time.ts"
import { eventWords, nameText, statusWords } from "./Words.ts"

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
    case "Started":
    case "Completed":
    case "Expired":
      return undefined
  }
}

const statusAfter = (event: HandoffEvent): HandoffStatus => {
  if (event._tag === "Created") return "pending"
  return event._tag === "Imported" ? event.record.status : transitions[event._tag].to
}

const Step = ({ event, before }: { readonly event: HandoffEvent; readonly before: HandoffEvent | undefined }) => {
  const detail = detailOf(event)
  return (
    <li data-status={statusAfter(event)}>
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
export const Trail = ({ history }: { readonly history: ReadonlyArray<Entry> }) => (
  <ol className="trail">
    {history.map(({ revision, event }, index) => (
      <Step key={revision} event={event} before={history[index - 1]?.event} />
    ))}
  </ol>
)
