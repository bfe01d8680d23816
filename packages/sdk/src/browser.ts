import * as Effect from "effect/Effect"

import { type Handoffs, handoffsOver, type OpenOptions } from "./index.ts"
import { adapter, memory, refused, type Store } from "./open/Adapter.ts"
import { withAwaitReminder } from "./open/Opening.ts"

export { schemaBox } from "./box/SchemaBox.ts"

// A database can have any name, but a location of another store must not silently become one, and errors print the name.
const elsewhere =
  /^(?:sqlite|postgres|postgresql|file|memory):|:\/\/|:.*@|(?:pass\w*|pwd|secret|token|key)\s*=|%3a|^\s|\s$|\p{Cc}/iu

/**
 * Provides the store of that name to `handoffsOver`, `storeLaws` and programs that use Effect. `openHandoffs` opens it
 * for programs with promises.
 *
 * @example
 * ```ts
 * import { handoffsOver } from "@aumai/handoff"
 * import { storeLayer } from "@aumai/handoff/browser"
 *
 * const handoffs = await handoffsOver(storeLayer("memory:"))
 * console.log((await handoffs.metrics()).total) // 0
 * await handoffs.close()
 * ```
 */
export const storeLayer = (name: string): Store => {
  if (name === "memory:") return memory
  if (typeof name !== "string" || name === "" || elsewhere.test(name))
    return refused("Expected a name for the IndexedDB database, or memory:")
  return adapter(
    "@aumai/handoff-store-indexeddb",
    () => import("@aumai/handoff-store-indexeddb"),
    ({ IndexedDbStore }) => IndexedDbStore.layer({ name })
  )
}

/**
 * Opens handoffs in IndexedDB under a name that you choose, shared by all tabs of this origin; `memory:` opens handoffs
 * that are lost with the page. Close them afterwards.
 *
 * Rejects with `InvalidInput` if the name is a location of another store, and with `StoreError` if the browser refuses.
 *
 * @example
 * ```ts
 * import { openHandoffs } from "@aumai/handoff/browser"
 *
 * const handoffs = await openHandoffs("memory:")
 * console.log((await handoffs.metrics()).total) // 0
 * await handoffs.close()
 * ```
 */
export const openHandoffs = (name: string, options: OpenOptions = {}): Promise<Handoffs> =>
  withAwaitReminder(handoffsOver(storeLayer(name), options))

/**
 * Deletes the handoffs of that name permanently, or accepts that the browser has lost them. The next store of that name
 * starts empty. Works only in a page. Rejects with `StoreError`: `unavailable` while another tab has them open,
 * `corrupt` if the database was not created by this package.
 *
 * @example
 * ```ts no-run
 * import { forgetHandoffs } from "@aumai/handoff/browser"
 *
 * await forgetHandoffs("my-app")
 * ```
 */
export const forgetHandoffs = async (name: string): Promise<void> => {
  const { IndexedDbStore } = await import("@aumai/handoff-store-indexeddb")
  await Effect.runPromise(IndexedDbStore.forget(name))
}
