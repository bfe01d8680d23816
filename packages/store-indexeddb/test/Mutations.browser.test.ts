import { HandoffManager } from "@aumai/handoff-core"
import { RecordId } from "@aumai/handoff-protocol"
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { histories } from "../../testing/src/histories.ts"
import { fill, findsEvery, type Kept } from "../../testing/src/mutations.ts"
import { IndexedDbStore } from "../src/index.ts"
import { inRaw } from "./raw.ts"

const name = "mutations"

/** The texts of one object store, each with a function that replaces it as another page would. */
const textsIn = (store: "log" | "records", part: "event" | "record") =>
  Effect.map(
    Effect.promise(() => inRaw<Array<Readonly<Record<string, unknown>>>>(name, store, (rows) => rows.getAll())),
    (rows) =>
      rows.map((row): Kept => ({
        id: RecordId.make(String(row["id"])),
        what: part,
        text: String(row[part]),
        write: (text) => Effect.promise(() => inRaw(name, store, (rows) => rows.put({ ...row, [part]: text })))
      }))
  )

describe("a byte changed by another program", () => {
  it.live("is found in every entry and every record", () =>
    Effect.gen(function* () {
      yield* fill(yield* histories(1))
      yield* findsEvery(yield* textsIn("log", "event"), 200, 1)
      yield* findsEvery(yield* textsIn("records", "record"), 100, 2)
    }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(IndexedDbStore.layer({ name })))))
  )
})
