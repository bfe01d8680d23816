import type { Entry } from "@aumai/handoff-core"
import { describeEvent, type HandoffEvent } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import { sentenceText } from "./SentenceText.ts"
import { jsonText, printable } from "./Text.ts"

/** The result of a completed handoff, and the details of any event. */
const detailsOf = (event: HandoffEvent): string =>
  [
    ...(event._tag === "Completed" || event._tag === "Delivered" ? [jsonText(event.result)] : []),
    ...describeEvent(event).details.map(sentenceText)
  ].join("; ")

/** An entry on one line. */
export const entryText = ({ event, revision }: Entry): string => {
  const by = `${event.by}${event.via === undefined ? "" : " (another program)"}${event.sig === undefined ? "" : " (signed)"}`
  const text = `${DateTime.formatIso(event.at)}  ${String(revision).padStart(3)}  ${event._tag.padEnd(10)}  ${by}`
  const more = detailsOf(event)
  return printable(more === "" ? text : `${text}: ${more}`)
}
