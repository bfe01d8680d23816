/** Claims from one inbox with several claimers until it is empty, and prints the numbers of claims and conflicts. */
import { once } from "node:events"

import { AgentStore, HandoffManager, HandoffStore } from "@aumai/handoff-core"
import { AgentId } from "@aumai/handoff-protocol"
import { PostgresStore } from "@aumai/handoff-store-postgres"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

const [url = "", agent = "", claimers = "1"] = process.argv.slice(2)
const counts = { claimed: 0, conflicts: 0 }

const counting = Layer.effectContext(
  Effect.map(PostgresStore.make({ url }), ({ handoffs, agents }) =>
    Context.make(HandoffStore, {
      ...handoffs,
      commit: (changes) =>
        Effect.tapErrorTag(handoffs.commit(changes), "RevisionConflict", () =>
          Effect.sync(() => {
            counts.conflicts += 1
          })
        )
    }).pipe(Context.add(AgentStore, agents))
  )
)

const claimer = Effect.gen(function* () {
  const manager = yield* HandoffManager
  while (Option.isSome(yield* manager.claim(AgentId.make(agent)))) counts.claimed += 1
})

const program = Effect.gen(function* () {
  const store = yield* HandoffStore
  yield* store.tally
  console.log("ready")
  yield* Effect.promise(() => once(process.stdin, "data"))
  yield* Effect.all(
    Array.from({ length: Number(claimers) }, () => claimer),
    { concurrency: "unbounded", discard: true }
  )
  console.log("done")
  console.log(JSON.stringify(counts))
})

await Effect.runPromise(Effect.provide(program, HandoffManager.layer.pipe(Layer.provideMerge(counting))))
process.stdin.destroy()
