/** Opens one session: at the first server that answers and that `target_session_attrs` takes. */
import * as net from "node:net"

import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { ConnectionError, SqlError } from "effect/sql/SqlError"

import type { Address, Host } from "./Address.ts"
import { codeOf } from "./Failure.ts"

/** An open session. */
export interface Session {
  readonly connection: PgConnection.PgConnection
  /** The socket below the encryption. It keeps the process running, unless it is told not to. */
  readonly socket: net.Socket
  readonly close: Effect.Effect<void>
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

const connected = ({ host, port }: Host): net.Socket =>
  host.startsWith("/")
    ? net.connect({ path: `${host}/.s.PGSQL.${port}` })
    : net.connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 })

/** The part of the driver's configuration that decides about encryption. The driver takes `prefer` only from a URL. */
const encryptionOf = ({ encryption }: Address, { host }: Host): Pick<PgConnection.Config, "ssl" | "url"> =>
  encryption === "none" || host.startsWith("/")
    ? { ssl: false }
    : encryption === "prefer"
      ? { url: Redacted.make("postgres:///?sslmode=prefer") }
      : { ssl: encryption }

const kinds: Readonly<Record<string, (isStandby: boolean, isReadOnly: boolean) => boolean>> = {
  "read-write": (_, isReadOnly) => !isReadOnly,
  "read-only": (_, isReadOnly) => isReadOnly,
  primary: (isStandby) => !isStandby,
  standby: (isStandby) => isStandby
}

const refused = (message: string) =>
  new SqlError({ reason: new ConnectionError({ cause: new Error(message), message, operation: "connect" }) })

/** Fails unless the server is of a kind. */
const check = (connection: PgConnection.PgConnection, { server }: Host, target: string) => {
  const isTaken = kinds[target]
  if (isTaken === undefined) return Effect.void
  return Effect.flatMap(
    connection.queryValues(`SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'`, [], false),
    ([row]) =>
      isTaken(row?.[0] === true, row?.[1] === true)
        ? Effect.void
        : Effect.fail(refused(`${server} is not ${target}, as target_session_attrs demands`))
  )
}

/** Makes the part of an effect interruptible that may wait for a server. */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

const openAt = (address: Address, host: Host, target: string, restore: Restore): Effect.Effect<Session, SqlError> =>
  Effect.suspend(() => {
    const scope = Scope.makeUnsafe()
    let socket: net.Socket | undefined
    const config: PgConnection.Config = {
      ...encryptionOf(address, host),
      host: host.host,
      port: host.port,
      username: address.user,
      database: address.database,
      ...(host.password === undefined ? {} : { password: host.password }),
      ...(address.connectTimeout === undefined
        ? {}
        : { connectTimeout: address.connectTimeout === 0 ? Duration.infinity : `${address.connectTimeout} seconds` }),
      applicationName: address.applicationName,
      ...(address.options === undefined ? {} : { startupOptions: address.options }),
      ...(address.isPooled ? { prepare: false } : { startupParameters: settings }),
      // The driver also opens sockets to cancel statements.
      stream: () => {
        const opened = connected(host)
        socket ??= opened
        return opened
      }
    }
    return restore(
      Scope.provide(
        Effect.tap(PgConnection.make(config), (connection) => check(connection, host, target)),
        scope
      )
    ).pipe(
      Effect.map((connection): Session => {
        // Cannot happen: a session has a socket.
        if (socket === undefined) throw new Error("A session was opened without a socket")
        return { connection, socket, close: Scope.close(scope, Exit.void) }
      }),
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
    )
  })

// After these the next server is tried: no answer, still starting, or no room. Any other answer is one about the account.
const isOfServer = (error: SqlError): boolean =>
  !/^[0-9A-Z]{5}$/.test(codeOf(error)) || /^(?:57P|53)/.test(codeOf(error))

/** Opens a session, in an uninterruptible region. The error is that of the last server. */
export const open = (address: Address, restore: Restore): Effect.Effect<Session, SqlError> => {
  const targets = address.target === "prefer-standby" ? ["standby", "any"] : [address.target]
  const [first, ...others] = targets.flatMap((target) =>
    address.hosts.map((host) => openAt(address, host, target, restore))
  )
  return others.reduce((tried, next) => Effect.catchIf(tried, isOfServer, () => next), first ?? Effect.never)
}
