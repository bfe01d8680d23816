/** Stores handoffs and agents in one SQLite database that the processes of one machine share. */
import { resolve } from "node:path"

import {
  AgentStore,
  beyond,
  type CommitAll,
  CommitPlan,
  DocumentStore,
  GroupCommit,
  Hints,
  HandoffStore,
  type LogOrigin,
  numberIn,
  oddRows,
  positionOf,
  type SortKey,
  sortKeyOf,
  StoredAgents,
  StoredText,
  type Retention
} from "@aumai/handoff-core"
import type { RecordId, RevisionConflict, StoreError } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as RcRef from "effect/RcRef"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import * as Documents from "./Documents.ts"
import * as Opening from "./Opening.ts"
import * as Reserving from "./Reserving.ts"
import type { Session } from "./Session.ts"
import * as Statements from "./Statements.ts"

/** The options of a SQLite store. */
export interface SqliteStoreOptions {
  /** The file, on a local disk. Its directory must exist. */
  readonly path: string
  /** Begins a store that does not exist. With `false`, opening fails with the reason `missing`. Default: true. */
  readonly create?: boolean
  /**
   * `FULL`: a commit that succeeded survives a power cut. `NORMAL`: it survives the end of every process, but a power cut
   * can lose the latest commits, the last one first. Default: `FULL`.
   */
  readonly synchronous?: "FULL" | "NORMAL"
  /** The longest wait for a lock that another process holds. Default: 10 seconds. */
  readonly busyTimeout?: Duration.Input
  /** The time between two looks of `changed` for commits of other processes. Default: 8 milliseconds. */
  readonly pollInterval?: Duration.Input
}

// The sort key before every record.
const start: SortKey = { major: Number.NEGATIVE_INFINITY, minor: 0, id: "" }

// The longest delay of setInterval, in milliseconds. It treats a longer one as 1.
const longestWait = 2 ** 31 - 1

// SQLite reads a negative LIMIT as no limit and refuses a fraction. NaN becomes 0.
const limitOf = (limit: number): number => Math.max(0, Math.min(Math.trunc(limit) || 0, Number.MAX_SAFE_INTEGER))

const makeCommitAll =
  (session: Session, statements: Statements.Statements, { log }: LogOrigin): CommitAll =>
  (commits) =>
    session.transact("commit", () => {
      const before = new Map<RecordId, Statements.Standing>()
      const standingOf = (id: RecordId) => {
        const standing = statements.standing(id)
        if (standing !== undefined) before.set(id, standing)
        return standing
      }
      const plan = CommitPlan.make(commits, standingOf, { log, keys: statements.keyCount(log) ?? 0 })
      const created = new Set<RecordId>()
      for (const change of plan.changes) {
        const { record } = change
        const { recordId: id, revision } = record
        const text = StoredText.encode(change)
        statements.append(id, revision, text.event)
        if (revision === 1) created.add(id)
        // Several changes of one handoff in this group write its last state only.
        if (plan.states.get(id) !== record) continue
        if (created.has(id)) statements.insert(record, text.record)
        else statements.update(record, text.record, before.get(id))
      }
      for (const [name, amount] of plan.tally) statements.add(name, amount)
      return plan.results
    })

/** Appends entries to key logs; the own log gives them positions. */
const recordKeys = (
  statements: Statements.Statements,
  { log }: LogOrigin,
  entries: Parameters<AgentStore["Service"]["record"]>[0]
): Result.Result<void, RevisionConflict> => {
  const conflict = CommitPlan.keyConflictIn(entries, (log) => statements.keyCount(log) ?? 0)
  if (conflict !== undefined) return Result.fail(conflict)
  for (const { event, revision } of entries) {
    const isOwn = event.log === log
    if (isOwn) statements.reserve()
    const position = isOwn ? (statements.reserved() ?? null) : null
    if (isOwn) statements.free()
    statements.addKey(event.log, revision, StoredAgents.encodeKey(event), position)
  }
  return Result.void
}

/** Gives a hint when another process commits. One poll serves all listeners. */
const makeChanged = ({ dataVersion }: Statements.Statements, hints: Hints.Hints, pollInterval: number) =>
  Effect.gen(function* () {
    // `data_version` changes when another connection commits. Reading it takes 3 µs, from shared memory. A failure here
    // shows up in the listener's next read.
    const look = () => {
      try {
        return dataVersion()
      } catch {
        return undefined
      }
    }
    const watch = yield* RcRef.make({
      acquire: Effect.acquireRelease(
        Effect.sync(() => {
          let seen = look()
          // Effect.sleep takes twice the processor time, and this poll is the whole cost of an idle follower.
          return setInterval(
            () => {
              const found = look()
              if (found !== seen) hints.give()
              seen = found
            },
            Math.min(pollInterval, longestWait)
          )
        }),
        (timer) => Effect.sync(() => clearInterval(timer))
      )
    })
    return Stream.unwrap(Effect.as(RcRef.get(watch), hints.changed))
  })

/** Opens a store; closing the scope closes it. */
export const make = (
  options: SqliteStoreOptions
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
    const session = yield* Opening.open({
      // An absolute path, because SQLite treats names such as `:memory:` and `file:…` specially.
      path: resolve(options.path),
      create: options.create ?? true,
      synchronous: options.synchronous ?? "FULL",
      busyTimeout: Duration.toMillis(options.busyTimeout ?? "10 seconds")
    })
    const statements = yield* session.attempt("open", () => Statements.make(session.db))
    const written = yield* session.attempt("open", () => statements.origin())
    // The cast: the migration has written one row with the name of the log.
    const origin = written as LogOrigin
    const read = StoredText.reader(session.path, origin)
    const readAgents = StoredAgents.reader(session.path, origin)
    const hints = Hints.make()
    const commitAll = makeCommitAll(session, statements, origin)
    const reserving = Reserving.make(session, statements)
    const commit = yield* GroupCommit.make((commits) =>
      // The write is one synchronous step. Yielding first lets commits that are ready join this group.
      Effect.tap(Effect.andThen(Effect.yieldNow, commitAll(commits)), () =>
        Effect.sync(() => {
          reserving.committed(commits)
          hints.give()
        })
      )
    )
    const entries = (operation: string, rows: () => ReadonlyArray<StoredText.EntryRow>) =>
      Effect.flatMap(session.attempt(operation, rows), (rows) => read.entries(operation, rows))

    let retention: Promise<Retention> | undefined
    const handoffs = HandoffStore.of({
      origin: Effect.succeed(origin),
      commit,
      renew: (renewals, at) =>
        session.transact("renew", () => renewals.filter((renewal) => !statements.renew(renewal, at))),
      get: (id) =>
        Effect.flatMap(
          session.attempt("get", () => statements.get(id)),
          (row) => (row === undefined ? Effect.succeedNone : Effect.asSome(read.record("get", row)))
        ),
      list: (view, { after, limit }) =>
        read.page(limit, (limit) =>
          session.attempt("list", () => {
            const key = after === undefined ? start : sortKeyOf(view, after)
            const listed = view._tag === "Recent" && view.agent !== undefined ? "RecentOf" : view._tag
            return statements.list[listed](...Statements.valuesOf(view, key), limitOf(limit))
          })
        ),
      ...reserving.methods,
      history: (id) => entries("history", () => statements.history(id)),
      log: ({ after, limit }) =>
        Effect.gen(function* () {
          const number = Number((yield* Effect.fromResult(numberIn(origin, after))) ?? 0)
          const page = yield* read.log(limit, (limit) =>
            session.attempt("log", () => statements.log(number, limitOf(limit)))
          )
          if (page.length > 0 || after === undefined) return page
          const last = yield* session.attempt("log", () => statements.last() ?? 0)
          return number <= last ? page : yield* Effect.fromResult(beyond(after))
        }),
      end: Effect.map(
        session.attempt("end", () => statements.end()),
        (position) => Option.map(Option.fromUndefinedOr(position), (position) => positionOf(origin, Number(position)))
      ),
      tally: Effect.map(
        session.attempt("tally", () => statements.tally()),
        (rows) => Object.fromEntries(rows.map(({ name, amount }) => [name, amount]))
      ),
      odd: oddRows(
        origin,
        (after, limit) =>
          session.attempt("odd", () => {
            const key = { ...start, id: after?.id ?? "" }
            return statements.list.Prefix(...Statements.valuesOf({ _tag: "Prefix", prefix: "" }, key), limit)
          }),
        (after, limit) => session.attempt("odd", () => statements.log(Number(after?.number ?? 0), limit))
      ),
      changed: yield* makeChanged(statements, hints, Duration.toMillis(options.pollInterval ?? "8 millis")),
      retention: Effect.promise(
        () => (retention ??= import("./Removal.ts").then(({ make }) => make(session, statements, origin)))
      )
    })
    const agents = AgentStore.of({
      put: (given) =>
        session.transact("put agent", () => {
          const { id, agent, lastSeen = null } = StoredAgents.encodeAgent(given)
          statements.putAgent(id, agent, lastSeen)
        }),
      seen: (ids, at) =>
        session.transact("see agents", () => statements.seeAgents(at.epochMilliseconds, JSON.stringify(ids))),
      remove: (id) => session.transact("remove agent", () => statements.removeAgent(id)),
      record: (entries) =>
        Effect.flatMap(
          session.transact("record keys", () => recordKeys(statements, origin, entries)),
          Effect.fromResult
        ),
      keys: Effect.flatMap(
        session.attempt("read keys", () => statements.keys()),
        (rows) => readAgents.keys("read keys", rows)
      ),
      all: Effect.flatMap(
        session.attempt("read agents", () => statements.agents()),
        (rows) =>
          // SQLite sorts by code point; the port asks for code units.
          readAgents.agents(
            "read agents",
            rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))
          )
      )
    })
    return { handoffs, agents, documents: Documents.make(session, statements) }
  })

/**
 * Provides the handoffs and agents of one database. Closing the layer closes the database.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert"
 *
 * import { HandoffStore } from "@aumai/handoff-core"
 * import { SqliteStore } from "@aumai/handoff-store-sqlite"
 * import * as Effect from "effect/Effect"
 *
 * const pending = Effect.flatMap(HandoffStore, (store) =>
 *   store.list({ _tag: "Status", status: "pending" }, { limit: 20 })
 * )
 * const program = Effect.provide(pending, SqliteStore.layer({ path: "handoffs.db" }))
 * deepStrictEqual(await Effect.runPromise(program), [])
 * ```
 */
export const layer = (
  options: SqliteStoreOptions
): Layer.Layer<HandoffStore | AgentStore | DocumentStore, StoreError> =>
  Layer.effectContext(
    Effect.map(make(options), ({ handoffs, agents, documents }) =>
      Context.make(HandoffStore, handoffs).pipe(Context.add(AgentStore, agents), Context.add(DocumentStore, documents))
    )
  )
