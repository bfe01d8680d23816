/** Writes and reads the positions of a log: its name, its epoch, and the number that the store gives to an entry. */
import { InvalidPosition, LogName } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { LogOrigin, Position } from "./HandoffStore.ts"

const isLogName = Schema.is(LogName)

// No position of any store is as long.
const shownLength = 200

const refused = (position: string, reason: InvalidPosition["reason"]) =>
  Result.fail(new InvalidPosition({ position: position.slice(0, shownLength).toWellFormed(), reason }))

/** Writes the position of the entry to which the store gave this number, or this text of numbers. */
export const positionOf = ({ epoch, log }: LogOrigin, number: number | string): Position =>
  // The cast: any text is a position, and `make` would validate every one.
  `${log}.${epoch}.${number}` as Position

/**
 * Reads the number of a position, as text in the form of `pattern`; `undefined` for the beginning of the log. Fails if it is
 * malformed, or of another log or epoch.
 *
 * @example
 * ```ts
 * import { numberIn, positionOf } from "@aumai/handoff-core"
 * import { LogName } from "@aumai/handoff-protocol"
 *
 * const origin = { log: LogName.make("0123456789abcdefghjkmnpqrs"), epoch: 1 }
 * console.log(numberIn(origin, positionOf(origin, 42))) // success("42")
 * ```
 */
export const numberIn = (
  { epoch, log }: LogOrigin,
  position: Position | undefined,
  pattern = /^\d{1,16}$/
): Result.Result<string | undefined, InvalidPosition> => {
  if (position === undefined) return Result.succeed(undefined)
  const [name = "", its = "", ...numbers] = position.split(".")
  const number = numbers.join(".")
  if (!isLogName(name) || !/^\d{1,9}$/.test(its) || !pattern.test(number)) return refused(position, "malformed")
  if (name !== log) return refused(position, "another_log")
  return Number(its) === epoch ? Result.succeed(number) : refused(position, "another_epoch")
}

/** Reads the last number of a position that this store has written. */
export const numberOf = (position: Position): number => Number(position.slice(position.lastIndexOf(".") + 1))

/** Tests whether a position of a log comes before another one: by the numbers after the name of the log. */
export const isBefore = (a: Position, b: Position): boolean => {
  const others = b.split(".")
  const [at, number = ""] = [...a.split(".").entries()].find(([index, part]) => part !== others[index]) ?? []
  return at !== undefined && BigInt(number) < BigInt(others[at] ?? "")
}

/** The error for a position after the last entry of the log: the store may be an older copy. */
export const beyond = (position: Position): Result.Result<never, InvalidPosition> => refused(position, "beyond")
