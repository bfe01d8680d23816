import type { AgentStore, DocumentStore, HandoffStore } from "@aumai/handoff-core"
import * as StoreLaws from "@aumai/handoff-core/StoreLaws"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"

/** A law of every store. `check` rejects with a sentence that describes a violation. */
export interface StoreLaw {
  readonly name: string
  readonly check: () => Promise<void>
}

/**
 * Returns the laws that every store keeps, for any test runner and for a page. Check them one after another, on a store
 * that no other program writes to. The handoffs that they create stay in it.
 *
 * @example
 * ```ts
 * import { storeLaws } from "@aumai/handoff/laws"
 * import { storeLayer } from "@aumai/handoff/node"
 *
 * for (const { check } of storeLaws(storeLayer("laws.json")).slice(0, 3)) await check()
 * ```
 */
export const storeLaws = <E>(
  store: Layer.Layer<HandoffStore | AgentStore | DocumentStore, E>
): ReadonlyArray<StoreLaw> => [
  ...StoreLaws.laws.map(({ name, check }) => ({ name, check: () => Effect.runPromise(Effect.provide(check, store)) })),
  ...StoreLaws.reopening.map(({ name, check }) => ({ name, check: () => Effect.runPromise(check(store)) }))
]
