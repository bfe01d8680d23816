/** The connections to one database: sessions for statements, and separate ones for listening. */
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import type * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { ConnectionError, SqlError } from "effect/sql/SqlError"

import type { Address } from "./Address.ts"
import * as Session from "./Session.ts"
import * as Sessions from "./Sessions.ts"

/** The rows of a result, each an array of column values. */
export type Rows = ReadonlyArray<ReadonlyArray<unknown>>

/** Access to one database. */
export interface Connections {
  readonly address: Address
  /** Runs one statement, as one transaction. */
  readonly run: (sql: string, parameters?: ReadonlyArray<unknown>) => Effect.Effect<Rows, SqlError>
  /** Runs several statements as one transaction. */
  readonly transaction: <A, E>(
    body: (run: Connections["run"]) => Effect.Effect<A, SqlError | E>
  ) => Effect.Effect<A, SqlError | E>
  /** Runs statements on one connection, each as its own transaction, however long they take. */
  readonly alone: <A, E>(
    body: (run: Connections["run"]) => Effect.Effect<A, SqlError | E>
  ) => Effect.Effect<A, SqlError | E>
  /** Listens on a channel until the connection is lost, after running `before` on the same connection. */
  readonly listen: (
    channel: string,
    before: string
  ) => Effect.Effect<Queue.Dequeue<PgConnection.Notification, SqlError>, SqlError, Scope.Scope>
}

// A statement takes milliseconds. After this long the server is gone, or another session holds a lock indefinitely.
const patience = "30 seconds"

const tooLong = Effect.suspend(() =>
  Effect.fail(
    new SqlError({
      reason: new ConnectionError({
        cause: new Error(`the server did not answer within ${patience}`),
        message: "No answer",
        operation: "query"
      })
    })
  )
)

/** Connects on demand; closing the scope closes every connection. */
export const make = (address: Address, maxConnections: number): Effect.Effect<Connections, never, Scope.Scope> =>
  Effect.gen(function* () {
    const use = yield* Sessions.make((restore) => Session.open(address, restore), maxConnections)
    return {
      address,
      run: (sql, parameters) =>
        Effect.timeoutOrElse(
          use((connection) => connection.queryValues(sql, parameters)),
          { duration: patience, orElse: () => tooLong }
        ),
      transaction: (body) =>
        use((connection) =>
          Effect.andThen(
            connection.queryValues("BEGIN"),
            body(connection.queryValues).pipe(
              Effect.tap(() => connection.queryValues("COMMIT")),
              Effect.onError(() => Effect.ignore(connection.queryValues("ROLLBACK")))
            )
          )
        ).pipe(Effect.timeoutOrElse({ duration: patience, orElse: () => tooLong })),
      alone: (body) => use((connection) => body(connection.queryValues)),
      listen: (channel, before) =>
        Effect.gen(function* () {
          const open = Effect.uninterruptibleMask((restore) => Session.open(address, restore))
          const { connection, socket } = yield* Effect.acquireRelease(open, ({ close }) => close, {
            interruptible: true
          })
          yield* connection.queryValues(before)
          const notifications = yield* connection.listen(channel)
          // While it waits, the program that follows the store keeps the process running, and not this socket.
          yield* Effect.acquireRelease(
            Effect.sync(() => socket.unref()),
            () => Effect.sync(() => socket.ref())
          )
          return notifications
        })
    }
  })
