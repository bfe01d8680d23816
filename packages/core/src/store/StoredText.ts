/** Converts records, events and agents to the JSON text that a store of rows keeps; `keysOf` gives the columns to index. */
import {
  decodeOwnEvent,
  decodeRecord,
  encodeRecord,
  eventText,
  type HandoffRecord,
  type InvalidInput,
  RecordId,
  StoreError,
  readJson
} from "@aumai/handoff-protocol"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { Change, Entry, LogOrigin } from "./HandoffStore.ts"
import { oddCount } from "./OddRecord.ts"
import { positionOf } from "./Positions.ts"
import { shownWith } from "./Renewals.ts"

/** The record and the event of a change as text. */
export interface ChangeText {
  readonly record: string
  readonly event: string
}

/** A record as its row. */
export interface RecordRow {
  readonly id: string
  readonly revision: number
  readonly record: string
  /** When its lease ends since it was renewed, in milliseconds since 1970; absent or `null` if it was not. */
  readonly renewedUntil?: number | null | undefined
}

/** An entry of the log as its row. */
export interface EntryRow {
  /** The number of the position, as text. */
  readonly number: string
  /** The epoch of the position, if the store keeps that of every entry; by default the present one. */
  readonly epoch?: number
  readonly id: string
  readonly revision: number
  readonly event: string
}

/** Encodes a change as text. */
export const encode = ({ record, event, text }: Change): ChangeText => ({
  record: JSON.stringify(encodeRecord(record)),
  event: text ?? eventText(event)
})

/** Decodes rows. Fails with `corrupt` if a row cannot be decoded. */
export interface Reader {
  readonly record: (operation: string, row: RecordRow) => Effect.Effect<HandoffRecord, StoreError>
  /** Reads a page of records without the odd ones, which `rows` is asked to make up for. */
  readonly page: (
    limit: number,
    rows: (limit: number) => Effect.Effect<ReadonlyArray<RecordRow>, StoreError>
  ) => Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError>
  /** Reads a page of the log in the same way. */
  readonly log: (
    limit: number,
    rows: (limit: number) => Effect.Effect<ReadonlyArray<EntryRow>, StoreError>
  ) => Effect.Effect<ReadonlyArray<Entry>, StoreError>
  readonly entries: (
    operation: string,
    rows: ReadonlyArray<EntryRow>
  ) => Effect.Effect<ReadonlyArray<Entry>, StoreError>
}

/** A value that was read, or a phrase for an error sentence. */
export type Read<A> = Result.Result<A, string>

const isRecordId = Schema.is(RecordId)

const parse = (text: string): Read<unknown> => Result.try({ try: () => readJson(text), catch: () => "it is not JSON" })

/** Parses and decodes the text of a row. */
export const decoded = <A>(
  text: string,
  decode: (input: string, json: unknown) => Result.Result<A, InvalidInput>
): Read<A> => Result.flatMap(parse(text), (json) => Result.mapError(decode("row", json), ({ message }) => message))

/** Reads a row of a record, without the renewal of its lease. The failure is a phrase for an error sentence. */
export const readRecord = ({ id, revision, record }: RecordRow): Read<HandoffRecord> =>
  Result.flatMap(decoded(record, decodeRecord), (read) =>
    read.recordId === id && read.revision === revision
      ? Result.succeed(read)
      : Result.fail(
          `its row has revision ${revision} of ${id}, its text has revision ${read.revision} of ${read.recordId}`
        )
  )

const readShown = (row: RecordRow): Read<HandoffRecord> =>
  Result.map(readRecord(row), (record) => shownWith(record, row.renewedUntil))

/** Reads a row of the log in the same way. */
export const readEntry = (
  origin: LogOrigin,
  { number, epoch = origin.epoch, id, revision, event }: EntryRow
): Read<Entry> =>
  isRecordId(id)
    ? Result.map(decoded(event, decodeOwnEvent), (event) => ({
        position: positionOf({ log: origin.log, epoch }, number),
        recordId: id,
        revision,
        event
      }))
    : Result.fail("its id is invalid")

/** Makes the ways to read rows of a store, which errors call `store`. */
export const readingOf = (store: string) => {
  const corrupt = (operation: string, what: string, why: string) =>
    new StoreError({
      operation,
      reason: "corrupt",
      detail: `${what} in ${store} cannot be read: ${why}. It was left unchanged; restore it from a backup`
    })

  const all =
    <Row, A>(read: (row: Row) => Read<A>, what: (row: Row) => string) =>
    (operation: string, rows: ReadonlyArray<Row>): Effect.Effect<ReadonlyArray<A>, StoreError> =>
      Effect.suspend(() => {
        const values: Array<A> = []
        for (const row of rows) {
          const value = read(row)
          if (Result.isFailure(value)) return Effect.fail(corrupt(operation, what(row), value.failure))
          values.push(value.success)
        }
        return Effect.succeed(values)
      })

  return { all, corrupt }
}

/**
 * Makes a reader for the rows of one store and of its log, which errors call `store`.
 *
 * @example
 * ```ts
 * import { StoredText } from "@aumai/handoff-core"
 * import { LogName } from "@aumai/handoff-protocol"
 * import * as Effect from "effect/Effect"
 *
 * const origin = { log: LogName.make("0123456789abcdefghjkmnpqrs"), epoch: 1 }
 * const { record } = StoredText.reader("handoffs.db", origin)
 * const error = await Effect.runPromise(Effect.flip(record("get", { id: "7k2m", revision: 1, record: "{" })))
 * console.log(error.message)
 * // Handoff 7k2m in handoffs.db cannot be read: it is not JSON. It was left unchanged; restore it from a backup
 * ```
 */
export const reader = (store: string, origin: LogOrigin): Reader => {
  const { all, corrupt } = readingOf(store)
  const handoff = ({ id }: { readonly id: string }) => `Handoff ${id}`
  let isTold = false
  /** Says once for each open store that it leaves something out. */
  const tell = (count: number) =>
    Effect.suspend(() => {
      if (isTold) return Effect.void
      isTold = true
      return Console.warn(oddCount(count, store))
    })
  const page =
    <Row, A>(read: (row: Row) => Read<A>) =>
    (
      limit: number,
      rows: (limit: number) => Effect.Effect<ReadonlyArray<Row>, StoreError>
    ): Effect.Effect<ReadonlyArray<A>, StoreError> => {
      // Not a number counts as 0, as in the statements of the stores.
      const most = Math.max(0, Math.trunc(limit) || 0)
      /** Asks for `more` rows than the page has, which doubles while they do not make up for the odd ones. */
      const take = (more: number): Effect.Effect<ReadonlyArray<A>, StoreError> =>
        Effect.flatMap(rows(most + more), (found) => {
          const values: Array<A> = []
          for (const row of found) {
            const value = read(row)
            if (Result.isSuccess(value)) values.push(value.success)
          }
          const odd = found.length - values.length
          if (odd === 0) return Effect.succeed(values)
          return values.length >= most || found.length < most + more
            ? Effect.as(tell(odd), values.slice(0, most))
            : take(Math.max(odd, 2 * more))
        })
      return take(0)
    }
  return {
    record: (operation, row) =>
      Effect.suspend(() => {
        const read = readShown(row)
        return Result.isSuccess(read)
          ? Effect.succeed(read.success)
          : Effect.fail(corrupt(operation, handoff(row), read.failure))
      }),
    page: page(readShown),
    log: page((row: EntryRow) => readEntry(origin, row)),
    entries: all(
      (row) => readEntry(origin, row),
      ({ id, revision }) => `Revision ${revision} of handoff ${id}`
    )
  }
}
