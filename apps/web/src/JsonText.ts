import type { JsonObject } from "@aumai/handoff"
import { parseJson } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

/** What somebody typed as a JSON object; nothing where nothing was typed. Throws a sentence that says what is wrong. */
export const jsonOf = (name: string, text: string): JsonObject | undefined => {
  if (text.trim() === "") return undefined
  const parsed = parseJson(text)
  if (Result.isFailure(parsed)) throw new Error(`The ${name} is not JSON. ${parsed.failure}.`)
  const value = parsed.success
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`The ${name} must be a JSON object, such as { "bed": "ICU 4" }.`)
  // The cast: JSON.parse makes nothing but JSON, and the rest has just been seen.
  return value as JsonObject
}
