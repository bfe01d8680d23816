/** What must be true of a database whatever happened to those who wrote it. */
import { DatabaseSync } from "node:sqlite"

import { HandoffStore } from "@aumai/handoff-core"
import { HandoffStatus, type RecordId, replay } from "@aumai/handoff-protocol"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { SqliteStore } from "../src/index.ts"

/** Everything acknowledged is there, states are what their histories say, counts are what there is, pages are sound. */
export const verify = (path: string, acknowledged: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const found = new Set<string>()
    const counts = new Map<HandoffStatus, number>()
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
      counts.set(record.status, (counts.get(record.status) ?? 0) + 1)
    }
    assert.deepStrictEqual(
      acknowledged.filter((one) => !found.has(one)),
      [],
      "lost"
    )
    assert.strictEqual((yield* store.log({ limit: 1_000_000 })).length, found.size)
    const expected = HandoffStatus.literals.map((status) => [status, counts.get(status) ?? 0])
    assert.deepStrictEqual(yield* store.count, Object.fromEntries(expected))
    using db = new DatabaseSync(path)
    assert.deepStrictEqual({ ...db.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" })
  }).pipe(Effect.provide(SqliteStore.layer({ path })))
