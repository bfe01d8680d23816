import { basename, dirname, join } from "node:path"

import * as Effect from "effect/Effect"

import type { FsError, JournalFs } from "./JournalFs.ts"

/** The reason why bytes were saved beside the file. */
export type Aside = "conflict" | "unreadable" | "odd"

/** The paths of the files that belong to one store. */
export interface Paths {
  readonly directory: string
  /** The readable file with the records. While the store is closed, it holds everything. */
  readonly rest: string
  /** The journal with the commits since the readable file was written. */
  readonly journal: string
  /** The trail: every entry of the readable file, which another program cannot erase there. */
  readonly trail: string
  readonly lock: string
  /** The reservations of claimers, while there are any. */
  readonly reserved: string
  readonly agents: string
  readonly documents: string
  readonly renewals: string
  /** The small file with the name of the log and the key logs. */
  readonly log: string
  /** The leaves of entries that were archived. */
  readonly removed: string
  /** The path of a temporary file. `isTemporary` recognizes these names, so that files left by a crash can be deleted. */
  readonly temporary: (random: string) => string
  readonly isTemporary: (name: string) => boolean
  /** The path under which bytes are saved beside the file for a person to look at. */
  readonly aside: (why: Aside, when: string) => string
}

/** The paths of the store at `path`. */
export const of = (path: string): Paths => {
  const directory = dirname(path)
  const name = basename(path)
  const prefix = `.${name}.`
  // Stores named `x` and `x.json` can be in one directory, so their files must not share a name.
  const beside = (what: string) =>
    join(directory, name.endsWith(".json") ? `${name.slice(0, -".json".length)}.${what}.json` : `${name}-${what}`)
  const isTemporary = (other: string) =>
    other.startsWith(prefix) && /^[0-9a-f]{16}\.tmp$/.test(other.slice(prefix.length))
  return {
    directory,
    rest: path,
    journal: `${path}-journal`,
    trail: `${path}-trail`,
    lock: join(directory, `${prefix}lock`),
    reserved: join(directory, `${prefix}reserved`),
    agents: beside("agents"),
    documents: beside("documents"),
    renewals: beside("renewals"),
    log: beside("log"),
    removed: beside("removed"),
    temporary: (random) => join(directory, `${prefix}${random}.tmp`),
    isTemporary,
    aside: (why, when) => `${path}.${why}-${when}`
  }
}

/**
 * The existing files that hold something of a store, which exists if there is one. A process that died in the first session
 * leaves the journal alone. The journal comes first, because folding creates the readable file before it removes the journal.
 */
export const found = (
  fs: Pick<JournalFs["Service"], "stat">,
  { journal, rest, trail, agents, documents, log, removed }: Paths
): Effect.Effect<ReadonlyArray<string>, FsError> =>
  Effect.filter([journal, rest, trail, agents, documents, log, removed], (file) =>
    Effect.map(fs.stat(file), (stat) => stat !== undefined)
  )
