import { type Handoffs, handoffsOver, type OpenOptions } from "./index.ts"
import { remindful } from "./open/Opening.ts"
import { storeLayer, type StoreOptions } from "./open/StoreLayer.ts"

export { fileOf, storeLayer, type StoreOptions } from "./open/StoreLayer.ts"

/**
 * Opens the handoffs at a location: a path for a JSON file, `sqlite:handoffs.db`, `postgres://user@host/database`, or
 * `memory:`. Close them when you are done, or let `await using` do it.
 *
 * Rejects with `InvalidInput` for a location that cannot be meant, and with `StoreError` when the store cannot be opened
 * or its package is not installed; the sentence says which.
 *
 * @example
 * ```ts
 * import { openHandoffs } from "@aumai/handoff/node"
 *
 * await using handoffs = await openHandoffs("handoffs.json")
 * console.log((await handoffs.metrics()).total) // 0
 * ```
 */
export const openHandoffs = (location: string, options: StoreOptions & OpenOptions = {}): Promise<Handoffs> =>
  remindful(handoffsOver(storeLayer(location, options), options))
