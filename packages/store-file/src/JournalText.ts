/** What the lines of a journal say. */
import { type Change, Position, StoredText } from "@aumai/handoff-core"
import { decodeEvent, decodeRecord } from "@aumai/handoff-protocol"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

/** What this code writes, and the newest it reads. */
export const version = 1

/** The first line. */
export interface Header {
  readonly version: number
  readonly generation: string
  /** SHA-256 of the readable file this journal stands on; null when there was none. */
  readonly base: string | null
}

/** A change at its place in the log. */
export interface Placed extends Change {
  readonly position: number
}

export type Line =
  | { readonly _tag: "Header"; readonly header: Header }
  /** Valid as a whole: everything that was committed together. */
  | { readonly _tag: "Transaction"; readonly changes: ReadonlyArray<Placed> }
  /** The readable file of this SHA-256 holds everything before this line. */
  | { readonly _tag: "Publish"; readonly hash: string }

export const header = (value: Header): string => JSON.stringify({ H: value })

export const publish = (hash: string): string => JSON.stringify({ P: hash })

/** What a line publishes, if it does. */
export const published = (json: string): string | undefined => /^\{"P":"([0-9a-f]+)"\}$/.exec(json)?.[1]

export const transaction = (changes: ReadonlyArray<Placed>): string => {
  const texts = changes.map((change) => {
    const { record, event } = StoredText.encode(change)
    return `{"position":${change.position},"record":${record},"event":${event}}`
  })
  return `{"T":[${texts.join(",")}]}`
}

/** The failure is a phrase for a person; the line was whole, so it is another program's, or a newer version's. */
export const decode = (json: string): Result.Result<Line, string> => {
  const value: unknown = JSON.parse(json)
  if (Predicate.hasProperty(value, "T") && Array.isArray(value.T)) return decodeTransaction(value.T)
  if (Predicate.hasProperty(value, "P") && typeof value.P === "string") {
    return Result.succeed({ _tag: "Publish", hash: value.P })
  }
  if (Predicate.hasProperty(value, "H")) return decodeHeader(value.H)
  return Result.fail("a line of a kind this version does not know")
}

const decodeHeader = (value: unknown): Result.Result<Line, string> => {
  if (!Predicate.hasProperty(value, "version") || typeof value.version !== "number") return Result.fail("no version")
  if (value.version > version) return Result.fail(`version ${value.version}, and this program knows ${version}`)
  if (!Predicate.hasProperty(value, "generation") || typeof value.generation !== "string") {
    return Result.fail("no generation")
  }
  if (!Predicate.hasProperty(value, "base") || (typeof value.base !== "string" && value.base !== null)) {
    return Result.fail("no base")
  }
  return Result.succeed({
    _tag: "Header",
    header: { version: value.version, generation: value.generation, base: value.base }
  })
}

const decodeTransaction = (values: ReadonlyArray<unknown>): Result.Result<Line, string> => {
  const changes: Array<Placed> = []
  for (const value of values) {
    if (!Predicate.hasProperty(value, "position") || typeof value.position !== "number")
      return Result.fail("no position")
    const record = decodeRecord("journal", Predicate.hasProperty(value, "record") ? value.record : undefined)
    if (Result.isFailure(record)) return Result.fail(record.failure.message)
    const event = decodeEvent("journal", Predicate.hasProperty(value, "event") ? value.event : undefined)
    if (Result.isFailure(event)) return Result.fail(event.failure.message)
    changes.push({ position: value.position, record: record.success, event: event.success })
  }
  return Result.succeed({ _tag: "Transaction", changes })
}

export const positionOf = (position: number): Position => Position.make(String(position))
