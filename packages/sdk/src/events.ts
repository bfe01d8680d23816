import { encodeEntry, type Entry as EngineEntry } from "@aumai/handoff-core"
import { encodeRecord, type HandoffRecord as EngineRecord } from "@aumai/handoff-protocol"

import { fromPlain } from "./client/Plain.ts"
import type { HandoffEvent } from "./types/HandoffEvent.ts"
import type { HandoffRecord } from "./types/HandoffRecord.ts"
import type { Entry } from "./types/Reports.ts"

/**
 * The type of the CloudEvent for each event. `initiated`, `accepted`, `rejected`, `completed` and `failed` are the names under
 * which the Python library publishes on its bus; the others follow their pattern.
 */
export const eventTypes = {
  Created: "handoff.initiated",
  Accepted: "handoff.accepted",
  Rejected: "handoff.rejected",
  Started: "handoff.started",
  Completed: "handoff.completed",
  // An approval completes a handoff whose work is reviewed.
  Approved: "handoff.completed",
  Failed: "handoff.failed",
  Cancelled: "handoff.cancelled",
  Expired: "handoff.expired",
  Imported: "handoff.imported",
  Progressed: "handoff.progressed",
  Asked: "handoff.asked",
  Answered: "handoff.answered",
  Released: "handoff.released",
  Forwarded: "handoff.forwarded",
  Delegated: "handoff.delegated",
  Restated: "handoff.restated",
  Confirmed: "handoff.confirmed",
  Attested: "handoff.attested",
  Reminded: "handoff.reminded",
  Delivered: "handoff.delivered",
  Returned: "handoff.returned",
  Escalated: "handoff.escalated"
} as const satisfies Readonly<Record<HandoffEvent["_tag"], string>>

/** An event in the JSON format of CloudEvents 1.0. */
export interface CloudEvent {
  readonly specversion: "1.0"
  /** The id of the handoff and the number of the event within it. Unique for each source. */
  readonly id: string
  /** The log of the store: `/aumai-handoff/<log>`. */
  readonly source: string
  readonly type: (typeof eventTypes)[HandoffEvent["_tag"]]
  /** The id of the handoff. */
  readonly subject: string
  /** When the event happened, in RFC 3339. */
  readonly time: string
  readonly datacontenttype: "application/json"
  /** The entry in wire JSON, and the record in wire JSON if it was given. */
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * Converts an entry of the log to a CloudEvent, for a message bus or a webhook. With `record`, its data has the handoff, too.
 *
 * @example
 * ```ts
 * import { toCloudEvent } from "@aumai/handoff/events"
 * import { openHandoffs } from "@aumai/handoff/node"
 *
 * await using handoffs = await openHandoffs("memory:")
 * await handoffs.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" })
 * for await (const entry of handoffs.changes({ until: "now" })) {
 *   console.log(toCloudEvent(entry).type) // handoff.initiated
 * }
 * ```
 */
export const toCloudEvent = (entry: Entry, record?: HandoffRecord): CloudEvent => {
  const { event, position, recordId, revision } = entry
  return {
    specversion: "1.0",
    id: `${recordId}.${revision}`,
    source: `/aumai-handoff/${position.split(".", 1)[0] ?? ""}`,
    type: eventTypes[event._tag],
    subject: recordId,
    time: event.at.toISOString(),
    datacontenttype: "application/json",
    data: {
      ...encodeEntry(fromPlain<EngineEntry>(entry)),
      ...(record === undefined ? {} : { record: encodeRecord(fromPlain<EngineRecord>(record)) })
    }
  }
}
