/** Stores handoffs and agents in an IndexedDB database that the tabs and workers of a site share. */
import {
  AgentStore,
  beyond,
  DocumentStore,
  GroupCommit,
  Hints,
  HandoffStore,
  lateDocuments,
  type LogOrigin,
  numberIn,
  type Position,
  positionOf,
  StoredText,
  type Retention
} from "@aumai/handoff-core"
import type { LogName, StoreError } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"

import * as Commit from "./Commit.ts"
import * as Connection from "./Connection.ts"
import type { DatabaseOptions } from "./Database.ts"
import * as Failure from "./Failure.ts"
import * as Renewals from "./Renewals.ts"
import {
  type AgentValue,
  type EntryValue,
  historyIndex,
  type KeyValue,
  ofLog,
  rangeOf,
  type RecordValue,
  sourceOf,
  type StoreName,
  type TallyValue
} from "./Schema.ts"

/** The options of an IndexedDB store. */
export interface IndexedDbStoreOptions {
  /** The name of the database, within the site. */
  readonly name: string
  /**
   * `strict`: a commit that succeeded survives a power cut, if browser and disk flush as they promise. `relaxed`: it
   * survives the end of the page or the browser, but a power cut can lose the last seconds. Default: `strict`.
   */
  readonly durability?: "strict" | "relaxed"
  /** The longest wait for a database that another tab holds. Default: 10 seconds. */
  readonly openTimeout?: Duration.Input
}

const databaseOptions = ({ name, durability, openTimeout }: IndexedDbStoreOptions): DatabaseOptions => ({
  name,
  durability: durability ?? "strict",
  openTimeout: openTimeout ?? "10 seconds"
})

/** Makes one request in its own transaction. The result is trusted to be a row of this store; the reader checks its text. */
const read = <A>(
  transact: Connection.Transact,
  operation: string,
  from: StoreName,
  request: (store: IDBObjectStore) => IDBRequest<A>
): Effect.Effect<A, StoreError> =>
  transact<A>({
    operation,
    mode: "readonly",
    stores: [from],
    body: ({ store, when, answer }) => when(request(store(from)), answer)
  })

// Loaded with the first agent, because most databases have none.
const agentRows = Effect.promise(() => import("./Agents.ts"))

const makeAgents = (name: string, transact: Connection.Transact, origin: LogOrigin): AgentStore["Service"] => {
  const agents = Effect.map(agentRows, ({ make }) => make(name, transact, origin))
  return {
    put: (agent) => Effect.flatMap(agents, ({ put }) => put(agent)),
    seen: (ids, at) => Effect.flatMap(agents, ({ seen }) => seen(ids, at)),
    remove: (id) => Effect.flatMap(agents, ({ remove }) => remove(id)),
    record: (entries) => Effect.flatMap(agents, ({ record }) => record(entries)),
    keys: Effect.flatMap(
      read<Array<KeyValue>>(transact, "read keys", "keys", (keys) => keys.getAll()),
      (values) =>
        values.length === 0 ? Effect.succeed(new Map()) : Effect.flatMap(agents, ({ keysOf }) => keysOf(values))
    ),
    all: Effect.flatMap(
      read<Array<AgentValue>>(transact, "read agents", "agents", (agents) => agents.getAll()),
      (values) =>
        values.length === 0 ? Effect.succeed([]) : Effect.flatMap(agents, ({ agentsOf }) => agentsOf(values))
    )
  }
}

/** Gives hints that the log grew, in this page and through a BroadcastChannel in the other tabs and workers. */
const makeHints = (name: string) =>
  Effect.gen(function* () {
    const hints = Hints.make()
    const channel = yield* Effect.acquireRelease(
      Effect.sync(() => new BroadcastChannel(`aumai-handoff:${name}`)),
      (channel) => Effect.sync(() => channel.close())
    )
    channel.addEventListener("message", hints.give)
    return {
      changed: hints.changed,
      // A channel does not deliver a message to its sender.
      publish: Effect.sync(() => {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the postMessage of a channel takes no origin
        channel.postMessage(undefined)
        hints.give()
      })
    }
  })

// getAll takes an unsigned 32-bit count.
const maxCount = 2 ** 32 - 1

/** The number of the last position, of the log, of the key log or of a removed entry; 0 without one. */
const lastPosition = (transact: Connection.Transact, own: LogName): Effect.Effect<number, StoreError> =>
  transact<number>({
    operation: "log",
    mode: "readonly",
    stores: ["log", "keys", "removed"],
    body: ({ store, when, answer }) => {
      let last = 0
      const reach = (cursor: IDBCursor | null) => {
        last = Math.max(last, Number(cursor?.key ?? 0))
      }
      when(store("log").openKeyCursor(null, "prev"), reach)
      when(store("removed").openKeyCursor(null, "prev"), reach)
      // Requests are answered in order, so this is the last answer.
      when<Array<KeyValue>>(store("keys").getAll(ofLog(own)), (keys) =>
        answer(Math.max(last, keys.at(-1)?.position ?? 0))
      )
    }
  })

// Loaded on first use, because a browser rarely needs it, or needs it late.
const odd = Effect.promise(() => import("./Odd.ts"))
const reserving = Effect.promise(() => import("./Reserving.ts"))

const makeHandoffs = (name: string, transact: Connection.Transact, origin: LogOrigin, reader: StoredText.Reader) =>
  Effect.gen(function* () {
    const { changed, publish } = yield* makeHints(name)
    const commitAll = Commit.make(transact, origin.log)
    const commit = yield* GroupCommit.make((commits) => Effect.tap(commitAll(commits), publish))

    const entries = (operation: string, request: (log: IDBObjectStore) => IDBRequest<Array<EntryValue>>) =>
      Effect.map(read(transact, operation, "log", request), (rows) =>
        rows.map(({ position, ...row }): StoredText.EntryRow => ({ ...row, number: String(position) }))
      )
    const logAfter = (operation: string, number: number, limit: number) =>
      entries(operation, (log) => log.getAll(IDBKeyRange.lowerBound(number, true), Math.min(limit, maxCount)))

    let retention: Promise<Retention> | undefined
    return HandoffStore.of({
      origin: Effect.succeed(origin),
      commit,
      renew: Renewals.make(transact),
      get: (id) =>
        Effect.flatMap(
          read<RecordValue | undefined>(transact, "get", "records", (records) => records.get(id)),
          (row) => (row === undefined ? Effect.succeedNone : Effect.asSome(reader.record("get", row)))
        ),
      list: (view, { limit, after }) =>
        Effect.suspend(() => {
          const range = rangeOf(view, after)
          // getAll returns everything for a count of 0, and throws for NaN.
          if (range === undefined || !(limit >= 1)) return Effect.succeed([])
          return reader.page(limit, (limit) =>
            read<Array<RecordValue>>(transact, "list", "records", (records) =>
              sourceOf(view, records).getAll(range, Math.min(limit, maxCount))
            )
          )
        }),
      reserve: (...given) => Effect.flatMap(reserving, ({ make }) => make(transact).reserve(...given)),
      unreserve: (records) => Effect.flatMap(reserving, ({ make }) => make(transact).unreserve(records)),
      history: (id) =>
        Effect.flatMap(
          entries("history", (log) => log.index(historyIndex).getAll(IDBKeyRange.bound([id], [id, []]))),
          (rows) => reader.entries("history", rows)
        ),
      log: ({ limit, after }) =>
        Effect.gen(function* () {
          const number = Number((yield* Effect.fromResult(numberIn(origin, after))) ?? 0)
          const page = limit >= 1 ? yield* reader.log(limit, (limit) => logAfter("log", number, limit)) : []
          if (page.length > 0 || after === undefined) return page
          return number <= (yield* lastPosition(transact, origin.log)) ? page : yield* Effect.fromResult(beyond(after))
        }),
      end: transact<Option.Option<Position>>({
        operation: "end",
        mode: "readonly",
        stores: ["log"],
        body: ({ store, when, answer }) =>
          when(store("log").openKeyCursor(null, "prev"), (cursor) =>
            answer(cursor === null ? Option.none() : Option.some(positionOf(origin, Number(cursor.key))))
          )
      }),
      tally: Effect.map(
        read<Array<TallyValue>>(transact, "tally", "tally", (tally) => tally.getAll()),
        (sums) => Object.fromEntries(sums.map(({ name, amount }) => [name, amount]))
      ),
      odd: Effect.flatMap(odd, ({ oddRows }) =>
        oddRows(
          origin,
          (after, limit) =>
            read<Array<RecordValue>>(transact, "odd", "records", (records) =>
              records.getAll(IDBKeyRange.lowerBound(after?.id ?? "", true), limit)
            ),
          (after, limit) => logAfter("odd", Number(after?.number ?? 0), limit)
        )
      ),
      changed,
      retention: Effect.promise(() => (retention ??= import("./Removal.ts").then(({ make }) => make(transact, origin))))
    })
  })

/** Opens a store; closing the scope closes it. */
export const make = (
  options: IndexedDbStoreOptions
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
    const { log, transact } = yield* Connection.make(databaseOptions(options))
    // The database has no copies that could be restored.
    const origin: LogOrigin = { log, epoch: 1 }
    const reader = StoredText.reader(Failure.named(options.name), origin)
    return {
      handoffs: yield* makeHandoffs(options.name, transact, origin, reader),
      agents: makeAgents(options.name, transact, origin),
      documents: lateDocuments(async () => (await import("./Documents.ts")).make(options.name, transact))
    }
  })

/**
 * Provides the handoffs and agents of one database. Closing the layer closes the database.
 *
 * @example
 * ```ts no-run
 * import { HandoffStore } from "@aumai/handoff-core"
 * import { IndexedDbStore } from "@aumai/handoff-store-indexeddb"
 * import * as Effect from "effect/Effect"
 *
 * const pending = Effect.flatMap(HandoffStore, (store) =>
 *   store.list({ _tag: "Status", status: "pending" }, { limit: 20 })
 * )
 * const program = Effect.provide(pending, IndexedDbStore.layer({ name: "handoffs" }))
 * ```
 */
export const layer = (
  options: IndexedDbStoreOptions
): Layer.Layer<HandoffStore | AgentStore | DocumentStore, StoreError> =>
  Layer.effectContext(
    Effect.map(make(options), ({ handoffs, agents, documents }) =>
      Context.make(HandoffStore, handoffs).pipe(Context.add(AgentStore, agents), Context.add(DocumentStore, documents))
    )
  )

/**
 * Deletes a store permanently, or accepts that the browser has lost its data. The next store with this name starts empty.
 * Other pages that have it open fail with `unavailable`. So does `forget` itself, in a worker and while another tab holds
 * the database. A database that is not a handoff store fails with `corrupt` and stays unchanged.
 */
export const forget = (name: string): Effect.Effect<void, StoreError> => Connection.forget(databaseOptions({ name }))
