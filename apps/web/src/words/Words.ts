import type { HandoffStatus } from "@aumai/handoff"

/** The names of statuses on the pages. */
export const statusWords: Readonly<Record<HandoffStatus, string>> = {
  pending: "Pending",
  accepted: "Accepted",
  in_progress: "In progress",
  input_required: "Input required",
  completed: "Completed",
  rejected: "Rejected",
  failed: "Failed",
  cancelled: "Cancelled",
  expired: "Expired"
}

/** What an empty lane says. */
export const emptyLaneWords: Readonly<Record<HandoffStatus, string>> = {
  pending: "Nothing is pending.",
  accepted: "Nothing is accepted.",
  in_progress: "Nothing is in progress.",
  input_required: "Nothing waits for an answer.",
  completed: "Nothing is completed.",
  rejected: "Nothing is rejected.",
  failed: "Nothing has failed.",
  cancelled: "Nothing is cancelled.",
  expired: "Nothing has expired."
}

/** A word at the beginning of a line. */
export const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** The beginning of a text, where there is room for so many characters. */
export const beginningOf = (text: string, room: number): string =>
  // Not between the halves of a character.
  text.length <= room ? text : `${text.slice(0, room - 1).replace(/[\uD800-\uDBFF]$/, "")}…`

/** Lines with something in them. */
export const lines = (text: string): ReadonlyArray<string> =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")

/** Words between commas. */
export const listed = (text: string): ReadonlyArray<string> =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")

/** What a sweep came to. */
export const sweptText = ({ length }: ReadonlyArray<unknown>): string =>
  `What was due has happened to ${length === 1 ? "1 handoff" : `${length} handoffs`}.`

/** How much was looked at, and what of it is signed. */
export const entriesText = (entries: number, signed: number): string =>
  `${entries === 1 ? "1 entry" : `${entries} entries`}${signed === 0 ? "" : `, ${signed} of them signed`}`

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
