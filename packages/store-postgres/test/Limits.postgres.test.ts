import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

import { connect, makeDatabase, query } from "../../../tooling/databases.ts"
import { created } from "../../testing/src/handoffs.ts"
import { PostgresStore } from "../src/index.ts"

const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")

/** A database of a role that may have at most `most` connections. */
const limited = (most: number) =>
  Effect.gen(function* () {
    const url = yield* makeDatabase()
    const database = new URL(url).pathname.slice(1)
    const role = `limited_${database.slice(-8)}`
    yield* Effect.acquireRelease(query(url, `CREATE ROLE ${role} LOGIN CONNECTION LIMIT ${most}`), () =>
      Effect.andThen(query(url, `DROP OWNED BY ${role} CASCADE`), query(url, `DROP ROLE ${role}`))
    )
    yield* query(url, `GRANT ALL ON SCHEMA public TO ${role}`)
    return { url, theirs: Object.assign(new URL(url), { username: role }).href, role }
  })

const pairs = Array.from({ length: 40 }, (_, n) => created(`r${n}`, at))

describe("a server that accepts no more connections", () => {
  it.live("is used with the connections that the store has", () =>
    Effect.gen(function* () {
      const { theirs } = yield* limited(2)
      const { handoffs } = yield* PostgresStore.make({ url: theirs, maxConnections: 10 })
      for (const change of pairs) yield* handoffs.commit([change])
      const found = yield* Effect.forEach(pairs, ({ record }) => handoffs.get(record.recordId), {
        concurrency: "unbounded"
      })
      assert.isTrue(found.every(({ _tag }) => _tag === "Some"))
    })
  )

  it.live("is used with more connections as soon as it accepts them", () =>
    Effect.gen(function* () {
      const { role, theirs, url } = yield* limited(1)
      const { handoffs } = yield* PostgresStore.make({ url: theirs, maxConnections: 4 })
      const all = Effect.forEach(pairs, ({ record }) => handoffs.get(record.recordId), { concurrency: "unbounded" })
      yield* all
      yield* query(url, `ALTER ROLE ${role} CONNECTION LIMIT 3`)
      const sessions = `SELECT count(*)::int4 FROM pg_stat_activity WHERE usename = '${role}'`
      const run = yield* connect(url)
      while (Number(yield* run(sessions)) < 3) yield* all
    })
  )

  it.live("is waited for by a store without a connection, and then named", () =>
    Effect.gen(function* () {
      const { role, theirs, url } = yield* limited(1)
      const other = yield* connect(theirs)
      yield* other("SELECT 1")
      const error = yield* Effect.flip(Effect.scoped(PostgresStore.make({ url: theirs })))
      assert.match(error.detail, /accepts no more connections: too many connections for role/)
      // One that becomes free meanwhile is taken.
      const opening = yield* Effect.forkChild(Effect.scoped(PostgresStore.make({ url: theirs })), {
        startImmediately: true
      })
      yield* query(url, `ALTER ROLE ${role} CONNECTION LIMIT 2`)
      yield* Fiber.join(opening)
    })
  )
})
