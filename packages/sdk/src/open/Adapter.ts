import type { AgentStore, DocumentStore, HandoffStore } from "@aumai/handoff-core"
import { InvalidInput, StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** A store: the services it provides, and the errors of opening it. */
export type Store = Layer.Layer<HandoffStore | AgentStore | DocumentStore, InvalidInput | StoreError>

/** The error for a package that cannot be loaded, usually because it is not installed. */
const notLoaded = (name: string, cause: unknown): StoreError => {
  const message = cause instanceof Error ? cause.message : String(cause)
  // Node, Bun and Deno quote the missing package. If a dependency of the store package is missing, they quote the
  // dependency.
  const detail = new RegExp(`['"]${name}['"]`).test(message)
    ? `This store needs the package ${name}; install it: npm install ${name}`
    : `The package ${name} cannot be loaded: ${message}`
  return new StoreError({ operation: "open", reason: "unavailable", detail, cause })
}

/** A store whose package is loaded when the store is opened. */
export const adapter = <Module>(name: string, load: () => Promise<Module>, layer: (module: Module) => Store): Store =>
  Layer.unwrap(Effect.map(Effect.tryPromise({ try: load, catch: (cause) => notLoaded(name, cause) }), layer))

/** Refuses a location that names no store. */
export const refused = (expected: string): Store =>
  Layer.unwrap(Effect.fail(new InvalidInput({ input: "store", issues: [{ path: "", expected }] })))

/** A store in memory, which is lost when the process ends. */
export const memory: Store = adapter(
  "@aumai/handoff-core",
  () => import("./Memory.ts"),
  ({ layer }) => layer
)
