/** The connections to one database: a pool for statements, and separate ones for listening. */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as PgPool from "@effect/sql-pg/PgPool"
import * as Effect from "effect/Effect"
import type * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { ConnectionError, SqlError } from "effect/sql/SqlError"

import type { Address } from "./Address.ts"

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
  /** Listens on a channel until the connection is lost, after running `before` on the same connection. */
  readonly listen: (
    channel: string,
    before: string
  ) => Effect.Effect<Queue.Dequeue<PgConnection.Notification, SqlError>, SqlError, Scope.Scope>
}

/**
 * Every statement of this store has one good plan: along an index, in its order. These settings keep the planner from
 * choosing another when a table has no statistics, or statistics from a time when it was empty. Hash joins stay on because
 * they only join the few rows of one statement. A generic plan is made once instead of for every commit.
 */
const settings = {
  enable_seqscan: "off",
  enable_bitmapscan: "off",
  enable_sort: "off",
  enable_incremental_sort: "off",
  enable_nestloop: "off",
  enable_mergejoin: "off",
  jit: "off",
  plan_cache_mode: "force_generic_plan",
  // The proof that the log never skips is for this level; see Statements.ts.
  default_transaction_isolation: "read committed"
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

/** Opens the pool; closing the scope closes every connection. */
export const make = (address: Address, maxConnections: number): Effect.Effect<Connections, SqlError, Scope.Scope> =>
  Effect.gen(function* () {
    const config = {
      url: address.url,
      startupParameters: { application_name: "aumai-handoff", ...settings },
      keepAlive: "30 seconds"
    } as const
    const pool = yield* PgPool.make({ ...config, maxConnections })
    return {
      address,
      run: (sql, parameters) =>
        Effect.timeoutOrElse(
          pool.use((connection) => connection.queryValues(sql, parameters)),
          { duration: patience, orElse: () => tooLong }
        ),
      transaction: (body) =>
        Effect.scoped(
          Effect.gen(function* () {
            const connection = yield* pool.reserve
            yield* connection.queryValues("BEGIN")
            return yield* body(connection.queryValues).pipe(
              Effect.tap(() => connection.queryValues("COMMIT")),
              Effect.onError(() => Effect.ignore(connection.queryValues("ROLLBACK")))
            )
          })
        ).pipe(Effect.timeoutOrElse({ duration: patience, orElse: () => tooLong })),
      listen: (channel, before) =>
        Effect.flatMap(PgConnection.make(config), (connection) =>
          Effect.andThen(connection.queryValues(before), connection.listen(channel))
        )
    }
  })
