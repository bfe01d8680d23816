import { decodeText } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import type { Json } from "../types/Json.ts"

/**
 * Parses JSON text and refuses text that `JSON.parse` would change without notice: a number that a double cannot hold,
 * a duplicate key, a lone surrogate. Throws `InvalidInput` with the name `input`.
 *
 * @example
 * ```ts
 * import { parseJson } from "@aumai/handoff"
 *
 * console.log(parseJson("context", `{ "pages": 12 }`)) // { pages: 12 }
 * ```
 */
export const parseJson = (input: string, text: string): Json =>
  // The cast: parsed text is JSON.
  Result.getOrThrowWith(decodeText(input, text), (error) => error) as Json
