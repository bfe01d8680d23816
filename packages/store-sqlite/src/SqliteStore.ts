/**
 * Handoffs in one SQLite database, shared by the processes of one machine.
 */
import { resolve } from "node:path"

import {
  AgentStore,
  type CommitAll,
  CommitPlan,
  GroupCommit,
  Hints,
  HandoffStore,
  type Place,
  placeOf,
  type Position,
  StoredText
} from "@aumai/handoff-core"
import type { RecordId, StoreError } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as RcRef from "effect/RcRef"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import * as Opening from "./Opening.ts"
import type { Session } from "./Session.ts"
import * as Statements from "./Statements.ts"

export interface SqliteStoreOptions {
  /** The file. It need not exist; its directory must. It must be on a local disk. */
  readonly path: string
  /**
   * `FULL`: a commit survives a power cut when it has succeeded. `NORMAL`: it survives the end of every process, but the
   * last ones may be gone after a power cut, never one without those after it. Default: `FULL`.
   */
  readonly synchronous?: "FULL" | "NORMAL"
  /** How long to wait for another process that holds a lock. Default: 10 seconds. */
  readonly busyTimeout?: Duration.Input
  /** How often `changed` looks for commits of other processes while somebody listens. Default: 8 milliseconds. */
  readonly pollInterval?: Duration.Input
}

// What a page begins behind when it is the first.
const start: Place = { major: Number.NEGATIVE_INFINITY, minor: 0, id: "" }

// What a timer of the platform can wait, in milliseconds; what is more it takes for one.
const longestWait = 2 ** 31 - 1

// SQLite takes a negative limit for none, and refuses one that is no integer; NaN is for nothing.
const limitOf = (limit: number): number => Math.max(0, Math.min(Math.trunc(limit) || 0, Number.MAX_SAFE_INTEGER))

const makeCommitAll =
  (session: Session, statements: Statements.Statements): CommitAll =>
  (commits) =>
    session.transact("commit", () => {
      const plan = CommitPlan.make(commits, statements.standing)
      const created = new Set<RecordId>()
      for (const change of plan.changes) {
        const { record } = change
        const { recordId: id, revision } = record
        const text = StoredText.encode(change)
        statements.append(id, revision, text.event)
        if (revision === 1) created.add(id)
        // Of several states of one handoff only the last is kept.
        if (plan.states.get(id) !== record) continue
        if (created.has(id)) statements.insert(record, text.record)
        else statements.update(record, text.record)
      }
      for (const [name, amount] of plan.tally) statements.add(name, amount)
      return plan.results
    })

/** Hints while another process commits; one looks for all who listen. */
const makeChanged = ({ dataVersion }: Statements.Statements, hints: Hints.Hints, pollInterval: number) =>
  Effect.gen(function* () {
    // It changes when another connection has committed; 3 µs, a read of shared memory. What fails here fails the reader.
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
          // Not Effect.sleep, which takes twice the processor time: this is all that an idle follower costs.
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

/**
 * Opens a store: its scope closes it.
 *
 * @example
 * ```ts
 * import { SqliteStore } from "@aumai/handoff-store-sqlite"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function* () {
 *   const { handoffs } = yield* SqliteStore.make({ path: "handoffs.db" })
 *   return yield* handoffs.end
 * })
 * console.log((await Effect.runPromise(Effect.scoped(program)))._tag) // "None"
 * ```
 */
export const make = (
  options: SqliteStoreOptions
): Effect.Effect<
  { readonly handoffs: HandoffStore["Service"]; readonly agents: AgentStore["Service"] },
  StoreError,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const session = yield* Opening.open({
      // Absolute: SQLite gives names such as `:memory:` and `file:…` a meaning.
      path: resolve(options.path),
      synchronous: options.synchronous ?? "FULL",
      busyTimeout: Duration.toMillis(options.busyTimeout ?? "10 seconds")
    })
    const statements = yield* session.attempt("open", () => Statements.make(session.db))
    const read = StoredText.reader(session.path)
    const hints = Hints.make()
    const commitAll = makeCommitAll(session, statements)
    const commit = yield* GroupCommit.make((commits) =>
      // It is written in one step, in which nobody else can arrive: those who are ready get their turn before it.
      Effect.tap(Effect.andThen(Effect.yieldNow, commitAll(commits)), () => Effect.sync(hints.give))
    )
    const records = (operation: string, rows: () => ReadonlyArray<StoredText.RecordRow>) =>
      Effect.flatMap(session.attempt(operation, rows), (rows) => read.records(operation, rows))
    const entries = (operation: string, rows: () => ReadonlyArray<StoredText.EntryRow>) =>
      Effect.flatMap(session.attempt(operation, rows), (rows) => read.entries(operation, rows))

    const handoffs = HandoffStore.of({
      commit,
      get: (id) =>
        Effect.flatMap(
          session.attempt("get", () => statements.get(id)),
          (row) => (row === undefined ? Effect.succeedNone : Effect.asSome(read.record("get", row)))
        ),
      list: (view, { after, limit }) =>
        records("list", () => {
          const place = after === undefined ? start : placeOf(view, after)
          return statements.list[view._tag](...Statements.valuesOf(view, place), limitOf(limit))
        }),
      history: (id) => entries("history", () => statements.history(id)),
      log: ({ after, limit }) =>
        // What is no position of ours is before all of them: whoever has one of another store misses nothing.
        entries("log", () => statements.log(Number(after) || 0, limitOf(limit))),
      end: Effect.map(
        session.attempt("end", () => statements.end()),
        // The cast: any text is a position.
        (position) => Option.map(Option.fromUndefinedOr(position), (position) => String(position) as Position)
      ),
      tally: Effect.map(
        session.attempt("tally", () => statements.tally()),
        (rows) => Object.fromEntries(rows.map(({ name, amount }) => [name, amount]))
      ),
      changed: yield* makeChanged(statements, hints, Duration.toMillis(options.pollInterval ?? "8 millis"))
    })
    const agents = AgentStore.of({
      put: (given) =>
        session.transact("put agent", () => {
          const { id, agent, lastSeen = null } = StoredText.encodeAgent(given)
          statements.putAgent(id, agent, lastSeen)
        }),
      seen: (id, at) => session.transact("see agent", () => statements.seeAgent(at.epochMilliseconds, id)),
      remove: (id) => session.transact("remove agent", () => statements.removeAgent(id)),
      all: Effect.flatMap(
        session.attempt("read agents", () => statements.agents()),
        (rows) =>
          // Here, for SQLite orders by code point.
          read.agents(
            "read agents",
            rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))
          )
      )
    })
    return { handoffs, agents }
  })

/**
 * The handoffs and the agents of one database. Closing the layer closes it.
 *
 * @example
 * ```ts
 * import { HandoffStore } from "@aumai/handoff-core"
 * import { SqliteStore } from "@aumai/handoff-store-sqlite"
 * import * as Effect from "effect/Effect"
 *
 * const pending = Effect.flatMap(HandoffStore, (store) =>
 *   store.list({ _tag: "Status", status: "pending" }, { limit: 20 })
 * )
 * const program = Effect.provide(pending, SqliteStore.layer({ path: "handoffs.db" }))
 * ```
 */
export const layer = (options: SqliteStoreOptions): Layer.Layer<HandoffStore | AgentStore, StoreError> =>
  Layer.effectContext(
    Effect.map(make(options), ({ handoffs, agents }) =>
      Context.make(HandoffStore, handoffs).pipe(Context.add(AgentStore, agents))
    )
  )
