/**
 * Encodes and decodes one record of the file: the fields of the Python library, the revision, and the history with the
 * position of each entry.
 */
import { isUtf8 } from "node:buffer"

import {
  type ArchivedHandoff,
  decodeArchived,
  encodeArchived,
  type HandoffEvent,
  type HandoffRecord,
  parseJson,
  showReceiver
} from "@aumai/handoff-protocol"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

/** An event of a history with the number of its position. */
export interface Numbered {
  readonly position: number
  readonly event: HandoffEvent
}

/** A record with the entries of its history, oldest first. */
export interface Handoff {
  readonly record: HandoffRecord
  readonly entries: ReadonlyArray<Numbered>
  /** The state in the file, if it differs from the history because a person or a program edited it. */
  readonly edited?: HandoffRecord
}

// The year 2200, in microseconds. A double is exact up to the year 2255, which leaves room to count on from an event with
// an impossibly late time.
const latest = Date.UTC(2200, 0) * 1000

/** A moment as a position, in whole microseconds; 0 if it is beyond `latest`. */
const positionAt = (milliseconds: number): number =>
  milliseconds * 1000 <= latest ? Math.trunc(milliseconds * 1000) : 0

/** A new position for an event: its time in microseconds, or `last + 1` if that is greater. */
export const nextPosition = (last: number, event: Pick<HandoffEvent, "at">): number =>
  Math.max(last + 1, positionAt(event.at.epochMilliseconds))

// A position in a file is accepted only if this many can follow it: three thousand years at a thousand per second.
const room = 1e14
/** Tests for the number of a position that a file may hold. */
export const isPosition = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value <= Number.MAX_SAFE_INTEGER - room

/** Encodes a record, indented as an element of the file's array. */
export const encode = ({ record, entries }: Handoff): Buffer => {
  const archived = encodeArchived({ record, history: entries.map(({ event }) => event) })
  // The position is last in its entry and the history is last in the record, so that `lastPosition` finds it at the end.
  const history = archived.history?.map((event, index) => ({ ...event, position: entries[index]?.position }))
  return indent({ ...showReceiver(archived, record), history })
}

/** Encodes any JSON value, indented as an element of the file's array. */
export const indent = (value: unknown): Buffer => Buffer.from(JSON.stringify([value], undefined, 2).slice(2, -2))

/** Decodes one record. The failure is a phrase for an error sentence and contains no values. */
export const decode = (bytes: Buffer): Result.Result<Handoff, string> =>
  Result.flatMap(isUtf8(bytes) ? parseJson(bytes.toString("utf8")) : Result.fail("Expected UTF-8"), (json) =>
    Result.mapBoth(decodeArchived("record", json), {
      onFailure: ({ message }) => message,
      onSuccess: (archived) => place(archived, positionsIn(json))
    })
  )

const place = ({ record, history, edited }: ArchivedHandoff, known: ReadonlyArray<unknown>): Handoff => {
  let last = 0
  const entries = history.map((event, index): Numbered => {
    const own = known[index]
    last = isPosition(own) && own > last ? own : nextPosition(last, event)
    return { position: last, event }
  })
  return edited === undefined ? { record, entries } : { record, entries, edited }
}

const positionsIn = (json: unknown): ReadonlyArray<unknown> => {
  if (!Predicate.hasProperty(json, "history") || !Array.isArray(json.history)) return []
  return json.history.map((entry: unknown) => (Predicate.hasProperty(entry, "position") ? entry.position : undefined))
}

// The last lines of a record, around the digits of its position, and as Python writes them.
const beforePosition = Buffer.from(`"position": `)
const afterPosition = Buffer.from("\n      }\n    ]\n  }")
const afterTime = Buffer.from(`"\n  }`)
const time = "2026-11-22T08:12:07.922257Z"
const beforeTime = Buffer.from(`"updated_at": "`)

/** Tests whether `bytes` has `piece` at an offset. Comparing byte by byte takes a tenth of a call into native code. */
export const standsAt = (bytes: Buffer, at: number, piece: Buffer): boolean => {
  for (let index = 0; index < piece.length; index += 1) if (bytes[at + index] !== piece[index]) return false
  return true
}

/** The number whose digits end at an offset, and the offset of its first digit. */
const digitsBefore = (bytes: Buffer, end: number): { readonly value: number; readonly start: number } => {
  let start = end
  while (isDigit(bytes[start - 1])) start -= 1
  let value = 0
  for (let at = start; at < end; at += 1) value = value * 10 + (bytes[at] ?? 0) - 48
  return { value, start }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57

/**
 * Reads the largest position of a record from its last bytes, without decoding it. `exact` is `false` if it is derived from
 * a time. `undefined` for another layout.
 */
export const lastPosition = (
  bytes: Buffer,
  end: number
): { readonly position: number; readonly exact: boolean } | undefined => {
  const digitsEnd = end - afterPosition.length
  if (standsAt(bytes, digitsEnd, afterPosition)) {
    const { value, start } = digitsBefore(bytes, digitsEnd)
    const isMarked = start < digitsEnd && standsAt(bytes, start - beforePosition.length, beforePosition)
    return isMarked && isPosition(value) ? { position: value, exact: true } : undefined
  }
  const timeEnd = end - afterTime.length
  const timeStart = timeEnd - time.length
  if (!standsAt(bytes, timeEnd, afterTime) || !standsAt(bytes, timeStart - beforeTime.length, beforeTime))
    return undefined
  const parsed = Date.parse(bytes.toString("latin1", timeStart, timeEnd))
  return Number.isNaN(parsed) ? undefined : { position: positionAt(parsed), exact: false }
}
