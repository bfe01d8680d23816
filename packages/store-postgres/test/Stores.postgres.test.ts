import { type Change, HandoffManager } from "@aumai/handoff-core"
import { Capability, RecordId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

import { connect, makeDatabase, query } from "../../../tooling/databases.ts"
import { created, life, nextOf, receiver } from "../../testing/src/handoffs.ts"
import { PostgresStore } from "../src/index.ts"
import { namesOf, open, wholeLog } from "./stores.ts"

const at = DateTime.makeUnsafe("2025-12-01T09:00:00Z")
const idOf = (change: Change) => change.record.recordId

describe("several stores on one database", () => {
  it.live("commit overlapping pairs, each whole or absent", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const stores = [yield* open(url), yield* open(url), yield* open(url)]
      const ids = Array.from({ length: 12 }, (_, n) => `r${n}`)
      // Each commit creates two neighbouring handoffs, in either order.
      const attempts = stores.flatMap((store, s) =>
        ids.map((id, n) => {
          const other = ids[(n + 1 + s) % ids.length] ?? id
          const pair = [created(id, at, `by ${s}.${n}`), created(other, at, `by ${s}.${n}`)] as const
          return { store, pair }
        })
      )
      const outcomes = yield* Effect.forEach(attempts, ({ store, pair }) => Effect.result(store.commit(pair)), {
        concurrency: "unbounded"
      })
      const [reader] = stores
      let written = 0
      for (const [index, { pair }] of attempts.entries()) {
        const [a, b] = yield* Effect.forEach(pair, (change) =>
          Effect.map(reader?.get(idOf(change)) ?? Effect.succeedNone, (found) =>
            Option.exists(found, ({ request }) => request.taskDescription === change.record.request.taskDescription)
          )
        )
        const outcome = outcomes[index]
        assert.isTrue(
          outcome !== undefined && (Result.isSuccess(outcome) || outcome.failure._tag === "RevisionConflict")
        )
        const isDone = outcome !== undefined && Result.isSuccess(outcome)
        assert.deepStrictEqual([a, b], [isDone, isDone])
        if (isDone) written += 2
      }
      assert.isAbove(written, 0)
      assert.strictEqual((yield* reader?.tally ?? Effect.die("no store"))["pending"], written)
    })
  )

  it.live("refuse a whole commit if another writer changes one of its handoffs meanwhile", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const store = yield* open(url)
      const [a, b] = [life("a", at), life("b", at)]
      yield* store.commit([a[0], b[0]])
      const run = yield* connect(url)
      // Another transaction has locked b, and commits a change of it while the statement waits.
      yield* run("BEGIN")
      yield* run("UPDATE handoff_records SET base = 1, revision = 2 WHERE id = 'b'")
      const [a2, b2] = [a[1], b[1]]
      if (a2 === undefined || b2 === undefined) return yield* Effect.die("a life has four changes")
      const committing = yield* Effect.forkChild(Effect.result(store.commit([a2, b2])), { startImmediately: true })
      const waiting =
        "SELECT count(*)::int4 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
      while (((yield* query(url, waiting))[0]?.[0] ?? 0) !== 1) yield* Effect.sleep("5 millis")
      yield* run("COMMIT")
      const outcome = yield* Fiber.join(committing)
      assert.isTrue(Result.isFailure(outcome) && outcome.failure._tag === "RevisionConflict")
      if (Result.isFailure(outcome) && outcome.failure._tag === "RevisionConflict") {
        assert.strictEqual(outcome.failure.recordId, idOf(b2))
      }
      assert.strictEqual(Option.map(yield* store.get(idOf(a2)), ({ revision }) => revision).pipe(Option.getOrNull), 1)
      assert.deepStrictEqual(namesOf(yield* wholeLog(store)), ["a 1", "b 1"])
    })
  )

  it.live("import an archive of 300 handoffs with histories and tally", () =>
    Effect.gen(function* () {
      const [from, to] = [yield* makeDatabase(), yield* makeDatabase()]
      const source = yield* open(from)
      const ids = Array.from({ length: 300 }, (_, n) => `h${n}`)
      yield* Effect.forEach(ids, (id) => source.commit(life(id, at)), { concurrency: "unbounded", discard: true })
      const managerOf = (url: string) => HandoffManager.layer.pipe(Layer.provide(PostgresStore.layer({ url })))
      const archive = yield* Effect.flatMap(HandoffManager, (manager) => Stream.runCollect(manager.export)).pipe(
        Effect.provide(managerOf(from))
      )
      const reports = yield* Effect.flatMap(HandoffManager, (manager) =>
        Stream.runCollect(manager.import(Stream.fromIterable(archive)))
      ).pipe(Effect.provide(managerOf(to)))
      assert.strictEqual(reports.filter(({ outcome }) => outcome === "added").length, ids.length)
      const target = yield* open(to)
      assert.strictEqual((yield* target.tally)["completed"], ids.length)
      assert.strictEqual((yield* wholeLog(target)).length, ids.length * 4)
    })
  )

  it.live("name a row that was damaged by hand and keep the others readable", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const store = yield* open(url)
      for (const id of ["good", "torn", "moved"]) yield* store.commit([created(id, at)])
      yield* query(url, `UPDATE handoff_records SET record = '{"record_id"' WHERE id = 'torn'`)
      yield* query(url, `UPDATE handoff_records SET revision = 7 WHERE id = 'moved'`)
      yield* query(url, `UPDATE handoff_log SET event = '{}' WHERE record_id = 'torn'`)
      yield* query(url, `INSERT INTO handoff_agents VALUES ('a', 'everything')`)
      const { agents } = yield* PostgresStore.make({ url })
      const listed = yield* store.list({ _tag: "Inbox", agent: receiver, status: "pending" }, { limit: 9 })
      assert.deepStrictEqual(
        listed.map(({ recordId }) => String(recordId)),
        ["good"]
      )
      const entries = yield* store.log({ limit: 9 })
      assert.deepStrictEqual(
        entries.map(({ recordId }) => String(recordId)),
        ["good", "moved"]
      )
      assert.deepStrictEqual(
        (yield* store.odd).map(({ recordId }) => recordId),
        ["moved", "torn"]
      )
      assert.strictEqual((yield* Effect.flip(store.commit([created("torn", at)])))._tag, "RevisionConflict")
      const broken = [
        yield* Effect.flip(store.get(RecordId.make("torn"))),
        yield* Effect.flip(store.get(RecordId.make("moved"))),
        yield* Effect.flip(store.history(RecordId.make("torn"))),
        yield* Effect.flip(agents.all)
      ]
      for (const error of broken) {
        assert(error._tag === "StoreError" && error.reason === "corrupt")
        assert.match(
          error.detail,
          /(?:andoff (?:torn|moved)|Agent a) in database handoff_test_\w+ on .* cannot be read/
        )
      }
      assert.isTrue(Option.isSome(yield* store.get(RecordId.make("good"))))
      yield* agents.put({ agentId: receiver, capabilities: [Capability.make("analyze")] })
    })
  )

  it.live("reconnect after all their connections were terminated", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const store = yield* open(url, { maxConnections: 3 })
      yield* store.commit([created("a", at)])
      yield* query(
        url,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'aumai-handoff' AND datname = current_database()`
      )
      // The first commit may fail as in doubt; the next one succeeds.
      const first = yield* Effect.result(store.commit([created("b", at)]))
      if (Result.isFailure(first)) assert.match(first.failure.message, /read before repeating it/)
      yield* store.commit([created("c", at)])
      assert.isTrue(Option.isSome(yield* store.get(RecordId.make("c"))))
    })
  )
})

describe("an interrupted commit", () => {
  it.live("is whole or absent", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const store = yield* open(url)
      const pairs = Array.from({ length: 60 }, (_, n) => [created(`a${n}`, at), created(`b${n}`, at)] as const)
      for (const [n, pair] of pairs.entries()) {
        const committing = yield* Effect.forkChild(store.commit(pair), { startImmediately: true })
        yield* Effect.sleep(n % 4)
        yield* Fiber.interrupt(committing)
      }
      // A commit waits for the one in progress, so all writes are done after this one.
      yield* store.commit([created("last", at)])
      for (const [a, b] of pairs) {
        const [left, right] = [yield* store.get(idOf(a)), yield* store.get(idOf(b))]
        assert.strictEqual(Option.isSome(left), Option.isSome(right))
        const next = Option.isSome(left) ? nextOf(left.value, at) : undefined
        if (next !== undefined) yield* store.commit([next])
      }
    })
  )
})
