/** Opens a store that logs while it is opened and while it commits. */
import { HandoffStore, MemoryStore } from "@aumai/handoff-core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { handoffsOver } from "../../src/index.ts"

const layer = Layer.effectContext(
  Effect.gen(function* () {
    const context = yield* Layer.build(MemoryStore.layer)
    const store = Context.get(context, HandoffStore)
    yield* Effect.logWarning("opening takes long")
    return Context.add(context, HandoffStore, {
      ...store,
      commit: (changes) => Effect.andThen(Effect.logWarning("the disk is slow"), store.commit(changes))
    })
  })
)

const handoffs = await handoffsOver(layer)
await handoffs.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "Report" })
console.log("done")
await handoffs.close()
