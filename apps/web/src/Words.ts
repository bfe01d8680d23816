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

/** Words between commas. */
export const listed = (text: string): ReadonlyArray<string> =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
