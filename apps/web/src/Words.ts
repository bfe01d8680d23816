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

// Characters that nobody sees, or that turn around what stands beside them. Not what joins the parts of an emoji.
const unseen =
  /(?!(?<=[\p{Extended_Pictographic}\uFE0F\p{Emoji_Modifier}])\u200D)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115F\u1160\u2800\u3164\uFFA0]|^ | $|(?<= ) |[^\S ]/gu
const turning = /[\u202A-\u202E\u2066-\u2069]/g

const written = (character: string): string =>
  `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`

/** A name or an id such that two that differ look different: nobody passes for somebody else. */
export const nameText = (name: string): string => name.replaceAll(unseen, written)

/** The beginning of a task, in one line: it cannot be empty to the eye, nor turn around what follows it. */
export const headlineText = (task: string, room: number): string => {
  const beginning = beginningOf(task, room)
  return /[^\s\p{Cc}\p{Cf}\u115F\u1160\u2800\u3164\uFFA0]/u.test(beginning)
    ? beginning.replaceAll(turning, written)
    : nameText(beginning)
}
