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
  Timestamp
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { RegisteredAgent } from "./AgentStore.ts"
import { decodeAgent, encodeAgent as encodeWire } from "./AgentWire.ts"
import type { Change, Entry, Position } from "./HandoffStore.ts"

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
}

/** An entry of the log as its row. */
export interface EntryRow {
  readonly position: string
  readonly id: string
  readonly revision: number
  readonly event: string
}

/** An agent as its row. `lastSeen` has its own column, so that it can be written alone. */
export interface AgentRow {
  readonly id: string
  readonly agent: string
  /** In milliseconds since 1970. */
  readonly lastSeen?: number | undefined
}

/** Encodes a change as text. */
export const encode = ({ record, event, text }: Change): ChangeText => ({
  record: JSON.stringify(encodeRecord(record)),
  event: text ?? eventText(event)
})

/** Encodes an agent as a row. */
export const encodeAgent = (agent: RegisteredAgent): AgentRow => {
  const { agent_id: id, last_seen: _, ...rest } = encodeWire(agent)
  return { id, agent: JSON.stringify(rest), lastSeen: agent.lastSeen?.epochMilliseconds }
}

/** Decodes rows. Fails with `corrupt` if a row cannot be decoded. */
export interface Reader {
  readonly record: (operation: string, row: RecordRow) => Effect.Effect<HandoffRecord, StoreError>
  readonly records: (
    operation: string,
    rows: ReadonlyArray<RecordRow>
  ) => Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError>
  readonly entries: (
    operation: string,
    rows: ReadonlyArray<EntryRow>
  ) => Effect.Effect<ReadonlyArray<Entry>, StoreError>
  readonly agents: (
    operation: string,
    rows: ReadonlyArray<AgentRow>
  ) => Effect.Effect<ReadonlyArray<RegisteredAgent>, StoreError>
}

type Read<A> = Result.Result<A, string>

const isRecordId = Schema.is(RecordId)
const isTimestamp = Schema.is(Timestamp)

const parse = (text: string): Read<unknown> =>
  Result.try({ try: (): unknown => JSON.parse(text), catch: () => "it is not JSON" })

const decoded = <A>(text: string, decode: (input: string, json: unknown) => Result.Result<A, InvalidInput>): Read<A> =>
  Result.flatMap(parse(text), (json) => Result.mapError(decode("row", json), ({ message }) => message))

const readRecord = ({ id, revision, record }: RecordRow): Read<HandoffRecord> =>
  Result.flatMap(decoded(record, decodeRecord), (read) =>
    read.recordId === id && read.revision === revision
      ? Result.succeed(read)
      : Result.fail(
          `its row has revision ${revision} of ${id}, its text has revision ${read.revision} of ${read.recordId}`
        )
  )

const readEntry = ({ position, id, revision, event }: EntryRow): Read<Entry> =>
  isRecordId(id)
    ? Result.map(decoded(event, decodeOwnEvent), (event) => ({
        // The cast: any text is a position, and `make` would validate every one.
        position: position as Position,
        recordId: id,
        revision,
        event
      }))
    : Result.fail("its id is invalid")

const readLastSeen = (lastSeen: number | undefined): Read<Pick<RegisteredAgent, "lastSeen">> => {
  if (lastSeen === undefined) return Result.succeed({})
  const moment = Option.getOrUndefined(DateTime.make(lastSeen))
  return isTimestamp(moment) ? Result.succeed({ lastSeen: moment }) : Result.fail("its last_seen is not a valid moment")
}

const readAgent = ({ id, agent, lastSeen }: AgentRow): Read<RegisteredAgent> =>
  Result.flatMap(
    decoded(agent, (input, json) => decodeAgent(input, { ...(typeof json === "object" ? json : {}), agent_id: id })),
    (read) =>
      Result.map(readLastSeen(lastSeen), (seen) => {
        // The column overrides a `last_seen` in the text.
        const { lastSeen: _, ...rest } = read
        return { ...rest, ...seen }
      })
  )

/**
 * Makes a reader for the rows of one store, which errors call `store`.
 *
 * @example
 * ```ts
 * import { StoredText } from "@aumai/handoff-core"
 * import * as Effect from "effect/Effect"
 *
 * const { record } = StoredText.reader("handoffs.db")
 * const error = await Effect.runPromise(Effect.flip(record("get", { id: "7k2m", revision: 1, record: "{" })))
 * console.log(error.message)
 * // Handoff 7k2m in handoffs.db cannot be read: it is not JSON. It was left unchanged; restore it from a backup
 * ```
 */
export const reader = (store: string): Reader => {
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

  const handoff = ({ id }: { readonly id: string }) => `Handoff ${id}`
  return {
    record: (operation, row) =>
      Effect.suspend(() => {
        const read = readRecord(row)
        return Result.isSuccess(read)
          ? Effect.succeed(read.success)
          : Effect.fail(corrupt(operation, handoff(row), read.failure))
      }),
    records: all(readRecord, handoff),
    entries: all(readEntry, ({ id, revision }) => `Revision ${revision} of handoff ${id}`),
    agents: all(readAgent, ({ id }) => `Agent ${id}`)
  }
}
