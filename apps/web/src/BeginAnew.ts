/** Apart from the rest, so that it is loaded only when it is needed. */
import { IndexedDbStore } from "@aumai/handoff-store-indexeddb"
import * as Effect from "effect/Effect"

/** Accepts that what the browser has lost is lost, and opens an empty board. */
export const beginAnew = async (name: string): Promise<void> => {
  // When it cannot be forgotten, opening again says why.
  await Effect.runPromise(IndexedDbStore.forget(name)).catch(() => {})
  location.hash = ""
  location.reload()
}
