import { type HandoffRecord, maxAttemptsOf, type Transition, whereabouts } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import { stretch } from "./RecordText.ts"
import { printable } from "./Text.ts"

/** What time does to a handoff, in the words of a person. Only what time can bring about has any. */
const comings = (record: HandoffRecord): Readonly<Partial<Record<Transition["_tag"], string>>> => ({
  Expired: "it expires",
  Released: `its lease runs out, and it waits for attempt ${record.attempt + 1}`,
  Failed: "its lease runs out, and because this is the last attempt it fails",
  Reminded: "a reminder of what is near goes on record"
})

const comingText = (record: HandoffRecord, now: number): string => {
  const { due } = whereabouts(record)
  if (due === undefined) return "If nobody does anything, it stays so."
  const what = comings(record)[due.event] ?? due.event
  const { epochMilliseconds } = due.at
  return epochMilliseconds <= now
    ? `Due for ${stretch(now - epochMilliseconds)}: ${what}, as soon as it is touched or swept.`
    : `If nobody does anything, ${what} in ${stretch(epochMilliseconds - now)} (${DateTime.formatIso(due.at)}).`
}

/** Where a handoff is, in sentences. */
export const whereText = (record: HandoffRecord, now: number): string => {
  const { turn, since, notBefore } = whereabouts(record)
  const standing = `${printable(record.recordId)} is ${record.status} since ${DateTime.formatIso(since)}, for ${stretch(now - since.epochMilliseconds)}`
  if (turn === undefined) return `${standing}; it has ended.`
  return [
    `${standing}, in attempt ${record.attempt} of ${maxAttemptsOf(record)}: ${printable(turn)}'s turn.`,
    ...(notBefore !== undefined && notBefore.epochMilliseconds > now
      ? [`Claims pass it by until ${DateTime.formatIso(notBefore)}.`]
      : []),
    comingText(record, now)
  ].join("\n")
}

/** The same as JSON, in the names of the wire. */
export const whereJson = (record: HandoffRecord) => {
  const { turn, since, attempt, due, notBefore, isLost } = whereabouts(record)
  return {
    record_id: record.recordId,
    status: record.status,
    turn: turn ?? null,
    since: DateTime.formatIso(since),
    attempt,
    max_attempts: maxAttemptsOf(record),
    due: due === undefined ? null : { at: DateTime.formatIso(due.at), event: due.event },
    not_before: notBefore === undefined ? null : DateTime.formatIso(notBefore),
    is_lost: isLost
  }
}
