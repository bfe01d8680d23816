import {
  type Awaits,
  type Briefing,
  describeLimit,
  describeProof,
  type HandoffStatus,
  type Proof
} from "@aumai/handoff"

/** The display names of statuses. */
export const statusWords: Readonly<Record<HandoffStatus, string>> = {
  pending: "Pending",
  accepted: "Accepted",
  in_progress: "In progress",
  input_required: "Input required",
  delivered: "Delivered",
  completed: "Completed",
  rejected: "Rejected",
  failed: "Failed",
  cancelled: "Cancelled",
  expired: "Expired"
}

/** The display names of the steps that wait for an agent, in the order in which an inbox shows them. */
export const awaitsWords: Readonly<Record<Awaits, string>> = {
  answer: "To answer",
  confirmation: "To confirm",
  review: "To review",
  acceptance: "To accept",
  work: "To work on"
}

/** The display names of severities. */
export const severityWords: Readonly<Record<Briefing["severity"], string>> = {
  stable: "Stable",
  watcher: "Watcher: may become worse",
  unstable: "Unstable: act now"
}

/** The text of an empty lane. */
export const emptyLaneWords: Readonly<Record<HandoffStatus, string>> = {
  pending: "No pending handoffs.",
  accepted: "No accepted handoffs.",
  in_progress: "No handoffs in progress.",
  input_required: "No handoffs waiting for an answer.",
  delivered: "No handoffs waiting for a review.",
  completed: "No completed handoffs.",
  rejected: "No rejected handoffs.",
  failed: "No failed handoffs.",
  cancelled: "No cancelled handoffs.",
  expired: "No expired handoffs."
}

/** The word with a capital first letter. */
export const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** The text cut to `room` characters, with an ellipsis if any are missing. */
export const beginningOf = (text: string, room: number): string =>
  // Drops half of a surrogate pair at the cut.
  text.length <= room ? text : `${text.slice(0, room - 1).replace(/[\uD800-\uDBFF]$/, "")}…`

/** The non-empty lines of a text. */
export const lines = (text: string): ReadonlyArray<string> =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")

/** The non-empty items of a comma-separated list. */
export const listed = (text: string): ReadonlyArray<string> =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")

/** A number of handoffs. */
export const handoffsText = (count: number): string => (count === 1 ? "1 handoff" : `${count} handoffs`)

/** The result of a sweep. */
export const sweptText = ({ length }: ReadonlyArray<unknown>): string =>
  `Overdue events applied to ${handoffsText(length)}.`

/** A number of entries, and what proves them. */
export const entriesText = (proof: Proof): string => {
  const { entries } = proof
  return `${entries === 1 ? "1 entry" : `${entries} entries`}${entries === 0 ? "" : `: ${describeProof(proof)}`}`
}

/** The limit of what a verification without a flaw has proven, as a sentence after others. */
export const limitText = (proof: Proof): string => {
  const limit = describeLimit(proof)
  return limit === undefined ? "" : ` But ${limit}.`
}
