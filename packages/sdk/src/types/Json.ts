/**
 * A value of JSON.
 *
 * @example
 * ```ts
 * import type { Json } from "@aumai/handoff"
 *
 * const rows: Json = [1, "two", null, { three: true }]
 * ```
 */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

/**
 * An object of JSON values, at most 1 MiB when encoded: the context of a request, or a result.
 *
 * @example
 * ```ts
 * import type { JsonObject } from "@aumai/handoff"
 *
 * const result: JsonObject = { output: "report.pdf", pages: 12 }
 * ```
 */
export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * A handoff with its history, as `export` gives it and `import` takes it: the JSON object that the command and the Python
 * library read and write, with snake_case keys and timestamps as text. The JSON Schema `ArchivedHandoff` of
 * `@aumai/handoff-protocol` describes its other keys; to work with a handoff, read it with `get`.
 *
 * @example
 * ```ts
 * import type { ArchivedHandoff } from "@aumai/handoff"
 *
 * const line = (handoff: ArchivedHandoff) => `${JSON.stringify(handoff)}\n`
 * ```
 */
export interface ArchivedHandoff {
  readonly record_id: string
  readonly [key: string]: Json
}
