/** The tables as a list of migrations, and the checks before they are applied. */
import { drawLogName, type LogOrigin } from "@aumai/handoff-core"
import { LogName, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { SqlError } from "effect/sql/SqlError"

import type { Connections } from "./Connections.ts"
import * as Failure from "./Failure.ts"
import { addKeys } from "./KeyMigration.ts"

const application = "aumai-handoff"
const tables = ["handoff_store", "handoff_records", "handoff_log", "handoff_tally", "handoff_agents", "handoff_keys"]

// Ids and agents compare by byte, so that an index has the order of its view in every locale.
const name = `text COLLATE "C"`

/**
 * The first `n` migrations make version `n` of the tables. `base` and `previous` are the revision and the status that the
 * last write replaced: a write compares `base` and returns `previous`.
 */
const migrations: ReadonlyArray<ReadonlyArray<string | typeof addKeys>> = [
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
    // These rows are updated constantly. Free space on the page lets an update leave the index alone.
    `CREATE TABLE handoff_tally (name ${name}, slot int4, amount int8 NOT NULL, PRIMARY KEY (name, slot)) WITH (fillfactor = 50)`,
    `CREATE TABLE handoff_agents (id ${name} PRIMARY KEY, capabilities text NOT NULL)`
  ],
  // An agent's registration is one text. Heartbeats write last_seen alone, so it has its own column.
  [
    `ALTER TABLE handoff_agents RENAME COLUMN capabilities TO agent`,
    `UPDATE handoff_agents SET agent = '{"capabilities":' || agent || '}'`,
    `ALTER TABLE handoff_agents ADD COLUMN last_seen int8`
  ],
  // The name of the log, which `open` draws, and the key logs: that of this log, whose entries have positions in it and are
  // counted in `keys`, and those of other stores.
  [
    `ALTER TABLE handoff_store ADD COLUMN log text, ADD COLUMN keys int4 NOT NULL DEFAULT 0`,
    `CREATE TABLE handoff_keys (
      log ${name},
      revision int4,
      event text NOT NULL,
      epoch int4,
      xid xid8,
      n int4,
      PRIMARY KEY (log, revision),
      UNIQUE (epoch, xid, n)
    )`
  ],
  // The agent that owns the next move, and the negative of the time of the last change.
  [
    `ALTER TABLE handoff_records ADD COLUMN turn ${name}, ADD COLUMN latest int8 NOT NULL DEFAULT 0`,
    addKeys,
    `CREATE INDEX handoff_turn ON handoff_records (turn, urgency, created_at, id) WHERE turn IS NOT NULL`,
    `CREATE INDEX handoff_recent ON handoff_records (latest, id)`,
    `CREATE INDEX handoff_recent_of ON handoff_records (from_agent, latest, id)`
  ]
]

/** The version of the tables that this version of the store reads and writes. */
export const version = migrations.length

/** The advisory lock of the migrations: "handoff" in ASCII, a number that another application is unlikely to use. */
const migrating = "29382028637498982"

/** The first server version with everything that the statements use, such as `xid8` and `pg_snapshot_xmin`. */
const oldest = 130_000

/** The state of the tables in a database. */
interface Found {
  /** The version of the tables; 0 without tables. */
  readonly version: number
  readonly log: unknown
  readonly epoch: number
  /** The log has ids of transactions that this cluster has not reached. */
  readonly isRestored: boolean
}

/**
 * Returns the log of the tables. Creates or migrates them first if that is needed, in turn with other processes; otherwise it
 * writes nothing, so that a standby and a role that may only read can be opened. A database with the tables of another
 * application or of a newer version is refused unchanged, and without `create` also one without tables.
 */
export const open = (
  { address, run, transaction }: Connections,
  { create }: { readonly create: boolean } = { create: true }
): Effect.Effect<LogOrigin, StoreError> => {
  const refuse = (detail: string) => Effect.fail(Failure.unavailable("open", `${address.name} ${detail}`))
  const look = Effect.fnUntraced(function* (run: Connections["run"]) {
    const tablesFound = yield* run(
      `SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY($1)`,
      [`{${tables.join()}}`]
    )
    const version = yield* versionOf(run, tablesFound.map(String))
    if (version === undefined) {
      const names = tablesFound.map(String).toSorted().join(", ")
      return yield* refuse(`has tables of another application under the store's names (${names}); use another database`)
    }
    if (version > migrations.length) {
      return yield* refuse(
        `has schema version ${version}; this version of the store reads up to ${migrations.length}. It was left unchanged; upgrade @aumai/handoff-store-postgres`
      )
    }
    const isCurrent = version === migrations.length
    const [row] = isCurrent ? yield* run(`SELECT log, epoch, ${isRestored} FROM handoff_store`) : []
    return { version, log: row?.[0], epoch: Number(row?.[1]), isRestored: row?.[2] === true } satisfies Found
  })
  return Effect.gen(function* () {
    const [server] = yield* run(
      `SELECT current_setting('server_version_num')::int4, current_setting('server_encoding'), current_schema(), current_setting('default_transaction_isolation')`
    )
    const [version, encoding, schema, isolation] = server ?? []
    if (Number(version) < oldest) return yield* refuse("runs on a PostgreSQL older than 13; upgrade the server")
    if (encoding !== "UTF8") {
      return yield* refuse(`is encoded as ${String(encoding)}; create a database with ENCODING 'UTF8'`)
    }
    if (schema === null)
      return yield* refuse("has no schema on the search_path; create one, or set another search_path")
    // A pooler does not pass on the setting of this store.
    if (isolation !== "read committed") {
      return yield* refuse(
        `has transactions that are ${String(isolation)}; set default_transaction_isolation = 'read committed' for the user ${address.user}`
      )
    }
    const isDone = ({ version, isRestored }: Found) => version === migrations.length && !isRestored
    let found = yield* look(run)
    if (found.version === 0 && !create) return yield* Failure.missing(address.name)
    if (!isDone(found)) {
      found = yield* transaction((run) =>
        Effect.gen(function* () {
          yield* run(`SELECT pg_advisory_xact_lock(${migrating})`)
          // Another process may have done it meanwhile.
          const before = yield* look(run)
          for (const statements of migrations.slice(before.version)) {
            for (const step of statements) yield* typeof step === "string" ? run(step) : step(run)
          }
          if (before.version < migrations.length) {
            yield* run(`UPDATE handoff_store SET version = ${migrations.length}, log = coalesce(log, $1)`, [
              yield* drawLogName
            ])
          }
          yield* run(`UPDATE handoff_store SET epoch = epoch + 1 WHERE ${isRestored}`)
          return yield* look(run)
        })
      )
    }
    const { log, epoch } = found
    if (!isLogName(log)) {
      return yield* refuse("has no valid log name in handoff_store; it was left unchanged; restore it from a backup")
    }
    return { log, epoch }
  }).pipe(Effect.catchTag("SqlError", (error) => Effect.fail(Failure.ofRead(address, "open")(error))))
}

const isLogName = Schema.is(LogName)

/** The version of the existing tables: 0 if there are no tables, `undefined` if they belong to another application. */
const versionOf = (
  run: Connections["run"],
  found: ReadonlyArray<string>
): Effect.Effect<number | undefined, SqlError> => {
  if (found.length === 0) return Effect.succeed(0)
  if (!found.includes("handoff_store")) return Effect.undefined
  // As JSON, because another application's table can lack these columns.
  return Effect.map(
    run(`SELECT to_jsonb(s) ->> 'application', to_jsonb(s) ->> 'version' FROM handoff_store s`),
    (rows) => (rows[0]?.[0] === application && /^\d+$/.test(String(rows[0][1])) ? Number(rows[0][1]) : undefined)
  )
}

/**
 * The log is ordered by transaction id, and each PostgreSQL cluster counts its ids separately. If the log holds an id that
 * this cluster has not reached, it was restored from another cluster's dump. A new epoch puts new entries after the old.
 */
const isRestored = `coalesce(greatest(
    (SELECT xid FROM handoff_log WHERE epoch = handoff_store.epoch ORDER BY epoch DESC, xid DESC, n DESC LIMIT 1),
    (SELECT xid FROM handoff_keys WHERE epoch = handoff_store.epoch ORDER BY epoch DESC, xid DESC, n DESC LIMIT 1)
  ) >= pg_snapshot_xmax(pg_current_snapshot()), false)`
