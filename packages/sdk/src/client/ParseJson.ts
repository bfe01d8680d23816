import { decodeText } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import type { Json } from "../types/Json.ts"

/**
 * Parses JSON text and refuses what `JSON.parse` would change without notice: a number that a double cannot hold, a key that
 * an object has twice, a lone surrogate. Throws `InvalidInput`, in which `input` says what was read.
 *
 * @example
 * ```ts
 * import { parseJson } from "@aumai/handoff"
 *
 * console.log(parseJson("context", `{ "pages": 12 }`)) // { pages: 12 }
 * ```
 */
export const parseJson = (input: string, text: string): Json =>
  // The cast: what was parsed is JSON.
  Result.getOrThrowWith(decodeText(input, text), (error) => error) as Json
