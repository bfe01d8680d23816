/** The connections to one database: a pool for statements, and one apart for whoever listens. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as PgPool from "@effect/sql-pg/PgPool"
import * as Effect from "effect/Effect"
import type * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { ConnectionError, SqlError } from "effect/sql/SqlError"

import type { Address } from "./Address.ts"

export type Rows = ReadonlyArray<ReadonlyArray<unknown>>

export interface Connections {
  readonly address: Address
  /** One statement, which is one transaction. */
  readonly run: (sql: string, parameters?: ReadonlyArray<unknown>) => Effect.Effect<Rows, SqlError>
  /** Several statements as one transaction. */
  readonly transaction: <A>(
    body: (run: Connections["run"]) => Effect.Effect<A, SqlError | StoreError>
  ) => Effect.Effect<A, SqlError | StoreError>
  /** What is notified on a channel, until the connection is lost; `before` is said on the same connection. */
  readonly listen: (
    channel: string,
    before: string
  ) => Effect.Effect<Queue.Dequeue<PgConnection.Notification, SqlError>, SqlError, Scope.Scope>
}

/**
 * Every statement of this store has one sensible plan: along an index, in its order. The planner must not prefer another
 * because it has no statistics of a table, or those of a time when it was empty. Hash joins only ever join the few rows of
 * one statement. A generic plan is planned once and not for every commit.
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
  // What the log promises is argued for this level; see Statements.ts.
  default_transaction_isolation: "read committed"
}

// A statement takes milliseconds; one that takes this long waits for a server that is gone, or for a lock nobody gives up.
const patience = "30 seconds"

const tooLong = Effect.suspend(() =>
  Effect.fail(
    new SqlError({
      reason: new ConnectionError({
        cause: new Error(`there was no answer within ${patience}`),
        message: "No answer",
        operation: "query"
      })
    })
  )
)

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
