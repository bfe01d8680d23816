/** Removes and erases handoffs of the database, and gives their space back. Loaded on first use. */
import {
  keysOf,
  type LogOrigin,
  type Position,
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
import type { SqlError } from "effect/sql/SqlError"

import { ints, longs, texts } from "./Arrays.ts"
import type { Connections, Rows } from "./Connections.ts"
import * as Failure from "./Failure.ts"
import type { Read } from "./Log.ts"
import { recordRow } from "./Log.ts"
import * as Statements from "./Statements.ts"

/** The statements; each finds its rows by an index. */
export const statements = {
  /** Locks the rows by id, so that it does not deadlock with a commit. */
  lock: `SELECT id, revision, record FROM handoff_records WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE`,
  removeEntries: `DELETE FROM handoff_log WHERE record_id = ANY($1::text[])`,
  removeRecords: `DELETE FROM handoff_records WHERE id = ANY($1::text[])`,
  putRecords: `
    INSERT INTO handoff_records (id, base, revision, previous, status, to_agent, from_agent, parent, urgency, created_at,
      due_at, turn, latest, record)
    SELECT id, revision - 1, revision, status, status, to_agent, from_agent, parent, urgency, created_at, due_at, turn,
      latest, record
    FROM unnest($1::text[], $2::int4[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int4[], $8::int8[],
      $9::int8[], $10::text[], $11::int8[], $12::text[])
      AS r (id, revision, status, to_agent, from_agent, parent, urgency, created_at, due_at, turn, latest, record)
    ON CONFLICT (id) DO NOTHING RETURNING id`,
  putEntries: `
    INSERT INTO handoff_log (epoch, xid, n, record_id, revision, event)
    SELECT epoch, xid::xid8, n, id, revision, event
    FROM unnest($1::int4[], $2::text[], $3::int4[], $4::text[], $5::int4[], $6::text[])
      AS e (epoch, xid, n, id, revision, event)`,
  leave: `
    INSERT INTO handoff_removed (epoch, xid, n, last_epoch, last_xid, last_n, level, hash)
    SELECT epoch, xid::xid8, n, last_epoch, last_xid::xid8, last_n, level, decode(hash, 'hex')
    FROM unnest($1::int4[], $2::text[], $3::int4[], $4::int4[], $5::text[], $6::int4[], $7::int4[], $8::text[])
      AS r (epoch, xid, n, last_epoch, last_xid, last_n, level, hash)
    ON CONFLICT (epoch, xid, n) DO UPDATE SET last_epoch = excluded.last_epoch, last_xid = excluded.last_xid,
      last_n = excluded.last_n, level = excluded.level, hash = excluded.hash`,
  retract: `
    DELETE FROM handoff_removed r USING unnest($1::int4[], $2::text[], $3::int4[]) AS g (epoch, xid, n)
    WHERE r.epoch = g.epoch AND r.xid = g.xid::xid8 AND r.n = g.n`,
  count: `
    INSERT INTO handoff_tally AS k (name, slot, amount)
    SELECT name, pg_backend_pid() & 63, amount FROM unnest($1::text[], $2::int8[]) AS c (name, amount) ORDER BY name
    ON CONFLICT (name, slot) DO UPDATE SET amount = k.amount + excluded.amount`,
  removed: `
    SELECT epoch, concat_ws('.', xid, n), last_epoch, concat_ws('.', last_xid, last_n), level, encode(hash, 'hex')
    FROM handoff_removed WHERE (epoch, xid, n) > ($1::int4, $2::text::xid8, $3::int4)
    ORDER BY epoch, xid, n LIMIT $4::int8`
}

/** The parts of a position: its epoch, the id of the transaction, and the number within it. */
const placeOf = (position: Position | undefined): Statements.Place => {
  const [, epoch = "0", xid = "0", n = "0"] = position?.split(".") ?? []
  return { epoch: Number(epoch), xid, n: Number(n) }
}

const placesOf = (positions: ReadonlyArray<Position>) => {
  const places = positions.map(placeOf)
  return [
    ints(places.map(({ epoch }) => epoch)),
    texts(places.map(({ xid }) => xid)),
    ints(places.map(({ n }) => n))
  ] as const
}

const putParameters = (put: NonNullable<Rewrite["put"]>) => {
  const rows = put.map(({ record }) => ({ record, keys: keysOf(record) }))
  return [
    texts(rows.map(({ record }) => record.recordId)),
    ints(rows.map(({ record }) => record.revision)),
    texts(rows.map(({ keys }) => keys.status)),
    texts(rows.map(({ keys }) => keys.to)),
    texts(rows.map(({ keys }) => keys.from)),
    texts(rows.map(({ keys }) => keys.parent ?? null)),
    ints(rows.map(({ keys }) => keys.urgency)),
    longs(rows.map(({ keys }) => keys.createdAt)),
    longs(rows.map(({ keys }) => keys.dueAt ?? null)),
    texts(rows.map(({ keys }) => keys.turn ?? null)),
    longs(rows.map(({ keys }) => keys.latest)),
    texts(rows.map(({ record }) => JSON.stringify(encodeRecord(record))))
  ]
}

// Handoffs of one rewrite: one transaction, whose rows other writers wait for.
const batch = 256

/** Makes the retention of one database. */
export const make = ({ address, alone, transaction }: Connections, origin: LogOrigin, read: Read): Retention => {
  const write = (run: Connections["run"], { drop = [], leave = [], put = [], retract = [] }: Rewrite) =>
    Effect.gen(function* (): Effect.fn.Return<void, RevisionConflict | SqlError> {
      const gone = rewrittenIds({ drop, put })
      const rows = (yield* run(statements.lock, [texts(gone)])).map(recordRow)
      const revisions = new Map(rows.map(({ id, revision }) => [id, revision]))
      const conflict = rewriteConflict({ drop, put }, (id) => revisions.get(id) ?? 0)
      if (conflict !== undefined) return yield* new RevisionConflict(conflict)
      const tally = tallyChange()
      rows.forEach(tally.remove)
      yield* run(statements.removeEntries, [texts(gone)])
      yield* run(statements.removeRecords, [texts(gone)])
      if (put.length > 0) {
        const written = yield* run(statements.putRecords, putParameters(put))
        const [first] = put
        // Another process has created a handoff with an id that was free.
        if (written.length < put.length && first !== undefined) {
          return yield* new RevisionConflict({ recordId: first.record.recordId, revision: first.base })
        }
        for (const { record } of put) tally.add(record)
        const entries = put.flatMap(({ entries }) => entries)
        yield* run(statements.putEntries, [
          ...placesOf(entries.map(({ position }) => position)),
          texts(entries.map(({ recordId }) => recordId)),
          ints(entries.map(({ revision }) => revision)),
          texts(entries.map(({ event }) => eventText(event)))
        ])
      }
      if (retract.length > 0) yield* run(statements.retract, placesOf(retract))
      if (leave.length > 0) {
        yield* run(statements.leave, [
          ...placesOf(leave.map(({ first }) => first)),
          ...placesOf(leave.map(({ last }) => last)),
          ints(leave.map(({ level }) => level)),
          texts(leave.map(({ hash }) => hash))
        ])
      }
      const sums = tally.sums()
      if (sums.length > 0) {
        yield* run(statements.count, [texts(sums.map(([name]) => name)), longs(sums.map(([, amount]) => amount))])
      }
    })

  const ofSql = (operation: string) => (error: SqlError) => Effect.fail(Failure.ofWrite(address, operation)(error))
  const runOf = ([epoch, first, lastEpoch, last, level, hash]: Rows[number]): RemovedRun => ({
    first: positionOf({ log: origin.log, epoch: Number(epoch) }, String(first)),
    last: positionOf({ log: origin.log, epoch: Number(lastEpoch) }, String(last)),
    level: Number(level),
    hash: Digest.make(String(hash))
  })

  return {
    batch,
    rewrite: (rewrite) =>
      transaction<void, RevisionConflict>((run) => write(run, rewrite)).pipe(
        Effect.catchTag("SqlError", ofSql("rewrite"))
      ),
    removed: ({ after, limit }) => {
      const parameters = Statements.logParameters(placeOf(after), limit)
      return Effect.map(read("removed", statements.removed, parameters), (rows) => rows.map(runOf))
    },
    // Only a new file of a table has no copy of a row that was deleted, and gives its space back.
    reclaim: alone((run) =>
      Effect.gen(function* () {
        // Commits wait behind it while it waits for one that is under way.
        yield* run("SET lock_timeout = '5s'")
        yield* Effect.ensuring(
          Effect.forEach(["handoff_records", "handoff_log"], (table) => run(`VACUUM (FULL) ${table}`), {
            discard: true
          }),
          Effect.ignore(run("RESET lock_timeout"))
        )
      })
    ).pipe(Effect.catchTag("SqlError", ofSql("reclaim")))
  }
}
