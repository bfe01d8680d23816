import { type Entry, type Position, positionOf } from "@aumai/handoff-core"
import { RecordId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"

import { connect, makeDatabase, query } from "../../../tooling/databases.ts"
import { created, life } from "../../testing/src/handoffs.ts"
import { PostgresStore } from "../src/index.ts"
import { keyAfter } from "./sealed.ts"
import { namesOf, open, wholeLog } from "./stores.ts"

const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")

describe("the log", () => {
  it.live("hides entries after an open transaction, and shows them in order once it ends", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const [store, other] = [yield* open(url), yield* open(url)]
      yield* store.commit([created("before", at)])
      const run = yield* connect(url)
      yield* run("BEGIN")
      const held = yield* run("SELECT pg_current_xact_id()::text")
      yield* other.commit([created("behind", at)])
      // The record and its history are visible at once.
      assert.isTrue(Option.isSome(yield* store.get(RecordId.make("behind"))))
      const [behind] = yield* store.history(RecordId.make("behind"))
      assert.deepStrictEqual(namesOf(yield* wholeLog(store)), ["before 1"])
      // Its position is not beyond the end, although no reader of the log sees it yet.
      assert.deepStrictEqual(yield* wholeLog(store, behind?.position), [])
      // The open transaction writes an entry whose position is before the hidden one.
      yield* run(
        `INSERT INTO handoff_log SELECT 1, '${String(held[0]?.[0])}', 1, 'between', 1, event FROM handoff_log WHERE record_id = 'before'`
      )
      yield* run("COMMIT")
      while ((yield* wholeLog(store)).length < 3) yield* Effect.sleep("5 millis")
      assert.deepStrictEqual(namesOf(yield* wholeLog(store)), ["before 1", "between 1", "behind 1"])
    })
  )

  it.live("is complete and in order for a follower while four stores write and transactions stay open", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const writers = yield* Effect.all(Array.from({ length: 4 }, () => open(url)))
      const reader = yield* open(url)
      const run = yield* connect(url)
      const seen: Array<Entry> = []
      let isWriting = true
      const reading = Effect.gen(function* () {
        let after: Position | undefined
        while (true) {
          // Another open transaction on the server can hide the end of the log for a moment.
          if (seen.length >= 240 && !isWriting) return
          const page: ReadonlyArray<Entry> = yield* reader.log({ limit: 7, ...(after === undefined ? {} : { after }) })
          seen.push(...page)
          after = page.at(-1)?.position ?? after
        }
      })
      const holding = Effect.gen(function* () {
        while (true) {
          if (!isWriting) return
          yield* run("BEGIN")
          yield* run("SELECT pg_current_xact_id()::text")
          yield* Effect.sleep("7 millis")
          yield* run("COMMIT")
        }
      })
      const following = yield* Effect.forkChild(reading)
      const blocking = yield* Effect.forkChild(holding)
      // A different store writes each step of a handoff.
      yield* Effect.forEach(
        Array.from({ length: 60 }, (_, n) => life(`h${n}`, at)),
        (changes, n) =>
          Effect.forEach(
            changes,
            (change, step) => writers[(n + step) % writers.length]?.commit([change]) ?? Effect.die("no writer"),
            { discard: true }
          ),
        { concurrency: 24, discard: true }
      )
      isWriting = false
      yield* Fiber.join(blocking)
      yield* Fiber.join(following)
      assert.strictEqual(seen.length, 240)
      assert.strictEqual(new Set(namesOf(seen)).size, 240)
      const reached = new Map<string, number>()
      for (const { recordId, revision } of seen) {
        assert.strictEqual(revision, (reached.get(recordId) ?? 0) + 1, recordId)
        reached.set(recordId, revision)
      }
    })
  )

  it.live("continues after entries restored from a cluster with higher transaction ids", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      yield* Effect.scoped(Effect.flatMap(open(url), (store) => store.commit([created("old", at)])))
      // An id as in a restored dump, far beyond those of this cluster.
      yield* query(url, "UPDATE handoff_log SET xid = '400000000000'")
      const store = yield* open(url)
      const [old] = yield* wholeLog(store)
      yield* store.commit([created("new", at)])
      assert.deepStrictEqual(namesOf(yield* wholeLog(store)), ["old 1", "new 1"])
      assert.deepStrictEqual(namesOf(yield* wholeLog(store, old?.position)), ["new 1"])
      const { log } = yield* store.origin
      assert.strictEqual(old?.position, positionOf({ log, epoch: 1 }, "400000000000.1"))
      // The first two were written after the dump, by a store that is lost.
      for (const [epoch, number] of [
        [1, "400000000000.2"],
        [1, "400000000001.1"],
        [3, "1.1"]
      ] as const) {
        const error = yield* Effect.flip(store.log({ limit: 1, after: positionOf({ log, epoch }, number) }))
        assert(error._tag === "InvalidPosition" && error.reason === "another_epoch", error.message)
      }
      yield* Effect.scoped(open(url))
      assert.deepStrictEqual(yield* query(url, "SELECT epoch FROM handoff_store"), [[2]])
      // The last entry of a dump can be one of the key log.
      yield* Effect.scoped(
        Effect.flatMap(PostgresStore.make({ url }), ({ agents }) => agents.record([keyAfter(log, 0)]))
      )
      yield* query(url, "UPDATE handoff_keys SET xid = '400000000000'")
      const { agents, handoffs } = yield* PostgresStore.make({ url })
      assert.strictEqual((yield* handoffs.origin).epoch, 3)
      const [key] = (yield* agents.keys).get(log) ?? []
      assert.strictEqual(key?.position, positionOf({ log, epoch: 2 }, "400000000000.1"))
      assert.deepStrictEqual(yield* wholeLog(handoffs, key?.position), [])
    })
  )
})
