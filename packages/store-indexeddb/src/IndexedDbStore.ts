/**
 * Handoffs in a browser: one IndexedDB database, shared by the tabs and workers of a site.
 */
import { AgentStore, GroupCommit, Hints, HandoffStore, type Position, StoredText } from "@aumai/handoff-core"
import type { StoreError } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"

import * as Commit from "./Commit.ts"
import * as Connection from "./Connection.ts"
import type { DatabaseOptions, Requests } from "./Database.ts"
import * as Failure from "./Failure.ts"
import {
  type AgentValue,
  type EntryValue,
  historyIndex,
  later,
  rangeOf,
  type RecordValue,
  sourceOf,
  type StoreName,
  type TallyValue
} from "./Schema.ts"

export interface IndexedDbStoreOptions {
  /** The name of the database. Each site has names of its own. */
  readonly name: string
  /**
   * What a commit that succeeded survives. "strict", the default: also a power cut, as far as browser and disk keep their
   * word. "relaxed", faster where a flush takes long: the end of the page or the browser; a power cut may take the last seconds.
   */
  readonly durability?: "strict" | "relaxed"
  /** How long to wait for the database while another tab holds it. Default: 10 seconds. */
  readonly openTimeout?: Duration.Input
}

const databaseOptions = ({ name, durability, openTimeout }: IndexedDbStoreOptions): DatabaseOptions => ({
  name,
  durability: durability ?? "strict",
  openTimeout: openTimeout ?? "10 seconds"
})

/** One request in a transaction of its own. It gives what this store has put there; text is checked by the reader. */
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

/** As the reader knows rows, also one that was written when agents had nothing but capabilities. */
const agentRow = ({ id, agent, lastSeen, capabilities }: AgentValue): StoredText.AgentRow => ({
  id,
  agent: agent ?? `{"capabilities":${capabilities}}`,
  lastSeen
})

const makeAgents = (transact: Connection.Transact, reader: StoredText.Reader): AgentStore["Service"] => {
  const change = (operation: string, body: (agents: IDBObjectStore, requests: Requests<void>) => void) =>
    transact<void>({
      operation,
      mode: "readwrite",
      stores: ["agents"],
      body: (requests) => body(requests.store("agents"), requests)
    })
  const finish = ({ when, answer }: Requests<void>, request: IDBRequest) => when(request, () => answer(undefined))
  return {
    put: (given) =>
      change("put agent", (agents, requests) => {
        const row = StoredText.encodeAgent(given)
        requests.when<AgentValue | undefined>(agents.get(row.id), (held) =>
          finish(requests, agents.put({ ...row, lastSeen: later(held?.lastSeen, row.lastSeen) }))
        )
      }),
    seen: (id, at) =>
      change("see agent", (agents, requests) =>
        requests.when<AgentValue | undefined>(agents.get(id), (held) => {
          if (held === undefined) return requests.answer(undefined)
          finish(requests, agents.put({ ...held, lastSeen: later(held.lastSeen, at.epochMilliseconds) }))
        })
      ),
    remove: (id) => change("remove agent", (agents, requests) => finish(requests, agents.delete(id))),
    all: Effect.flatMap(
      read<Array<AgentValue>>(transact, "read agents", "agents", (agents) => agents.getAll()),
      (values) => reader.agents("read agents", values.map(agentRow))
    )
  }
}

/** Tells the other tabs and workers of the site that the log has grown, and hears it from them. */
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
      // The channel does not bring back what was sent on it.
      publish: Effect.sync(() => {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that of a window takes one, a channel's does not
        channel.postMessage(undefined)
        hints.give()
      })
    }
  })

// The greatest number of values that one request may ask for.
const atMost = 2 ** 32 - 1

const makeHandoffs = (name: string, transact: Connection.Transact, reader: StoredText.Reader) =>
  Effect.gen(function* () {
    const { changed, publish } = yield* makeHints(name)
    const commitAll = Commit.make(transact)
    const commit = yield* GroupCommit.make((commits) => Effect.tap(commitAll(commits), publish))

    const entries = (operation: string, request: (log: IDBObjectStore) => IDBRequest<Array<EntryValue>>) =>
      Effect.flatMap(read(transact, operation, "log", request), (rows) =>
        reader.entries(
          operation,
          rows.map((row) => ({ ...row, position: String(row.position) }))
        )
      )

    return HandoffStore.of({
      commit,
      get: (id) =>
        Effect.flatMap(
          read<RecordValue | undefined>(transact, "get", "records", (records) => records.get(id)),
          (row) => (row === undefined ? Effect.succeedNone : Effect.asSome(reader.record("get", row)))
        ),
      list: (view, { limit, after }) =>
        Effect.suspend(() => {
          const range = rangeOf(view, after)
          // Asked for none, a database gives all; NaN it refuses.
          if (range === undefined || !(limit >= 1)) return Effect.succeed([])
          return Effect.flatMap(
            read<Array<RecordValue>>(transact, "list", "records", (records) =>
              sourceOf(view, records).getAll(range, Math.min(limit, atMost))
            ),
            (rows) => reader.records("list", rows)
          )
        }),
      history: (id) => entries("history", (log) => log.index(historyIndex).getAll(IDBKeyRange.bound([id], [id, []]))),
      log: ({ limit, after }) =>
        limit >= 1
          ? entries("log", (log) =>
              // What is no position of ours is before all of them.
              log.getAll(IDBKeyRange.lowerBound(Number(after) || 0, true), Math.min(limit, atMost))
            )
          : Effect.succeed([]),
      end: transact<Option.Option<Position>>({
        operation: "end",
        mode: "readonly",
        stores: ["log"],
        body: ({ store, when, answer }) =>
          when(store("log").openKeyCursor(null, "prev"), (cursor) =>
            // The cast: any text is a position.
            answer(cursor === null ? Option.none() : Option.some(String(Number(cursor.key)) as Position))
          )
      }),
      tally: Effect.map(
        read<Array<TallyValue>>(transact, "tally", "tally", (tally) => tally.getAll()),
        (sums) => Object.fromEntries(sums.map(({ name, amount }) => [name, amount]))
      ),
      changed
    })
  })

/**
 * Opens a store: its scope closes it.
 */
export const make = (
  options: IndexedDbStoreOptions
): Effect.Effect<
  { readonly handoffs: HandoffStore["Service"]; readonly agents: AgentStore["Service"] },
  StoreError,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const transact = yield* Connection.make(databaseOptions(options))
    const reader = StoredText.reader(Failure.named(options.name))
    return {
      handoffs: yield* makeHandoffs(options.name, transact, reader),
      agents: makeAgents(transact, reader)
    }
  })

/**
 * The handoffs and the agents of one database. Closing the layer closes the store.
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
export const layer = (options: IndexedDbStoreOptions): Layer.Layer<HandoffStore | AgentStore, StoreError> =>
  Layer.effectContext(
    Effect.map(make(options), ({ handoffs, agents }) =>
      Context.make(HandoffStore, handoffs).pipe(Context.add(AgentStore, agents))
    )
  )

/**
 * Deletes a store for good, or accepts that the browser has lost it: afterwards one of that name begins empty. Other pages
 * that have it open fail with `unavailable`. Only in a page; in a worker it fails with `unavailable`, as it does while
 * another tab holds the database. A database that is not a handoff store is `corrupt`, and left as it is.
 *
 * @example
 * ```ts no-run
 * import { IndexedDbStore } from "@aumai/handoff-store-indexeddb"
 * import * as Effect from "effect/Effect"
 *
 * await Effect.runPromise(IndexedDbStore.forget("handoffs"))
 * ```
 */
export const forget = (name: string): Effect.Effect<void, StoreError> => Connection.forget(databaseOptions({ name }))
