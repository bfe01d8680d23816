import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { connect, makeDatabase, query } from "../../../tooling/databases.ts"
import { openHandoffs } from "../src/node.ts"
import { whileWriting } from "./writers.ts"
import { verifyRepeatedly } from "./writing.ts"

const times = 4

/** Opens a transaction with an id in another database of the server. It holds back the logs of all. */
const held = Effect.gen(function* () {
  const run = yield* connect(yield* makeDatabase())
  yield* run("BEGIN")
  yield* run("SELECT pg_current_xact_id()::text")
  return run("COMMIT")
})

it.live(
  "verify() accuses no commit of other processes in PostgreSQL, with and without an open transaction on the server",
  () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const handoffs = yield* Effect.acquireRelease(
        Effect.promise(() => openHandoffs(url)),
        (handoffs) => Effect.promise(() => handoffs.close())
      )
      const verifying = Effect.promise(() => whileWriting(url, [1, 2], () => verifyRepeatedly(handoffs, times)))
      const free = yield* verifying
      assert.deepStrictEqual(free.accused, [])
      assert.strictEqual(free.grown, times)

      const release = yield* held
      const behind = yield* verifying
      assert.deepStrictEqual(behind.accused, [])
      assert.strictEqual(behind.grown, times)
      assert.match(behind.notes.join("\n"), /The latest entries of \d+ handoffs are not in the log yet/)

      // Real faults are still found.
      const whole = yield* Effect.promise(() => handoffs.verify())
      assert.deepStrictEqual([whole.flaws, whole.faults], [[], []])
      yield* query(
        url,
        "UPDATE handoff_tally SET amount = amount + 1 WHERE name = 'completed' AND slot = (SELECT min(slot) FROM handoff_tally WHERE name = 'completed')"
      )
      yield* query(
        url,
        "DELETE FROM handoff_log WHERE (record_id, revision) = (SELECT record_id, revision FROM handoff_log ORDER BY epoch, xid, n LIMIT 1)"
      )
      const { faults, flaws } = yield* Effect.promise(() => handoffs.verify())
      assert.match(
        faults.join("\n"),
        /^Counter "completed" is \d+, but its records add up to \d+\nThe log lacks an entry of handoff \w+$/
      )
      assert.strictEqual(flaws.length, 1)
      yield* release
    }),
  120_000
)
