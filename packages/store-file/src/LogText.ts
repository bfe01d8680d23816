/** Encodes and decodes the small file of the log: its name and epoch, and the key logs. */
import { isUtf8 } from "node:buffer"

import {
  CommitPlan,
  type KeyEntry,
  type KeyLogs,
  type LogOrigin,
  positionOf,
  StoredAgents,
  numberOf
} from "@aumai/handoff-core"
import { decodeKeyEvent, encodeKeyEvent, frozen, LogName, parseJson } from "@aumai/handoff-protocol"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { FileStat } from "./JournalFs.ts"
import { isPosition } from "./RestRecord.ts"

/** The content of the file. */
export interface LogContent {
  readonly origin: LogOrigin
  readonly keys: KeyLogs
}

/** The content of a file that was read, and whether it says that the store has the present format. */
interface LogRead extends LogContent {
  readonly current: boolean
}

/**
 * The format of the store that this code writes, and the newest that it reads. A file without a number is of an older one:
 * format 3 has a trail, and its readable file shows the present receivers.
 */
export const format = 3

/** The log as this process knows it. */
export interface KnownLog {
  /** `undefined` until it is read, drawn, or inferred from entries. It never changes after that. */
  origin: LogOrigin | undefined
  keys: KeyLogs
  /** The name in the header of the trail or the journal, for a store whose file of the log is missing. */
  header: LogName | undefined
  /** True if the file says that the store has the present format. */
  current: boolean
  /** The file at the last read or write; `undefined` if it did not exist. */
  stat: FileStat | undefined
  /** True once this process has flushed the name of the file to the directory. */
  named: boolean
  /** True if the file or an entry names the log, so that a missing file is a loss. */
  found: boolean
  /** The reason why a store without the file may only be read, as a phrase. */
  refusal: string | undefined
}

/** A log that nothing is known of. */
export const unknown = (): KnownLog => ({
  origin: undefined,
  keys: new Map(),
  header: undefined,
  current: false,
  stat: undefined,
  named: false,
  found: false,
  refusal: undefined
})

const isLogName = Schema.is(LogName)

/** The numbers of the positions that the own key log has. */
export const keyNumbers = ({ keys, origin }: Pick<KnownLog, "keys" | "origin">): ReadonlyArray<number> => {
  const own = origin === undefined ? undefined : keys.get(origin.log)
  return own?.flatMap(({ position }) => (position === undefined ? [] : [numberOf(position)])) ?? []
}

/** Encodes the file. A position is its number, as in the readable file. */
export const encode = ({ keys, origin }: LogContent): Buffer => {
  const entries = [...keys.values()].flat().map(({ event, position, revision }) => ({
    revision,
    ...(position === undefined ? {} : { position: numberOf(position) }),
    event: encodeKeyEvent(event)
  }))
  return Buffer.from(`${JSON.stringify({ ...origin, format, keys: entries }, undefined, 2)}\n`)
}

/** Decodes the file. The failure is a phrase for an error sentence. */
export const decode = (bytes: Buffer): Result.Result<LogRead, string> =>
  Result.flatMap(isUtf8(bytes) ? parseJson(bytes.toString("utf8")) : Result.fail("Expected UTF-8"), (json) => {
    if (!Predicate.hasProperty(json, "log") || !isLogName(json.log)) return Result.fail("it has no log name")
    if (!Predicate.hasProperty(json, "epoch") || !isEpoch(json.epoch)) return Result.fail("it has no epoch")
    const origin = { log: json.log, epoch: json.epoch }
    const of = Predicate.hasProperty(json, "format") ? json.format : undefined
    if (of !== undefined && typeof of !== "number") return Result.fail("its format is not a number")
    if (of !== undefined && of > format)
      return Result.fail(
        `the store has format ${of}, and this program reads up to ${format}: use a newer version of it`
      )
    if (!Predicate.hasProperty(json, "keys") || !Array.isArray(json.keys)) return Result.fail("it has no keys")
    const entries = Result.all(json.keys.map((value: unknown) => entryIn(origin, value)))
    if (Result.isFailure(entries)) return Result.fail(entries.failure)
    const conflict = CommitPlan.keyConflictIn(entries.success, () => 0)
    if (conflict !== undefined) return Result.fail(`revision ${conflict.revision} of its keys does not follow`)
    const content = { origin, keys: StoredAgents.keyLogs(entries.success), current: of === format }
    return keyNumbers(content).every((number, index, all) => number > (all[index - 1] ?? 0))
      ? Result.succeed(content)
      : Result.fail("the positions of its keys do not grow")
  })

/**
 * Tests that a file whose header names this log belongs to the store. Without a file of the log, the first name that is
 * found counts.
 */
export const isOf = (known: KnownLog, name: LogName | undefined): boolean => {
  if (name === undefined) return true
  known.header ??= name
  return name === (known.origin?.log ?? known.header)
}

const isEpoch = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value < 1e9

const entryIn = (origin: LogOrigin, value: unknown): Result.Result<KeyEntry, string> => {
  if (!Predicate.hasProperty(value, "revision") || typeof value.revision !== "number")
    return Result.fail("an entry of its keys has no revision")
  const { revision } = value
  const event = decodeKeyEvent("its keys", Predicate.hasProperty(value, "event") ? value.event : undefined)
  if (Result.isFailure(event)) return Result.fail(event.failure.message)
  if (event.success.log !== origin.log) return Result.succeed(frozen({ revision, event: event.success }))
  const position = Predicate.hasProperty(value, "position") ? value.position : undefined
  if (!isPosition(position)) return Result.fail(`revision ${revision} of its keys has no position`)
  return Result.succeed(frozen({ revision, event: event.success, position: positionOf(origin, position) }))
}
