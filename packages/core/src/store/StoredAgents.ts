/** Converts agents and their keys to the JSON text that a store of rows keeps. Apart from handoffs, because few stores have agents. */
import {
  decodeKeyEvent,
  encodeKeyEvent,
  type KeyEvent,
  type LogName,
  type StoreError,
  Timestamp
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { KeyEntry, KeyLogs, RegisteredAgent } from "./AgentStore.ts"
import { decodeAgent, encodeAgent as encodeWire } from "./AgentWire.ts"
import type { LogOrigin } from "./HandoffStore.ts"
import { positionOf } from "./Positions.ts"
import { decoded, type Read, readingOf } from "./StoredText.ts"

/** An agent as its row. `lastSeen` has its own column, so that it can be written alone. */
export interface AgentRow {
  readonly id: string
  readonly agent: string
  /** In milliseconds since 1970. */
  readonly lastSeen?: number | undefined
}

/** An entry of a key log as its row; `number` is that of its position, if it belongs to the log of this store. */
export interface KeyRow {
  readonly log: string
  readonly revision: number
  readonly event: string
  readonly number?: string | undefined
  /** As in `EntryRow`. */
  readonly epoch?: number
}

/** Encodes an agent as a row. */
export const encodeAgent = (agent: RegisteredAgent): AgentRow => {
  const { agent_id: id, last_seen: _, ...rest } = encodeWire(agent)
  return { id, agent: JSON.stringify(rest), lastSeen: agent.lastSeen?.epochMilliseconds }
}

/** Encodes an event of a key log as text. */
export const encodeKey = (event: KeyEvent): string => JSON.stringify(encodeKeyEvent(event))

/** Decodes rows. Fails with `corrupt` if a row cannot be decoded. */
export interface Reader {
  readonly agents: (
    operation: string,
    rows: ReadonlyArray<AgentRow>
  ) => Effect.Effect<ReadonlyArray<RegisteredAgent>, StoreError>
  /** Groups the rows of all key logs, which must be sorted by log and revision. */
  readonly keys: (operation: string, rows: ReadonlyArray<KeyRow>) => Effect.Effect<KeyLogs, StoreError>
}

const isTimestamp = Schema.is(Timestamp)

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

const readKey = (origin: LogOrigin, { event, log, number, epoch = origin.epoch, revision }: KeyRow): Read<KeyEntry> =>
  Result.flatMap(decoded(event, decodeKeyEvent), (read) =>
    read.log === log
      ? Result.succeed({
          revision,
          event: read,
          ...(number === undefined ? {} : { position: positionOf({ log: origin.log, epoch }, number) })
        })
      : Result.fail(`its row is of log ${log}, its text of log ${read.log}`)
  )

/** Groups entries by their log. */
export const keyLogs = (entries: ReadonlyArray<KeyEntry>): KeyLogs => {
  const logs = new Map<LogName, Array<KeyEntry>>()
  for (const entry of entries) {
    const there = logs.get(entry.event.log)
    if (there === undefined) logs.set(entry.event.log, [entry])
    else there.push(entry)
  }
  return logs
}

/** Makes a reader for the agents of one store and the keys of its log, which errors call `store`. */
export const reader = (store: string, origin: LogOrigin): Reader => {
  const { all } = readingOf(store)
  const keys = all(
    (row: KeyRow) => readKey(origin, row),
    ({ log, revision }) => `Revision ${revision} of the key log ${log}`
  )
  return {
    keys: (operation, rows) => Effect.map(keys(operation, rows), keyLogs),
    agents: all(readAgent, ({ id }) => `Agent ${id}`)
  }
}
