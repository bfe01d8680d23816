/** A JSON value. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

/** An object of JSON values, at most 1 MiB when encoded: the context of a request, or a result. */
export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * A handoff with its history, as `export` returns and `import` takes it: the JSON object that the command and the
 * Python library read and write, with snake_case keys and timestamps as text. The JSON Schema `ArchivedHandoff` of
 * `@aumai/handoff-protocol` describes its other keys. To work with a handoff, read it with `get`.
 */
export interface ArchivedHandoff {
  readonly record_id: string
  readonly [key: string]: Json
}

/**
 * A whole store, as `export({ full: true })` returns and `import` takes it. The command writes and reads the same JSON, with
 * `records` as an array. It holds the agents with their keys, and the position of every entry, too.
 */
export interface FullArchive {
  readonly format: "aumai-handoff/archive/2"
  /** The name of the log of the store. */
  readonly origin?: string
  /** The registered agents, as the command prints them. */
  readonly agents: ReadonlyArray<unknown>
  /** The events of the key logs that the store has. */
  readonly keys?: ReadonlyArray<unknown>
  readonly records: AsyncIterable<ArchivedHandoff> | Iterable<ArchivedHandoff>
}
