import { AgentStore, HandoffManager } from "@aumai/handoff-core"
import { AgentId, RecordId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { connect, makeDatabase, query, urlOf } from "../../../tooling/databases.ts"
import { startPostgres } from "../../../tooling/postgres.ts"
import { created, life } from "../../testing/src/handoffs.ts"
import { PostgresStore } from "../src/index.ts"
import { wholeLog } from "./stores.ts"

const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")
const id = RecordId.make("a")

/** Reads everything in a store, which has one handoff of four events. */
const readAll = (url: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { agents, handoffs } = yield* PostgresStore.make({ url })
      assert.isTrue(Option.isSome(yield* handoffs.get(id)))
      assert.strictEqual((yield* handoffs.list({ _tag: "All" }, { limit: 9 })).length, 1)
      assert.strictEqual((yield* handoffs.history(id)).length, 4)
      assert.strictEqual((yield* wholeLog(handoffs)).length, 4)
      assert.strictEqual((yield* handoffs.tally)["completed"], 1)
      assert.deepStrictEqual([yield* agents.all, (yield* agents.keys).size], [[], 0])
    })
  )

/** Writes in each way; every write fails with one sentence, and changes nothing. */
const refusesWrites = (url: string, sentence: RegExp) =>
  Effect.gen(function* () {
    const ask = { fromAgent: "a", toAgent: "b", taskDescription: "Generate the report" }
    const executor = AgentId.make("executor")
    const errors = [
      yield* Effect.flip(HandoffManager.use((handoffs) => handoffs.create(ask))),
      yield* Effect.flip(AgentStore.use((agents) => agents.put({ agentId: executor, capabilities: [] }))),
      yield* Effect.flip(AgentStore.use((agents) => agents.seen([executor], at)))
    ].map((error) => (error._tag === "StoreError" ? error : undefined))
    for (const error of errors) {
      assert.match(error?.message ?? "", sentence)
      assert.match(error?.message ?? "", /Nothing was changed$/)
    }
  }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(PostgresStore.layer({ url })))))

describe("a role that may only read", () => {
  it.live("opens and reads the store, and is told so when it writes", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const role = `reader_${new URL(url).pathname.slice(-8)}`
      yield* Effect.scoped(
        Effect.flatMap(PostgresStore.make({ url }), ({ handoffs }) => handoffs.commit(life("a", at)))
      )
      yield* Effect.acquireRelease(query(url, `CREATE ROLE ${role} LOGIN`), () =>
        Effect.andThen(query(url, `DROP OWNED BY ${role}`), query(url, `DROP ROLE ${role}`))
      )
      yield* query(url, `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`)
      const theirs = Object.assign(new URL(url), { username: role }).href
      yield* readAll(theirs)
      yield* refusesWrites(theirs, /is read-only for the user reader_\w+: permission denied for table handoff_\w+/)
      yield* query(url, `ALTER ROLE ${role} SET default_transaction_read_only = on`)
      yield* readAll(theirs)
      // A dump that was restored needs a new epoch, which only a writer can begin.
      yield* query(url, "UPDATE handoff_log SET xid = '9000000000'")
      const error = yield* Effect.flip(Effect.scoped(PostgresStore.make({ url: theirs })))
      assert.match(error.detail, /is read-only/)
    })
  )
})

describe("a standby", () => {
  it.live("is opened, read and followed, and writing to it names the primary", () =>
    Effect.gen(function* () {
      const server = yield* Effect.acquireRelease(
        Effect.promise(() => startPostgres()),
        ({ stop }) => Effect.promise(stop)
      )
      yield* query(server.url, "CREATE DATABASE handoffs")
      const url = urlOf(server.url, "handoffs")
      yield* Effect.scoped(
        Effect.flatMap(PostgresStore.make({ url }), ({ handoffs }) => handoffs.commit(life("a", at)))
      )
      const standby = urlOf(yield* Effect.promise(server.standby), "handoffs")
      yield* readAll(standby)
      yield* refusesWrites(standby, /is read-only, like every standby: .*; connect to the primary/)

      // Without notifications, polling finds what arrives.
      const { handoffs } = yield* PostgresStore.make({ url: standby, pollInterval: "20 millis" })
      const arrived = yield* Effect.forkChild(
        handoffs.changed.pipe(
          Stream.mapEffect(() => handoffs.get(RecordId.make("b"))),
          Stream.filter(Option.isSome),
          Stream.runHead
        ),
        { startImmediately: true }
      )
      const primary = yield* PostgresStore.make({ url })
      yield* primary.handoffs.commit([created("b", at)])
      yield* Fiber.join(arrived)
      const listeners = yield* connect(standby)
      assert.deepStrictEqual(
        yield* listeners("SELECT count(*)::int4 FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"),
        [[0]]
      )

      // The hosts of one cluster, in either order.
      const both = (target: string) => {
        const [a, b] = [new URL(standby), new URL(url)]
        return `postgres://postgres@${a.host},${b.host}/handoffs?target_session_attrs=${target}`
      }
      for (const [target, isWritten] of [
        ["read-write", true],
        ["primary", true],
        ["prefer-standby", false],
        ["any", false]
      ] as const) {
        const store = yield* PostgresStore.make({ url: both(target) })
        const result = yield* Effect.result(store.handoffs.commit([created(target, at)]))
        assert.strictEqual(result._tag, isWritten ? "Success" : "Failure", target)
      }
      const none = yield* Effect.flip(
        Effect.scoped(PostgresStore.make({ url: `${standby}?target_session_attrs=read-write` }))
      )
      assert.match(none.detail, /127\.0\.0\.1:\d+ is not read-write, as target_session_attrs demands/)
    })
  )
})
