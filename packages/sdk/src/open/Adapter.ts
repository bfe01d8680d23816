import type { AgentStore, HandoffStore } from "@aumai/handoff-core"
import { InvalidInput, StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** A store by what it gives, and by how opening it can fail. */
export type Store = Layer.Layer<HandoffStore | AgentStore, InvalidInput | StoreError>

/** Why a module could not be loaded: mostly, that the package is not installed. */
const notLoaded = (name: string, cause: unknown): StoreError => {
  const said = cause instanceof Error ? cause.message : String(cause)
  // Node, Bun and Deno quote what they do not find; when that is something which the package itself needs, they quote that.
  const detail = new RegExp(`['"]${name}['"]`).test(said)
    ? `This store needs the package ${name}; install it: npm install ${name}`
    : `The package ${name} cannot be loaded: ${said}`
  return new StoreError({ operation: "open", reason: "unavailable", detail, cause })
}

/** The store of a package that is loaded only when it is chosen. */
export const adapter = <Module>(name: string, load: () => Promise<Module>, layer: (module: Module) => Store): Store =>
  Layer.unwrap(Effect.map(Effect.tryPromise({ try: load, catch: (cause) => notLoaded(name, cause) }), layer))

/** No store: the location cannot be meant. */
export const refused = (expected: string): Store =>
  Layer.unwrap(Effect.fail(new InvalidInput({ input: "store", issues: [{ path: "", expected }] })))

/** The store that is gone when the process ends. */
export const memory: Store = adapter(
  "@aumai/handoff-core",
  () => import("./Memory.ts"),
  ({ layer }) => layer
)
