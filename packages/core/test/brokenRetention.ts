import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { HandoffStore } from "../src/store/HandoffStore.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { storedOf } from "../src/store/Renewals.ts"
import type { Retention } from "../src/store/Retention.ts"
import type { BrokenStore } from "./brokenStores.ts"

/** A memory store with another rewrite. */
const broken = (
  fault: string,
  breaks: string,
  rewrite: (whole: Retention, store: HandoffStore["Service"]) => Retention["rewrite"]
): BrokenStore => ({
  fault,
  breaks,
  layer: Layer.effectContext(
    Effect.map(Layer.build(MemoryStore.layer), (services) => {
      const store = Context.get(services, HandoffStore)
      const retention = Effect.map(store.retention ?? Effect.die("no retention"), (whole) => ({
        ...whole,
        rewrite: rewrite(whole, store)
      }))
      return Context.add(services, HandoffStore, { ...store, retention })
    })
  )
})

/** Stores that break a law of archiving and purging. */
export const brokenRetention: ReadonlyArray<BrokenStore> = [
  broken(
    "leaves no leaf of a removed entry",
    "a removed handoff leaves its leaves, positions stay valid, and it can be put back",
    (whole) => (rewrite) => whole.rewrite({ ...rewrite, leave: [] })
  ),
  broken(
    "keeps the leaves of what was put back",
    "a removed handoff leaves its leaves, positions stay valid, and it can be put back",
    (whole) => (rewrite) => whole.rewrite({ ...rewrite, retract: [] })
  ),
  broken(
    "removes a part of a rewrite that conflicts",
    "a rewrite of a handoff that changed is refused, and changes nothing",
    (whole) => (rewrite) =>
      Effect.tapError(whole.rewrite(rewrite), () =>
        Effect.ignore(whole.rewrite({ drop: rewrite.drop?.slice(0, 1) ?? [] }))
      )
  ),
  broken(
    "erases nothing",
    "an erased handoff keeps its positions, digests and sums",
    (whole) => (rewrite) => whole.rewrite({ ...rewrite, put: [] })
  ),
  broken(
    "says that it removed what it keeps",
    "archiving that is interrupted at any step loses nothing, and is completed by repeating it",
    (whole) =>
      ({ leave = [] }) =>
        whole.rewrite({ leave })
  ),
  broken(
    "forgets renewals when it writes its content again",
    "a renewal lasts when other handoffs leave the store",
    (whole, store) => (rewrite) =>
      Effect.gen(function* () {
        yield* whole.rewrite(rewrite)
        for (const record of yield* store.list({ _tag: "All" }, { limit: 100 })) {
          const entries = yield* store.history(record.recordId)
          yield* whole.rewrite({ put: [{ record: storedOf(record), entries, base: record.revision }] })
        }
      })
  ),
  broken(
    "says that it erased what it keeps",
    "purging erases the texts of handoffs that have ended, and of no others",
    () => () => Effect.void
  )
]
