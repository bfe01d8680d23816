import { StoreError } from "@aumai/handoff-protocol"

const reload = "Reload this page to go on"

/** What a person calls the database. */
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

export const closed = unavailable((database) => `${database} has been closed`)
export const deleted = unavailable((database) => `${database} has been deleted by another page. ${reload}`)
export const superseded = unavailable(
  (database) => `a newer version of this application is using ${database}, or another application is. ${reload}`
)
export const held = unavailable(
  (database) =>
    `${database} is held by another tab, which works with another version of it or is about to be done with it. ` +
    `Close the other tabs of this site and repeat`
)
export const noPage = unavailable(
  (database) => `${database} can only be forgotten by a page: a worker cannot remove what is noted in localStorage`
)
export const remembered = unavailable(
  (database) => `${database} has been deleted, but the browser still keeps the note that it was there. Repeat it`
)
export const missing = unavailable(
  (database) =>
    `${database} cannot be opened: there is no IndexedDB here. It takes a browser, and a page or worker with an origin`
)
export const foreign = corrupt(
  (database) =>
    `${database} belongs to something else: its object stores are not those of a handoff store. It was left as it is; choose another name`
)
export const wiped = corrupt(
  (database, name) =>
    `${database} has lost what it held: there was a store of that name in this browser, and the database is now empty or another one. ` +
    `Browsers do this after a crash, or to free space. Restore it from an export, or begin anew with IndexedDbStore.forget(${JSON.stringify(name)})`
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

/** Why a database did not open. */
export const ofOpening = (operation: string, name: string, cause: unknown): StoreError => {
  if (isDomException(cause, "QuotaExceededError")) return full(operation, name, cause)
  if (isDomException(cause, "VersionError")) return superseded(operation, name)
  return new StoreError({
    operation,
    reason: "unavailable",
    detail: `${capital(named(name))} cannot be opened: ${reasonOf(cause)}. A private window or the settings of the browser may forbid it`,
    cause
  })
}

/** What the end of a transaction means that has not completed. */
export const ofTransaction = (
  operation: string,
  name: string,
  cause: unknown,
  outcome: "nothing changed" | "in doubt"
): StoreError => {
  // Before the other: what did not fit was not written.
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
