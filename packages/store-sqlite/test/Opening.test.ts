import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { relative } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { AgentStore, HandoffStore, StoredText } from "@aumai/handoff-core"
import { AgentId, Capability, RecordId, StoreError } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { advance, created, createOne, leased, renewed } from "../../testing/src/handoffs.ts"
import { SqliteStore, type SqliteStoreOptions } from "../src/index.ts"
import { applicationId, migrations } from "../src/Migrations.ts"
import * as Opening from "../src/Opening.ts"
import { inDirectory, start } from "./processes.ts"

const open = (path: string, options?: Partial<SqliteStoreOptions>) =>
  Layer.fresh(SqliteStore.layer({ path, ...options }))

/** The names and contents of the files in a directory. */
const contents = (directory: string) =>
  readdirSync(directory, { withFileTypes: true }).map((entry) => [
    entry.name,
    entry.isFile() ? readFileSync(`${directory}/${entry.name}`).toString("base64") : "no file"
  ])

const database = (path: string, sql: string) => {
  const db = new DatabaseSync(path)
  db.exec(sql)
  return db
}

interface Refusal {
  readonly what: string
  /** Creates it at the path. The test disposes of the result. */
  readonly make: (path: string) => Disposable | void
  readonly reason: StoreError["reason"]
  readonly sentence: string
}

const refusals: ReadonlyArray<Refusal> = [
  {
    what: "a text file",
    make: (path) => writeFileSync(path, "[]\n"),
    reason: "corrupt",
    sentence: "is not a SQLite database. It was left unchanged; choose another path"
  },
  {
    what: "a long text file",
    make: (path) => writeFileSync(path, "Not a database at all.\n".repeat(10_000)),
    reason: "corrupt",
    sentence: "is not a SQLite database. It was left unchanged; choose another path"
  },
  {
    what: "a directory",
    make: (path) => mkdirSync(path),
    reason: "unavailable",
    sentence: "is a directory; give the path of a file"
  },
  {
    what: "a database of another application",
    make: (path) => database(path, "CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')").close(),
    reason: "corrupt",
    sentence: "is a SQLite database of another application. It was left unchanged; choose another path"
  },
  {
    what: "an empty database with another application's id",
    make: (path) => database(path, "PRAGMA application_id = 7").close(),
    reason: "corrupt",
    sentence: "is a SQLite database of another application"
  },
  {
    what: "a closed database of another application in WAL mode",
    make: (path) => database(path, "PRAGMA journal_mode = WAL; CREATE TABLE notes (text)").close(),
    reason: "corrupt",
    sentence: "is a SQLite database of another application"
  },
  {
    what: "an open database of another application whose tables are still in its journal",
    make: (path) => database(path, "PRAGMA journal_mode = WAL; CREATE TABLE notes (text)"),
    reason: "corrupt",
    sentence: "has a journal of another application. Both were left unchanged; choose another path"
  },
  {
    what: "the journal of a missing database",
    make: (path) => writeFileSync(`${path}-wal`, "commits that are not in the database yet"),
    reason: "corrupt",
    sentence: "is missing or empty, but its journal"
  },
  {
    what: "a store of a newer version",
    make: (path) => {
      database(path, "CREATE TABLE handoffs (x); PRAGMA application_id = 0x4175486f; PRAGMA user_version = 99").close()
    },
    reason: "unavailable",
    sentence: `has schema version 99; this version of the store reads up to ${migrations.length}. It was left unchanged; upgrade @aumai/handoff-store-sqlite`
  }
]

describe("opening refuses, and leaves unchanged,", () => {
  for (const { what, make, reason, sentence } of refusals) {
    it.live(what, () =>
      inDirectory((at) =>
        Effect.gen(function* () {
          using _ = make(at("handoffs.db")) ?? { [Symbol.dispose]: () => {} }
          const before = contents(at("."))
          const error = yield* Effect.flip(Effect.provide(createOne("one"), open(at("handoffs.db"))))
          assert.strictEqual(error instanceof StoreError ? error.reason : error._tag, reason)
          assert.include(error.message, `${at("handoffs.db")} ${sentence}`)
          assert.deepStrictEqual(contents(at(".")), before)
        })
      )
    )
  }

  it.live("a path in a missing directory, and a device", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const missing = yield* Effect.flip(Effect.provide(createOne("one"), open(at("nowhere/handoffs.db"))))
        assert.strictEqual(
          missing.message,
          `${at("nowhere/handoffs.db")} needs the directory ${at("nowhere")}, which does not exist; create it`
        )
        const device = yield* Effect.flip(Effect.provide(createOne("one"), open("/dev/null")))
        assert.strictEqual(device.message, "/dev/null is not a file; give the path of a file")
        assert.deepStrictEqual(readdirSync(at(".")), [])
      })
    )
  )

  it.live("a commit to a store that a newer version has upgraded meanwhile", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.db")
        const error = yield* Effect.provide(
          Effect.gen(function* () {
            yield* createOne("one")
            database(path, "PRAGMA user_version = 99").close()
            return yield* Effect.flip(createOne("two"))
          }),
          open(path)
        )
        assert.include(
          error.message,
          `${path} has schema version 99; this version of the store reads up to ${migrations.length}`
        )
        using newer = database(path, "")
        assert.strictEqual(newer.prepare("SELECT count(*) AS n FROM log").get()?.["n"], 1)
      })
    )
  )

  it.live("a store whose newer version is still in its journal", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.db")
        yield* Effect.provide(createOne("one"), open(path))
        using newer = database(path, "PRAGMA user_version = 99")
        const error = yield* Effect.flip(Effect.provide(createOne("two"), open(path)))
        assert.include(error.message, "has schema version 99")
        assert.strictEqual(newer.prepare("SELECT count(*) AS n FROM handoffs").get()?.["n"], 1)
      })
    )
  )
})

describe("opening", () => {
  it.live("turns an empty file into a store, keeps its mode, and leaves one file when it closes", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        writeFileSync(at("empty.db"), "", { mode: 0o640 })
        for (const name of ["empty.db", "new.db"]) yield* Effect.provide(createOne("one"), open(at(name)))
        assert.deepStrictEqual(readdirSync(at(".")), ["empty.db", "new.db"])
        assert.strictEqual(statSync(at("empty.db")).mode & 0o777, 0o640)
        assert.strictEqual(statSync(at("new.db")).mode & 0o777, 0o600)
      })
    )
  )

  it.live("without `create` refuses a path without a store and creates nothing", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        writeFileSync(at("empty.db"), "")
        database(at("vacant.db"), "VACUUM").close()
        const before = contents(at("."))
        for (const name of ["empty.db", "none.db", "vacant.db"]) {
          const error = yield* Effect.flip(Effect.provide(createOne("one"), open(at(name), { create: false })))
          assert.strictEqual(error instanceof StoreError ? error.reason : error._tag, "missing")
          assert.include(error.message, `There is no store at ${at(name)}. Nothing was changed; correct the path`)
        }
        assert.deepStrictEqual(contents(at(".")), before)
        yield* Effect.provide(createOne("one"), open(at("new.db")))
        yield* Effect.provide(createOne("two"), open(at("new.db"), { create: false }))
        assert.notInclude(readdirSync(at(".")).join(), "new.db-")
      })
    )
  )

  it.live("flushes every commit by default, and not with `synchronous: NORMAL`", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        for (const [synchronous, level] of [
          ["FULL", 2],
          ["NORMAL", 1]
        ] as const) {
          const { db } = yield* Opening.open({
            path: at("handoffs.db"),
            create: true,
            synchronous,
            busyTimeout: 1000
          })
          assert.deepStrictEqual({ ...db.prepare("PRAGMA synchronous").get() }, { synchronous: level })
        }
      }).pipe(Effect.scoped)
    )
  )

  it.live("reads every path as a file name, even if it has a meaning for SQLite", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const name = relative(process.cwd(), at(":memory:"))
        yield* Effect.provide(createOne("one"), open(name))
        assert.deepStrictEqual(readdirSync(at(".")), [":memory:"])
      })
    )
  )

  it.live("a read-only store reads it if SQLite can share memory there, and refuses a commit", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.db")
        const heard = Effect.promise(async () => {
          const reader = start("readOnly.ts", path)
          const lines: Array<string> = []
          for (let line = await reader.nextLine(); line !== undefined; line = await reader.nextLine()) lines.push(line)
          return lines
        })
        const readable = [
          "1 pending",
          `StoreError: ${path} is read-only. Nothing was changed; make the file and its directory writable`
        ]
        yield* Effect.provide(createOne("one"), open(path))
        chmodSync(path, 0o444)
        chmodSync(at("."), 0o555)
        assert.deepStrictEqual(yield* heard, [
          `StoreError: ${path} cannot be opened. Make it readable, and its directory writable unless another process has the store open`
        ])
        yield* Effect.provide(
          Effect.gen(function* () {
            chmodSync(at("."), 0o555)
            assert.deepStrictEqual(yield* heard, readable, "while another process has it open")
            chmodSync(at("."), 0o777)
          }),
          open(path)
        ).pipe(Effect.when(Effect.sync(() => process.getuid?.() === 0)))
        chmodSync(at("."), 0o777)
        assert.deepStrictEqual(yield* heard, readable, "in a writable directory")
      })
    )
  )
})

describe("a store of the first version", () => {
  it.live("is migrated with its agents, and its handoffs can be continued", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.db")
        const moment = DateTime.makeUnsafe("2026-11-22T09:00:00.123Z")
        const change = created("one", moment)
        const { record, event } = StoredText.encode(change)
        using db = database(path, String(migrations[0]))
        db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1; PRAGMA journal_mode = WAL`)
        db.prepare("INSERT INTO handoffs VALUES ('one', 1, 'pending', 'a', 'b', NULL, 5, ?, NULL, ?)").run(
          moment.epochMilliseconds,
          record
        )
        db.prepare("INSERT INTO log (record_id, revision, event) VALUES ('one', 1, ?)").run(event)
        db.exec("INSERT INTO tally VALUES ('pending', 1)")
        db.prepare("INSERT INTO agents VALUES (?, ?), (?, ?)").run("bob", "[]", "carol", `["analyze","可視化"]`)
        const carol = {
          agentId: AgentId.make("carol"),
          capabilities: [Capability.make("analyze"), Capability.make("可視化")]
        }
        for (const lastSeen of [undefined, moment]) {
          yield* Effect.provide(
            Effect.gen(function* () {
              const agents = yield* AgentStore
              assert.deepStrictEqual(yield* agents.all, [
                { agentId: AgentId.make("bob"), capabilities: [] },
                { ...carol, ...(lastSeen === undefined ? {} : { lastSeen }) }
              ])
              yield* agents.seen([carol.agentId], moment)
            }),
            open(path)
          )
        }
        yield* Effect.provide(advance(change.record), open(path))
        assert.strictEqual(db.prepare("PRAGMA user_version").get()?.["user_version"], migrations.length)
      })
    )
  )
})

describe("a store of the version before renewals", () => {
  it.live("keeps the leases that run, so that they can be renewed", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.db")
        const changes = leased("held", yield* DateTime.now)
        yield* Effect.provide(
          Effect.andThen(
            HandoffStore.use((store) => store.commit(changes)),
            createOne("free")
          ),
          open(path)
        )
        const columns = ["attempt", "lease_until", "other_due", "renewed_until"]
        database(
          path,
          columns.map((column) => `ALTER TABLE handoffs DROP COLUMN ${column};`).join("") +
            "DROP TABLE removed; DROP TABLE reservations; PRAGMA user_version = 4"
        ).close()
        assert.isTrue(
          yield* Effect.provide(
            HandoffStore.use((store) => renewed(store, changes[1].record)),
            open(path)
          )
        )
      })
    )
  )
})

const idsOf = (all: ReadonlyArray<{ readonly recordId?: string }>) => all.map(({ recordId }) => recordId)

describe("a damaged store", () => {
  it.live("names the unreadable record and keeps the others readable", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.db")
        const store = yield* HandoffStore
        yield* createOne("good")
        yield* createOne("bad")
        database(
          path,
          "UPDATE handoffs SET record = '{' WHERE id = 'bad'; UPDATE log SET event = '1' WHERE record_id = 'bad'"
        ).close()
        const get = Effect.asVoid(store.get(RecordId.make("bad")))
        const unreadable = yield* Effect.flip(get)
        assert.strictEqual(unreadable.reason, "corrupt")
        assert.include(unreadable.message, `Handoff bad in ${path} cannot be read`)
        assert.deepStrictEqual(idsOf(yield* store.list({ _tag: "All" }, { limit: 9 })), ["good"])
        assert.deepStrictEqual(idsOf(yield* store.log({ limit: 9 })), ["good"])
        assert.deepStrictEqual(idsOf(yield* store.odd), ["bad"])
        assert.strictEqual((yield* Effect.flip(createOne("bad")))._tag, "RevisionConflict")
        const error = yield* Effect.flip(store.history(RecordId.make("bad")))
        assert.include(error.message, `Revision 1 of handoff bad in ${path} cannot be read`)
        const good = yield* store.get(RecordId.make("good"))
        assert.isTrue(Option.isSome(good))
        if (Option.isSome(good)) yield* advance(good.value)
      }).pipe(Effect.provide(open(at("handoffs.db"))))
    )
  )

  it.live("fills its pages with the records after many that cannot be read", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.db")
        const store = yield* HandoffStore
        for (let n = 0; n < 600; n += 1) yield* createOne(`r${String(n).padStart(3, "0")}`)
        database(path, "UPDATE handoffs SET record = '{' WHERE id BETWEEN 'r002' AND 'r590'").close()
        database(path, "UPDATE log SET event = '{' WHERE record_id BETWEEN 'r002' AND 'r590'").close()
        const [zero] = yield* store.list({ _tag: "All" }, { limit: 1 })
        assert.strictEqual(zero?.recordId, "r000")
        const page = yield* store.list({ _tag: "All" }, { limit: 3, ...(zero === undefined ? {} : { after: zero }) })
        assert.deepStrictEqual(idsOf(page), ["r001", "r591", "r592"])
        const first = yield* store.log({ limit: 2 })
        const last = first.at(-1)?.position
        assert.deepStrictEqual(idsOf(yield* store.log({ limit: 2, ...(last === undefined ? {} : { after: last }) })), [
          "r591",
          "r592"
        ])
        assert.deepStrictEqual(yield* store.list({ _tag: "All" }, { limit: Number.NaN }), [])
        assert.strictEqual((yield* store.odd).length, 589)
      }).pipe(Effect.provide(open(at("handoffs.db"))))
    )
  )

  it.live("fails with `corrupt` if its pages are damaged", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.db")
        yield* Effect.provide(createOne("one"), open(path))
        const bytes = readFileSync(path)
        writeFileSync(path, bytes.fill(0x5a, 4096))
        const before = contents(at("."))
        const error = yield* Effect.flip(Effect.provide(createOne("two"), open(path)))
        assert.strictEqual(error instanceof StoreError ? error.reason : error._tag, "corrupt")
        assert.include(error.message, `${path} is damaged: `)
        assert.deepStrictEqual(contents(at(".")), before)
      })
    )
  )
})

describe("a lock held by another connection", () => {
  const hold = (path: string) => database(path, "BEGIN IMMEDIATE")

  it.live(
    "is awaited without blocking the event loop, and the commit then succeeds",
    () =>
      inDirectory((at) =>
        Effect.gen(function* () {
          const other = hold(at("handoffs.db"))
          const fiber = yield* Effect.forkChild(createOne("one"), { startImmediately: true })
          // These turns only pass while the event loop is free.
          for (let turn = 0; turn < 20; turn++) yield* Effect.promise(() => new Promise(setImmediate))
          assert.isUndefined(fiber.pollUnsafe())
          other.close()
          assert.strictEqual((yield* Fiber.join(fiber)).status, "pending")
        }).pipe(Effect.provide(open(at("handoffs.db"), { busyTimeout: "40 seconds" })))
      ),
    // A blocking wait would take longer than this.
    30_000
  )

  it.live("for longer than `busyTimeout` fails the commit with `unavailable` and nothing changed", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const path = at("handoffs.db")
        const store = yield* HandoffStore
        using _ = hold(path)
        const error = yield* Effect.flip(createOne("one"))
        assert.strictEqual(
          error.message,
          `Another process has locked ${path} for more than 50 ms. Nothing was changed; try again`
        )
        assert.isTrue(Option.isNone(yield* store.get(RecordId.make("one"))))
        const agents = yield* AgentStore
        const put = yield* Effect.flip(agents.put({ agentId: AgentId.make("a"), capabilities: [] }))
        assert.strictEqual(put.reason, "unavailable")
      }).pipe(Effect.provide(open(at("handoffs.db"), { busyTimeout: 50 })))
    )
  )
})
