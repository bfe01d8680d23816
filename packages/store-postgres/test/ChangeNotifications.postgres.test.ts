import { setTimeout } from "node:timers/promises"

import type { HandoffStore } from "@aumai/handoff-core"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"

import { makeDatabase, query } from "../../../tooling/databases.ts"
import { created } from "../../testing/src/handoffs.ts"
import { PostgresStore } from "../src/index.ts"
import { open, untilAsked } from "./stores.ts"

const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")

/** Follows a store and returns a counter of its hints. Starting to listen gives the first one. */
const countHints = Effect.fnUntraced(function* ({ changed }: HandoffStore["Service"]) {
  let hints = 0
  yield* Effect.forkScoped(
    Stream.runForEach(changed, () =>
      Effect.sync(() => {
        hints += 1
      })
    ),
    { startImmediately: true }
  )
  return () => hints
})

// Uses the real clock, because the test clock may stand still.
const until = (condition: () => boolean) =>
  Effect.promise(async (signal) => {
    while (!condition()) await setTimeout(2, undefined, { signal })
  })

/** A writer that just found no listeners and checks again when the test clock moves, and a listener that started since. */
const listeningTooLate = Effect.gen(function* () {
  const url = yield* makeDatabase()
  const scope = yield* Scope.fork(yield* Effect.scope)
  const writer = yield* Scope.provide(open(url), scope)
  yield* writer.commit([created("a", at)])
  yield* untilAsked(url)
  const { handoffs } = yield* PostgresStore.make({ url, pollInterval: "1 day" })
  const hints = yield* countHints(handoffs)
  yield* until(() => hints() >= 1)
  yield* writer.commit([created("b", at)])
  return { hints, close: Scope.close(scope, Exit.void) }
})

describe("a hint from another process", () => {
  it.live("arrives through polling if the notification is missing", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const { handoffs } = yield* PostgresStore.make({ url, pollInterval: "20 millis" })
      const hints = yield* countHints(handoffs)
      yield* until(() => hints() >= 1)
      // Rows written with plain SQL send no notification.
      for (let n = 1; hints() === 1; n++) {
        yield* query(url, `INSERT INTO handoff_log VALUES (1, pg_current_xact_id(), 1, 'by hand', ${n}, '{}')`)
      }
    })
  )

  it.live("arrives after the listening connection was terminated", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const store = yield* open(url)
      // The poll interval is also the pause before the listener reconnects.
      const { handoffs } = yield* PostgresStore.make({ url, pollInterval: "300 millis" })
      const hints = yield* countHints(handoffs)
      yield* until(() => hints() >= 1)
      yield* query(
        url,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`
      )
      yield* until(() => hints() >= 2)
      const before = hints()
      yield* store.commit([created("a", at)])
      yield* until(() => hints() > before)
    })
  )

  it.effect("reaches a listener that started just after the writer had checked for listeners", () =>
    Effect.gen(function* () {
      const { hints } = yield* listeningTooLate
      assert.strictEqual(hints(), 1)
      yield* TestClock.adjust("20 millis")
      yield* until(() => hints() >= 2)
    })
  )

  it.effect("arrives at once when the writer closes", () =>
    Effect.gen(function* () {
      const { hints, close } = yield* listeningTooLate
      yield* close
      yield* until(() => hints() >= 2)
    })
  )
})
