/** Uses a store in every way and does not close it. */
import { writeSync } from "node:fs"

import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import { created } from "../../../testing/src/handoffs.ts"
import { PostgresStore } from "../../src/index.ts"

const [url = ""] = process.argv.slice(2)
const opened = PostgresStore.make({ url, maxConnections: 3 })
const { handoffs } = await Effect.runPromise(Scope.provide(opened, Scope.makeUnsafe()))
const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")
await Effect.runPromise(
  Effect.all(
    ["a", "b", "c"].map((id) => handoffs.commit([created(id, at)])),
    { concurrency: "unbounded" }
  )
)
writeSync(1, "created\n")
await Effect.runPromise(Stream.runDrain(Stream.take(handoffs.changed, 1)))
writeSync(1, "followed\n")
