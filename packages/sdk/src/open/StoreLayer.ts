import { adapter, memory, refused, type Store } from "./Adapter.ts"

/**
 * How a store is opened.
 *
 * @example
 * ```ts
 * import type { StoreOptions } from "@aumai/handoff/node"
 *
 * const forOneCommand: StoreOptions = { oneShot: true }
 * ```
 */
export interface StoreOptions {
  /**
   * For a command that opens the store, commits once and closes it: a file is then written directly when nobody else has
   * it open. Other stores do not care. Default: false.
   */
  readonly oneShot?: boolean | undefined
}

const examples = "handoffs.json (any path), sqlite:handoffs.db, postgres://user@host/database or memory:"

const file = (path: string, oneShot = false): Store =>
  adapter(
    "@aumai/handoff-store-file",
    () => import("@aumai/handoff-store-file"),
    ({ FileStore }) => FileStore.layer({ path, oneShot })
  )

/** The path that a URL names, if it is one of a file. */
const pathOf = (url: string): string | undefined => {
  try {
    // Not imported, for it is seldom needed. Without the slashes a URL parser would take a relative path for one below the root.
    return url.slice(5, 7) === "//" ? process.getBuiltinModule("node:url").fileURLToPath(url) : undefined
  } catch {
    // A host, or a character that no path has.
    return undefined
  }
}

/** A location in its two parts; a plain path has no scheme. */
const split = (location: string): { readonly scheme?: string; readonly rest: string } => {
  // Two letters at least: a single one is a drive of Windows.
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(location) ?? []
  return scheme === undefined || rest === undefined ? { rest: location } : { scheme: scheme.toLowerCase(), rest }
}

const sqlite = (path: string): Store =>
  path === "" || path.startsWith("//")
    ? refused("Expected a path right behind sqlite:, as in sqlite:handoffs.db or sqlite:/var/lib/handoffs.db")
    : adapter(
        "@aumai/handoff-store-sqlite",
        () => import("@aumai/handoff-store-sqlite"),
        ({ SqliteStore }) => SqliteStore.layer({ path })
      )

const postgres = (url: string, rest: string): Store =>
  rest.startsWith("//")
    ? adapter(
        "@aumai/handoff-store-postgres",
        () => import("@aumai/handoff-store-postgres"),
        ({ PostgresStore }) => PostgresStore.layer({ url })
      )
    : refused("Expected a URL, as in postgres://user@host/database")

/**
 * The file that a location names; nothing when its store is not kept in one.
 *
 * @example
 * ```ts
 * import { fileOf } from "@aumai/handoff/node"
 *
 * console.log(fileOf("sqlite:handoffs.db"), fileOf("memory:")) // "handoffs.db" undefined
 * ```
 */
export const fileOf = (location: string): string | undefined => {
  const { scheme, rest } = split(location)
  return scheme === undefined || scheme === "sqlite" ? rest : scheme === "file" ? pathOf(location) : undefined
}

/**
 * The store at a location, for programs on Effect; `openHandoffs` gives it as promises. Only its own package is loaded.
 *
 * | location | store |
 * | --- | --- |
 * | `handoffs.json`, any path, `file:///…` | one readable JSON file |
 * | `sqlite:handoffs.db` | SQLite; needs `@aumai/handoff-store-sqlite` |
 * | `postgres://user@host/database` | PostgreSQL; needs `@aumai/handoff-store-postgres` |
 * | `memory:` | gone when the process ends |
 *
 * Fails with `InvalidInput` for any other scheme, and with `StoreError` (`unavailable`) when the package is missing. A
 * file whose name looks like a scheme is `./name:with-colon.json`.
 *
 * @example
 * ```ts
 * import { storeLayer } from "@aumai/handoff/node"
 * import { HandoffStore } from "@aumai/handoff-core"
 * import * as Effect from "effect/Effect"
 *
 * const tally = Effect.flatMap(HandoffStore, (store) => store.tally)
 * console.log(await Effect.runPromise(Effect.provide(tally, storeLayer("memory:")))) // {}
 * ```
 */
export const storeLayer = (location: string, options: StoreOptions = {}): Store => {
  const { oneShot } = options
  // A program in JavaScript may give nothing at all.
  if (typeof location !== "string" || location === "") return refused(`Expected ${examples}`)
  const { scheme, rest } = split(location)
  switch (scheme) {
    case undefined:
      return file(location, oneShot)
    case "memory":
      return rest === "" ? memory : refused("Expected memory: alone; such a store has no name")
    case "file": {
      const path = pathOf(location)
      return path === undefined
        ? refused("Expected a path alone, as in handoffs.json, or a URL such as file:///var/lib/handoffs.json")
        : file(path, oneShot)
    }
    case "sqlite":
      return sqlite(rest)
    case "postgres":
    case "postgresql":
      return postgres(location, rest)
    default:
      // Only the scheme is repeated: what is behind it may hold a password.
      return refused(`Expected ${examples}; ${scheme}: is none of them (a file of that name is ./${scheme}:…)`)
  }
}
