import { type Change, type HandoffStore } from "@aumai/handoff-core"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"

import { makeDatabase, query, urlOf } from "../../../tooling/databases.ts"
import { startPostgres, type PostgresServer } from "../../../tooling/postgres.ts"
import { created } from "../../testing/src/handoffs.ts"
import { PostgresStore } from "../src/index.ts"

const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")

const ownServer = Effect.acquireRelease(
  Effect.promise(() => startPostgres()),
  ({ stop }) => Effect.promise(stop)
)

type Store = HandoffStore["Service"]

const endSessions = (url: string) =>
  query(
    url,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'aumai-handoff' AND datname = current_database()"
  )

/**
 * Commits pairs from several writers while faults happen. Then asserts that every acknowledged pair is there, that no pair
 * with "Nothing was changed" is, and that a pair in doubt is whole or absent.
 */
const underLoad = (url: string, fault: (n: number) => Effect.Effect<unknown>, faults: number) =>
  Effect.gen(function* () {
    const stores: ReadonlyArray<Store> = yield* Effect.all(
      Array.from({ length: 3 }, () =>
        Effect.map(PostgresStore.make({ url, maxConnections: 4 }), ({ handoffs }) => handoffs)
      )
    )
    const outcomes = { done: new Array<readonly [Change, Change]>(), doubtful: new Array<readonly [Change, Change]>() }
    const undone: Array<readonly [Change, Change]> = []
    let isOver = false
    const writer = (store: Store, name: string) =>
      Effect.gen(function* () {
        for (let n = 0; ; n++) {
          if (isOver) return
          const pair = [created(`${name}.${n}.a`, at), created(`${name}.${n}.b`, at)] as const
          const exit = yield* Effect.result(store.commit(pair))
          if (exit._tag === "Success") outcomes.done.push(pair)
          else {
            assert.strictEqual(exit.failure._tag, "StoreError")
            const isDoubtful = exit.failure.message.endsWith("may have happened; read before repeating it")
            if (!isDoubtful) assert.match(exit.failure.message, /Nothing was changed$/)
            ;(isDoubtful ? outcomes.doubtful : undone).push(pair)
            yield* Effect.sleep("2 millis")
          }
        }
      })
    const writing = yield* Effect.forkChild(
      Effect.all(
        stores.flatMap((store, s) => [0, 1, 2, 3].map((w) => writer(store, `${s}.${w}`))),
        { concurrency: "unbounded", discard: true }
      ),
      { startImmediately: true }
    )
    for (let n = 0; n < faults; n++) {
      const before = outcomes.done.length
      yield* fault(n)
      // The stores have to reconnect by themselves after each fault.
      while (outcomes.done.length < before + 50) yield* Effect.sleep("2 millis")
    }
    isOver = true
    yield* Fiber.join(writing)

    const [store] = stores
    if (store === undefined) return yield* Effect.die("no store")
    const isHeld = ({ record }: Change) => Effect.map(store.get(record.recordId), Option.isSome)
    const held = (pair: readonly [Change, Change]) => Effect.forEach(pair, isHeld)
    let written = outcomes.done.length
    for (const pair of outcomes.done) assert.deepStrictEqual(yield* held(pair), [true, true])
    for (const pair of undone) assert.deepStrictEqual(yield* held(pair), [false, false])
    for (const pair of outcomes.doubtful) {
      const [a, b] = [yield* isHeld(pair[0]), yield* isHeld(pair[1])]
      assert.strictEqual(a, b)
      if (a) written += 1
    }
    assert.isAbove(outcomes.doubtful.length + undone.length, 0, "no fault was noticed")
    assert.strictEqual((yield* store.tally)["pending"], written * 2)
    assert.deepStrictEqual(yield* query(url, "SELECT count(*)::int4 FROM handoff_log"), [[written * 2]])
  })

describe("the outcome of every commit is reported correctly", () => {
  it.live("when an administrator terminates sessions repeatedly", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      yield* underLoad(url, () => endSessions(url), 12)
    })
  )

  it.live("when the server restarts and when it crashes", () =>
    Effect.gen(function* () {
      const server = yield* ownServer
      const url = yield* makeDatabase(server.url)
      yield* underLoad(url, (n) => Effect.promise(() => server.restart(n % 2 === 0 ? "immediate" : "fast")), 4)
    })
  )
})

describe("a separate server", () => {
  const withUser = (server: PostgresServer, user: string, password: string) =>
    Object.assign(new URL(urlOf(server.url, "guarded")), { username: user, password }).href

  it.live("accepts the right password, and the error for a wrong one names the user", () =>
    Effect.gen(function* () {
      const server = yield* ownServer
      yield* query(server.url, "CREATE ROLE guarded LOGIN PASSWORD 'p@ss/w?rd#1'")
      yield* query(server.url, "CREATE DATABASE guarded OWNER guarded")
      const right = withUser(server, "guarded", encodeURIComponent("p@ss/w?rd#1"))
      yield* Effect.scoped(Effect.flatMap(PostgresStore.make({ url: right }), ({ handoffs }) => handoffs.tally))
      for (const [password, sentence] of [
        ["s3cret", /rejected the user guarded: password authentication failed for user "guarded"/],
        ["", /needs a password for the user guarded; add it to the URL/]
      ] as const) {
        const error = yield* Effect.flip(
          Effect.scoped(PostgresStore.make({ url: withUser(server, "guarded", password) }))
        )
        assert.match(error.detail, sentence)
        assert.notInclude(JSON.stringify(error), "s3cret")
      }
      const encrypted = yield* Effect.flip(Effect.scoped(PostgresStore.make({ url: `${right}?sslmode=require` })))
      assert.match(encrypted.detail, /SSL|TLS/i)
    })
  )

  it.live("can be reached through its socket", () =>
    Effect.gen(function* () {
      const server = yield* ownServer
      const { port } = new URL(server.url)
      const url = `postgres://postgres@${encodeURIComponent(server.directory)}:${port}/postgres`
      const { handoffs } = yield* PostgresStore.make({ url })
      yield* handoffs.commit([created("a", at)])
      assert.strictEqual((yield* handoffs.tally)["pending"], 1)
    })
  )
})
