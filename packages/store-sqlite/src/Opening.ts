/** Opening a file: whose is it, and which version. What is not ours is refused, and its bytes stay as they are. */
import { existsSync, closeSync, openSync, type Stats, statSync } from "node:fs"
import { dirname } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { pathToFileURL } from "node:url"

import { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

import * as Failure from "./Failure.ts"
import { applicationId, migrations } from "./Migrations.ts"
import { DatabaseSync as Database } from "./NodeSqlite.ts"
import * as Session from "./Session.ts"

export interface Opening {
  readonly path: string
  readonly synchronous: "FULL" | "NORMAL"
  /** In milliseconds. */
  readonly busyTimeout: number
}

// Only their owner may read what agents hand over; SQLite gives the files beside it the same mode.
const privateMode = 0o600

// Pages of 4 KiB, 16 MiB in all. A checkpoint takes three flushes, and with SQLite's 1000 every 23rd lifecycle paid them.
const checkpointPages = 4000

// Of memory, in KiB, when the store is large: with SQLite's 2 MiB a lookup among a million took 1.6 times as long as among
// a thousand, with this 1.1 times.
const cacheSize = 64 * 1024

const single = (db: DatabaseSync, sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0]

/** How many of the migrations a file has had. Throws when it is not ours. */
const versionOf = (db: DatabaseSync, path: string): number => {
  // In this order: one that makes the schema meanwhile puts its mark on it in the same transaction.
  const tables = single(db, "SELECT count(*) FROM sqlite_schema")
  const version = Number(single(db, "PRAGMA user_version"))
  const id = single(db, "PRAGMA application_id")
  if (id !== applicationId) {
    if (id === 0 && version === 0 && tables === 0) return 0
    throw Failure.refused(
      "corrupt",
      `${path} is a SQLite database of another application. It was left as it is; choose another path`
    )
  }
  if (version > migrations.length) {
    throw Failure.refused(
      "unavailable",
      `${path} was written by a newer version of this store (${version}; this one knows ${migrations.length}). It was left as it is; upgrade`
    )
  }
  return version
}

const statOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false })

/**
 * Looks at a file in a way that leaves no trace: without locks, and without the journal that it may have. What it says of
 * itself is in its first page before any journal is; where that cannot be read yet, opening it tells.
 */
const inspect = (path: string): void => {
  const url = pathToFileURL(path)
  url.searchParams.set("immutable", "1")
  const db = new Database(url, { readOnly: true })
  try {
    // A database of another that has begun in its journal looks empty; ours are never.
    if (versionOf(db, path) === 0 && existsSync(`${path}-wal`)) {
      throw Failure.refused(
        "corrupt",
        `${path} has a journal that is not of this store. Both were left as they are; choose another path`
      )
    }
  } catch (cause) {
    if (cause instanceof StoreError || Failure.isNotADatabase(cause)) throw cause
  } finally {
    db.close()
  }
}

/** Makes sure that there is a file that may be opened. Never opens one that exists: closing it would drop SQLite's locks. */
const prepare = (path: string): void => {
  // In this order: a store has its file before its journal.
  const journal = statOf(`${path}-wal`)
  const stat = statOf(path)
  // SQLite would begin anew and remove the journal.
  if (journal?.isFile() === true && journal.size > 0 && (stat === undefined || stat.size === 0)) {
    throw Failure.refused(
      "corrupt",
      `${path} is gone or empty, but its journal is there, with what was committed last. It was left as it is; put back the file, or move the journal ${path}-wal away`
    )
  }
  if (stat === undefined) {
    const directory = dirname(path)
    if (statOf(directory)?.isDirectory() !== true) {
      throw Failure.refused("unavailable", `There is no directory ${directory} for ${path}; create it`)
    }
    closeSync(openSync(path, "a", privateMode))
  } else if (!stat.isFile()) {
    throw Failure.refused(
      "unavailable",
      `${path} is ${stat.isDirectory() ? "a directory" : "not a file"}; give the path of a file`
    )
  } else if (stat.size > 0) inspect(path)
}

const connect = ({ path, busyTimeout }: Opening) =>
  Effect.acquireRelease(
    Effect.try({
      try: () => {
        prepare(path)
        return new Database(path, { timeout: Math.min(busyTimeout, Session.nativeWait) })
      },
      catch: (cause) => (cause instanceof StoreError ? cause : Failure.of("open", path, cause))
    }),
    // The last one to close folds the journal into the file and removes it.
    (db) => Effect.sync(() => db.close())
  )

export const open = (opening: Opening): Effect.Effect<Session.Session, StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const { path, synchronous, busyTimeout } = opening
    const db = yield* connect(opening)
    const session = Session.make(db, path, busyTimeout)
    const version = () => versionOf(db, path)
    if ((yield* session.attempt("open", version)) < migrations.length) {
      // Before there is a journal, so that the file itself says whose it is.
      yield* session.transact("open", () => {
        for (const migration of migrations.slice(version())) db.exec(migration)
        db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`)
      })
    }
    const mode = yield* session.attempt("open", () => single(db, "PRAGMA journal_mode = WAL"))
    if (mode !== "wal") {
      return yield* Failure.refused(
        "unavailable",
        `${path} is where SQLite cannot share memory between processes, as on a network file system; choose a local disk`
      )
    }
    yield* session.attempt("open", () =>
      db.exec(
        `PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA cache_size = -${cacheSize}`
      )
    )
    return session
  })
