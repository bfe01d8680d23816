/** Makes databases for single tests, on the server of the test run or on another. */
import { randomBytes } from "node:crypto"

import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { inject } from "vitest"

import type { PostgresServer } from "./postgres.ts"

type Rows = ReadonlyArray<ReadonlyArray<unknown>>

/** Opens a connection on which a test can run its own SQL. */
export const connect = (url: string) =>
  Effect.map(
    PgConnection.make({ url: Redacted.make(url) }),
    ({ queryValues }) =>
      (sql: string, parameters?: ReadonlyArray<unknown>): Effect.Effect<Rows> =>
        Effect.orDie(queryValues(sql, parameters))
  ).pipe(Effect.orDie)

/** Runs one statement on its own connection. */
export const query = (url: string, sql: string, parameters?: ReadonlyArray<unknown>): Effect.Effect<Rows> =>
  Effect.scoped(Effect.flatMap(connect(url), (run) => run(sql, parameters)))

/** The URL of another database with the same server and user. */
export const urlOf = (server: string, database: string): string => {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** The server of this worker. */
export const serverOfWorker = (): PostgresServer["url"] => {
  const servers = inject("postgres")
  // Vitest numbers its workers from 1.
  const server = servers[(Number(process.env["VITEST_POOL_ID"]) - 1) % servers.length]
  if (server === undefined) throw new Error("Vitest gave this worker no number, or there is no server")
  return server
}

/** Makes an empty database and returns its URL. Closing the scope drops it. */
export const makeDatabase = (
  server: PostgresServer["url"] = serverOfWorker(),
  options = ""
): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.suspend(() => {
      const name = `handoff_test_${randomBytes(8).toString("hex")}`
      return Effect.as(query(server, `CREATE DATABASE ${name} ${options}`), urlOf(server, name))
    }),
    (url) => query(server, `DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`)
  )
