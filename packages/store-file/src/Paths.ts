import { basename, dirname, join } from "node:path"

/** The files that belong to one store. */
export interface Paths {
  readonly directory: string
  /** The records, readable, in the seed's format: the truth at rest. */
  readonly rest: string
  /** What happened since, while someone has the store open. */
  readonly journal: string
  readonly lock: string
  readonly agents: string
  /** Names a temporary file; all of them begin and end alike, so that the ones a crash left can be swept. */
  readonly temporary: (random: string) => string
  readonly isTemporary: (name: string) => boolean
  /** Where something is set aside for a person to look at. */
  readonly aside: (why: "conflict" | "unreadable", when: string) => string
}

export const of = (path: string): Paths => {
  const directory = dirname(path)
  const name = basename(path)
  const prefix = `.${name}.`
  // Stores named `x` and `x.json` may stand side by side: nothing of one may have a name of the other's.
  const agents = name.endsWith(".json") ? `${name.slice(0, -".json".length)}.agents.json` : `${name}-agents`
  const isTemporary = (other: string) =>
    other.startsWith(prefix) && /^[0-9a-f]{16}\.tmp$/.test(other.slice(prefix.length))
  return {
    directory,
    rest: path,
    journal: `${path}-journal`,
    lock: join(directory, `${prefix}lock`),
    agents: join(directory, agents),
    temporary: (random) => join(directory, `${prefix}${random}.tmp`),
    isTemporary,
    aside: (why, when) => `${path}.${why}-${when}`
  }
}
