/** Removes and erases handoffs of the database, and gives their space back. Loaded on first use. */
import type { SQLInputValue, StatementSync } from "node:sqlite"

import {
  type LogOrigin,
  numberIn,
  numberOf,
  positionOf,
  type RemovedRun,
  type Retention,
  type Rewrite,
  rewriteConflict,
  rewrittenIds,
  tallyChange
} from "@aumai/handoff-core"
import { Digest, encodeRecord, eventText, RevisionConflict } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import type { Session } from "./Session.ts"
import type { Statements } from "./Statements.ts"

const insertEntry = "INSERT INTO log (position, record_id, revision, event) VALUES (?, ?, ?, ?)"
const insertRun = `INSERT INTO removed (first, last, level, hash) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET last = excluded.last, level = excluded.level, hash = excluded.hash`
const listRuns = "SELECT first, last, level, hash FROM removed WHERE first > ? ORDER BY first LIMIT ?"

// Handoffs of one rewrite: other writers wait for it, some ten milliseconds.
const batch = 256

/** Makes the retention of one database. */
export const make = (session: Session, statements: Statements, origin: LogOrigin): Retention => {
  const { db } = session
  const prepared = new Map<string, StatementSync>()
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql) ?? db.prepare(sql)
    prepared.set(sql, known)
    return known
  }
  const run = (sql: string, ...values: ReadonlyArray<SQLInputValue>) => void statement(sql).run(...values)

  const write = ({ drop = [], leave = [], put = [], retract = [] }: Rewrite) => {
    const tally = tallyChange()
    for (const recordId of rewrittenIds({ drop, put })) {
      const row = statements.get(recordId)
      if (row !== undefined) tally.remove(row)
      run("DELETE FROM log WHERE record_id = ?", recordId)
      run("DELETE FROM handoffs WHERE id = ?", recordId)
    }
    for (const { entries, record } of put) {
      statements.insert(record, JSON.stringify(encodeRecord(record)))
      tally.add(record)
      for (const { event, position, recordId, revision } of entries) {
        run(insertEntry, numberOf(position), recordId, revision, eventText(event))
      }
    }
    for (const first of retract) run("DELETE FROM removed WHERE first = ?", numberOf(first))
    for (const { first, hash, last, level } of leave) {
      run(insertRun, numberOf(first), numberOf(last), level, Buffer.from(hash, "hex"))
    }
    for (const [name, amount] of tally.sums()) statements.add(name, amount)
  }

  return {
    batch,
    rewrite: (rewrite) =>
      Effect.flatMap(
        session.transact("rewrite", () => {
          const conflict = rewriteConflict(rewrite, (id) => statements.standing(id)?.revision ?? 0)
          if (conflict === undefined) write(rewrite)
          return conflict
        }),
        (conflict) => (conflict === undefined ? Effect.void : Effect.fail(new RevisionConflict(conflict)))
      ),
    removed: ({ after, limit }) =>
      Effect.map(
        session.attempt("removed", () =>
          statement(listRuns).all(Number(Result.getOrUndefined(numberIn(origin, after)) ?? 0), limit)
        ),
        (rows) =>
          rows.map(({ first, hash, last, level }): RemovedRun => ({
            first: positionOf(origin, Number(first)),
            last: positionOf(origin, Number(last)),
            level: Number(level),
            // The cast: the column of a STRICT table is a BLOB.
            hash: Digest.make(Buffer.from(hash as Uint8Array).toString("hex"))
          }))
      ),
    // A page that was freed keeps its bytes until it is used again, so only a new file holds no copy. The journal holds the
    // pages of earlier commits until it is emptied.
    reclaim: Effect.andThen(
      session.attempt("reclaim", () => db.exec("VACUUM")),
      session.attempt("reclaim", () => db.exec("PRAGMA wal_checkpoint(TRUNCATE)"))
    )
  }
}
