/** Claims from an inbox, prints what it is about to commit, and commits it once it reads a line. */
import { once } from "node:events"

import { HandoffManager, HandoffStore } from "@aumai/handoff-core"
import { AgentId } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { storeAt } from "../../src/storeAt.ts"

const [location = "", agent = ""] = process.argv.slice(2)

const waiting = Layer.effect(
  HandoffStore,
  Effect.map(HandoffStore, (store) => {
    let isAsked = false
    return {
      ...store,
      commit: (changes) =>
        Effect.gen(function* () {
          if (!isAsked) {
            isAsked = true
            console.log(changes[0].record.recordId)
            yield* Effect.promise(() => once(process.stdin, "data"))
          }
          yield* store.commit(changes)
        })
    }
  })
)

const program = Effect.gen(function* () {
  const manager = yield* HandoffManager
  const claimed = yield* manager.claim(AgentId.make(agent))
  console.log(Option.isSome(claimed) ? `claimed ${claimed.value.recordId}` : "nothing")
})

await Effect.runPromise(
  Effect.provide(program, HandoffManager.layer.pipe(Layer.provide(waiting), Layer.provide(storeAt(location))))
)
process.stdin.destroy()
