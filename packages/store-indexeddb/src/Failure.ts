/** The errors of the store, each with the next step for the user of the page. */
import { StoreError } from "@aumai/handoff-protocol"

const reload = "Reload this page to continue"

/** The name of the database in error sentences. */
export const named = (name: string): string => `the IndexedDB database "${name}"`

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

const unavailable =
  (sentence: (database: string) => string) =>
  (operation: string, name: string): StoreError =>
    new StoreError({ operation, reason: "unavailable", detail: capital(sentence(named(name))) })

const corrupt =
  (sentence: (database: string, name: string) => string) =>
  (operation: string, name: string): StoreError =>
    new StoreError({ operation, reason: "corrupt", detail: capital(sentence(named(name), name)) })

/** The store's scope was closed. */
export const closed = unavailable((database) => `${database} has been closed; open the store again`)
/** Another page deleted the database. */
export const deleted = unavailable((database) => `${database} has been deleted by another page. ${reload}`)
/** The database has a newer version than this page knows. */
export const superseded = unavailable(
  (database) => `a newer version of this application, or another application, is using ${database}. ${reload}`
)
/** Another tab kept the database for longer than `openTimeout`. */
export const held = unavailable(
  (database) =>
    `${database} is held by another tab, which uses another version or is still closing. ` +
    `Close the other tabs of this site and repeat`
)
/** A worker called `forget`. */
export const noPage = unavailable(
  (database) => `${database} cannot be forgotten in a worker, which has no localStorage. Call forget in a page`
)
/** `forget` deleted the database but not its notes. */
export const remembered = unavailable(
  (database) => `${database} has been deleted, but the browser kept the note about it. Call forget again`
)
/** This environment has no IndexedDB. */
export const missing = unavailable(
  (database) =>
    `${database} cannot be opened, because this environment has no IndexedDB. Open it in a page or worker with an origin`
)
/** The database belongs to another application. */
export const foreign = corrupt(
  (database) => `${database} has other object stores than a handoff store. It was left unchanged; choose another name`
)
/** The notes say that this store existed, and its data is gone. */
export const wiped = corrupt(
  (database, name) =>
    `${database} has lost its data: this browser had a store with that name, and the database is now empty or a different one. ` +
    `Browsers do this after a crash, or to free space. Restore it from an export, or start empty with IndexedDbStore.forget(${JSON.stringify(name)})`
)

const isDomException = (cause: unknown, name: string): boolean => cause instanceof DOMException && cause.name === name

const reasonOf = (cause: unknown): string =>
  cause instanceof Error && cause.message !== "" ? cause.message.replace(/\.$/, "") : String(cause)

const full = (operation: string, name: string, cause: unknown): StoreError =>
  new StoreError({
    operation,
    reason: "full",
    detail: `There is no space left for ${named(name)}. Nothing was changed; free some space and repeat`,
    cause
  })

/** Translates the failure to open or delete a database. */
export const ofOpening = (operation: string, name: string, cause: unknown): StoreError => {
  if (isDomException(cause, "QuotaExceededError")) return full(operation, name, cause)
  if (isDomException(cause, "VersionError")) return superseded(operation, name)
  return new StoreError({
    operation,
    reason: "unavailable",
    detail: `${capital(named(name))} cannot be opened: ${reasonOf(cause)}. Check the browser's settings; a private window may forbid it`,
    cause
  })
}

/** Translates the failure of a transaction. */
export const ofTransaction = (
  operation: string,
  name: string,
  cause: unknown,
  outcome: "nothing changed" | "in doubt"
): StoreError => {
  // First, because a transaction that exceeds the quota is rolled back and never in doubt.
  if (isDomException(cause, "QuotaExceededError")) return full(operation, name, cause)
  const advice =
    outcome === "in doubt" ? "The change may have happened; read before repeating it" : "Nothing was changed"
  const why =
    cause === null || cause === undefined ? "the transaction was aborted, or its connection closed" : reasonOf(cause)
  return new StoreError({
    operation,
    reason: "unavailable",
    detail: `${capital(named(name))} did not answer: ${why}. ${advice}`,
    ...(cause === null || cause === undefined ? {} : { cause })
  })
}
