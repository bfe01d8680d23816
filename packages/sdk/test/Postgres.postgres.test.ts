import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { makeDatabase } from "../../../tooling/databases.ts"
import { openHandoffs } from "../src/node.ts"
import { lose } from "./losing.ts"
import { race } from "./races.ts"
import { ask, rejection } from "./stores.ts"
import { handoffsToDo, show, workThrough } from "./workers.ts"

it.live("handoffs go from pending to completed in PostgreSQL while another client follows", () =>
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

it.live("a worker is told soon that another client cancelled its handoff in PostgreSQL", () =>
  Effect.gen(function* () {
    const url = yield* makeDatabase()
    yield* Effect.promise(async () => {
      await using worker = await openHandoffs(url)
      await using other = await openHandoffs(url)
      await lose(worker, other)
    })
  })
)

it.live(
  "a hundred verbs at once on one handoff in PostgreSQL all succeed from two clients",
  () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      yield* Effect.promise(async () => {
        await using one = await openHandoffs(url)
        await using other = await openHandoffs(url)
        await race([one, other])
      })
    }),
  60_000
)

it.live(
  "workers complete every handoff in PostgreSQL exactly once while they are killed and stopped",
  () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const outcome = yield* Effect.promise(() => workThrough(url))
      assert.isAbove(outcome.kills + outcome.stops, 0)
      assert.isAbove(Math.min(outcome.forwarded, outcome.rerouted, outcome.parts), 0)
      console.log(show(outcome))
    }),
  120_000 + handoffsToDo * 100
)
