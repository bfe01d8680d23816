import {
  type HandoffRecord,
  maxHopsOf,
  overdueEvent,
  rerouteCause,
  type Transition,
  whereabouts
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import { awaitedText, pathOf } from "./HandoverText.ts"
import { attemptText, stretch } from "./RecordText.ts"
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
  const event = overdueEvent(record, due.at)
  const isRerouted = event !== undefined && rerouteCause(record, event) !== undefined
  const ending = comings(record)[due.event] ?? due.event
  const what = isRerouted ? `it goes to the next agent who can do it, or, where there is none, ${ending}` : ending
  const { epochMilliseconds } = due.at
  return epochMilliseconds <= now
    ? `Due for ${stretch(now - epochMilliseconds)}: ${what}, as soon as it is touched or swept.`
    : `If nobody does anything, ${what} in ${stretch(epochMilliseconds - now)} (${DateTime.formatIso(due.at)}).`
}

/** Where a handoff is, in sentences. */
export const whereText = (record: HandoffRecord, now: number, where: string): string => {
  const { turn, since, notBefore } = whereabouts(record)
  const standing = `${printable(record.recordId)} is ${record.status} since ${DateTime.formatIso(since)}, for ${stretch(now - since.epochMilliseconds)}`
  if (turn === undefined) return `${standing}; it has ended.`
  return [
    `${standing}, in attempt ${attemptText(record)}: ${printable(turn)}'s turn.`,
    ...(record.hops === undefined
      ? []
      : [`It came by ${printable(pathOf(record))}, in ${record.hops.length} of ${maxHopsOf(record)} hops.`]),
    ...awaitedText(record, where).map((line) => line.trim()),
    ...(notBefore !== undefined && notBefore.epochMilliseconds > now
      ? [`Claims pass it by until ${DateTime.formatIso(notBefore)}.`]
      : []),
    comingText(record, now)
  ].join("\n")
}
