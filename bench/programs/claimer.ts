/** Claims from one inbox with several claimers until it is empty, and prints the numbers of claims and conflicts. */
import { once } from "node:events"

import { HandoffManager, HandoffStore } from "@aumai/handoff-core"
import { AgentId } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { storeAt } from "../../packages/testing/src/storeAt.ts"

const [location = "", agent = "", claimers = "1"] = process.argv.slice(2)
const counts = { claimed: 0, conflicts: 0 }

const counting = Layer.effect(
  HandoffStore,
  Effect.map(HandoffStore, (store) => ({
    ...store,
    commit: (changes) =>
      Effect.tapErrorTag(store.commit(changes), "RevisionConflict", () =>
        Effect.sync(() => {
          counts.conflicts += 1
        })
      )
  }))
)

const claimer = Effect.gen(function* () {
  const manager = yield* HandoffManager
  while (Option.isSome(yield* manager.claim(AgentId.make(agent)))) counts.claimed += 1
})

const program = Effect.gen(function* () {
  const store = yield* HandoffStore
  // Reads once, so that no claim pays for opening.
  yield* store.list({ _tag: "Inbox", agent: AgentId.make(agent), status: "pending" }, { limit: 1 })
  console.log("ready")
  yield* Effect.promise(() => once(process.stdin, "data"))
  yield* Effect.all(
    Array.from({ length: Number(claimers) }, () => claimer),
    { concurrency: "unbounded", discard: true }
  )
  console.log("done")
  console.log(JSON.stringify(counts))
})

await Effect.runPromise(
  Effect.provide(
    program,
    HandoffManager.layer.pipe(Layer.provideMerge(counting), Layer.provideMerge(storeAt(location)))
  )
)
process.stdin.destroy()
