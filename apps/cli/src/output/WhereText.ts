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
import { sentenceText, stretch } from "./SentenceText.ts"
import { printable } from "./Text.ts"

const timerText = (record: HandoffRecord, now: number): string => {
  const timer = describeTimer(record)
  if (timer === undefined) return "No timer is running."
  const { at, what } = timer
  return at <= now
    ? `Overdue by ${stretch(now - at)}: ${what} as soon as a command touches it or a sweep runs.`
    : `Next timer: ${what} in ${stretch(at - now)} (${DateTime.formatIso(DateTime.makeUnsafe(at))}).`
}

/** The whereabouts of a handoff in sentences. */
export const whereText = (record: HandoffRecord, now: number, where: string): string => {
  const { turn, since, notBefore } = whereabouts(record)
  const state = `${printable(record.recordId)} is ${record.status} since ${DateTime.formatIso(since)}, for ${stretch(now - since.epochMilliseconds)}`
  if (turn === undefined) return `${state}; it has ended.`
  return [
    `${state}, in attempt ${sentenceText(describeAttempt(record))}: ${sentenceText(describeTurn(record))}.`,
    ...(record.hops === undefined
      ? []
      : [`Its path is ${printable(pathOf(record))}, ${record.hops.length} of ${maxHopsOf(record)} hops.`]),
    ...awaitedText(record, where).map((line) => line.trim()),
    ...(notBefore !== undefined && notBefore.epochMilliseconds > now
      ? [`Claims skip it until ${DateTime.formatIso(notBefore)}.`]
      : []),
    timerText(record, now)
  ].join("\n")
}
