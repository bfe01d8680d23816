/** Databases of a test's own on the server of the run, or on any other. */
import { randomBytes } from "node:crypto"

import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { inject } from "vitest"

import type { PostgresServer } from "./postgres.ts"

type Rows = ReadonlyArray<ReadonlyArray<unknown>>

/** One connection for whatever a test wants to say to a database itself. */
export const connect = (url: string) =>
  Effect.map(
    PgConnection.make({ url: Redacted.make(url) }),
    ({ queryValues }) =>
      (sql: string, parameters?: ReadonlyArray<unknown>): Effect.Effect<Rows> =>
        Effect.orDie(queryValues(sql, parameters))
  ).pipe(Effect.orDie)

export const query = (url: string, sql: string, parameters?: ReadonlyArray<unknown>): Effect.Effect<Rows> =>
  Effect.scoped(Effect.flatMap(connect(url), (run) => run(sql, parameters)))

/** The same server and user, another database. */
export const urlOf = (server: string, database: string): string => {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** Makes an empty database, which is gone when the scope closes; gives its url. */
export const makeDatabase = (
  server: PostgresServer["url"] = inject("postgres"),
  options = ""
): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.suspend(() => {
      const name = `handoff_test_${randomBytes(8).toString("hex")}`
      return Effect.as(query(server, `CREATE DATABASE ${name} ${options}`), urlOf(server, name))
    }),
    (url) => query(server, `DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`)
  )
