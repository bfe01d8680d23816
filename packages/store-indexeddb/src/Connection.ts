/** The connection to one database: opening it, giving it up for a newer page, and running transactions on it. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"

import * as Failure from "./Failure.ts"
import * as Mark from "./Mark.ts"
import { createStores, isOurs, meta, type StoreName, version } from "./Schema.ts"

export interface ConnectionOptions {
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

export type Transact = <A>(work: Work<A>) => Effect.Effect<A, StoreError>

/** The browser has closed the connection before the transaction began. */
class ConnectionLost extends Data.TaggedError("ConnectionLost") {}

type State =
  | { readonly _tag: "Open"; readonly database: IDBDatabase }
  /** The browser has closed it, as it does when it clears or repairs its files. */
  | { readonly _tag: "Lost" }
  | { readonly _tag: "Ended"; readonly why: (operation: string, name: string) => StoreError }

const isClosed = (database: IDBDatabase): boolean => {
  try {
    database.transaction("meta")
    return false
  } catch {
    return true
  }
}

/** One transaction; it answers when it has completed, and not before. Interrupting it undoes it. */
const run = <A>(
  database: IDBDatabase,
  { name, durability }: ConnectionOptions,
  { operation, mode, stores, body }: Work<A>
): Effect.Effect<A, StoreError | ConnectionLost> =>
  Effect.callback((resume) => {
    let transaction: IDBTransaction
    try {
      transaction = database.transaction(stores, mode, { durability })
    } catch {
      return resume(Effect.fail(new ConnectionLost()))
    }
    let outcome: Effect.Effect<A> = Effect.die(new Error(`${operation} gave no answer`))
    let hasThrown = false
    const step = (work: () => void) => {
      try {
        work()
      } catch (cause) {
        outcome = Effect.die(cause)
        hasThrown = true
        transaction.abort()
      }
    }
    transaction.addEventListener("complete", () => resume(outcome))
    transaction.addEventListener("abort", () => {
      if (hasThrown) return resume(outcome)
      const { error } = transaction
      const isAborted = error === null || error.name === "AbortError"
      // An abort undoes; one that comes with the end of the connection may have crossed with the commit.
      const isCertain = mode === "readonly" || (isAborted && !isClosed(database))
      resume(Effect.fail(Failure.ofTransaction(operation, name, error, isCertain ? "nothing changed" : "in doubt")))
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
    return Effect.sync(() => {
      try {
        transaction.abort()
      } catch {
        // It has ended already.
      }
    })
  })

/** Opens the database, and makes it where there is none. A database that is not ours, or newer, is left as it is. */
const open = ({ name, openTimeout }: ConnectionOptions, operation: string): Effect.Effect<IDBDatabase, StoreError> =>
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

const drawEpoch = Effect.map(Effect.all([Random.nextInt, Random.nextInt]), (words) =>
  words.map((word) => Math.abs(word).toString(36)).join("-")
)

/**
 * Which store this is: written in the first transaction after the database was made, and noted outside of it afterwards,
 * so that whatever ends the browser in between, a note is never older than its store.
 */
const settleEpoch = (
  database: IDBDatabase,
  options: ConnectionOptions,
  operation: string,
  known: string | undefined
): Effect.Effect<string, StoreError | ConnectionLost> =>
  Effect.gen(function* () {
    const { name } = options
    const marks = known === undefined ? yield* Mark.read(name) : [known]
    const drawn = yield* drawEpoch
    const strict = { ...options, durability: "strict" } as const
    const epoch = yield* run<string>(database, strict, {
      operation,
      mode: "readwrite",
      stores: ["meta"],
      body: ({ store, when, answer }) =>
        when<unknown>(store("meta").get(meta.epoch), (held) => {
          if (typeof held === "string") return answer(held)
          if (marks.length === 0) store("meta").put(drawn, meta.epoch)
          answer(drawn)
        })
    })
    if (marks.length > 0 && !marks.includes(epoch)) return yield* Failure.wiped(operation, name)
    yield* Mark.write(name, epoch)
    return epoch
  })

/**
 * Opens the database of a store: its scope closes it. What the browser closes is opened again for the next transaction.
 */
export const make = (options: ConnectionOptions): Effect.Effect<Transact, StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const { name } = options
    const turns = yield* Semaphore.make(1)
    let state: State = { _tag: "Lost" }
    let epoch: string | undefined

    const end = (why: (operation: string, name: string) => StoreError) => {
      if (state._tag === "Open") state.database.close()
      state = { _tag: "Ended", why }
    }
    const keep = (database: IDBDatabase) => {
      // At once: until every old page has closed its connection, the newer one cannot open.
      database.addEventListener("versionchange", ({ newVersion }) =>
        end(newVersion === null ? Failure.deleted : Failure.superseded)
      )
      database.addEventListener("close", () => lose(database))
      state = { _tag: "Open", database }
    }
    const lose = (database: IDBDatabase) => {
      if (state._tag === "Open" && state.database === database) state = { _tag: "Lost" }
    }

    const reopen = (operation: string): Effect.Effect<IDBDatabase, StoreError | ConnectionLost> =>
      Effect.suspend(() => {
        if (state._tag !== "Lost") return current(operation)
        return Effect.flatMap(open(options, operation), (database) =>
          settleEpoch(database, options, operation, epoch).pipe(
            Effect.map((settled) => {
              epoch = settled
              keep(database)
              return database
            }),
            Effect.onError(() => Effect.sync(() => database.close()))
          )
        )
      })

    const current = (operation: string): Effect.Effect<IDBDatabase, StoreError | ConnectionLost> => {
      switch (state._tag) {
        case "Open":
          return Effect.succeed(state.database)
        case "Ended":
          return Effect.fail(state.why(operation, name))
        case "Lost":
          return turns.withPermits(1)(reopen(operation))
      }
    }

    const lost = (operation: string) => () =>
      Effect.fail(Failure.ofTransaction(operation, name, undefined, "nothing changed"))

    yield* Effect.addFinalizer(() => Effect.sync(() => end(Failure.closed)))
    yield* Effect.catchTag(current("open"), "ConnectionLost", lost("open"))

    return (work) => {
      const once = Effect.flatMap(
        Effect.suspend(() => current(work.operation)),
        (database) =>
          Effect.tapError(run(database, options, work), ({ _tag }) =>
            Effect.sync(() => _tag === "ConnectionLost" && lose(database))
          )
      )
      // Once more is safe, for the transaction had not begun.
      return once.pipe(
        Effect.catchTag("ConnectionLost", () => once),
        Effect.catchTag("ConnectionLost", lost(work.operation))
      )
    }
  })
