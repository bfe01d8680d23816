import type {
  Entry,
  HandBack,
  HandoffEvent,
  HandoffStatus,
  ReadBack,
  RerouteCause,
  RoutingDecision
} from "@aumai/handoff"
import { statusAfter } from "@aumai/handoff-protocol"

import { hrefOf } from "./Route.ts"
import { momentText, tookText } from "./Time.ts"
import { clockWords, eventWords, nameText, progressWords, statusWords } from "./Words.ts"

/** Lists of sentences, each behind its name; empty ones are left out. */
const listsOf = (lists: Readonly<Record<string, ReadonlyArray<string> | undefined>>): ReadonlyArray<string> =>
  Object.entries(lists).flatMap(([name, points = []]) => (points.length === 0 ? [] : [`${name}: ${points.join("; ")}`]))

const learntOf = ({ artifacts, done, remaining, pitfalls }: HandBack = {}): ReadonlyArray<string> =>
  listsOf({ Done: done, Remaining: remaining, Pitfalls: pitfalls, Made: artifacts?.map(({ name }) => nameText(name)) })

const routedOf = (routing: RoutingDecision | undefined): ReadonlyArray<string> =>
  routing === undefined ? [] : [`The router chose ${nameText(routing.agent)}: ${routing.reason}`]

/** A read-back in numbers: what was said is beside the briefing. */
const readBackOf = ({ items = [], summary }: ReadBack): ReadonlyArray<string> => {
  const counts = Object.entries(Object.groupBy(items, ({ answer }) => answer))
  const words = counts.map(([answer, some]) => `${some?.length ?? 0} ${answer}`).join(", ")
  return [summary, words].filter((part) => part !== "")
}

const rerouteWords: Readonly<Record<RerouteCause, string>> = {
  rejected: "it was declined",
  accept_by: "nobody had accepted it in time",
  attempts_exhausted: "no attempt was left"
}

/** What an event says beside its name, part by part. */
const detailsOf = (event: HandoffEvent): ReadonlyArray<string> => {
  switch (event._tag) {
    case "Created":
      return routedOf(event.routing)
    case "Imported":
      return [`as ${statusWords[event.record.status].toLowerCase()}`]
    case "Accepted":
      return [event.reason ?? "", ...(event.readBack === undefined ? [] : readBackOf(event.readBack))]
    case "Rejected":
    case "Failed":
      return [event.reason]
    case "Cancelled":
      return [event.along === undefined ? "" : `along with ${nameText(event.along)}`, event.reason ?? ""]
    case "Progressed":
      return [progressWords(event)]
    case "Asked":
      return [event.question]
    case "Answered":
      return [event.answer]
    case "Forwarded": {
      const { because, handBack, reason, routing, to } = event
      const why = because === undefined ? "" : `, for ${rerouteWords[because]}`
      return [`to ${nameText(to)}${why}`, reason ?? "", ...routedOf(routing), ...learntOf(handBack)]
    }
    case "Restated":
      return readBackOf(event.readBack)
    case "Confirmed":
      return [event.correction ?? ""]
    case "Attested":
      return [event.of === undefined ? "" : nameText(event.of), event.statement]
    case "Released":
      return [event.reason ?? "", ...learntOf(event.handBack)]
    case "Completed": {
      const made = listsOf({ "Handed back": event.artifacts?.map(({ name }) => nameText(name)) })
      return [...made, event.leavesChildren === true ? "Parts that are open go on." : ""]
    }
    case "Reminded":
      return [`of ${clockWords[event.of]}`]
    case "Expired":
      return [`It had missed ${clockWords[event.missed]}.`]
    case "Started":
    case "Delegated":
      return []
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
  const detail = detailsOf(event)
    .filter((part) => part !== "")
    .join(" · ")
  return (
    <li data-status={status}>
      <p>
        <strong>{nameText(event.by)}</strong> {eventWords[event._tag]}
        {event.via === undefined ? "" : " in another program"}
      </p>
      {detail === "" ? undefined : <p className="detail">{detail}</p>}
      {event._tag === "Delegated" ? (
        <p className="detail">
          <a href={hrefOf(event.child)}>{nameText(event.child)}</a>
        </p>
      ) : undefined}
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
