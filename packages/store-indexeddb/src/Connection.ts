/** The connection to the database of a store: which store it is, giving it up for a newer page, opening it again. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"

import { type ConnectionLost, type DatabaseOptions, open, remove, run, type Work } from "./Database.ts"
import * as Failure from "./Failure.ts"
import * as Mark from "./Mark.ts"
import { epochKey } from "./Schema.ts"

export type Transact = <A>(work: Work<A>) => Effect.Effect<A, StoreError>

type State =
  | { readonly _tag: "Open"; readonly database: IDBDatabase }
  /** The browser has closed it, as it does when it clears or repairs its files. */
  | { readonly _tag: "Lost" }
  | { readonly _tag: "Ended"; readonly why: (operation: string, name: string) => StoreError }

const drawEpoch = Effect.map(Effect.all([Random.nextInt, Random.nextInt]), (words) =>
  words.map((word) => Math.abs(word).toString(36)).join("-")
)

/**
 * Which store this is: written in the first transaction after the database was made, and noted outside of it afterwards,
 * so that whatever ends the browser in between, a note is never older than its store.
 */
const settleEpoch = (
  database: IDBDatabase,
  options: DatabaseOptions,
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
        when<unknown>(store("meta").get(epochKey), (held) => {
          if (typeof held === "string") return answer(held)
          store("meta").put(drawn, epochKey)
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
export const make = (options: DatabaseOptions): Effect.Effect<Transact, StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const { name } = options
    const free = yield* Latch.make(true)
    let state: State = { _tag: "Lost" }
    let epoch: string | undefined

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

    /** One at a time. */
    const alone = <A, E>(work: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.uninterruptibleMask((restore) =>
        // Closing tells whether it was open, so of those who find it open one is alone.
        free.closeUnsafe()
          ? Effect.ensuring(restore(work), free.open)
          : restore(Effect.flatMap(free.await, () => alone(work)))
      )

    const reopen = (operation: string): Effect.Effect<IDBDatabase, StoreError | ConnectionLost> =>
      Effect.suspend(() => {
        if (state._tag !== "Lost") return current(operation)
        return Effect.flatMap(open(options, operation), (database) =>
          settleEpoch(database, options, operation, epoch).pipe(
            Effect.flatMap((settled) => {
              // Closed meanwhile: nobody would close this one.
              if (state._tag === "Ended") return Effect.fail(state.why(operation, name))
              epoch = settled
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
          return alone(reopen(operation))
      }
    }

    /** Once more is safe, for what did not find a connection has not begun. */
    const twice = <A>(operation: string, once: Effect.Effect<A, StoreError | ConnectionLost>) =>
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
    yield* twice(
      "open",
      Effect.suspend(() => current("open"))
    )

    return (work) =>
      twice(
        work.operation,
        Effect.flatMap(
          Effect.suspend(() => current(work.operation)),
          (database) =>
            Effect.tapError(run(database, options, work), ({ _tag }) =>
              Effect.sync(() => _tag === "ConnectionLost" && lose(database))
            )
        )
      )
  })

/** Deletes the database of a store, or what a browser has left of it, together with the notes that there was one. */
export const forget = (options: DatabaseOptions): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { name } = options
    const operation = "forget"
    if (!Mark.isRemovable()) return yield* Failure.noPage(operation, name)
    // Only what is ours: another application's database is refused here.
    const database = yield* open(options, operation)
    database.close()
    // The database first: a note without a database is a loss, and forgetting can be repeated.
    yield* remove(options, operation)
    yield* Mark.remove(name)
    if ((yield* Mark.read(name)).length > 0) return yield* Failure.remembered(operation, name)
  })
