/**
 * Holds the connection of a store: it opens the database, verifies that it is still the same store, reopens a lost
 * connection, and closes for a page with a newer version.
 */
import { drawLogName } from "@aumai/handoff-core"
import type { LogName, StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"

import { type ConnectionLost, type DatabaseOptions, open, remove, run, type Work } from "./Database.ts"
import * as Failure from "./Failure.ts"
import * as Mark from "./Mark.ts"
import { epochKey, logKey } from "./Schema.ts"

/** Runs a transaction on the store's connection. */
export type Transact = <A>(work: Work<A>) => Effect.Effect<A, StoreError>

type State =
  | { readonly _tag: "Open"; readonly database: IDBDatabase }
  /** The browser closed the connection, as it does when it clears or repairs its files. */
  | { readonly _tag: "Lost" }
  | { readonly _tag: "Ended"; readonly why: (operation: string, name: string) => StoreError }

const drawEpoch = Effect.map(Effect.all([Random.nextInt, Random.nextInt]), (words) =>
  words.map((word) => Math.abs(word).toString(36)).join("-")
)

/** The random id of a database, and the name of its log. */
interface Identity {
  readonly epoch: string
  readonly log: LogName
}

/**
 * Reads the epoch, a random id of this store, and compares it with the notes outside the database. A new database gets its
 * epoch in its first transaction and the notes afterwards, so that a crash in between leaves no note without a store.
 */
const checkEpoch = (
  database: IDBDatabase,
  options: DatabaseOptions,
  operation: string,
  known: string | undefined
): Effect.Effect<Identity, StoreError | ConnectionLost> =>
  Effect.gen(function* () {
    const { name } = options
    const marks = known === undefined ? yield* Mark.read(name) : [known]
    const drawn = yield* drawEpoch
    const strict = { ...options, durability: "strict" } as const
    const log = yield* drawLogName
    const identity = yield* run<Identity>(database, strict, {
      operation,
      mode: "readwrite",
      stores: ["meta"],
      body: ({ store, when, answer }) => {
        const meta = store("meta")
        /** Reads a value, and writes the drawn one if it is missing. */
        const kept = (key: string, drawn: string, next: (value: string) => void) =>
          when<unknown>(meta.get(key), (held) => {
            if (typeof held !== "string") meta.put(drawn, key)
            next(typeof held === "string" ? held : drawn)
          })
        // The cast: only this writes the name of the log.
        kept(epochKey, drawn, (epoch) => kept(logKey, log, (log) => answer({ epoch, log: log as LogName })))
      }
    })
    const { epoch } = identity
    if (marks.length > 0 && !marks.includes(epoch)) return yield* Failure.wiped(operation, name)
    yield* Mark.write(name, epoch)
    return identity
  })

/** A connection, and the name of the store's log. */
export interface Connection {
  readonly transact: Transact
  readonly log: LogName
}

/** Opens the database; closing the scope closes it. If the browser closes it, the next transaction opens it again. */
export const make = (options: DatabaseOptions): Effect.Effect<Connection, StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const { name } = options
    const free = yield* Latch.make(true)
    let state: State = { _tag: "Lost" }
    let identity: Identity | undefined

    const end = (why: (operation: string, name: string) => StoreError) => {
      state = { _tag: "Ended", why }
    }
    const lose = (database: IDBDatabase) => {
      if (state._tag === "Open" && state.database === database) state = { _tag: "Lost" }
    }
    const keep = (database: IDBDatabase) => {
      database.addEventListener("versionchange", ({ newVersion }) =>
        end(newVersion === null ? Failure.deleted : Failure.superseded)
      )
      database.addEventListener("close", () => lose(database))
      state = { _tag: "Open", database }
    }

    /** Runs one `work` at a time. */
    const exclusively = <A, E>(work: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.uninterruptibleMask((restore) =>
        // closeUnsafe returns true only if the latch was open, so one of the waiting calls gets through.
        free.closeUnsafe()
          ? Effect.ensuring(restore(work), free.open)
          : restore(Effect.flatMap(free.await, () => exclusively(work)))
      )

    const reopen = (operation: string): Effect.Effect<IDBDatabase, StoreError | ConnectionLost> =>
      Effect.suspend(() => {
        if (state._tag !== "Lost") return current(operation)
        return Effect.flatMap(open(options, operation), (database) =>
          checkEpoch(database, options, operation, identity?.epoch).pipe(
            Effect.flatMap((checked) => {
              // If the store was closed meanwhile, failing here closes this connection.
              if (state._tag === "Ended") return Effect.fail(state.why(operation, name))
              identity = checked
              keep(database)
              return Effect.succeed(database)
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
          return exclusively(reopen(operation))
      }
    }

    /** Retries once after a lost connection. This is safe, because a transaction without a connection has not begun. */
    const retryOnLostConnection = <A>(operation: string, once: Effect.Effect<A, StoreError | ConnectionLost>) =>
      once.pipe(
        Effect.catchTag("ConnectionLost", () => once),
        Effect.catchTag("ConnectionLost", ({ cause }) =>
          Effect.fail(Failure.ofTransaction(operation, name, cause, "nothing changed"))
        )
      )

    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        if (state._tag === "Open") state.database.close()
        end(Failure.closed)
      })
    )
    yield* retryOnLostConnection(
      "open",
      Effect.suspend(() => current("open"))
    )

    const transact: Transact = (work) =>
      retryOnLostConnection(
        work.operation,
        Effect.flatMap(
          Effect.suspend(() => current(work.operation)),
          (database) =>
            Effect.tapError(run(database, options, work), ({ _tag }) =>
              Effect.sync(() => _tag === "ConnectionLost" && lose(database))
            )
        )
      )
    // The cast: a database is open only after its identity was read. The compiler does not see the assignment.
    const { log } = identity as unknown as Identity
    return { transact, log }
  })

/** Deletes the database of a store, even an emptied one, and the notes outside it. */
export const forget = (options: DatabaseOptions): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { name } = options
    const operation = "forget"
    if (!Mark.isRemovable()) return yield* Failure.noPage(operation, name)
    // Opening refuses the database of another application.
    const database = yield* open(options, operation)
    database.close()
    // The database goes first: if this is interrupted, the notes still report the loss, and `forget` can be repeated.
    yield* remove(options, operation)
    yield* Mark.remove(name)
    if ((yield* Mark.read(name)).length > 0) return yield* Failure.remembered(operation, name)
  })
