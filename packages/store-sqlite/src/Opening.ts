/**
 * Opens the database file: checks that it is a handoff store, migrates an older version, and sets the connection up.
 * A file of another application or of a newer version is refused and stays unchanged.
 */
import { existsSync, closeSync, openSync, type Stats, statSync } from "node:fs"
import { dirname } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { pathToFileURL } from "node:url"

import { drawLogName } from "@aumai/handoff-core"
import { StoreError } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"

import * as Failure from "./Failure.ts"
import { applicationId, migrations } from "./Migrations.ts"
import { DatabaseSync as Database } from "./NodeSqlite.ts"
import * as Place from "./Place.ts"
import * as Session from "./Session.ts"

/** The resolved options of a store. */
export interface Opening {
  readonly path: string
  /** `false` refuses a path without a store. */
  readonly create: boolean
  readonly synchronous: "FULL" | "NORMAL"
  /** In milliseconds. */
  readonly busyTimeout: number
}

// Handoffs are readable by their owner only. SQLite gives the -wal and -shm files the same mode.
const privateMode = 0o600

// 4000 pages of 4 KiB are 16 MiB. A checkpoint costs three flushes; SQLite's default of 1000 pages charged them to every
// 23rd lifecycle.
const checkpointPages = 4000

// In KiB. With SQLite's default of 2 MiB, a lookup among a million handoffs took 1.6 times as long as among a thousand;
// with this, 1.1 times.
const cacheSize = 64 * 1024

const single = (db: DatabaseSync, sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0]

/** The number of migrations a file has had. Throws if it belongs to another application or a newer version. */
const versionOf = (db: DatabaseSync, path: string): number => {
  // The tables first: a process that creates the schema at this moment sets the marks in the same transaction.
  const tables = single(db, "SELECT count(*) FROM sqlite_schema")
  const version = Number(single(db, "PRAGMA user_version"))
  const id = single(db, "PRAGMA application_id")
  if (id !== applicationId) {
    if (id === 0 && version === 0 && tables === 0) return 0
    throw Failure.refused(
      "corrupt",
      `${path} is a SQLite database of another application. It was left unchanged; choose another path`
    )
  }
  if (version > migrations.length) {
    throw Failure.refused(
      "unavailable",
      `${path} has schema version ${version}; this version of the store reads up to ${migrations.length}. It was left unchanged; upgrade @aumai/handoff-store-sqlite`
    )
  }
  return version
}

const statOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false })

/**
 * Reads the marks of a file without a lock and without its journal, so that a refused file stays unchanged. The marks are
 * in the first page before a journal exists. If that page cannot be read, opening the file reports the reason.
 */
const inspect = (path: string): void => {
  const url = pathToFileURL(path)
  url.searchParams.set("immutable", "1")
  const db = new Database(url, { readOnly: true })
  try {
    // Another application's database can be empty while its tables are still in the journal. A handoff store never is.
    if (versionOf(db, path) === 0 && existsSync(`${path}-wal`)) {
      throw Failure.refused(
        "corrupt",
        `${path} has a journal of another application. Both were left unchanged; choose another path`
      )
    }
  } catch (cause) {
    if (cause instanceof StoreError || Failure.isNotADatabase(cause)) throw cause
  } finally {
    db.close()
  }
}

/**
 * Creates the file if it does not exist and may be created, and refuses one that is not a store. It never opens an existing file with node:fs,
 * because closing that handle would release the locks that SQLite holds in this process.
 */
const prepare = ({ create, path }: Opening): void => {
  // The journal first: a store that is being created has its file before its journal.
  const journal = statOf(`${path}-wal`)
  const stat = statOf(path)
  // SQLite would create an empty database and delete the journal, with the commits in it.
  if (journal?.isFile() === true && journal.size > 0 && (stat === undefined || stat.size === 0)) {
    throw Failure.refused(
      "corrupt",
      `${path} is missing or empty, but its journal ${path}-wal holds the latest commits. It was left unchanged; restore ${path}, or move the journal away`
    )
  }
  if (stat === undefined) {
    const directory = dirname(path)
    if (statOf(directory)?.isDirectory() !== true) {
      throw Failure.refused("unavailable", `${path} needs the directory ${directory}, which does not exist; create it`)
    }
    if (!create) throw Failure.missing(path)
    closeSync(openSync(path, "a", privateMode))
  } else if (!stat.isFile()) {
    throw Failure.refused(
      "unavailable",
      `${path} is ${stat.isDirectory() ? "a directory" : "not a file"}; give the path of a file`
    )
  } else if (stat.size > 0) inspect(path)
}

const connect = (opening: Opening) =>
  Effect.acquireRelease(
    Effect.try({
      try: () => {
        prepare(opening)
        return new Database(opening.path, { timeout: Math.min(opening.busyTimeout, Session.nativeWait) })
      },
      catch: (cause) => (cause instanceof StoreError ? cause : Failure.of("open", opening.path, cause))
    }),
    // The last connection to close moves the journal's commits into the database and deletes the journal.
    (db) => Effect.sync(() => db.close())
  )

// Another process that opens or closes the database has it alone for about a millisecond.
const patience = 1000
const between = 5

/** Refuses a database that another process has open without its journal. */
const checkJournal = (path: string): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const until = (yield* Clock.currentTimeMillis) + patience
    const ask = Effect.try({ try: () => Place.isOrphaned(path), catch: (cause) => Failure.of("open", path, cause) })
    while (yield* ask) {
      if ((yield* Clock.currentTimeMillis) > until) return yield* Failure.orphaned(path)
      yield* Effect.sleep(between * (0.5 + (yield* Random.next)))
    }
  })

/** Opens a connection that its scope closes. */
export const open = (opening: Opening): Effect.Effect<Session.Session, StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const { path, create, synchronous, busyTimeout } = opening
    yield* checkJournal(path)
    const db = yield* connect(opening)
    const log = yield* drawLogName
    const session = Session.make(db, path, busyTimeout)
    const version = () => versionOf(db, path)
    const found = yield* session.attempt("open", version)
    // The file is empty, or another process is creating the store at this moment.
    if (found === 0 && !create) return yield* Failure.missing(path)
    if (found < migrations.length) {
      // Before WAL mode is on, so that the marks are in the file itself and not only in its journal.
      yield* session.transact("open", () => {
        for (const migration of migrations.slice(version())) {
          if (typeof migration === "string") db.exec(migration)
          else migration(db)
        }
        if (single(db, "SELECT count(*) FROM origin") === 0) {
          db.prepare("INSERT INTO origin (log, epoch) VALUES (?, 1)").run(log)
        }
        db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`)
      })
    }
    const mode = yield* session.attempt("open", () => single(db, "PRAGMA journal_mode = WAL"))
    if (mode !== "wal") {
      return yield* Failure.refused(
        "unavailable",
        `${path} is on a file system where SQLite cannot share memory between processes, such as a network drive; choose a local disk`
      )
    }
    yield* session.attempt("open", () =>
      db.exec(
        `PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA cache_size = -${cacheSize}`
      )
    )
    // Reading makes SQLite open the journal, if it did not exist.
    yield* session.attempt("open", version)
    session.place = Place.make(path)
    const mark = db.prepare("PRAGMA user_version")
    return {
      ...session,
      transact: (operation, work, fleeting) =>
        session.transact(
          operation,
          () => {
            // A newer version may upgrade the file while it is open here; this version must not write into its tables.
            if (mark.get()?.["user_version"] !== migrations.length) version()
            return work()
          },
          fleeting
        )
    }
  })
