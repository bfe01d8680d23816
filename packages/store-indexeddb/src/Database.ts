/** One database: opening it, deleting it, and one transaction on it. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

import * as Failure from "./Failure.ts"
import { createStores, isOurs, type StoreName, version } from "./Schema.ts"

export interface DatabaseOptions {
  readonly name: string
  readonly durability: "strict" | "relaxed"
  readonly openTimeout: Duration.Input
}

/** What a transaction is made of. Plain callbacks: a fiber that resumes in a later task finds its transaction over. */
export interface Requests<A> {
  readonly store: (name: StoreName) => IDBObjectStore
  /** Goes on when a request has been answered. A request that fails ends the transaction. */
  readonly when: <B>(request: IDBRequest<B>, next: (result: B) => void) => void
  /** What the transaction gives, once it has completed. Nothing may be requested after it. */
  readonly answer: (value: A) => void
}

/** A transaction to run. */
export interface Work<A> {
  /** What errors call it. */
  readonly operation: string
  readonly mode: "readonly" | "readwrite"
  readonly stores: ReadonlyArray<StoreName>
  readonly body: (requests: Requests<A>) => void
}

/** The connection was closed before the transaction began. */
export class ConnectionLost extends Data.TaggedError("ConnectionLost")<{ readonly cause: unknown }> {}

/** Undoes what a transaction has done; says whether it was still under way. */
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

/** One transaction; it answers when it has completed, and not before. Interrupting it undoes it. */
export const run = <A>(
  database: IDBDatabase,
  { name, durability }: DatabaseOptions,
  { operation, mode, stores, body }: Work<A>
): Effect.Effect<A, StoreError | ConnectionLost> =>
  Effect.callback((resume) => {
    let transaction: IDBTransaction
    try {
      transaction = database.transaction(stores, mode, { durability })
    } catch (cause) {
      return resume(Effect.fail(new ConnectionLost({ cause })))
    }
    let outcome: Effect.Effect<A> = Effect.die(new Error(`${operation} gave no answer`))
    let hasThrown = false
    const step = (work: () => void) => {
      try {
        work()
      } catch (cause) {
        // One that had been aborted before says itself what has become of it.
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
    // Chromium was seen to close a connection without a word about the transaction that was under way.
    const onClose = () => fail(undefined, false)
    database.addEventListener("close", onClose)
    transaction.addEventListener("complete", () => finish(outcome))
    transaction.addEventListener("abort", () => {
      if (hasThrown) return finish(outcome)
      const { error } = transaction
      const isAborted = error === null || error.name === "AbortError"
      // An abort undoes; one that comes with the end of the connection may have crossed with the commit.
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

/** Opens the database, and makes it where there is none. A database that is not ours, or newer, is left as it is. */
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
    request.addEventListener("upgradeneeded", () =>
      wanted ? createStores(request.result) : request.transaction?.abort()
    )
    request.addEventListener("error", () => resume(Effect.fail(Failure.ofOpening(operation, name, request.error))))
    request.addEventListener("success", () => {
      const database = request.result
      // At once: until every old page has closed its connection, a newer one cannot open.
      database.addEventListener("versionchange", () => database.close())
      if (wanted && isOurs(database)) return resume(Effect.succeed(database))
      database.close()
      resume(Effect.fail(Failure.foreign(operation, name)))
    })
    return Effect.sync(() => {
      wanted = false
    })
  }).pipe(
    // A tab that does not let go makes the request wait, and not every such wait is announced as `blocked`.
    Effect.timeoutOrElse({ duration: openTimeout, orElse: () => Effect.fail(Failure.held(operation, name)) })
  )

/** Deletes the database. Other pages that have it open are told, and close it. */
export const remove = ({ name, openTimeout }: DatabaseOptions, operation: string): Effect.Effect<void, StoreError> =>
  Effect.callback<void, StoreError>((resume) => {
    const request = indexedDB.deleteDatabase(name)
    request.addEventListener("success", () => resume(Effect.void))
    request.addEventListener("error", () => resume(Effect.fail(Failure.ofOpening(operation, name, request.error))))
  }).pipe(Effect.timeoutOrElse({ duration: openTimeout, orElse: () => Effect.fail(Failure.held(operation, name)) }))
