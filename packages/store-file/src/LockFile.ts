/**
 * The lock: an empty file that `node:sqlite` opens twice. SQLite's locks are the only portable kernel locks that Node can
 * reach. They have the three modes and end with their holder, so that a lock is never stale and never stolen.
 *
 * Never open this file with `node:fs`: on POSIX, closing it releases every lock that this process holds on it.
 */
import type { DatabaseSync } from "node:sqlite"

import * as Effect from "effect/Effect"

import { type FileLock, FsError } from "./JournalFs.ts"
import { lookAt, statOf } from "./NodeStat.ts"

// Loaded like this for the reason given in NodeJournalFs.
const { accessSync, closeSync, constants, fstatSync, ftruncateSync, openSync } = process.getBuiltinModule("node:fs")

// SQLITE_BUSY: another connection holds a mode that excludes this one.
const busy = 5
// SQLITE_CANTOPEN.
const cannotOpen = 14
// SQLITE_NOTADB: another program has written something into the file.
const notADatabase = 26

/** Opens the lock of a path without locking it. */
export const open = (path: string, mode: number) => {
  const failure = (operation: string) => (cause: unknown) =>
    new FsError({ code: sqliteCode(cause), operation, path, cause })
  return Effect.gen(function* () {
    const writable = yield* Effect.try({ try: () => create(path, mode), catch: failure("create the lock file") })
    const connect = Effect.acquireRelease(
      Effect.try({ try: () => connectTo(path, writable), catch: failure("open the lock file") }),
      (connection) => Effect.sync(() => connection.close())
    )
    const look = Effect.try({ try: () => lookAt(path)?.inode, catch: failure("look at") })
    const before = yield* look
    const presence = yield* connect
    const writer = yield* connect
    if (before === undefined || (yield* look) !== before) {
      return yield* new FsError({ code: "REPLACED", operation: "open the lock file", path })
    }
    return lockOf({ path, inode: before, presence, writer, writable, failure })
  })
}

interface Parts {
  readonly path: string
  readonly inode: string
  readonly presence: DatabaseSync
  readonly writer: DatabaseSync
  readonly writable: boolean
  readonly failure: (operation: string) => (cause: unknown) => FsError
}

const lockOf = ({ path, inode, presence, writer, writable, failure }: Parts): FileLock => {
  const attempt = (
    connection: DatabaseSync,
    operation: string,
    steps: () => void,
    mended = false
  ): Effect.Effect<boolean, FsError> =>
    Effect.suspend(() => {
      try {
        steps()
        return Effect.succeed(true)
      } catch (cause) {
        if (connection.isTransaction) connection.exec("ROLLBACK")
        const code = errcode(cause) % 256
        if (code === busy) return Effect.succeed(false)
        if (code !== notADatabase || mended) return Effect.fail(failure(operation)(cause))
        return Effect.flatMap(
          Effect.try({ try: () => clear(path, inode), catch: failure("clear the lock file") }),
          (isCleared) =>
            isCleared
              ? Effect.andThen(
                  Effect.logWarning(`${path} was written by another program and is empty again; it is only a lock`),
                  attempt(connection, operation, steps, true)
                )
              : Effect.fail(failure(operation)(cause))
        )
      }
    })
  const end = (connection: DatabaseSync) =>
    Effect.sync(() => {
      if (connection.isTransaction) connection.exec("ROLLBACK")
    })
  // Prepared on first use, because preparing reads the file, which fails while another process holds an exclusion.
  const reading = once(() => ({
    begin: presence.prepare("BEGIN"),
    look: presence.prepare("SELECT 1 FROM sqlite_schema")
  }))
  const writing = once(() => {
    // In its default mode SQLite creates and deletes a journal file for every lock: 37 µs instead of 8.
    writer.exec("PRAGMA journal_mode = MEMORY")
    return { immediate: writer.prepare("BEGIN IMMEDIATE"), exclusive: writer.prepare("BEGIN EXCLUSIVE") }
  })
  return {
    writable,
    inode,
    // BEGIN takes no lock; the first read does.
    share: attempt(presence, "share the lock", () => {
      if (presence.isTransaction) return
      const { begin, look } = reading()
      begin.run()
      look.get()
    }),
    unshare: end(presence),
    // On a read-only file, SQLite silently turns BEGIN IMMEDIATE into BEGIN, which every process could get at once.
    reserve: writable ? attempt(writer, "take the lock", () => writing().immediate.run()) : Effect.succeed(false),
    exclude: writable ? attempt(writer, "take the lock alone", () => writing().exclusive.run()) : Effect.succeed(false),
    release: end(writer)
  }
}

// Never closed, because closing would release the locks of this process, also those of its other threads.
const cleared = new Map<string, number>()

/** Empties the lock file in place, which leaves every lock on it in force. `false` if the path leads to another file. */
const clear = (path: string, inode: string): boolean => {
  if (lookAt(path)?.inode !== inode) return false
  const fd = cleared.get(inode) ?? openSync(path, constants.O_RDWR)
  cleared.set(inode, fd)
  if (statOf(fstatSync(fd, { bigint: true })).inode !== inode) return false
  ftruncateSync(fd)
  return true
}

/** Calls `make` on first use and keeps the result. If it throws, the next use tries again. */
const once = <A>(make: () => A): (() => A) => {
  let made: A | undefined
  return () => (made ??= make())
}

/**
 * Creates the lock file if it does not exist, and returns whether it is writable. An existing file is never opened with
 * node:fs, and so never closed.
 */
const create = (path: string, mode: number): boolean => {
  try {
    closeSync(openSync(path, "wx", mode))
    return true
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return isWritable(path)
    throw cause
  }
}

const isWritable = (path: string): boolean => {
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
  // Node 22, and 24 up to 24.14, warn that SQLite is experimental, which does not concern the user of a JSON file.
  process.emitWarning = (warning: string | Error, ...rest: ReadonlyArray<unknown>) => {
    if (String(warning).includes("SQLite is an experimental")) return
    // TypeScript cannot forward arguments to the overloads of emitWarning.
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
