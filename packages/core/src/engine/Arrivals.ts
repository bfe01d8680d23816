/** Judges the entries that an import brings in. Entries that are stored already are not judged again. */
import { clock, type HandoffEvent, type HandoffRecord, isOfTime } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

/** The most milliseconds by which the clocks of two synchronized machines differ. */
export const skew = 60_000

/** Checks whether an entry is dated further ahead of now than clocks differ. */
export const isAhead = (event: HandoffEvent, now: DateTime.Utc): boolean => {
  const moments = event._tag === "Imported" ? [event.at, event.record.createdAt, event.record.updatedAt] : [event.at]
  return moments.some(({ epochMilliseconds }) => epochMilliseconds > now.epochMilliseconds + skew)
}

/** Checks whether the clock recorded an event. It has no key, so nothing but that the event was due proves it. */
export const isByClock = (before: HandoffRecord, event: HandoffEvent): boolean =>
  event.by === clock && isOfTime(before, event)

/** Checks for an event that only the clock can cause, but that another program recorded. `before` is the state before it. */
export const isForeignClock = (before: HandoffRecord, event: HandoffEvent): boolean =>
  event.via !== undefined && isOfTime(before, event)

/** The reason why an import refuses an entry; `before` is the state before it, if there is one. */
export const arrivalFault = (
  before: HandoffRecord | undefined,
  event: HandoffEvent,
  now: DateTime.Utc
): string | undefined => {
  const entry = `Entry ${(before?.revision ?? 0) + 1}`
  if (isAhead(event, now)) {
    return `${entry} is dated ahead: it is now ${DateTime.formatIso(now)}, and clocks may differ by ${skew / 1000} s`
  }
  return before !== undefined && isForeignClock(before, event)
    ? `${entry} was recorded by another program, but only the clock may record it`
    : undefined
}
