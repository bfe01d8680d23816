import type { AgentStore, HandoffRouter, HandoffStore } from "@aumai/handoff-core"
import type * as Layer from "effect/Layer"

/** Chooses receivers. `smartRouter` and `routerOf` of `@aumai/handoff/smart` make one. It is a layer of Effect. */
export type Router = Layer.Layer<HandoffRouter, never, AgentStore | HandoffStore>
