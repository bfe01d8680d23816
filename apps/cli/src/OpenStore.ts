/** Opens the store of a command as its row in `StoreUse.ts` says. */
import { AgentCapabilityRegistry, HandoffManager, HandoffRouter } from "@aumai/handoff-core"
import { StoreError } from "@aumai/handoff-protocol"
import { fileOf, schemaBox, storeLayer } from "@aumai/handoff/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import * as Keys from "./input/Keys.ts"
import { sayingChanges } from "./output/Output.ts"
import { root, shown, storeFlag } from "./Root.ts"
import { onItsClock } from "./StoreClock.ts"
import { type StoreUse, storeUse, type StoreUser } from "./StoreUse.ts"

/** The flags that a command may have for its store. */
interface StoreFlags {
  /** The value of `--create`. */
  readonly create?: boolean
  readonly operatorKey?: string
}

const mayBegin = ({ missing }: StoreUse, { create = false }: StoreFlags): boolean =>
  missing === "created" || (missing === "created on demand" && create)

/** The engine over a store. */
const engine = (use: StoreUse, location: string, flags: StoreFlags) => {
  const store = storeLayer(location, {
    create: mayBegin(use, flags),
    readOnly: use.opens === "to read",
    oneShot: use.opens === "for one commit"
  })
  return Layer.mergeAll(HandoffManager.layer, AgentCapabilityRegistry.layer, HandoffRouter.layer).pipe(
    Layer.provideMerge(Layer.merge(store, schemaBox))
  )
}

/** The engine over a store, signing for the agents whose keys are named. */
const signingEngine = (use: StoreUse, location: string, keys: ReadonlyArray<string>, flags: StoreFlags) => {
  const plain = engine(use, location, flags)
  return Layer.unwrap(
    Effect.map(Keys.named(keys), (named) =>
      named.length === 0 && flags.operatorKey === undefined
        ? plain
        : Layer.provide(plain, Keys.signing(keys, flags.operatorKey))
    )
  )
}

/** Names a store that does not exist, and what to do. */
const named = (location: string, remedy: () => string) => (error: StoreError) =>
  Effect.flatMap(
    Effect.promise(() => import("node:path")),
    (path) => {
      const file = fileOf(location)
      const place = file === undefined ? shown(location) : path.resolve(file)
      const detail = `There is no store at ${place}. Nothing was created; ${remedy()}`
      return Effect.fail(new StoreError({ operation: error.operation, reason: "missing", detail, cause: error }))
    }
  )

const isMissing = (error: unknown): error is StoreError => error instanceof StoreError && error.reason === "missing"

/** Runs a command on the store of `--store`. */
export const on =
  (command: StoreUser, flags: StoreFlags = {}) =>
  <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.flatMap(root, ({ key, store }) => {
      const use: StoreUse = storeUse[command]
      const layer = use.signs ? signingEngine(use, store, key, flags) : engine(use, store, flags)
      // Only for a store that is missing, because a location that is refused may not be printable.
      const remedy = () => {
        const begin = use.missing === "created on demand" ? "--create" : `'aumai-handoff create${storeFlag(store)}'`
        return `name an existing one with --store, or begin one there with ${begin}`
      }
      const told = use.changes ? sayingChanges(work) : work
      return Effect.catchIf(Effect.provide(onItsClock(told), layer), isMissing, named(store, remedy))
    })

/** The same for a command with `--create`. */
export const onDemand =
  (command: StoreUser) =>
  <A, E, R>(work: Effect.Effect<A, E, R>, { create }: { readonly create: boolean }) =>
    on(command, { create })(work)

/** The engine over the store that a flag of `copy` names, until the scope ends. */
export const opened = (flag: "--from" | "--to", location: string) =>
  Effect.catchIf(
    Layer.build(engine(storeUse[`copy ${flag}`], location, {})),
    isMissing,
    named(location, () => `name an existing one with ${flag}`)
  )

/** The location of the same store for a program in another directory. */
export const absolute = (location: string): string => {
  const file = fileOf(location)
  if (file === undefined) return location
  const path = process.getBuiltinModule("node:path").resolve(file)
  if (jsonFileOf(location) === undefined) return `sqlite:${path}`
  // A path with another meaning, such as that of ./handoffs.db, is insisted on by a URL.
  return fileOf(path) === path ? path : process.getBuiltinModule("node:url").pathToFileURL(path).href
}

/** The JSON file that a location names; `undefined` for any other kind of store. */
export const jsonFileOf = (location: string): string | undefined =>
  /^sqlite:/i.test(location) ? undefined : fileOf(location)
