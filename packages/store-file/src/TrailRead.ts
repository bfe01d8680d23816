/** Reads the trail: its last line, to find out whether it ends at the readable file, or all its entries. */
import { type HandoffEvent, type RecordId, replay, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import * as Failure from "./Failure.ts"
import * as JournalLine from "./JournalLine.ts"
import type * as JournalText from "./JournalText.ts"
import { decodeHeader } from "./JournalText.ts"
import { isOf } from "./LogText.ts"
import { hashOf } from "./RestRead.ts"
import type { Handoff, Numbered } from "./RestRecord.ts"
import type { Rest, Session } from "./Session.ts"
import * as TrailText from "./TrailText.ts"

// Longer than a header and than a mark.
const edge = 1024

/** The trail beside the readable file, without its entries. */
export interface Seen {
  /** `undefined` if the header is damaged. */
  readonly salt: JournalLine.Salt | undefined
  /** The mark at its end; `undefined` if entries without a mark, or damage, follow the last one. */
  readonly tip: TrailText.Mark | undefined
}

/** Looks at the trail; `undefined` if there is no trail. A trail of another store or of a newer version is refused. */
export const look = (session: Session, operation: string): Effect.Effect<Seen | undefined, StoreError> =>
  Effect.flatMap(
    Effect.mapError(session.fs.ends(session.paths.trail, edge), Failure.ofDisk(operation)),
    (ends): Effect.Effect<Seen | undefined, StoreError> => {
      if (ends === undefined) return Effect.undefined
      return Effect.map(headerOf(session, ends.first, operation), (header) => {
        if (header === undefined) return { salt: undefined, tip: undefined }
        const salt = JournalLine.saltOf(header.generation)
        const json = JournalLine.scan(ends.last, salt, { whole: true }).lines.at(-1)
        const line = json === undefined ? undefined : Result.getOrUndefined(TrailText.decode(json))
        return { salt, tip: line?._tag === "Mark" ? line : undefined }
      })
    }
  )

/** The header at the beginning of a trail; `undefined` if it is damaged. */
const headerOf = (
  session: Session,
  bytes: Buffer,
  operation: string
): Effect.Effect<JournalText.Header | undefined, StoreError> =>
  Effect.suspend(() => {
    const { trail } = session.paths
    const { lines } = JournalLine.scan(bytes.subarray(0, endOfHeader(bytes)), JournalLine.headerSalt, { whole: false })
    // The cast is safe because any property may be read as unknown.
    const json = lines[0] === undefined ? undefined : (JSON.parse(lines[0]) as { readonly H?: unknown })
    if (json?.H === undefined) return Effect.undefined
    const header = decodeHeader(json.H, TrailText.version)
    if (Result.isFailure(header)) return Effect.fail(Failure.corrupt(operation, trail, header.failure))
    const { log } = header.success.header
    return isOf(session.log, log)
      ? Effect.succeed(header.success.header)
      : Effect.fail(Failure.ofAnother(operation, session, trail, log))
  })

const newline = 10
const endOfHeader = (bytes: Buffer): number => bytes.indexOf(newline, 1) + 1

/** Tests that the trail ends at this readable file, so that it holds the same entries. */
export const endsAt = (seen: Seen, rest: Rest): Effect.Effect<boolean> =>
  seen.tip === undefined || rest.stat === undefined
    ? Effect.succeed(false)
    : seen.tip.hint === TrailText.hintOf(rest.stat)
      ? Effect.succeed(true)
      : Effect.map(hashOf(rest), (hash) => hash === seen.tip?.hash)

/** The entries of a trail. */
export interface Known {
  readonly handoffs: ReadonlyMap<RecordId, Handoff>
  /** The SHA-256 of every readable file that it marks, oldest first. */
  readonly hashes: ReadonlyArray<string>
  /** The bytes of the trail if a part of it cannot be read. */
  readonly damaged: Buffer | undefined
}

/** No entries. */
export const nothing: Known = { handoffs: new Map(), hashes: [], damaged: undefined }

/** Reads all entries of the trail. From a damaged one it takes the beginning of each history. */
export const load = (session: Session, operation: string): Effect.Effect<Known, StoreError> =>
  Effect.gen(function* () {
    const { bytes } = yield* Effect.mapError(session.fs.read(session.paths.trail), Failure.ofDisk(operation))
    const header = yield* headerOf(session, bytes, operation)
    if (header === undefined) return { ...nothing, damaged: bytes }
    const salt = JournalLine.saltOf(header.generation)
    const { lines, skipped } = JournalLine.scan(bytes.subarray(endOfHeader(bytes)), salt, { whole: true })
    const histories = new Map<RecordId, Array<Numbered>>()
    const hashes: Array<string> = []
    // A torn line at the end was not acknowledged; one before it may have been.
    let isWhole = skipped === 0 || !endsWith(bytes, lines.at(-1), salt)
    for (const json of lines) {
      const line = TrailText.decode(json)
      if (Result.isFailure(line)) isWhole = false
      else if (line.success._tag === "Mark") hashes.push(line.success.hash)
      else for (const entry of line.success.entries) isWhole = follows(histories, entry) && isWhole
    }
    const handoffs = new Map<RecordId, Handoff>()
    for (const [recordId, entries] of histories) {
      const handoff = longest(recordId, entries)
      if (handoff?.entries.length !== entries.length) isWhole = false
      if (handoff !== undefined) handoffs.set(recordId, handoff)
    }
    return { handoffs, hashes, damaged: isWhole ? undefined : bytes }
  })

const endsWith = (bytes: Buffer, json: string | undefined, salt: JournalLine.Salt): boolean => {
  const line = json === undefined ? undefined : JournalLine.encode(json, salt)
  return line !== undefined && bytes.subarray(-line.length).equals(line)
}

/** Adds an entry to its history; `false` if an entry before it is missing. */
const follows = (histories: Map<RecordId, Array<Numbered>>, entry: TrailText.TrailEntry): boolean => {
  const { event, position, recordId, revision } = entry
  const history = histories.get(recordId) ?? []
  // A line may stand twice, as in the journal that it was copied from.
  if (revision <= history.length) return true
  if (revision > history.length + 1) return false
  history.push({ position, event })
  histories.set(recordId, history)
  return true
}

/** The longest beginning of a history that the lifecycle allows. */
const longest = (recordId: RecordId, entries: ReadonlyArray<Numbered>): Handoff | undefined => {
  for (let length = entries.length; length > 0; length -= 1) {
    const kept = entries.slice(0, length)
    const record = replay(recordId, eventsOf(kept))
    if (Result.isSuccess(record)) return { record: record.success, entries: kept }
  }
  return undefined
}

/** The events of entries. */
export const eventsOf = (entries: ReadonlyArray<Numbered>): ReadonlyArray<HandoffEvent> =>
  entries.map(({ event }) => event)
