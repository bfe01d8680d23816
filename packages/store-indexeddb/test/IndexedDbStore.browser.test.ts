import { AgentStore, HandoffStore } from "@aumai/handoff-core"
import { AgentId, Capability, type StoreError } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"

import { IndexedDbStore } from "../src/index.ts"
import { version } from "../src/Schema.ts"
import { accepted, created, id, revisionOf } from "./handoffs.ts"
import { deleteRaw, inRaw, namesOfDatabases, openRaw } from "./raw.ts"

/** Opens the store, runs `use`, and closes it. */
const using = <A, E>(name: string, use: (store: HandoffStore["Service"]) => Effect.Effect<A, E>) =>
  Effect.scoped(Effect.flatMap(IndexedDbStore.make({ name, openTimeout: 300 }), ({ handoffs }) => use(handoffs)))

const nothing = () => Effect.void

const failsAs = <A>(reason: StoreError["reason"], sentence: RegExp, effect: Effect.Effect<A, unknown>) =>
  Effect.map(Effect.flip(effect), (error) => {
    assert.containSubset(error, { _tag: "StoreError", reason })
    // The cast is safe after the assertion above.
    assert.match((error as StoreError).message, sentence)
  })

const promise = <A>(run: () => Promise<A>) => Effect.promise(run)

/** Replaces a browser method while an effect runs. */
const instead = <T extends object, K extends keyof T, A, E>(
  owner: T,
  method: K,
  replacement: (original: T[K]) => T[K],
  effect: Effect.Effect<A, E>
) =>
  Effect.suspend(() => {
    const original = owner[method]
    owner[method] = replacement(original)
    return Effect.ensuring(
      effect,
      Effect.sync(() => {
        owner[method] = original
      })
    )
  })

describe("a database of another version", () => {
  it.live("can open while a store is open, whose next call then asks for a reload", () =>
    Effect.gen(function* () {
      const name = "newer"
      yield* using(name, (store) =>
        Effect.gen(function* () {
          yield* store.commit([created("a")])
          const newer = yield* promise(() => openRaw(name, version + 1))
          newer.close()
          yield* failsAs("unavailable", /newer version.*Reload/, store.get(id("a")))
          yield* failsAs("unavailable", /newer version.*Reload/, store.commit([created("b")]))
        })
      )
      yield* failsAs("unavailable", /newer version.*Reload/, using(name, nothing))
      const rows = yield* promise(() => inRaw(name, "records", (records) => records.getAllKeys()))
      assert.deepStrictEqual(rows, ["a"])
    })
  )

  it.live("does not recreate a database that another page deleted", () =>
    using("deleted", (store) =>
      Effect.gen(function* () {
        yield* store.commit([created("a")])
        yield* promise(() => deleteRaw("deleted"))
        yield* failsAs("unavailable", /deleted by another page/, store.commit([created("b")]))
        assert.notInclude(yield* promise(namesOfDatabases), "deleted")
      })
    )
  )

  it.live("fails if another tab keeps the database, and the abandoned request has no later effect", () =>
    Effect.gen(function* () {
      const name = "held"
      const stubborn = yield* promise(() => openRaw(name, 1, ["todos"]))
      const deletion = deleteRaw(name)
      yield* failsAs("unavailable", /held by another tab.*Close the other tabs/, using(name, nothing))
      stubborn.close()
      yield* promise(() => deletion)
      // This request is answered after the abandoned one.
      const behind = yield* promise(() => openRaw(name))
      assert.strictEqual(behind.objectStoreNames.length, 0)
      behind.close()
      yield* promise(() => deleteRaw(name))
      yield* using(name, (store) => store.commit([created("a")]))
    })
  )

  it.live("of another application is refused, and so is forgetting it", () =>
    Effect.gen(function* () {
      const name = "foreign"
      ;(yield* promise(() => openRaw(name, 1, ["todos"]))).close()
      yield* promise(() => inRaw(name, "todos", (todos) => todos.put({ id: "milk" })))
      yield* failsAs("corrupt", /"foreign" has other object stores.*choose another name/, using(name, nothing))
      yield* failsAs("corrupt", /has other object stores/, IndexedDbStore.forget(name))
      assert.deepStrictEqual(yield* promise(() => inRaw(name, "todos", (todos) => todos.getAll())), [{ id: "milk" }])
    })
  )
})

describe("a transaction", () => {
  it.live("that is aborted changes nothing, and the next one succeeds", () =>
    using("aborted", (store) =>
      Effect.gen(function* () {
        yield* store.commit([created("a")])
        const aborting = instead(
          IDBObjectStore.prototype,
          "add",
          (add) =>
            function (this: IDBObjectStore, ...parameters) {
              const request = add.apply(this, parameters)
              this.transaction.abort()
              return request
            },
          Effect.all([Effect.flip(store.commit([created("b")])), Effect.flip(store.commit([created("c")]))], {
            concurrency: "unbounded"
          })
        )
        for (const error of yield* aborting) assert.containSubset(error, { reason: "unavailable" })
        assert.deepStrictEqual(yield* Effect.forEach(["a", "b", "c"], (name) => revisionOf(store, name)), [1, 0, 0])
        assert.strictEqual((yield* store.log({ limit: 9 })).length, 1)
        yield* store.commit([created("b")])
        assert.containSubset(yield* store.tally, { pending: 2 })
      })
    )
  )

  it.live("aborted by the browser fails with `unavailable` and nothing changed", () =>
    using("aborted once", (store) =>
      failsAs(
        "unavailable",
        /"aborted once" did not answer.*Nothing was changed/,
        instead(
          IDBDatabase.prototype,
          "transaction",
          (transaction) =>
            function (this: IDBDatabase, ...parameters) {
              const one = transaction.apply(this, parameters)
              queueMicrotask(() => one.abort())
              return one
            },
          store.commit([created("a")])
        )
      )
    )
  )

  it.live("ends if the browser refuses a value, and the next one succeeds", () =>
    using("refused", (store) =>
      Effect.gen(function* () {
        const refusing = instead(
          IDBObjectStore.prototype,
          "add",
          () => () => {
            throw new DOMException("The object could not be cloned.", "DataCloneError")
          },
          Effect.exit(store.commit([created("a")]))
        )
        assert.isTrue(Exit.hasDies(yield* refusing))
        yield* store.commit([created("a")])
      })
    )
  )

  it.live("whose connection was closed before it began runs on a new one", () =>
    Effect.gen(function* () {
      const connections = new Set<IDBDatabase>()
      const name = "lost"
      yield* instead(
        IDBDatabase.prototype,
        "transaction",
        (transaction) =>
          function (this: IDBDatabase, ...parameters) {
            connections.add(this)
            return transaction.apply(this, parameters)
          },
        using(name, (store) =>
          Effect.gen(function* () {
            yield* store.commit([created("a")])
            for (const connection of connections) connection.close()
            const [first, second] = yield* Effect.all([revisionOf(store, "a"), revisionOf(store, "a")], {
              concurrency: "unbounded"
            })
            assert.deepStrictEqual([first, second], [1, 1])
            assert.strictEqual(connections.size, 2)
            yield* store.commit([created("b")])

            for (const connection of connections) connection.close()
            yield* promise(() => deleteRaw(name))
            yield* failsAs("corrupt", /has lost its data/, store.commit([created("c")]))
          })
        )
      )
    })
  )
})

describe("a closed store", () => {
  it.live("closes a connection that it was reopening", () =>
    Effect.gen(function* () {
      const connections = new Set<IDBDatabase>()
      yield* instead(
        IDBDatabase.prototype,
        "transaction",
        (transaction) =>
          function (this: IDBDatabase, ...parameters) {
            connections.add(this)
            return transaction.apply(this, parameters)
          },
        Effect.gen(function* () {
          const reading = yield* using("closed while opening", (store) =>
            Effect.gen(function* () {
              yield* store.commit([created("a")])
              for (const connection of connections) connection.close()
              return yield* Effect.forkDetach(Effect.flip(revisionOf(store, "a")), { startImmediately: true })
            })
          )
          assert.containSubset(yield* Fiber.join(reading), { reason: "unavailable" })
          assert.strictEqual(connections.size, 2)
          for (const connection of connections) assert.throws(() => connection.transaction("meta"), /closing/)
        })
      )
    })
  )
})

describe("an unreadable row", () => {
  it.live("is named, and the others stay readable", () =>
    using("rows", (store) =>
      Effect.gen(function* () {
        const first = created("a")
        yield* store.commit([first, created("b")])
        const row = yield* promise(() => inRaw("rows", "records", (records) => records.get("a")))
        for (const record of ["{", 7, undefined]) {
          yield* promise(() => inRaw("rows", "records", (records) => records.put({ ...row, record })))
          yield* failsAs("corrupt", /Handoff a in the IndexedDB database "rows"/, store.get(id("a")))
          const listed = yield* store.list({ _tag: "All" }, { limit: 1 })
          assert.deepStrictEqual(
            listed.map(({ recordId }) => recordId),
            [id("b")]
          )
          assert.deepStrictEqual(
            (yield* store.odd).map(({ recordId }) => recordId),
            ["a"]
          )
        }
        assert.strictEqual(yield* revisionOf(store, "b"), 1)
        assert.strictEqual((yield* store.log({ limit: 9 })).length, 2)

        // A row without a revision is not treated as missing.
        for (const revision of [undefined, null, "1"]) {
          yield* promise(() => inRaw("rows", "records", (records) => records.put({ ...row, revision })))
          const error = yield* Effect.flip(store.commit([first]))
          assert.strictEqual(error._tag, "RevisionConflict")
        }
        yield* promise(() =>
          inRaw("rows", "log", (log) => log.put({ position: 1, id: "a", revision: 1, event: "no JSON" }))
        )
        yield* failsAs("corrupt", /Revision 1 of handoff a/, store.history(id("a")))
        assert.strictEqual((yield* store.log({ limit: 9 })).length, 1)
        assert.strictEqual((yield* store.history(id("b"))).length, 1)
      })
    )
  )

  it.live("of an agent is named", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { agents } = yield* IndexedDbStore.make({ name: "agents" })
        yield* agents.put({ agentId: AgentId.make("x"), capabilities: [] })
        yield* promise(() => inRaw("agents", "agents", (rows) => rows.put({ id: "y", capabilities: 7 })))
        yield* failsAs("corrupt", /Agent y/, agents.all)
        yield* agents.remove(AgentId.make("y"))
        assert.deepStrictEqual(yield* agents.all, [{ agentId: AgentId.make("x"), capabilities: [] }])
      })
    )
  )
})

describe("an agent row of the first version", () => {
  it.live("can be read, seen and replaced", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { agents } = yield* IndexedDbStore.make({ name: "first agents" })
        const carol = { agentId: AgentId.make("carol"), capabilities: [Capability.make("analyze")] }
        const lastSeen = DateTime.makeUnsafe("2026-11-22T09:00:00.123Z")
        const first = { id: "carol", capabilities: `["analyze"]` }
        yield* promise(() => inRaw("first agents", "agents", (rows) => rows.put(first)))
        assert.deepStrictEqual(yield* agents.all, [carol])
        yield* agents.seen([carol.agentId], lastSeen)
        assert.deepStrictEqual(yield* agents.all, [{ ...carol, lastSeen }])
        yield* agents.put({ ...carol, capacity: 5 })
        assert.deepStrictEqual(yield* agents.all, [{ ...carol, capacity: 5, lastSeen }])
      })
    )
  )
})

describe("a database emptied by the browser", () => {
  const key = (name: string) => `aumai-handoff:${name}`

  it.live("fails with `corrupt` on every opening until it is forgotten", () =>
    Effect.gen(function* () {
      const name = "wiped/../é"
      yield* using(name, (store) => store.commit([created("a")]))
      yield* promise(() => deleteRaw(name))
      const loss = /has lost its data.*IndexedDbStore\.forget\("wiped\/\.\.\/é"\)/
      yield* failsAs("corrupt", loss, using(name, nothing))
      yield* failsAs("corrupt", loss, using(name, nothing))
      yield* IndexedDbStore.forget(name)
      assert.isNull(localStorage.getItem(key(name)))
      assert.deepStrictEqual(yield* using(name, (store) => store.list({ _tag: "All" }, { limit: 9 })), [])
    })
  )

  it.live("is detected with either of the two notes", () =>
    Effect.gen(function* () {
      const root = yield* promise(() => navigator.storage.getDirectory())
      for (const [name, loseNote] of [
        ["only files", () => Promise.resolve(localStorage.removeItem(key("only files")))],
        ["only localStorage", () => root.removeEntry("aumai-handoff", { recursive: true })]
      ] as const) {
        yield* using(name, nothing)
        yield* promise(loseNote)
        yield* promise(() => deleteRaw(name))
        yield* failsAs("corrupt", /has lost its data/, using(name, nothing))
      }
    })
  )

  it.live("and filled by another store is detected", () =>
    Effect.gen(function* () {
      const name = "replaced"
      yield* using(name, nothing)
      yield* promise(() => inRaw(name, "meta", (meta) => meta.put("another", "epoch")))
      yield* failsAs("corrupt", /has lost its data/, using(name, nothing))
    })
  )

  it.live("is not confused with one whose creation was interrupted by a crash", () =>
    Effect.gen(function* () {
      const name = "unborn"
      // The object stores exist; the first transaction and the notes are missing.
      yield* using(name, nothing)
      yield* promise(() => inRaw(name, "meta", (meta) => meta.clear()))
      localStorage.removeItem(key(name))
      const root = yield* promise(() => navigator.storage.getDirectory())
      yield* promise(() => root.removeEntry("aumai-handoff", { recursive: true }))
      yield* using(name, (store) => store.commit([created("a")]))
      // Missing notes of an existing store are written again.
      const epoch = localStorage.getItem(key(name))
      localStorage.removeItem(key(name))
      assert.strictEqual(yield* using(name, (store) => revisionOf(store, "a")), 1)
      assert.strictEqual(localStorage.getItem(key(name)), epoch)
    })
  )

  it.live("fails in the pages that have it open once it is forgotten", () =>
    using("forgotten", (store) =>
      Effect.gen(function* () {
        yield* store.commit([created("a")])
        yield* IndexedDbStore.forget("forgotten")
        yield* failsAs("unavailable", /deleted by another page/, store.get(id("a")))
        assert.strictEqual(yield* using("forgotten", (fresh) => revisionOf(fresh, "a")), 0)
      })
    )
  )
})

describe("reading", () => {
  it.live("gives a hint after a commit in the same page and in another", () =>
    using("hints", (here) =>
      using("hints", (there) =>
        Effect.gen(function* () {
          const hears = (store: HandoffStore["Service"]) => Effect.forkChild(Stream.runHead(store.changed))
          const listeners = [yield* hears(here), yield* hears(there)]
          // The listeners must be listening before the commit.
          yield* Effect.sleep(1)
          yield* here.commit([created("a")])
          for (const listener of listeners) yield* Fiber.join(listener)
        })
      )
    )
  )

  it.live("returns an empty page after the last record and for a limit of 0", () =>
    using("pages", (store) =>
      Effect.gen(function* () {
        const late = created("a", { due: 100 })
        yield* store.commit([late])
        const at = DateTime.makeUnsafe(1_790_000_000_000)
        assert.deepStrictEqual(yield* store.list({ _tag: "Due", at }, { limit: 9, after: late.record }), [])
        assert.deepStrictEqual(yield* store.list({ _tag: "All" }, { limit: 0 }), [])
        assert.deepStrictEqual(yield* store.log({ limit: 0 }), [])
        assert.strictEqual((yield* store.list({ _tag: "All" }, { limit: Number.MAX_SAFE_INTEGER })).length, 1)
      })
    )
  )

  it.live("works with `strict` on a store written with `relaxed`", () =>
    Effect.gen(function* () {
      const layer = IndexedDbStore.layer({ name: "relaxed", durability: "relaxed" })
      const one = created("a")
      yield* Effect.provide(
        Effect.gen(function* () {
          const store = yield* HandoffStore
          yield* AgentStore
          yield* store.commit([one])
          yield* store.commit([accepted(one.record)])
        }),
        layer
      )
      assert.strictEqual(yield* using("relaxed", (store) => revisionOf(store, "a")), 2)
    })
  )
})
