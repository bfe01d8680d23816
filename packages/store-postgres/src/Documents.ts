/** Keeps the documents of the database. The condition of each write compares the version, so one statement decides. */
import { type DocumentRow, type DocumentStore, documentsOver } from "@aumai/handoff-core"
import type { StoreError } from "@aumai/handoff-protocol"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import type { Connections } from "./Connections.ts"
import * as Failure from "./Failure.ts"
import type { Read } from "./Log.ts"

/** The statements; each finds its rows by the primary key. */
export const statements = {
  create: `INSERT INTO handoff_documents (kind, key, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING version`,
  replace: `UPDATE handoff_documents SET version = DEFAULT, body = $3 WHERE kind = $1 AND key = $2 AND version = $4 RETURNING version`,
  remove: `DELETE FROM handoff_documents WHERE kind = $1 AND key = $2 AND version = $3 RETURNING version`,
  get: `SELECT key, version, body FROM handoff_documents WHERE kind = $1 AND key = $2`,
  list: `SELECT key, version, body FROM handoff_documents WHERE kind = $1 AND key > $2 ORDER BY key LIMIT $3`
}

const rowOf = ([key, version, body]: ReadonlyArray<unknown>): DocumentRow => ({
  key: String(key),
  version: Number(version),
  body: String(body)
})

/** Makes the documents of one database. */
export const make = ({ address, run }: Connections, read: Read): DocumentStore["Service"] => {
  const write = (operation: string, sql: string, parameters: ReadonlyArray<PgTypes.Parameter>) =>
    Effect.mapError(run(sql, parameters), Failure.ofWrite(address, operation))
  const names = (kind: string, key: string) => [PgTypes.text(kind), PgTypes.text(key)]
  const get = (kind: string, key: string) =>
    Effect.map(read("read document", statements.get, names(kind, key)), ([row]) => row && rowOf(row))
  // A write that changed no row has lost; the version is read for the error.
  const lost = (kind: string, key: string) =>
    Effect.map(get(kind, key), (row): Result.Result<never, number> => Result.fail(row?.version ?? 0))
  return documentsOver(address.name, {
    put: (kind, key, expected, body) =>
      Effect.flatMap(
        expected === 0
          ? write("put document", statements.create, [...names(kind, key), PgTypes.text(body)])
          : write("put document", statements.replace, [
              ...names(kind, key),
              PgTypes.text(body),
              PgTypes.int8(BigInt(expected))
            ]),
        ([row]): Effect.Effect<Result.Result<number, number>, StoreError> =>
          row === undefined ? lost(kind, key) : Effect.succeed(Result.succeed(Number(row[0])))
      ),
    remove: (kind, key, expected) =>
      Effect.flatMap(
        write("remove document", statements.remove, [...names(kind, key), PgTypes.int8(BigInt(expected))]),
        ([row]): Effect.Effect<Result.Result<void, number>, StoreError> =>
          row === undefined ? lost(kind, key) : Effect.succeed(Result.void)
      ),
    get,
    list: (kind, after, limit) =>
      Effect.map(read("list documents", statements.list, [...names(kind, after), PgTypes.int4(limit)]), (rows) =>
        rows.map(rowOf)
      )
  })
}
