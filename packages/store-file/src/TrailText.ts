/**
 * Encodes and decodes the JSON of the lines of a trail, which are framed like those of a journal. A trail holds every entry
 * of the store from the first one on, without the records, which replaying gives.
 */
import { decodeStoredEvent, encodeEvent, type HandoffEvent, readJson, RecordId } from "@aumai/handoff-protocol"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { FileStat } from "./JournalFs.ts"

/** The trail version that this code writes, and the newest that it reads. */
export const version = 1

/** An entry of the store with the number of its position. */
export interface TrailEntry {
  readonly recordId: RecordId
  readonly revision: number
  readonly position: number
  readonly event: HandoffEvent
}

/** A readable file that contains everything before this line. */
export interface Mark {
  readonly hash: string
  /** Its state when it was written, which a rename keeps. If the file still has it, the hash need not be computed. */
  readonly hint: string
}

/** A decoded line after the header. */
export type Line =
  | { readonly _tag: "Entries"; readonly entries: ReadonlyArray<TrailEntry> }
  | ({ readonly _tag: "Mark" } & Mark)

/** The hint for a file in this state. */
export const hintOf = ({ inode, size, written }: FileStat): string => `${inode} ${size} ${written}`

/** Encodes the mark of a readable file. */
export const mark = ({ hash, hint }: Mark): string => JSON.stringify({ P: hash, hint })

const entryText = (position: number, id: string, revision: number, event: string): string =>
  `{"position":${position},"id":${JSON.stringify(id)},"revision":${revision},"event":${event}}`

/** Encodes entries that are committed together. */
export const entries = (list: ReadonlyArray<TrailEntry>): string =>
  `{"T":[${list.map((one) => entryText(one.position, one.recordId, one.revision, JSON.stringify(encodeEvent(one.event)))).join(",")}]}`

/** The entries of a transaction of the journal; `undefined` for another line. */
export const fromJournal = (json: string): string | undefined => {
  // The cast is safe because the line was decoded when it was read, or written by this process.
  const { T } = readJson(json) as {
    readonly T?: ReadonlyArray<{
      readonly position: number
      readonly record: { readonly record_id: string; readonly revision: number }
      readonly event: unknown
    }>
  }
  const texts = T?.map(({ event, position, record }) =>
    entryText(position, record.record_id, record.revision, JSON.stringify(event))
  )
  return texts && `{"T":[${texts.join(",")}]}`
}

const isRecordId = Schema.is(RecordId)

/** Decodes a line with a valid CRC after the header. The failure is a phrase for an error sentence. */
export const decode = (json: string): Result.Result<Line, string> => {
  const value = readJson(json)
  if (Predicate.hasProperty(value, "T") && Array.isArray(value.T)) {
    return Result.map(Result.all(value.T.map(decodeEntry)), (entries) => ({ _tag: "Entries", entries }))
  }
  const hash = Predicate.hasProperty(value, "P") ? value.P : undefined
  const hint = Predicate.hasProperty(value, "hint") ? value.hint : undefined
  return typeof hash === "string" && typeof hint === "string"
    ? Result.succeed({ _tag: "Mark", hash, hint })
    : Result.fail("it has a line of an unknown kind")
}

const decodeEntry = (value: unknown): Result.Result<TrailEntry, string> => {
  const { event, id, position, revision } = Predicate.isReadonlyObject(value) ? (value as Fields) : {}
  if (!isRecordId(id) || typeof revision !== "number" || typeof position !== "number")
    return Result.fail("an entry in it has no id, revision or position")
  return Result.mapBoth(decodeStoredEvent("trail", event), {
    onFailure: ({ message }) => message,
    onSuccess: (event) => ({ recordId: id, revision, position, event })
  })
}

// For the cast: any key of an object may be read as unknown.
type Fields = Readonly<Record<"event" | "id" | "position" | "revision", unknown>>
