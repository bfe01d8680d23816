/** Turns SQLite's result codes into a `StoreError` with a reason and the next step for the caller. */
import { StoreError } from "@aumai/handoff-protocol"

import * as SizeLimit from "./SizeLimit.ts"

const nothing = "Nothing was changed"
const doubtful = "The change may have happened; read before repeating it"

// SQLite's primary result codes: the low eight bits of an extended code. https://sqlite.org/rescode.html
const busy: ReadonlySet<number> = new Set([5, 6])
const readOnly = 8
const corrupt = 11
const full = 13
const cannotOpen = 14
const notADatabase = 26
// IOERR_SHMSIZE: the journal's index could not grow. A full disk shows up like this when a store is opened.
const noRoomForIndex = 4874
// IOERR_WRITE: SQLite has no separate code for EFBIG.
const failedWrite = 778

const codeOf = (cause: unknown): number => {
  if (!(cause instanceof Error)) return 0
  if ("errcode" in cause && typeof cause.errcode === "number") {
    return cause.errcode === noRoomForIndex ? full : cause.errcode
  }
  // The store creates the file through node:fs, which reports a full disk with its own codes.
  return "code" in cause && (cause.code === "ENOSPC" || cause.code === "EDQUOT") ? full : 0
}

/** Tests for a lock that another connection holds. Waiting helps. */
export const isBusy = (cause: unknown): boolean => busy.has(codeOf(cause) & 255)

/** Tests for SQLite's report that the file is not a database. */
export const isNotADatabase = (cause: unknown): boolean => (codeOf(cause) & 255) === notADatabase

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** Translates a failure of SQLite. Pass `"in doubt"` if the commit may have happened although it failed. */
export const of = (operation: string, path: string, cause: unknown, doubt?: "in doubt"): StoreError => {
  const fail = (reason: StoreError["reason"], detail: string) => new StoreError({ operation, reason, detail, cause })
  const code = codeOf(cause)
  if (code === readOnly) {
    return fail("unavailable", `${path} is read-only. ${nothing}; make the file and its directory writable`)
  }
  // The last frame of a commit makes it valid, so a commit whose frames did not all fit has not happened.
  if (code === failedWrite && SizeLimit.isReached(path)) {
    return fail(
      "full",
      `${path} or its journal has reached the limit of this process or file system for the size of a file. ${nothing}; raise the limit (ulimit -f) and repeat`
    )
  }
  switch (code & 255) {
    case full:
      return fail("full", `No space is left for ${path}. ${nothing}; free some space and repeat`)
    case corrupt:
      return fail("corrupt", `${path} is damaged: ${messageOf(cause)}. It was left unchanged; restore it from a backup`)
    case notADatabase:
      return fail("corrupt", `${path} is not a SQLite database. It was left unchanged; choose another path`)
    // Readers also need the journal's index, which the first connection creates.
    case readOnly:
    case cannotOpen:
      return fail(
        "unavailable",
        `${path} cannot be opened. Make it readable, and its directory writable unless another process has the store open`
      )
  }
  return fail("unavailable", `${path} failed: ${messageOf(cause)}. ${doubt === undefined ? nothing : doubtful}`)
}

/** Another process held a lock for longer than `busyTimeout`. */
export const held = (operation: string, path: string, millis: number): StoreError =>
  new StoreError({
    operation,
    reason: "unavailable",
    detail: `Another process has locked ${path} for more than ${millis} ms. ${nothing}; try again`
  })

/** There is no store at the path, and it was not to be created. */
export const missing = (path: string): StoreError =>
  new StoreError({
    operation: "open",
    reason: "missing",
    detail: `There is no store at ${path}. ${nothing}; correct the path, or open it with create`
  })

/** A file of the open database is no longer at its path. */
export const gone = (operation: string, path: string, file: string, doubt?: "in doubt"): StoreError => {
  const [what, advice] =
    file === path
      ? [`${path} was moved, replaced or removed while it was open`, `put it back with ${path}-wal, and open it again`]
      : [`${file} was removed or replaced while ${path} was open`, `close ${path} in every process, and open it again`]
  const outcome = doubt === undefined ? `${nothing}; ` : `${doubtful}; `
  return new StoreError({ operation, reason: "unavailable", detail: `${what}. ${outcome}${advice}` })
}

/** Another process has the database open, but its journal is gone. */
export const orphaned = (path: string): StoreError =>
  refused(
    "unavailable",
    `${path} is open in another process, but ${path}-wal or ${path}-shm was removed. ${nothing}; end that process, which saves its commits, and open it again`
  )

/** The store must not use this file. */
export const refused = (reason: "unavailable" | "corrupt", detail: string): StoreError =>
  new StoreError({ operation: "open", reason, detail })
