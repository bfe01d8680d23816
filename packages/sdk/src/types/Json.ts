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
