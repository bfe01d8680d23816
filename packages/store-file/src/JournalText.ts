/** Encodes and decodes the JSON of journal lines. */
import { type Change, StoredText } from "@aumai/handoff-core"
import { decodeRecord, decodeStoredEvent, LogName, readJson } from "@aumai/handoff-protocol"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/**
 * The journal version that this code writes, and the newest that it reads. Version 3 names the log, and its readable file
 * shows the present receivers.
 */
export const version = 3

/** The first line. */
export interface Header {
  readonly version: number
  readonly generation: string
  /** The SHA-256 of the readable file that this journal continues; `null` if there was no file. */
  readonly base: string | null
  /** The log of the store that it belongs to. Version 2 has none. */
  readonly log?: LogName
}

/** A change with the number of its position in the log. */
export interface Placed extends Change {
  readonly position: number
}

/** A decoded line. */
export type Line =
  | { readonly _tag: "Header"; readonly header: Header }
  /** The changes that were committed together. */
  | { readonly _tag: "Transaction"; readonly changes: ReadonlyArray<Placed> }
  /** The readable file with this SHA-256 contains everything before this line. */
  | { readonly _tag: "Publish"; readonly hash: string }

/** Encodes a header. */
export const header = (value: Header): string => JSON.stringify({ H: value })

/** Encodes a publication of the file with this SHA-256. */
export const publish = (hash: string): string => JSON.stringify({ P: hash })

/** The SHA-256 in a publication; `undefined` for another line. */
export const published = (json: string): string | undefined => /^\{"P":"([0-9a-f]+)"\}$/.exec(json)?.[1]

/** Encodes changes that are committed together. */
export const transaction = (changes: ReadonlyArray<Placed>): string => {
  const texts = changes.map((change) => {
    const { record, event } = StoredText.encode(change)
    return `{"position":${change.position},"record":${record},"event":${event}}`
  })
  return `{"T":[${texts.join(",")}]}`
}

/**
 * Decodes a line with a valid CRC. One that fails is from a newer version or another program. The failure is a phrase for an
 * error sentence.
 */
export const decode = (json: string): Result.Result<Line, string> => {
  const value = readJson(json)
  if (Predicate.hasProperty(value, "T") && Array.isArray(value.T)) return decodeTransaction(value.T)
  if (Predicate.hasProperty(value, "P") && typeof value.P === "string") {
    return Result.succeed({ _tag: "Publish", hash: value.P })
  }
  if (Predicate.hasProperty(value, "H")) return decodeHeader(value.H, version)
  return Result.fail("it has a line of an unknown kind, perhaps of a newer version")
}

const isLogName = Schema.is(LogName)

/** Decodes a header of a version up to `newest`. */
export const decodeHeader = (
  value: unknown,
  newest: number
): Result.Result<{ readonly _tag: "Header"; readonly header: Header }, string> => {
  if (!Predicate.hasProperty(value, "version") || typeof value.version !== "number")
    return Result.fail("its header has no version")
  if (value.version > newest)
    return Result.fail(`it has version ${value.version}, and this program reads up to ${newest}`)
  if (!Predicate.hasProperty(value, "generation") || typeof value.generation !== "string") {
    return Result.fail("its header has no generation")
  }
  if (!Predicate.hasProperty(value, "base") || (typeof value.base !== "string" && value.base !== null)) {
    return Result.fail("its header has no base")
  }
  const { version, generation, base } = value
  const named = Predicate.hasProperty(value, "log") && isLogName(value.log) ? { log: value.log } : {}
  return Result.succeed({ _tag: "Header", header: { version, generation, base, ...named } })
}

const decodeTransaction = (values: ReadonlyArray<unknown>): Result.Result<Line, string> => {
  const changes: Array<Placed> = []
  for (const value of values) {
    if (!Predicate.hasProperty(value, "position") || typeof value.position !== "number")
      return Result.fail("a change in it has no position")
    const record = decodeRecord("journal", Predicate.hasProperty(value, "record") ? value.record : undefined)
    if (Result.isFailure(record)) return Result.fail(record.failure.message)
    const event = decodeStoredEvent("journal", Predicate.hasProperty(value, "event") ? value.event : undefined)
    if (Result.isFailure(event)) return Result.fail(event.failure.message)
    changes.push({ position: value.position, record: record.success, event: event.success })
  }
  return Result.succeed({ _tag: "Transaction", changes })
}
