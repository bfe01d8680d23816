import { DatabaseSync } from "node:sqlite"

import { HandoffManager } from "@aumai/handoff-core"
import { RecordId } from "@aumai/handoff-protocol"
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { histories } from "../../testing/src/histories.ts"
import { fill, findsEvery, type Kept } from "../../testing/src/mutations.ts"
import { SqliteStore } from "../src/index.ts"
import { inDirectory } from "./processes.ts"

describe("a byte changed by another program", () => {
  it.live("is found in every entry and every record", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        yield* fill(yield* histories(2))
        const database = yield* Effect.acquireRelease(
          Effect.sync(() => new DatabaseSync(at("handoffs.db"))),
          (database) => Effect.sync(() => database.close())
        )
        const textsOf = (table: "log" | "handoffs", column: "event" | "record", id: string) => {
          const update = database.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`)
          const rows = database.prepare(`SELECT rowid AS row, ${id} AS id, ${column} AS text FROM ${table}`).all()
          return rows.map(({ row = null, id, text }): Kept => ({
            id: RecordId.make(String(id)),
            what: column,
            text: String(text),
            write: (text) => Effect.sync(() => update.run(text, row))
          }))
        }
        yield* findsEvery(textsOf("log", "event", "record_id"), 500, 1)
        yield* findsEvery(textsOf("handoffs", "record", "id"), 250, 2)
      }).pipe(
        Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(SqliteStore.layer({ path: at("handoffs.db") })))),
        Effect.scoped
      )
    )
  )
})
