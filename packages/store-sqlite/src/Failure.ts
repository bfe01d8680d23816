import { StoreError } from "@aumai/handoff-protocol"

const nothing = "Nothing was changed"
const doubtful = "The change may have happened; read before repeating it"

// SQLite's result codes; the higher bits only say more. https://sqlite.org/rescode.html
const busy: ReadonlySet<number> = new Set([5, 6])
const readOnly = 8
const corrupt = 11
const full = 13
const cannotOpen = 14
const notADatabase = 26
// IOERR_SHMSIZE: the index of the journal could not grow, which is how a full disk shows when a store is opened.
const noRoomForIndex = 4874

const codeOf = (cause: unknown): number => {
  if (!(cause instanceof Error)) return 0
  if ("errcode" in cause && typeof cause.errcode === "number") {
    return cause.errcode === noRoomForIndex ? full : cause.errcode
  }
  // A file is made without SQLite.
  return "code" in cause && (cause.code === "ENOSPC" || cause.code === "EDQUOT") ? full : 0
}

/** Whether another connection holds a lock that this one needs: it passes. */
export const isBusy = (cause: unknown): boolean => busy.has(codeOf(cause) & 255)

/** Whether the file is a database at all, as far as this failure tells. */
export const isNotADatabase = (cause: unknown): boolean => (codeOf(cause) & 255) === notADatabase

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** What a failure of SQLite means to the caller. `doubt` says that a commit may have happened all the same. */
export const of = (operation: string, path: string, cause: unknown, doubt?: "in doubt"): StoreError => {
  const fail = (reason: StoreError["reason"], detail: string) => new StoreError({ operation, reason, detail, cause })
  const code = codeOf(cause)
  if (code === readOnly) {
    return fail("unavailable", `${path} may only be read. ${nothing}; make it writable, and its directory`)
  }
  switch (code & 255) {
    case full:
      return fail("full", `No space is left for ${path}. ${nothing}; free some space and repeat`)
    case corrupt:
      return fail("corrupt", `${path} is damaged: ${messageOf(cause)}. It was left as it is; restore it from a backup`)
    case notADatabase:
      return fail("corrupt", `${path} is not a SQLite database. It was left as it is; choose another path`)
    // Readers need the index of the journal too, which is made when the first one comes.
    case readOnly:
    case cannotOpen:
      return fail(
        "unavailable",
        `${path} cannot be opened: SQLite must be able to read it, and to write in its directory while nobody else has it open`
      )
  }
  return fail("unavailable", `${path} failed: ${messageOf(cause)}. ${doubt === undefined ? nothing : doubtful}`)
}

/** Another process has not let go of a lock for as long as one is willing to wait. */
export const held = (operation: string, path: string, millis: number): StoreError =>
  new StoreError({
    operation,
    reason: "unavailable",
    detail: `Another process has held ${path} for more than ${millis} ms. ${nothing}; try again`
  })

/** The file is not one that this store may use. */
export const refused = (reason: "unavailable" | "corrupt", detail: string): StoreError =>
  new StoreError({ operation: "open", reason, detail })
