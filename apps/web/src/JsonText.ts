import type { Json, JsonObject } from "@aumai/handoff"
import { parseJson } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

/** What somebody typed as JSON; nothing where nothing was typed. Throws a sentence that says what is wrong. */
export const jsonValueOf = (name: string, text: string): Json | undefined => {
  if (text.trim() === "") return undefined
  const parsed = parseJson(text)
  if (Result.isFailure(parsed)) throw new Error(`The ${name} is not JSON. ${parsed.failure}.`)
  // The cast: JSON.parse makes nothing but JSON.
  return parsed.success as Json
}

/** The same, when it must be an object. */
export const jsonOf = (name: string, text: string): JsonObject | undefined => {
  const value = jsonValueOf(name, text)
  if (value === undefined) return undefined
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`The ${name} must be a JSON object, such as { "bed": "ICU 4" }.`)
  // The cast: the rest has just been seen.
  return value as JsonObject
}
