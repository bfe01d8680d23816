import * as Effect from "effect/Effect"

import { type Handoffs, handoffsOver, type OpenOptions } from "./index.ts"
import { adapter, memory, refused, type Store } from "./open/Adapter.ts"
import { remindful } from "./open/Opening.ts"

// A database may have any name; what was clearly meant for another store should not become one in silence.
const elsewhere = /^(?:sqlite|postgres|postgresql|file|memory):|:\/\//i

/**
 * The store of that name, for `handoffsOver`, `storeLaws` and programs on Effect; `openHandoffs` gives it as promises.
 *
 * @example
 * ```ts
 * import { handoffsOver } from "@aumai/handoff"
 * import { storeLayer } from "@aumai/handoff/browser"
 *
 * const handoffs = await handoffsOver(storeLayer("memory:"))
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
 * Opens the handoffs of this origin in IndexedDB, by a name of your own, shared by all its tabs; or `memory:`, which is
 * gone with the page. Close them when you are done.
 *
 * Rejects with `InvalidInput` for a name that was meant for another store, and with `StoreError` when the browser refuses.
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
  remindful(handoffsOver(storeLayer(name), options))

/**
 * Deletes the handoffs of that name for good, or accepts that the browser has lost them: opened again, there are none. Only in
 * a page. Rejects with `StoreError`: `unavailable` while another tab has them open, `corrupt` if the database is not one of ours.
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
