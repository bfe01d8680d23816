import { type Handoffs, handoffsOver, type OpenOptions } from "./index.ts"
import { withAwaitReminder } from "./open/Opening.ts"
import { storeLayer, type StoreOptions } from "./open/StoreLayer.ts"

export { schemaBox } from "./box/SchemaBox.ts"
export { archiveFile } from "./open/NodeArchiveFile.ts"
export { fileOf, storeLayer, type StoreOptions } from "./open/StoreLayer.ts"

/**
 * Opens the handoffs at a location: a path for a JSON file, `sqlite:handoffs.db`, `postgres://user@host/database`, or
 * `memory:`. Close them afterwards, or use `await using`.
 *
 * A store that does not exist begins with the first write, unless `create` is `false`. Rejects with `InvalidInput` if the
 * location names no store, and with `StoreError` if the store cannot be opened or its package is not installed.
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
  withAwaitReminder(handoffsOver(storeLayer(location, options), options))
