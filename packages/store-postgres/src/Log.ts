/**
 * Reads the log. The position of an entry is `<log>.<epoch>.<xid>.<n>`: entries from before a dump was restored keep their
 * epoch, so their positions stay valid.
 */
import {
  beyond,
  type HandoffStore,
  type LogOrigin,
  numberIn,
  oddRows,
  type Position,
  positionOf,
  type StoredText
} from "@aumai/handoff-core"
import type { InvalidPosition, StoreError } from "@aumai/handoff-protocol"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import type { Rows } from "./Connections.ts"
import * as Statements from "./Statements.ts"

/** Runs a statement that reads; the error names the operation. */
export type Read = (
  operation: string,
  sql: string,
  parameters?: ReadonlyArray<PgTypes.Parameter>
) => Effect.Effect<Rows, StoreError>

/** The row of a record. */
export const recordRow = ([id, revision, record, renewed]: ReadonlyArray<unknown>): StoredText.RecordRow => ({
  id: String(id),
  revision: Number(revision),
  record: String(record),
  renewedUntil: renewed === null ? null : Number(renewed)
})

const entryRow = ([epoch, number, id, revision, event]: ReadonlyArray<unknown>): StoredText.EntryRow => ({
  epoch: Number(epoch),
  number: String(number),
  id: String(id),
  revision: Number(revision),
  event: String(event)
})

const beginning: Statements.Place = { epoch: 0, xid: "0", n: 0 }
const form = /^\d{1,19}\.\d{1,9}$/

/** The place of a position of this epoch or of an earlier one. */
const placeOf = (origin: LogOrigin, position: Position): Result.Result<Statements.Place, InvalidPosition> => {
  const epoch = Math.min(Number(position.split(".")[1]), origin.epoch)
  return Result.map(numberIn({ log: origin.log, epoch }, position, form), (number = "") => {
    const [xid = "", n] = number.split(".")
    return { epoch, xid, n: Number(n) }
  })
}

/** Makes the reads of the log, and of what cannot be read. */
export const make = (
  origin: LogOrigin,
  reader: StoredText.Reader,
  read: Read
): Pick<HandoffStore["Service"], "history" | "log" | "end" | "odd"> => ({
  history: (id) =>
    Effect.flatMap(read("history", Statements.history, [PgTypes.text(id)]), (rows) =>
      reader.entries("history", rows.map(entryRow))
    ),
  log: ({ limit, after }) =>
    Effect.gen(function* () {
      const place = after === undefined ? beginning : yield* Effect.fromResult(placeOf(origin, after))
      let isEmpty = false
      const page = yield* reader.log(limit, (limit) =>
        Effect.map(read("log", Statements.log, Statements.logParameters(place, limit)), (rows) => {
          isEmpty = rows.length === 0
          return rows.map(entryRow)
        })
      )
      // With an entry after it, a position of the present epoch is not beyond the end. Only these reads cost another.
      if (after !== undefined && (isEmpty || place.epoch < origin.epoch)) {
        const [entry] = yield* read("log", Statements.reached, Statements.placeParameters(place))
        if (entry === undefined) {
          return yield* Effect.fromResult(Result.flatMap(numberIn(origin, after, form), () => beyond(after)))
        }
      }
      return page
    }),
  odd: oddRows(
    origin,
    (after, limit) =>
      Effect.map(read("odd", Statements.after, [PgTypes.text(after?.id ?? ""), PgTypes.int4(limit)]), (rows) =>
        rows.map(recordRow)
      ),
    (after, limit) => {
      const [xid = "", n] = (after?.number ?? "0.0").split(".")
      const place = { epoch: after?.epoch ?? 0, xid, n: Number(n) }
      return Effect.map(read("odd", Statements.log, Statements.logParameters(place, limit)), (rows) =>
        rows.map(entryRow)
      )
    }
  ),
  end: Effect.map(read("end", Statements.end), ([row]) =>
    Option.map(Option.fromUndefinedOr(row), ([epoch, number]) =>
      positionOf({ log: origin.log, epoch: Number(epoch) }, String(number))
    )
  )
})
