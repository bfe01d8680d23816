import type { HandoffEvent, HandoffStatus } from "@aumai/handoff"

/** How statuses and events are called on the pages. */
export const statusWords: Readonly<Record<HandoffStatus, string>> = {
  pending: "Pending",
  accepted: "Accepted",
  in_progress: "In progress",
  completed: "Completed",
  rejected: "Rejected",
  failed: "Failed",
  cancelled: "Cancelled",
  expired: "Expired"
}

export const eventWords: Readonly<Record<HandoffEvent["_tag"], string>> = {
  Created: "created it",
  Imported: "imported it",
  Accepted: "accepted it",
  Rejected: "rejected it",
  Started: "started",
  Completed: "completed it",
  Failed: "gave up",
  Cancelled: "cancelled it",
  Expired: "let it expire"
}

/** The beginning of a text, where there is room for so many characters. */
export const beginningOf = (text: string, room: number): string =>
  // Not between the halves of a character.
  text.length <= room ? text : `${text.slice(0, room - 1).replace(/[\uD800-\uDBFF]$/, "")}…`

/** Words between commas. */
export const listed = (text: string): ReadonlyArray<string> =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
