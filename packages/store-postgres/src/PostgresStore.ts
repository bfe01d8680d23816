/** Stores handoffs and agents in a PostgreSQL database that processes on many machines share. */
import { AgentStore, DocumentStore, GroupCommit, HandoffStore, StoredText, type Retention } from "@aumai/handoff-core"
import type { StoreError } from "@aumai/handoff-protocol"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"

import * as Address from "./Address.ts"
import * as Agents from "./Agents.ts"
import * as ChangeNotifications from "./ChangeNotifications.ts"
import * as Commit from "./Commit.ts"
import * as Connections from "./Connections.ts"
import * as Documents from "./Documents.ts"
import * as Failure from "./Failure.ts"
import * as Log from "./Log.ts"
import * as Renewals from "./Renewals.ts"
import * as Reserving from "./Reserving.ts"
import * as Schema from "./Schema.ts"
import * as ServerClock from "./ServerClock.ts"
import { awaited } from "./Starting.ts"
import * as Statements from "./Statements.ts"

/** The options of a PostgreSQL store. */
export interface PostgresStoreOptions {
  /**
   * `postgres://user:password@host:port/database?sslmode=require`. The database must exist.
   * For a socket write `postgres://user@%2Fvar%2Frun%2Fpostgresql/database`. The variables of libpq, such as `PGPASSWORD`,
   * complete it.
   */
  readonly url: string | Redacted.Redacted
  /** Creates the tables if the database has no store. With `false`, opening fails with the reason `missing`. Default: true. */
  readonly create?: boolean
  /** The most connections in the pool. Listening to `changed` opens one more. Default: 10. */
  readonly maxConnections?: number
  /** The time between two polls of `changed`, for commits whose notification was lost. Default: 500 milliseconds. */
  readonly pollInterval?: Duration.Input
}

/** Opens a store; closing the scope closes its connections. */
export const make = (
  options: PostgresStoreOptions
): Effect.Effect<
  {
    readonly handoffs: HandoffStore["Service"]
    readonly agents: AgentStore["Service"]
    readonly documents: DocumentStore["Service"]
  },
  StoreError,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const address = yield* Address.read(options.url)
    const connections = yield* Connections.make(address, options.maxConnections ?? 10)
    const now = yield* awaited(ServerClock.make(connections), address)
    const origin = yield* Schema.open(connections, { create: options.create ?? true })
    const notifications = yield* ChangeNotifications.make(connections, options.pollInterval ?? "500 millis")
    const commit = yield* GroupCommit.make(Commit.make(connections, origin.log, notifications.announce))

    const reader = StoredText.reader(address.name, origin)
    const read: Log.Read = (operation, sql, parameters) =>
      Effect.mapError(connections.run(sql, parameters), Failure.ofRead(address, operation))

    let retention: Promise<Retention> | undefined
    const handoffs = HandoffStore.of({
      origin: Effect.succeed(origin),
      commit,
      renew: Renewals.make(connections),
      get: (id) =>
        Effect.flatMap(read("get", Statements.get, [PgTypes.text(id)]), ([row]) =>
          row === undefined ? Effect.succeedNone : Effect.asSome(reader.record("get", Log.recordRow(row)))
        ),
      list: (view, { limit, after }) =>
        reader.page(limit, (limit) =>
          Effect.map(read("list", ...Statements.list(view, limit, after)), (rows) => rows.map(Log.recordRow))
        ),
      ...Reserving.make(connections),
      ...Log.make(origin, reader, read),
      tally: Effect.map(read("tally", Statements.tally), (rows) =>
        Object.fromEntries(rows.map(([name, amount]) => [String(name), Number(amount)]))
      ),
      changed: notifications.changed,
      now,
      retention: Effect.promise(
        () => (retention ??= import("./Removal.ts").then(({ make }) => make(connections, origin, read)))
      )
    })
    return {
      handoffs,
      agents: Agents.make(connections, origin, read),
      documents: Documents.make(connections, read)
    }
  })

/**
 * Provides the handoffs and agents of one database. Closing the layer closes its connections.
 *
 * @example
 * ```ts no-run
 * import { deepStrictEqual } from "node:assert"
 *
 * import { HandoffStore } from "@aumai/handoff-core"
 * import { PostgresStore } from "@aumai/handoff-store-postgres"
 * import * as Effect from "effect/Effect"
 *
 * const pending = Effect.flatMap(HandoffStore, (store) =>
 *   store.list({ _tag: "Status", status: "pending" }, { limit: 20 })
 * )
 * const program = Effect.provide(pending, PostgresStore.layer({ url: "postgres://app:secret@localhost/app" }))
 * deepStrictEqual(await Effect.runPromise(program), [])
 * ```
 */
export const layer = (
  options: PostgresStoreOptions
): Layer.Layer<HandoffStore | AgentStore | DocumentStore, StoreError> =>
  Layer.effectContext(
    Effect.map(make(options), ({ handoffs, agents, documents }) =>
      Context.make(HandoffStore, handoffs).pipe(Context.add(AgentStore, agents), Context.add(DocumentStore, documents))
    )
  )
