/**
 * The lock: an empty file that `node:sqlite` opens twice. SQLite's locks are the only portable kernel locks within Node's
 * reach; they have the three modes we need and die with their holder, so none is ever stale and none is ever stolen.
 *
 * Trap: opening and closing this file with `node:fs` drops every lock this process holds on it (POSIX). Nothing else may
 * touch it.
 */
import type { DatabaseSync } from "node:sqlite"

import * as Effect from "effect/Effect"

import { type FileLock, FsError } from "./JournalFs.ts"

// Not imported, as in NodeJournalFs.
const { accessSync, closeSync, constants, openSync } = process.getBuiltinModule("node:fs")

// SQLITE_BUSY: another holds a mode that excludes this one.
const busy = 5
// SQLITE_CANTOPEN.
const cannotOpen = 14

/** Opens the lock of a path; holds nothing yet. */
export const open = (path: string, mode: number) => {
  const failure = (operation: string) => (cause: unknown) =>
    new FsError({ code: sqliteCode(cause), operation, path, cause })
  return Effect.gen(function* () {
    const writable = yield* Effect.try({ try: () => create(path, mode), catch: failure("create the lock file") })
    const connect = Effect.acquireRelease(
      Effect.try({ try: () => connectTo(path, writable), catch: failure("open the lock file") }),
      (connection) => Effect.sync(() => connection.close())
    )
    const presence = yield* connect
    const writer = yield* connect
    return lockOf({ presence, writer, writable, failure })
  })
}

interface Parts {
  readonly presence: DatabaseSync
  readonly writer: DatabaseSync
  readonly writable: boolean
  readonly failure: (operation: string) => (cause: unknown) => FsError
}

const lockOf = ({ presence, writer, writable, failure }: Parts): FileLock => {
  const attempt = (connection: DatabaseSync, operation: string, steps: () => void) =>
    Effect.suspend(() => {
      try {
        steps()
        return Effect.succeed(true)
      } catch (cause) {
        if (connection.isTransaction) connection.exec("ROLLBACK")
        return errcode(cause) % 256 === busy ? Effect.succeed(false) : Effect.fail(failure(operation)(cause))
      }
    })
  const end = (connection: DatabaseSync) =>
    Effect.sync(() => {
      if (connection.isTransaction) connection.exec("ROLLBACK")
    })
  // Preparing looks at the file too, and finds it locked while another is alone with it: so not before the first try.
  const reading = once(() => ({
    begin: presence.prepare("BEGIN"),
    look: presence.prepare("SELECT 1 FROM sqlite_schema")
  }))
  const writing = once(() => {
    // In its usual mode SQLite creates and deletes a journal file for every lock: 37 instead of 8 µs.
    writer.exec("PRAGMA journal_mode = MEMORY")
    return { immediate: writer.prepare("BEGIN IMMEDIATE"), exclusive: writer.prepare("BEGIN EXCLUSIVE") }
  })
  return {
    writable,
    // BEGIN alone takes no lock; the first look at the database does.
    share: attempt(presence, "share the lock", () => {
      if (presence.isTransaction) return
      const { begin, look } = reading()
      begin.run()
      look.get()
    }),
    unshare: end(presence),
    // SQLite quietly turns BEGIN IMMEDIATE into a plain BEGIN on a file it may only read: everyone would win.
    reserve: writable ? attempt(writer, "take the lock", () => writing().immediate.run()) : Effect.succeed(false),
    exclude: writable ? attempt(writer, "take the lock alone", () => writing().exclusive.run()) : Effect.succeed(false),
    release: end(writer)
  }
}

/** Makes something when it is first asked for; when that fails, the next one to ask tries again. */
const once = <A>(make: () => A): (() => A) => {
  let made: A | undefined
  return () => (made ??= make())
}

/** Whether the lock file may be written. Creating never opens a file that exists, so it never closes one either. */
const create = (path: string, mode: number): boolean => {
  try {
    closeSync(openSync(path, "wx", mode))
    return true
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return mayWrite(path)
    throw cause
  }
}

const mayWrite = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

const connectTo = (path: string, writable: boolean): DatabaseSync =>
  new sqlite.DatabaseSync(path, { timeout: 0, readOnly: !writable })

const loadSqlite = () => {
  const emitWarning = process.emitWarning.bind(process)
  // Node 22 and 24 up to 24.14 announce that SQLite is experimental; nobody who opens a JSON file wants to read that.
  process.emitWarning = (warning: string | Error, ...rest: ReadonlyArray<unknown>) => {
    if (String(warning).includes("SQLite is an experimental")) return
    // The overloads of emitWarning cannot be passed on in any other way.
    Reflect.apply(emitWarning, undefined, [warning, ...rest])
  }
  try {
    return process.getBuiltinModule("node:sqlite")
  } finally {
    process.emitWarning = emitWarning
  }
}

const sqlite = loadSqlite()

const errcode = (cause: unknown): number =>
  cause instanceof Error && "errcode" in cause && typeof cause.errcode === "number" ? cause.errcode : 0

const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined

const sqliteCode = (cause: unknown): string =>
  errcode(cause) % 256 === cannotOpen ? "EACCES" : (codeOf(cause) ?? "EUNKNOWN")
