import type { HandoffEvent } from "./HandoffEvent.ts"

/** The verb that records each event: errors name it, and the list of verbs takes its names from here. */
export const verbNames = {
  Created: "create",
  Imported: "import",
  Accepted: "accept",
  Rejected: "reject",
  Started: "start",
  Progressed: "progress",
  Released: "release",
  Asked: "ask",
  Answered: "answer",
  Forwarded: "forward",
  Delegated: "delegate",
  Restated: "restate",
  Confirmed: "confirm",
  Attested: "attest",
  Delivered: "complete",
  Approved: "approve",
  Returned: "return",
  Escalated: "sweep",
  Completed: "complete",
  Failed: "fail",
  Cancelled: "cancel",
  Reminded: "sweep",
  Expired: "sweep"
} as const satisfies Record<HandoffEvent["_tag"], string>
export type VerbNames = typeof verbNames

/** Writes the verb of an event as code for an error sentence; an unknown event keeps its name. */
export const verbOf = (event: string): string =>
  // The cast: an event that came from elsewhere may have a name that is not in the table.
  `\`${(verbNames as Readonly<Record<string, string>>)[event] ?? event}\``
