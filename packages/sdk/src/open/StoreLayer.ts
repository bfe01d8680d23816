import { adapter, memory, refused, type Store } from "./Adapter.ts"
import { askedFor, isAddress, isUnclean } from "./Location.ts"

/** The options of a store at a location. */
export interface StoreOptions {
  /**
   * Set it in a command that opens the store, commits once and closes it. A JSON file that no other process has open is
   * then written directly. Other stores ignore it. Default: `false`.
   */
  readonly oneShot?: boolean | undefined
  /**
   * Begins a store that does not exist. With `false`, opening fails with a `StoreError` whose reason is
   * `missing`, and creates nothing. Default: `true`.
   */
  readonly create?: boolean | undefined
  /**
   * Set it in a program that only reads. It never begins a store. A JSON file is then read without creating or changing a
   * file beside it, and refuses commits. Default: `false`.
   */
  readonly readOnly?: boolean | undefined
}

const examples = "handoffs.json (any path), sqlite:handoffs.db, postgres://user@host/database or memory:"

// Repeats no part of the location, which may hold a password. The same holds for every refusal below.
const notPath =
  "Expected a path, but this looks like an address: write postgres://user@host/database, or ./… for a file"

type Opening = Readonly<Record<keyof StoreOptions, boolean>>

const file = (path: string, options: Opening): Store =>
  isAddress(path)
    ? refused(notPath)
    : adapter(
        "@aumai/handoff-store-file",
        () => import("@aumai/handoff-store-file"),
        ({ FileStore }) => FileStore.layer({ path, ...options })
      )

/** The path of a file URL; `undefined` if the URL names no local file. */
const pathOf = (url: string): string | undefined => {
  try {
    // Not imported, because it is seldom needed. Without the slashes, a URL parser would resolve a relative path at the
    // root.
    return url.slice(5, 7) === "//" ? process.getBuiltinModule("node:url").fileURLToPath(url) : undefined
  } catch {
    // The URL has a host, or a character that a path cannot have.
    return undefined
  }
}

/** Splits a location into scheme and rest. A plain path has no scheme. */
const split = (location: string): { readonly scheme?: string; readonly rest: string } => {
  // At least two letters, because a single letter is a Windows drive.
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(location) ?? []
  return scheme === undefined || rest === undefined ? { rest: location } : { scheme: scheme.toLowerCase(), rest }
}

const sqlite = (path: string, { create }: Opening): Store =>
  path === "" || path.startsWith("//") || path === ":memory:"
    ? refused(
        "Expected a path right behind sqlite:, as in sqlite:handoffs.db or sqlite:/var/lib/handoffs.db; write memory: for a store in memory"
      )
    : isAddress(path)
      ? refused(notPath)
      : adapter(
          "@aumai/handoff-store-sqlite",
          () => import("@aumai/handoff-store-sqlite"),
          ({ SqliteStore }) => SqliteStore.layer({ path, create })
        )

const postgres = (url: string, rest: string, { create }: Opening): Store =>
  rest.startsWith("//")
    ? adapter(
        "@aumai/handoff-store-postgres",
        () => import("@aumai/handoff-store-postgres"),
        ({ PostgresStore }) => PostgresStore.layer({ url, create })
      )
    : refused("Expected a URL, as in postgres://user@host/database")

/**
 * Returns the path of the file that a location names; `undefined` if its store is not a file, or the location is refused.
 *
 * @example
 * ```ts
 * import { fileOf } from "@aumai/handoff/node"
 *
 * console.log(fileOf("sqlite:handoffs.db"), fileOf("memory:")) // "handoffs.db" undefined
 * ```
 */
export const fileOf = (location: string): string | undefined => {
  if (isUnclean(location)) return undefined
  const { scheme, rest } = split(location)
  const path = scheme === undefined || scheme === "sqlite" ? rest : scheme === "file" ? pathOf(location) : undefined
  if (path === undefined || isAddress(path)) return undefined
  return scheme === undefined && askedFor(path) !== undefined ? undefined : path
}

/**
 * Provides the store at a location to programs that use Effect; `openHandoffs` opens it for programs with promises.
 * Only the package of this store is loaded.
 *
 * | location | store |
 * | --- | --- |
 * | `handoffs.json`, any path, `file:///…` | one readable JSON file |
 * | `sqlite:handoffs.db` | SQLite; needs `@aumai/handoff-store-sqlite` |
 * | `postgres://user@host/database` | PostgreSQL; needs `@aumai/handoff-store-postgres` |
 * | `memory:` | lost when the process ends |
 *
 * Fails with `InvalidInput` for any other scheme, and with `StoreError` (`unavailable`) if the package is missing.
 * Write `./name:with-colon.json` for a file whose name looks like a scheme, an address or a database.
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
  const { oneShot = false, readOnly = false } = options
  const opening: Opening = { oneShot, readOnly, create: !readOnly && (options.create ?? true) }
  // A JavaScript program can pass any value.
  if (typeof location !== "string" || location === "") return refused(`Expected ${examples}`)
  if (isUnclean(location)) {
    return refused("Expected a location without control characters, and without blanks or quotes at its ends")
  }
  const { scheme, rest } = split(location)
  switch (scheme) {
    case undefined: {
      const asked = isAddress(location) ? undefined : askedFor(location)
      return asked === undefined ? file(location, opening) : refused(asked)
    }
    case "memory":
      return rest === "" ? memory : refused("Expected memory: without a name")
    case "file": {
      const path = pathOf(location)
      return path === undefined
        ? refused("Expected a path alone, as in handoffs.json, or a URL such as file:///var/lib/handoffs.json")
        : file(path, opening)
    }
    case "sqlite":
      return sqlite(rest, opening)
    case "postgres":
    case "postgresql":
      return postgres(location, rest, opening)
    default:
      return refused(`Expected ${examples}; ${scheme}: names no store (write ./${scheme}:… for a file of that name)`)
  }
}
