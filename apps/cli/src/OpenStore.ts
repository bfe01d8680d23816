import { AgentCapabilityRegistry, HandoffManager, HandoffRouter, MemoryStore } from "@aumai/handoff-core"
import * as Layer from "effect/Layer"

/** The engine over the store that `--store` names: a JSON file, or `memory:`, which is gone when the command ends. */
export const engine = (store: string) =>
  Layer.mergeAll(HandoffManager.layer, AgentCapabilityRegistry.layer, HandoffRouter.layer).pipe(
    Layer.provideMerge(store === "memory:" ? MemoryStore.layer : MemoryStore.layer)
  )
