import { HandoffManager } from "@aumai/handoff-core"
import { RecordId } from "@aumai/handoff-protocol"
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { connect, makeDatabase } from "../../../tooling/databases.ts"
import { histories } from "../../testing/src/histories.ts"
import { fill, findsEvery, type Kept } from "../../testing/src/mutations.ts"
import { PostgresStore } from "../src/index.ts"

describe("a byte changed by another program", () => {
  it.live("is found in every entry and every record", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const run = yield* connect(url)
      const textsOf = (table: "handoff_log" | "handoff_records", column: "event" | "record", id: string) =>
        Effect.map(run(`SELECT ${id}, ${column} FROM ${table}`), (rows) =>
          rows.map(([name, text]): Kept => {
            let last = String(text)
            return {
              id: RecordId.make(String(name)),
              what: column,
              text: last,
              // The row is found by its text, because its ctid changes with every write.
              write: (next) =>
                Effect.tap(
                  run(`UPDATE ${table} SET ${column} = $1 WHERE ${id} = $2 AND ${column} = $3`, [next, name, last]),
                  () => Effect.sync(() => void (last = next))
                )
            }
          })
        )
      yield* Effect.gen(function* () {
        yield* fill(yield* histories(2))
        yield* findsEvery(yield* textsOf("handoff_log", "event", "record_id"), 300, 1)
        yield* findsEvery(yield* textsOf("handoff_records", "record", "id"), 150, 2)
      }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(PostgresStore.layer({ url })))))
    })
  )
})
