import { describeEvent, type Entry, type HandoffEvent, type HandoffStatus, statusAfter } from "@aumai/handoff"

import { momentText, tookText } from "../data/Time.ts"
import { Name } from "../ui/Foreign.tsx"
import { Sentences } from "../ui/Sentences.tsx"

/** The status after each event. */
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
  const { details, what } = describeEvent(event)
  return (
    <li data-status={status}>
      <p>
        <strong>
          <Name>{event.by}</Name>
        </strong>{" "}
        {what}
        {event.via === undefined ? "" : " in another program"}
      </p>
      {details.length === 0 ? undefined : (
        <p className="detail">
          <Sentences sentences={details} />
        </p>
      )}
      <p className="when">
        <time dateTime={event.at.toISOString()}>{momentText(event.at)}</time>
        {before === undefined ? "" : `, ${tookText(event.at.getTime() - before.at.getTime())} later`}
      </p>
    </li>
  )
}

/** The history of a handoff as a list of events. */
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
