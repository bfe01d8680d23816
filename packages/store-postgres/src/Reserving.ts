/**
 * Keeps the reservations of claimers in a table. One statement is the whole transaction: it locks the first records that are
 * free, skips those that another such statement or a commit has locked at this moment, and marks them. So no claimer waits
 * for another, and a claimer that is stopped afterwards holds no lock.
 *
 * Two statements can read the same record as free if one ends while the other runs. Both then write the same row of the
 * table, where the second finds the reservation of the first, and leaves the record out.
 */
import { type HandoffStore, type InboxView, Reservations, reservedRows } from "@aumai/handoff-core"
import type { HandoffRecord, StoreError } from "@aumai/handoff-protocol"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import { ints, texts } from "./Arrays.ts"
import type { Connections } from "./Connections.ts"
import * as Failure from "./Failure.ts"
import { recordRow } from "./Log.ts"
import * as Statements from "./Statements.ts"

/** A reservation that holds. One that ends too late was made before the clock of the server was set back. */
const holds = `v.until > clock_timestamp() AND v.until <= clock_timestamp() + interval '${Reservations.longest} milliseconds'`

/** A subquery instead of a join, because a planner without statistics may read all records for a join. */
const isFree = `(SELECT ${holds} FROM handoff_reserved v WHERE v.id = r.id AND v.revision = r.revision) IS NOT TRUE`

/** The statement that reserves a page of an inbox. */
export const reserve = (
  inbox: InboxView,
  limit: number,
  after: HandoffRecord | undefined,
  milliseconds: number
): readonly [sql: string, parameters: ReadonlyArray<PgTypes.Parameter>] => {
  const { where, parameters, next, order } = Statements.pageOf(inbox, after)
  // No flush for a hint. The setting ends with this transaction.
  const sql = `
    WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)), head AS MATERIALIZED (
      SELECT id, revision, record, urgency, created_at FROM handoff_records r
      WHERE ${where} AND ${isFree} ORDER BY ${order} LIMIT ${next(Statements.limitOf(limit))} FOR UPDATE OF r SKIP LOCKED
    ), won AS (
      INSERT INTO handoff_reserved AS v (id, revision, until)
      SELECT id, revision, clock_timestamp() + ${next(PgTypes.int4(Reservations.endOf(0, milliseconds)))} * interval '1 millisecond'
      FROM head WHERE EXISTS (SELECT FROM relaxed) ORDER BY id
      ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, until = excluded.until
      WHERE v.revision <> excluded.revision OR NOT (${holds})
      RETURNING id
    )
    SELECT id, revision, record, NULL::int8 FROM head WHERE id IN (SELECT id FROM won) ORDER BY ${order}`
  return [sql, parameters]
}

const unreserve = `
  DELETE FROM handoff_reserved v USING unnest($1::text[], $2::int4[]) AS x (id, revision)
  WHERE v.id = x.id AND v.revision = x.revision`

/** Removes the reservations that have ended, except rows that are being written. */
const prune = `
  DELETE FROM handoff_reserved WHERE id IN (
    SELECT id FROM handoff_reserved v WHERE NOT (${holds}) FOR UPDATE SKIP LOCKED
  )`

/** Makes the reservations of one database. */
export const make = ({ address, run }: Connections): Pick<HandoffStore["Service"], "reserve" | "unreserve"> => {
  let prunedAt = -Infinity
  const write = (operation: string, sql: string, parameters: ReadonlyArray<PgTypes.Parameter> = []) =>
    Effect.mapError(run(sql, parameters), Failure.ofRead(address, operation))
  const pruneSometimes = Effect.flatMap(Clock.currentTimeMillis, (now): Effect.Effect<unknown, StoreError> => {
    if (Math.abs(now - prunedAt) < Reservations.longest) return Effect.void
    prunedAt = now
    return write("reserve", prune)
  })
  return {
    reserve: (inbox, page, milliseconds) =>
      Effect.tap(
        reservedRows(page, ({ limit, after }) =>
          Effect.map(write("reserve", ...reserve(inbox, limit, after, milliseconds)), (rows) => rows.map(recordRow))
        ),
        (records) => (records.length === 0 ? Effect.void : pruneSometimes)
      ),
    unreserve: (records) =>
      write("unreserve", unreserve, [
        texts(records.map(({ recordId }) => recordId)),
        ints(records.map(({ revision }) => revision))
      ])
  }
}
