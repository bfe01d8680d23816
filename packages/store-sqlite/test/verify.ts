/** Checks the invariants that a database keeps even if its writers were killed. */
import { DatabaseSync } from "node:sqlite"

import { HandoffStore, tallyOf } from "@aumai/handoff-core"
import { type RecordId, replay } from "@aumai/handoff-protocol"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { SqliteStore } from "../src/index.ts"

/** Asserts that no acknowledged commit is lost and that histories, states, log, tally and pages agree. */
export const verify = (path: string, acknowledged: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const found = new Set<string>()
    const tally: Record<string, number> = {}
    for (const record of yield* store.list({ _tag: "All" }, { limit: 1_000_000 })) {
      const id: RecordId = record.recordId
      const history = yield* store.history(id)
      const replayed = replay(
        id,
        history.map(({ event }) => event)
      )
      assert.deepStrictEqual(replayed, Result.succeed(record))
      assert.deepStrictEqual(
        history.map(({ revision }) => revision),
        history.map((_, index) => index + 1)
      )
      for (const { revision } of history) found.add(`${id} ${revision}`)
      for (const [name, amount] of tallyOf(record)) tally[name] = (tally[name] ?? 0) + amount
    }
    assert.deepStrictEqual(
      acknowledged.filter((one) => !found.has(one)),
      [],
      "lost"
    )
    assert.strictEqual((yield* store.log({ limit: 1_000_000 })).length, found.size)
    const kept = Object.entries(yield* store.tally).filter(([, amount]) => amount !== 0)
    assert.deepStrictEqual(Object.fromEntries(kept), tally)
    using db = new DatabaseSync(path)
    assert.deepStrictEqual({ ...db.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" })
  }).pipe(Effect.provide(SqliteStore.layer({ path })))
