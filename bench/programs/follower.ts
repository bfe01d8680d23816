/** Follows a store and prints the time at which it read each entry. */
import { once } from "node:events"

import { HandoffManager, HandoffStore } from "@aumai/handoff-core"
import { PostgresStore } from "@aumai/handoff-store-postgres"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

const [url = ""] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const manager = yield* HandoffManager
  const store = yield* HandoffStore
  // Every listener gets a first hint when it starts, which shows that it is listening.
  yield* Stream.runDrain(Stream.take(store.changed, 1))
  console.log("ready")
  yield* Stream.runForEach(manager.changes(), () =>
    Effect.sync(() => console.log(performance.timeOrigin + performance.now()))
  )
})

const handoffs = HandoffManager.layer.pipe(Layer.provideMerge(PostgresStore.layer({ url })))
await Effect.runPromise(
  Effect.race(
    Effect.provide(program, handoffs),
    Effect.promise(() => once(process.stdin.resume(), "end"))
  )
)
