/** The SQL of the agents and of the key logs; `Statements.ts` has the argument for the order of keys and entries. */
import * as PgTypes from "@effect/sql-pg/PgTypes"

import { ints, texts } from "./Arrays.ts"

/** Registers an agent and keeps the later `last_seen`; `greatest` ignores NULL. */
export const put = `
  INSERT INTO handoff_agents AS a (id, agent, last_seen) VALUES ($1, $2, $3)
  ON CONFLICT (id) DO UPDATE SET agent = excluded.agent, last_seen = greatest(a.last_seen, excluded.last_seen)`
/** Records heartbeats, unless later ones are known. Locks the rows by id, so that two batches do not deadlock. */
export const seen = `
  WITH seen AS MATERIALIZED (
    SELECT id FROM handoff_agents WHERE id = ANY($1::text[]) AND (last_seen IS NULL OR last_seen < $2)
    ORDER BY id FOR UPDATE
  )
  UPDATE handoff_agents a SET last_seen = greatest(a.last_seen, $2) FROM seen WHERE a.id = seen.id`
/** Removes an agent. */
export const remove = `DELETE FROM handoff_agents WHERE id = $1`
/** Reads every agent. */
export const all = `SELECT id, agent, last_seen FROM handoff_agents ORDER BY id`

/**
 * Waits for the commits under way, and holds up new ones and other changes of keys until the end of the transaction. Readers
 * go on. The lock must not be ACCESS EXCLUSIVE, for which a transaction gets its id before it waits. A vacuum has a lock
 * that conflicts, and commits wait behind a waiting change of keys, so it gives up before they do.
 */
export const lockLog = [`SET LOCAL lock_timeout = '5s'`, `LOCK TABLE handoff_log IN SHARE ROW EXCLUSIVE MODE`]

/** Counts the entries of every key log. */
export const keyCounts = `SELECT log, count(*)::int4 FROM handoff_keys GROUP BY log`

/** Appends entries to key logs, and counts those of this log, which have positions. */
export const record = `
  WITH recorded AS (
    INSERT INTO handoff_keys (log, revision, event, epoch, xid, n)
    SELECT e.log, e.revision, e.event, s.epoch, CASE WHEN s.log IS NOT NULL THEN pg_current_xact_id() END,
      CASE WHEN s.log IS NOT NULL THEN e.n END
    FROM unnest($1::text[], $2::int4[], $3::text[]) WITH ORDINALITY AS e (log, revision, event, n)
    LEFT JOIN handoff_store s ON s.log = e.log
  )
  UPDATE handoff_store SET keys = keys + $4`

/** An entry of a key log, before it has a position. */
export interface KeyRow {
  readonly log: string
  readonly revision: number
  readonly event: string
}

/** The parameters of `record`. */
export const recordParameters = (rows: ReadonlyArray<KeyRow>, own: string): ReadonlyArray<PgTypes.Parameter> => [
  texts(rows.map((row) => row.log)),
  ints(rows.map((row) => row.revision)),
  texts(rows.map((row) => row.event)),
  PgTypes.int4(rows.filter(({ log }) => log === own).length)
]

/** Reads every key log. */
export const keys = `
  SELECT log, revision, event, epoch, concat_ws('.', xid, n) FROM handoff_keys ORDER BY log, revision`
