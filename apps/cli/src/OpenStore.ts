import { AgentCapabilityRegistry, HandoffManager, HandoffRouter } from "@aumai/handoff-core"
import { InvalidInput } from "@aumai/handoff-protocol"
import { fileOf, storeLayer } from "@aumai/handoff/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import * as Keys from "./input/Keys.ts"
import { root } from "./Root.ts"

/** The engine over a store. */
const engine = (location: string, oneShot: boolean) =>
  Layer.mergeAll(HandoffManager.layer, AgentCapabilityRegistry.layer, HandoffRouter.layer).pipe(
    Layer.provideMerge(storeLayer(location, { oneShot }))
  )

/** The same, which signs for those whose keys are named. */
const signingEngine = (location: string, oneShot: boolean, keys: ReadonlyArray<string>) => {
  const plain = engine(location, oneShot)
  return Layer.unwrap(
    Effect.map(Keys.named(keys), (named) => (named.length === 0 ? plain : Layer.provide(plain, Keys.signing(keys))))
  )
}

const on =
  (oneShot: boolean) =>
  <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.flatMap(root, ({ key, store }) => Effect.provide(work, signingEngine(store, oneShot, key)))

/** Runs a command on the store: one that commits at most once. */
export const once = on(true)

/** Runs a command on the store: one that commits again and again, or stays. */
export const staying = on(false)

/** The engine over another store than `--store` names, until the scope ends. */
export const opened = (location: string) => Layer.build(engine(location, false))

/** The readable file that a location names; nothing when its store is kept otherwise. */
export const jsonFileOf = (location: string): string | undefined =>
  /^sqlite:/i.test(location) ? undefined : fileOf(location)

/** Refuses a store that is only to be read and is not there: opening it would give an empty one. */
export const existing = (flag: string, location: string): Effect.Effect<void, InvalidInput> => {
  const file = fileOf(location)
  if (file === undefined) return Effect.void
  return Effect.tryPromise({
    // Imported here, for few commands ask.
    try: async () => (await import("node:fs/promises")).access(file),
    catch: () => new InvalidInput({ input: flag, issues: [{ path: "", expected: `there is no ${file}` }] })
  })
}
