/** What happened to a handoff, a line for each entry of its history. */
import type { Entry } from "@aumai/handoff-core"
import {
  type Clock,
  type HandoffEvent,
  type OwnEvidence,
  type ReadBack,
  type RerouteCause
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import { handBackText, lasting, progressText } from "./RecordText.ts"
import { printable } from "./Text.ts"

const clocks: Readonly<Record<Clock, string>> = { accept_by: "the time to accept it", deadline: "the deadline" }

const causes: Readonly<Record<RerouteCause, string>> = {
  rejected: "because it was declined",
  accept_by: "because it was not accepted in time",
  attempts_exhausted: "because its attempts were used up"
}

const parts = (...some: ReadonlyArray<string | undefined>): string =>
  some.filter((part) => part !== undefined && part !== "").join("; ")

const readBackText = ({ summary, items = [] }: ReadBack): string =>
  parts(
    `read back: ${summary}`,
    ...items.map(({ id, answer, note }) => `${id} ${answer}${note === undefined ? "" : ` (${note})`}`)
  )

const evidenceText = ({ grade, statement }: OwnEvidence): string => `${grade}: ${statement}`

/** What an event says besides who and when. */
const said = (event: HandoffEvent): string => {
  switch (event._tag) {
    case "Created":
      return event.routing === undefined ? `to ${event.request.toAgent}` : `routed: ${event.routing.reason}`
    case "Imported":
      return `as ${event.record.status}`
    case "Completed":
      return parts(
        JSON.stringify(event.result),
        event.artifacts && `artifacts: ${event.artifacts.map(({ name }) => name).join(", ")}`,
        ...(event.evidence ?? []).map(evidenceText),
        event.leavesChildren && "leaves its open parts"
      )
    case "Accepted":
      return parts(
        event.reason,
        event.lease === undefined ? undefined : `held for ${lasting(event.lease)}`,
        event.readBack && readBackText(event.readBack)
      )
    case "Progressed":
      return parts(progressText(event), event.lease === undefined ? undefined : `held for ${lasting(event.lease)}`)
    case "Released":
      return parts(
        event.reason,
        event.handBack && handBackText(event.handBack),
        event.notBefore && `not before ${DateTime.formatIso(event.notBefore)}`
      )
    case "Forwarded":
      return parts(
        `to ${event.to}`,
        event.because && causes[event.because],
        event.reason,
        event.routing && `routed: ${event.routing.reason}`,
        event.handBack && handBackText(event.handBack)
      )
    case "Delegated":
      return `a part of it, ${event.child}`
    case "Restated":
      return readBackText(event.readBack)
    case "Confirmed":
      return event.correction === undefined ? "" : `set right: ${event.correction}`
    case "Attested":
      return parts(event.statement, event.of && `of ${event.of}`, event.uri)
    case "Asked":
      return event.question
    case "Answered":
      return event.answer
    case "Rejected":
    case "Failed":
      return event.reason
    case "Cancelled":
      return event.reason ?? ""
    case "Reminded":
      return clocks[event.of]
    case "Expired":
      return clocks[event.missed]
    case "Started":
      return ""
  }
}

/** An entry on one line. */
export const entryText = ({ event, revision }: Entry): string => {
  const by = `${event.by}${event.via === undefined ? "" : " (another program)"}${event.sig === undefined ? "" : " (signed)"}`
  const text = `${DateTime.formatIso(event.at)}  ${String(revision).padStart(3)}  ${event._tag.padEnd(10)}  ${by}`
  const more = said(event)
  return printable(more === "" ? text : `${text}: ${more}`)
}
