import { AgentCapabilityRegistry, HandoffManager, HandoffRouter } from "@aumai/handoff-core"
import { InvalidInput } from "@aumai/handoff-protocol"
import { fileOf, schemaBox, storeLayer } from "@aumai/handoff/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import * as Keys from "./input/Keys.ts"
import { root } from "./Root.ts"
import { onItsClock } from "./StoreClock.ts"

const engine = (location: string, oneShot: boolean) =>
  Layer.mergeAll(HandoffManager.layer, AgentCapabilityRegistry.layer, HandoffRouter.layer).pipe(
    Layer.provideMerge(Layer.merge(storeLayer(location, { oneShot }), schemaBox))
  )

/** The engine over a store, signing for the agents whose keys are named. */
const signingEngine = (location: string, oneShot: boolean, keys: ReadonlyArray<string>, operatorFile?: string) => {
  const plain = engine(location, oneShot)
  return Layer.unwrap(
    Effect.map(Keys.named(keys), (named) =>
      named.length === 0 && operatorFile === undefined ? plain : Layer.provide(plain, Keys.signing(keys, operatorFile))
    )
  )
}

const signing =
  (oneShot: boolean, operatorFile?: string) =>
  <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.flatMap(root, ({ key, store }) =>
      Effect.provide(onItsClock(work), signingEngine(store, oneShot, key, operatorFile))
    )

/** Runs a command that commits at most once, with the operator's key in this file. */
export const onceAs = (operatorFile: string | undefined) => signing(true, operatorFile)

/** Runs a command that commits at most once on the store. */
export const once = signing(true)

/** Runs a command that commits repeatedly, or keeps running, on the store. */
export const staying = signing(false)

const unsigned =
  (oneShot: boolean) =>
  <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.flatMap(root, ({ store }) => Effect.provide(onItsClock(work), engine(store, oneShot)))

/** Runs a command that records nothing in an agent's name, so it reads no keys. */
export const reading = unsigned(true)

/** The same for a command that keeps running, or commits repeatedly. */
export const following = unsigned(false)

/** The engine over another store than the one of `--store`, until the scope ends. */
export const opened = (location: string) => Layer.build(engine(location, false))

/** The JSON file that a location names; `undefined` for any other kind of store. */
export const jsonFileOf = (location: string): string | undefined =>
  /^sqlite:/i.test(location) ? undefined : fileOf(location)

/** Refuses to read a store whose file does not exist, because opening it would create an empty one. */
export const existing = (flag: string, location: string): Effect.Effect<void, InvalidInput> => {
  const file = fileOf(location)
  if (file === undefined) return Effect.void
  return Effect.tryPromise({
    // Imported here, because few commands need it.
    try: async () => (await import("node:fs/promises")).access(file),
    catch: () =>
      new InvalidInput({
        input: flag,
        issues: [{ path: "", expected: `${file} does not exist; name an existing store` }]
      })
  })
}
