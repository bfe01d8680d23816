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
