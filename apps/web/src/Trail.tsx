import type { Entry, HandoffEvent } from "@aumai/handoff"

import { momentText } from "./Time.ts"
import { eventWords, statusWords } from "./Words.ts"

const detailOf = (event: HandoffEvent): string | undefined => {
  switch (event._tag) {
    case "Created":
      return event.routing === undefined
        ? undefined
        : `The router chose ${event.routing.agent}: ${event.routing.reason}`
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

/** Who did what, and when. */
export const Trail = ({ history }: { readonly history: ReadonlyArray<Entry> }) => (
  <ol className="trail">
    {history.map(({ revision, event }) => (
      <li key={revision}>
        <p>
          <strong>{event.by}</strong> {eventWords[event._tag]}
          {event.via === undefined ? "" : " in another program"}
        </p>
        {detailOf(event) === undefined ? undefined : <p className="detail">{detailOf(event)}</p>}
        <time dateTime={event.at.toISOString()}>{momentText(event.at)}</time>
      </li>
    ))}
  </ol>
)
