/** The tables, how they came about, and whether those that are there are ours. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"

import type { Connections } from "./Connections.ts"
import * as Failure from "./Failure.ts"

const application = "aumai-handoff"
const tables = ["handoff_store", "handoff_records", "handoff_log", "handoff_tally", "handoff_agents"]

// Ids and agents compare by byte: indexes are then good for the order of every view, whatever the locale.
const name = `text COLLATE "C"`

/**
 * Version `n` of the tables is what the first `n` of these make. `base` and `previous` are the revision and the status that
 * the last write replaced: the write compares the one and gives back the other.
 */
const migrations: ReadonlyArray<ReadonlyArray<string>> = [
  [
    `CREATE TABLE handoff_store (application text PRIMARY KEY, version int4 NOT NULL, epoch int4 NOT NULL)`,
    `INSERT INTO handoff_store VALUES ('${application}', 0, 1)`,
    `CREATE TABLE handoff_records (
      id ${name} PRIMARY KEY,
      base int4 NOT NULL,
      revision int4 NOT NULL,
      previous ${name},
      status ${name} NOT NULL,
      to_agent ${name} NOT NULL,
      from_agent ${name} NOT NULL,
      parent ${name},
      urgency int4 NOT NULL,
      created_at int8 NOT NULL,
      due_at int8,
      record text NOT NULL
    )`,
    `CREATE INDEX handoff_all ON handoff_records (created_at, id)`,
    `CREATE INDEX handoff_status ON handoff_records (status, created_at, id)`,
    `CREATE INDEX handoff_inbox ON handoff_records (to_agent, status, urgency, created_at, id)`,
    `CREATE INDEX handoff_sent ON handoff_records (from_agent, (-created_at), id)`,
    `CREATE INDEX handoff_children ON handoff_records (parent, created_at, id) WHERE parent IS NOT NULL`,
    `CREATE INDEX handoff_due ON handoff_records (due_at, created_at, id) WHERE due_at IS NOT NULL`,
    `CREATE TABLE handoff_log (
      epoch int4 NOT NULL,
      xid xid8 NOT NULL,
      n int4 NOT NULL,
      record_id ${name} NOT NULL,
      revision int4 NOT NULL,
      event text NOT NULL,
      PRIMARY KEY (epoch, xid, n)
    )`,
    `CREATE UNIQUE INDEX handoff_history ON handoff_log (record_id, revision)`,
    // Updated in place all the time: room on the page spares the index.
    `CREATE TABLE handoff_tally (name ${name}, slot int4, amount int8 NOT NULL, PRIMARY KEY (name, slot)) WITH (fillfactor = 50)`,
    `CREATE TABLE handoff_agents (id ${name} PRIMARY KEY, capabilities text NOT NULL)`
  ],
  // All that an agent says of itself is one text; when it was last seen is written without it, and by others.
  [
    `ALTER TABLE handoff_agents RENAME COLUMN capabilities TO agent`,
    `UPDATE handoff_agents SET agent = '{"capabilities":' || agent || '}'`,
    `ALTER TABLE handoff_agents ADD COLUMN last_seen int8`
  ]
]

/** Any number that nobody else is likely to lock: "handoff" in ASCII. */
const migrating = "29382028637498982"

/** The first version with `xid8`, snapshots as functions, and everything else that the statements use. */
const oldest = 130_000

/**
 * Makes the tables, or brings them up to date. Processes that open at once take turns; a database that is not ours, or
 * that a newer version has changed, is refused before anything is touched.
 */
export const open = (connections: Connections): Effect.Effect<void, StoreError> => {
  const { address, transaction } = connections
  const refuse = (detail: string) => Effect.fail(Failure.unavailable("open", `${address.name} ${detail}`))
  return transaction((run) =>
    Effect.gen(function* () {
      const [server] = yield* run(
        `SELECT current_setting('server_version_num')::int4, current_setting('server_encoding'), current_schema()`
      )
      const [version, encoding, schema] = server ?? []
      if (Number(version) < oldest) return yield* refuse("is a PostgreSQL older than 13; use a newer one")
      if (encoding !== "UTF8") {
        return yield* refuse(`holds text as ${String(encoding)}; create one with ENCODING 'UTF8'`)
      }
      if (schema === null) return yield* refuse("has no schema on the search_path; create one, or set another path")
      yield* run(`SELECT pg_advisory_xact_lock(${migrating})`)
      const found = yield* run(
        `SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY($1)`,
        [`{${tables.join()}}`]
      )
      const standing = yield* versionOf(run, found.map(String))
      if (standing === undefined) {
        const names = found.map(String).toSorted().join(", ")
        return yield* refuse(`has tables of another application under our names (${names}); use another database`)
      }
      if (standing > migrations.length) {
        return yield* refuse(
          `is of version ${standing}, this store knows up to ${migrations.length}; update @aumai/handoff-store-postgres`
        )
      }
      for (const statements of migrations.slice(standing)) for (const statement of statements) yield* run(statement)
      if (standing < migrations.length) yield* run(`UPDATE handoff_store SET version = ${migrations.length}`)
      yield* run(newEpoch)
    })
  ).pipe(Effect.catchTag("SqlError", (error) => Effect.fail(Failure.ofRead(address, "open")(error))))
}

/** The version of the tables that are there, 0 when there is none, nothing when they are not ours. */
const versionOf = (
  run: Connections["run"],
  found: ReadonlyArray<string>
): Effect.Effect<number | undefined, SqlError> => {
  if (found.length === 0) return Effect.succeed(0)
  if (!found.includes("handoff_store")) return Effect.undefined
  // As a whole: a table of somebody else's need not have our columns.
  return Effect.map(
    run(`SELECT to_jsonb(s) ->> 'application', to_jsonb(s) ->> 'version' FROM handoff_store s`),
    (rows) => (rows[0]?.[0] === application && /^\d+$/.test(String(rows[0][1])) ? Number(rows[0][1]) : undefined)
  )
}

/**
 * The log is in the order of transaction ids, which belong to one cluster. Where it holds one that this cluster cannot have
 * given out yet, it was restored from another one's dump: what is written from now on belongs behind all of it.
 */
const newEpoch = `
  UPDATE handoff_store SET epoch = epoch + 1
  WHERE (SELECT xid FROM handoff_log WHERE epoch = handoff_store.epoch ORDER BY epoch DESC, xid DESC, n DESC LIMIT 1)
    >= pg_snapshot_xmax(pg_current_snapshot())`
