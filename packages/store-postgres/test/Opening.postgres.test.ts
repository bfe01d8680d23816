import { AgentId, Capability } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"

import { connect, makeDatabase, query, serverOfWorker, urlOf } from "../../../tooling/databases.ts"
import { created, leased, renewed } from "../../testing/src/handoffs.ts"
import { PostgresStore } from "../src/index.ts"
import { version } from "../src/Schema.ts"

const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")

const dropLeases = "DROP COLUMN attempt, DROP COLUMN lease_until, DROP COLUMN other_due, DROP COLUMN renewed_until"

const refusal = (url: string | Redacted.Redacted) => Effect.flip(Effect.scoped(PostgresStore.make({ url })))

const changed = (url: string, part: Partial<Pick<URL, "hostname" | "port" | "pathname">>): string =>
  Object.assign(new URL(url), part).href

describe("opening a database", () => {
  it.live("from three stores at once creates the tables once, and all three can write", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const origins = yield* Effect.forEach(
        ["a", "b", "c"],
        (id) =>
          Effect.scoped(
            Effect.flatMap(PostgresStore.make({ url }), ({ handoffs }) =>
              Effect.andThen(handoffs.commit([created(id, at)]), handoffs.origin)
            )
          ),
        { concurrency: "unbounded" }
      )
      const { handoffs } = yield* PostgresStore.make({ url: Redacted.make(url) })
      for (const origin of origins) assert.deepStrictEqual(origin, yield* handoffs.origin)
      assert.strictEqual((yield* handoffs.tally)["pending"], 3)
      assert.deepStrictEqual(yield* query(url, "SELECT version, epoch FROM handoff_store"), [[version, 1]])
    })
  )

  it.live("that a newer version upgrades meanwhile refuses the commits of this one", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const { handoffs } = yield* PostgresStore.make({ url })
      yield* handoffs.commit([created("one", at)])
      yield* query(url, "UPDATE handoff_store SET version = 99")
      const error = yield* Effect.flip(handoffs.commit([created("two", at)]))
      assert.match(
        error.message,
        /^A newer version of the store has upgraded the tables in .*; upgrade @aumai\/handoff-store-postgres\. Nothing was changed$/
      )
      assert.deepStrictEqual(yield* query(url, "SELECT id FROM handoff_records"), [["one"]])
    })
  )

  it.live("without tables is refused by create: false, and creates none", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const error = yield* Effect.flip(Effect.scoped(PostgresStore.make({ url, create: false })))
      assert.strictEqual(error.reason, "missing")
      assert.match(error.message, /^There is no store in database \S+ on \S+\. Nothing was created/)
      assert.deepStrictEqual(yield* query(url, "SELECT relname::text FROM pg_class WHERE relname LIKE 'handoff%'"), [])
      yield* Effect.scoped(PostgresStore.make({ url }))
      yield* Effect.scoped(PostgresStore.make({ url, create: false }))
    })
  )

  it.live("of the first version migrates it with its agents", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const run = yield* connect(url)
      yield* Effect.scoped(PostgresStore.make({ url }))
      // The tables of the first version.
      yield* run("DROP TABLE handoff_keys, handoff_documents, handoff_reserved, handoff_removed")
      yield* run("ALTER TABLE handoff_records DROP COLUMN turn, DROP COLUMN latest")
      yield* run(`ALTER TABLE handoff_records ${dropLeases}`)
      yield* run("ALTER TABLE handoff_store DROP COLUMN log, DROP COLUMN keys")
      yield* run("DROP TABLE handoff_agents")
      yield* run(`CREATE TABLE handoff_agents (id text COLLATE "C" PRIMARY KEY, capabilities text NOT NULL)`)
      yield* run(`INSERT INTO handoff_agents VALUES ('bob', '[]'), ('carol', '["analyze","可視化"]')`)
      yield* run("UPDATE handoff_store SET version = 1")
      const bob = { agentId: AgentId.make("bob"), capabilities: [] }
      const capabilities = [Capability.make("analyze"), Capability.make("可視化")]
      const carol = { agentId: AgentId.make("carol"), capabilities }
      const logs = new Set<string>()
      for (const known of [carol, { ...carol, lastSeen: at }]) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { agents, handoffs } = yield* PostgresStore.make({ url })
            logs.add((yield* handoffs.origin).log)
            assert.deepStrictEqual(yield* agents.all, [bob, known])
            yield* agents.seen([carol.agentId], at)
          })
        )
      }
      assert.strictEqual(logs.size, 1)
    })
  )

  it.live("of the version before renewals keeps the leases that run", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const run = yield* connect(url)
      const changes = leased("held", at)
      yield* Effect.scoped(
        Effect.flatMap(PostgresStore.make({ url }), ({ handoffs }) =>
          Effect.andThen(handoffs.commit(changes), handoffs.commit([created("free", at)]))
        )
      )
      yield* run(`ALTER TABLE handoff_records ${dropLeases}`)
      yield* run("DROP TABLE handoff_reserved, handoff_removed")
      yield* run("UPDATE handoff_store SET version = 4")
      const { handoffs } = yield* PostgresStore.make({ url })
      assert.isTrue(yield* renewed(handoffs, changes[1].record))
    })
  )

  it.effect("fails after 30 seconds if another process holds the migration lock", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const run = yield* connect(url)
      yield* run("SELECT pg_advisory_lock(29382028637498982)")
      const opening = yield* Effect.forkChild(refusal(url))
      const waiting = "SELECT count(*)::int4 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
      while (Number(yield* run(waiting)) === 0) yield* Effect.yieldNow
      yield* TestClock.adjust("30 seconds")
      assert.match((yield* Fiber.join(opening)).detail, /did not answer within 30 seconds/)
      yield* run("SELECT pg_advisory_unlock(29382028637498982)")
      yield* Effect.scoped(PostgresStore.make({ url }))
    })
  )

  it.live("of a newer version is refused and leaves it unchanged", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      yield* Effect.scoped(PostgresStore.make({ url }))
      yield* query(url, "UPDATE handoff_store SET version = 99")
      yield* query(url, "ALTER TABLE handoff_records RENAME TO handoff_moved")
      const { reason, detail } = yield* refusal(url)
      assert.strictEqual(reason, "unavailable")
      assert.include(detail, `has schema version 99; this version of the store reads up to ${version}. `)
      assert.include(detail, "upgrade @aumai/handoff-store-postgres")
      assert.deepStrictEqual(yield* query(url, "SELECT version FROM handoff_store"), [[99]])
    })
  )

  it.live("with tables of another application is refused and leaves it unchanged", () =>
    Effect.gen(function* () {
      for (const sql of ["CREATE TABLE handoff_log (line text)", "CREATE TABLE handoff_store (shelf int)"]) {
        const url = yield* makeDatabase()
        yield* query(url, sql)
        assert.match(
          (yield* refusal(url)).detail,
          /has tables of another application under the store's names \(handoff_\w+\)/
        )
        const tables = yield* query(url, "SELECT count(*)::int4 FROM pg_class WHERE relname LIKE 'handoff%'")
        assert.deepStrictEqual(tables, [[1]])
      }
    })
  )

  it.live("with another encoding than UTF8 is refused", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase(undefined, "ENCODING 'SQL_ASCII' TEMPLATE template0")
      assert.match((yield* refusal(url)).detail, /is encoded as SQL_ASCII; create a database with ENCODING 'UTF8'/)
    })
  )

  it.live("that does not exist fails at once with one sentence", () =>
    Effect.gen(function* () {
      const server = serverOfWorker()
      const cases: ReadonlyArray<readonly [string, RegExp]> = [
        [changed(server, { hostname: "nowhere.invalid" }), /^The host of nowhere\.invalid:\d+ is unknown/],
        [urlOf(server, "no_such_database"), /^The database no_such_database does not exist on .*; create it/]
      ]
      for (const [url, sentence] of cases) {
        const { reason, operation, detail } = yield* refusal(url)
        assert.deepStrictEqual({ reason, operation }, { reason: "unavailable", operation: "open" })
        assert.match(detail, sentence)
      }
    })
  )

  it.live("without permission to create tables names the missing permission", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const role = `reader_${new URL(url).pathname.slice(-8)}`
      yield* Effect.acquireRelease(query(url, `CREATE ROLE ${role} LOGIN PASSWORD 'r'`), () =>
        query(url, `DROP ROLE ${role}`)
      )
      const theirs = Object.assign(new URL(url), { username: role, password: "r" }).href
      assert.match((yield* refusal(theirs)).detail, /permission denied for schema public .*grant the user reader_\w+/)
    })
  )
})
