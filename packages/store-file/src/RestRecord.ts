/**
 * One record as it stands in the file: the seed's fields, our revision, and the history, each entry with its position.
 */
import { type Entry, Position } from "@aumai/handoff-core"
import {
  type ArchivedHandoff,
  decodeArchived,
  encodeArchived,
  type HandoffEvent,
  type HandoffRecord,
  parseJson
} from "@aumai/handoff-protocol"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

/** A record with the entries of its history, oldest first. */
export interface Handoff {
  readonly record: HandoffRecord
  readonly entries: ReadonlyArray<Entry>
  /** What the file says when it says something else than its own history: somebody has edited it. */
  readonly edited?: HandoffRecord
}

// Microseconds of the year 2200. A double counts exactly to the year 2255; what is left is room for counting on from an
// event that claims to be later than any clock says.
const latest = Date.UTC(2200, 0) * 1000

/** A moment as a position, in microseconds; one beyond the latest says nothing. */
const positionAt = (milliseconds: number): number => (milliseconds * 1000 <= latest ? milliseconds * 1000 : 0)

/** The position of an event that has none yet: its time in microseconds, or the next number behind the last. */
export const nextPosition = (last: number, event: HandoffEvent): number =>
  Math.max(last + 1, positionAt(event.at.epochMilliseconds))

// A position that is written in a file counts when this many more can follow it: three thousand years of them at a thousand a second.
const room = 1e14
const isPosition = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value <= Number.MAX_SAFE_INTEGER - room

/** Indented as an element of the array in the file. */
export const encode = ({ record, entries }: Handoff): Buffer => {
  const archived = encodeArchived({ record, history: entries.map(({ event }) => event) })
  // Last in its entry, and the history last in the record, so that the largest position of a record stands at its end.
  const history = archived.history?.map((event, index) => ({ ...event, position: Number(entries[index]?.position) }))
  return indent({ ...archived, history })
}

/** Any JSON value, indented as an element of the array in the file. */
export const indent = (value: unknown): Buffer => Buffer.from(JSON.stringify([value], undefined, 2).slice(2, -2))

/** Reads one record; the failure is a phrase for a person and names no value. */
export const decode = (bytes: Buffer): Result.Result<Handoff, string> =>
  Result.flatMap(parseJson(bytes.toString("utf8")), (json) =>
    Result.mapBoth(decodeArchived("record", json), {
      onFailure: ({ message }) => message,
      onSuccess: (archived) => place(archived, positionsIn(json))
    })
  )

const place = ({ record, history, edited }: ArchivedHandoff, known: ReadonlyArray<unknown>): Handoff => {
  let last = 0
  const entries = history.map((event, index): Entry => {
    const own = known[index]
    last = isPosition(own) && own > last ? own : nextPosition(last, event)
    return { position: Position.make(String(last)), recordId: record.recordId, revision: index + 1, event }
  })
  return edited === undefined ? { record, entries } : { record, entries, edited }
}

const positionsIn = (json: unknown): ReadonlyArray<unknown> => {
  if (!Predicate.hasProperty(json, "history") || !Array.isArray(json.history)) return []
  return json.history.map((entry: unknown) => (Predicate.hasProperty(entry, "position") ? entry.position : undefined))
}

// The last lines of a record as we write it, before and after the digits, and as Python does.
const beforePosition = Buffer.from(`"position": `)
const afterPosition = Buffer.from("\n      }\n    ]\n  }")
const afterTime = Buffer.from(`"\n  }`)
const time = "2026-11-22T08:12:07.922257Z"
const beforeTime = Buffer.from(`"updated_at": "`)

/** Whether a piece stands at a place. Comparing byte by byte costs a tenth of a call into native code. */
export const standsAt = (bytes: Buffer, at: number, piece: Buffer): boolean => {
  for (let index = 0; index < piece.length; index += 1) if (bytes[at + index] !== piece[index]) return false
  return true
}

/** The digits that end before a place, as a number, and where they begin. */
const digitsBefore = (bytes: Buffer, end: number): { readonly value: number; readonly start: number } => {
  let start = end
  while (isDigit(bytes[start - 1])) start -= 1
  let value = 0
  for (let at = start; at < end; at += 1) value = value * 10 + (bytes[at] ?? 0) - 48
  return { value, start }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57

/**
 * The largest position of a record without decoding it, from its last bytes; `exact` is false when it only follows from
 * a time. Nothing when the record is laid out in another way.
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
