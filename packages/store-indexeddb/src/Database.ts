/** Wraps the IndexedDB calls that open a database, delete it, and run one transaction. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

import * as Failure from "./Failure.ts"
import { createStores, isOurs, type StoreName, version } from "./Schema.ts"

/** The options that every call on a database needs. */
export interface DatabaseOptions {
  readonly name: string
  readonly durability: "strict" | "relaxed"
  readonly openTimeout: Duration.Input
}

/** The steps of a transaction, as callbacks, because a transaction ends before a fiber could resume in a later task. */
export interface Requests<A> {
  readonly store: (name: StoreName) => IDBObjectStore
  /** Calls `next` with the result of a request. A failed request aborts the transaction. */
  readonly when: <B>(request: IDBRequest<B>, next: (result: B) => void) => void
  /** Commits the transaction and sets its result. Make no request after it. */
  readonly answer: (value: A) => void
}

/** A transaction to run. */
export interface Work<A> {
  /** The name in errors. */
  readonly operation: string
  readonly mode: "readonly" | "readwrite"
  readonly stores: ReadonlyArray<StoreName>
  /** Waits for no flush, because the work may be lost. */
  readonly fleeting?: boolean
  readonly body: (requests: Requests<A>) => void
}

/** The connection was closed before the transaction began. */
export class ConnectionLost extends Data.TaggedError("ConnectionLost")<{ readonly cause: unknown }> {}

/** Aborts a transaction. Returns `false` if it was over already. */
const abort = (transaction: IDBTransaction): boolean => {
  try {
    transaction.abort()
    return true
  } catch {
    return false
  }
}

const isClosed = (database: IDBDatabase): boolean => {
  try {
    database.transaction("meta")
    return false
  } catch {
    return true
  }
}

/** Runs one transaction and succeeds once it has completed. Interrupting it aborts it. */
export const run = <A>(
  database: IDBDatabase,
  { name, durability }: DatabaseOptions,
  { operation, mode, stores, fleeting = false, body }: Work<A>
): Effect.Effect<A, StoreError | ConnectionLost> =>
  Effect.callback((resume) => {
    let transaction: IDBTransaction
    try {
      transaction = database.transaction(stores, mode, { durability: fleeting ? "relaxed" : durability })
    } catch (cause) {
      return resume(Effect.fail(new ConnectionLost({ cause })))
    }
    let outcome: Effect.Effect<A> = Effect.die(new Error(`${operation} gave no answer`))
    let hasThrown = false
    const step = (work: () => void) => {
      try {
        work()
      } catch (cause) {
        // If the transaction is over already, its abort event reports the outcome.
        hasThrown = abort(transaction)
        if (hasThrown) outcome = Effect.die(cause)
      }
    }
    const finish = (result: Effect.Effect<A, StoreError>) => {
      database.removeEventListener("close", onClose)
      resume(result)
    }
    const fail = (cause: unknown, isCertain: boolean) => {
      const doubt = mode === "readonly" || isCertain ? "nothing changed" : "in doubt"
      finish(Effect.fail(Failure.ofTransaction(operation, name, cause, doubt)))
    }
    // Chromium can close a connection without an event on its running transaction.
    const onClose = () => fail(undefined, false)
    database.addEventListener("close", onClose)
    transaction.addEventListener("complete", () => finish(outcome))
    transaction.addEventListener("abort", () => {
      if (hasThrown) return finish(outcome)
      const { error } = transaction
      const isAborted = error === null || error.name === "AbortError"
      // An abort changes nothing. If it comes with the end of the connection, it may have crossed with the commit.
      fail(error, isAborted && !isClosed(database))
    })
    step(() =>
      body({
        store: (store) => transaction.objectStore(store),
        when: (request, next) => {
          request.addEventListener("success", () => step(() => next(request.result)))
        },
        answer: (value) => {
          outcome = Effect.succeed(value)
          transaction.commit()
        }
      })
    )
    return Effect.sync(() => abort(transaction))
  })

/** Opens or creates the database. Refuses one of another application or of a newer version and leaves it unchanged. */
export const open = (
  { name, openTimeout }: DatabaseOptions,
  operation: string
): Effect.Effect<IDBDatabase, StoreError> =>
  Effect.callback<IDBDatabase, StoreError>((resume) => {
    if (!("indexedDB" in globalThis)) return resume(Effect.fail(Failure.missing(operation, name)))
    let request: IDBOpenDBRequest
    try {
      request = indexedDB.open(name, version)
    } catch (cause) {
      return resume(Effect.fail(Failure.ofOpening(operation, name, cause)))
    }
    let wanted = true
    let isForeign = false
    request.addEventListener("upgradeneeded", ({ oldVersion }) => {
      const { result, transaction } = request
      isForeign = oldVersion > 0 && !isOurs(result, oldVersion)
      if (wanted && !isForeign && transaction !== null) createStores(result, oldVersion, transaction)
      else transaction?.abort()
    })
    request.addEventListener("error", () =>
      resume(
        Effect.fail(isForeign ? Failure.foreign(operation, name) : Failure.ofOpening(operation, name, request.error))
      )
    )
    request.addEventListener("success", () => {
      const database = request.result
      // A page with a newer version can open only after every older page has closed its connection.
      database.addEventListener("versionchange", () => database.close())
      if (wanted && isOurs(database)) return resume(Effect.succeed(database))
      database.close()
      resume(Effect.fail(Failure.foreign(operation, name)))
    })
    return Effect.sync(() => {
      wanted = false
    })
  }).pipe(
    // A tab that keeps its connection blocks the request, and browsers do not always send the `blocked` event.
    Effect.timeoutOrElse({ duration: openTimeout, orElse: () => Effect.fail(Failure.held(operation, name)) })
  )

/** Deletes the database. Other pages get a `versionchange` event and close it. */
export const remove = ({ name, openTimeout }: DatabaseOptions, operation: string): Effect.Effect<void, StoreError> =>
  Effect.callback<void, StoreError>((resume) => {
    const request = indexedDB.deleteDatabase(name)
    request.addEventListener("success", () => resume(Effect.void))
    request.addEventListener("error", () => resume(Effect.fail(Failure.ofOpening(operation, name, request.error))))
  }).pipe(Effect.timeoutOrElse({ duration: openTimeout, orElse: () => Effect.fail(Failure.held(operation, name)) }))
