import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { makeDatabase } from "../../../tooling/databases.ts"
import { openHandoffs } from "../src/node.ts"
import { ask, rejection } from "./stores.ts"
import { handoffsToDo, show, workThrough } from "./workers.ts"

it.live("handoffs live from pending to completed in PostgreSQL, and another client follows", () =>
  Effect.gen(function* () {
    const url = yield* makeDatabase()
    yield* Effect.promise(async () => {
      await using planner = await openHandoffs(url)
      await using executor = await openHandoffs(url)
      const seen: Array<string> = []
      const following = (async () => {
        for await (const { event } of planner.changes()) {
          seen.push(event._tag)
          if (event._tag === "Completed") break
        }
      })()
      const { recordId } = await planner.create(ask)
      const claimed = await executor.claim("executor")
      assert.strictEqual(claimed?.recordId, recordId)
      await executor.complete(recordId, { result: { output: "report.pdf" } })
      await following
      assert.deepStrictEqual(seen, ["Created", "Accepted", "Completed"])
      assert.include(await rejection(planner.get("nope")), { _tag: "HandoffNotFound" })
    })
  })
)

it.live(
  "workers that are killed and stopped complete every handoff in PostgreSQL exactly once",
  () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const told = yield* Effect.promise(() => workThrough(url))
      assert.isAbove(told.kills + told.stops, 0)
      assert.isAbove(Math.min(told.forwarded, told.rerouted, told.parts), 0)
      console.log(show(told))
    }),
  60_000 + handoffsToDo * 100
)
