import {
  describeAttempt,
  describeTimer,
  describeTurn,
  type HandoffRecord,
  maxHopsOf,
  whereabouts
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import { awaitedText, pathOf } from "./HandoverText.ts"
import { stretch, told } from "./RecordText.ts"
import { printable } from "./Text.ts"

const timerText = (record: HandoffRecord, now: number): string => {
  const timer = describeTimer(record)
  if (timer === undefined) return "No timer is running."
  const { at, what } = timer
  return at <= now
    ? `Overdue by ${stretch(now - at)}: ${what} as soon as a command touches it or a sweep runs.`
    : `Next timer: ${what} in ${stretch(at - now)} (${DateTime.formatIso(DateTime.makeUnsafe(at))}).`
}

/** Where a handoff is, in sentences. */
export const whereText = (record: HandoffRecord, now: number, where: string): string => {
  const { turn, since, notBefore } = whereabouts(record)
  const standing = `${printable(record.recordId)} is ${record.status} since ${DateTime.formatIso(since)}, for ${stretch(now - since.epochMilliseconds)}`
  if (turn === undefined) return `${standing}; it has ended.`
  return [
    `${standing}, in attempt ${told(describeAttempt(record))}: ${told(describeTurn(record))}.`,
    ...(record.hops === undefined
      ? []
      : [`It came by ${printable(pathOf(record))}, in ${record.hops.length} of ${maxHopsOf(record)} hops.`]),
    ...awaitedText(record, where).map((line) => line.trim()),
    ...(notBefore !== undefined && notBefore.epochMilliseconds > now
      ? [`Claims pass it by until ${DateTime.formatIso(notBefore)}.`]
      : []),
    timerText(record, now)
  ].join("\n")
}
