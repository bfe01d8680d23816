import { AgentCapabilityRegistry, HandoffManager, HandoffRouter, MemoryStore } from "@aumai/handoff-core"
import { FileStore } from "@aumai/handoff-store-file"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { root } from "./Root.ts"

/** The engine over the store that `--store` names: a JSON file, or `memory:`, which is gone when the command ends. */
const engine = (store: string, oneShot: boolean) =>
  Layer.mergeAll(HandoffManager.layer, AgentCapabilityRegistry.layer, HandoffRouter.layer).pipe(
    Layer.provideMerge(store === "memory:" ? MemoryStore.layer : FileStore.layer({ path: store, oneShot }))
  )

const on =
  (oneShot: boolean) =>
  <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.flatMap(root, ({ store }) => Effect.provide(work, engine(store, oneShot)))

/** Runs a command on the store: one that commits at most once. */
export const once = on(true)

/** Runs a command on the store: one that commits again and again, or stays. */
export const staying = on(false)
