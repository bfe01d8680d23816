/**
 * Notices that the files of an open database were moved, replaced or removed. SQLite goes on writing to files that no path
 * leads to, and acknowledges commits that nobody can open later.
 */
import { type Stats, statSync } from "node:fs"

import type { StoreError } from "@aumai/handoff-protocol"

import * as Failure from "./Failure.ts"
import { DatabaseSync } from "./NodeSqlite.ts"

/** The files that a database had at opening. */
export interface Place {
  /** The refusal if a path no longer leads to the file that is open. Pass `"in doubt"` after a commit. */
  readonly lost: (operation: string, doubt?: "in doubt") => StoreError | undefined
}

const lookAt = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false })

const isSame = (a: Stats, b: Stats | undefined): boolean => a.ino === b?.ino && a.dev === b.dev

/** Remembers the files of the database at `path`, which has been read, so that its journal exists. */
export const make = (path: string): Place => {
  const files = [path, `${path}-wal`, `${path}-shm`].flatMap((file) => {
    const stat = lookAt(file)
    return stat === undefined ? [] : [{ file, stat }]
  })
  return {
    lost: (operation, doubt) => {
      const gone = files.find(({ file, stat }) => !isSame(stat, lookAt(file)))
      return gone && Failure.gone(operation, path, gone.file, doubt)
    }
  }
}

/**
 * Tests whether another process may have the database open although a file of its journal was removed. This process would
 * begin a new journal, and the other one would remove it when it closes.
 */
export const isOrphaned = (path: string): boolean => {
  const stat = lookAt(path)
  if (stat?.isFile() !== true || stat.size === 0) return false
  if (["wal", "shm"].every((end) => lookAt(`${path}-${end}`) !== undefined)) return false
  const db = new DatabaseSync(path, { timeout: 0 })
  try {
    // In this mode the first read takes the file alone.
    db.exec("PRAGMA locking_mode = EXCLUSIVE")
    db.prepare("SELECT count(*) FROM sqlite_schema").get()
    return false
  } catch (cause) {
    return Failure.isBusy(cause)
  } finally {
    db.close()
  }
}
