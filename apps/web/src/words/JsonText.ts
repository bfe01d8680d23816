import { InvalidInput, type Json, type JsonObject, parseJson } from "@aumai/handoff"

/** Parses JSON text. Throws a sentence that says what in `name` is wrong. */
export const jsonIn = (name: string, text: string): Json => {
  try {
    return parseJson(name, text)
  } catch (error) {
    const [issue] = error instanceof InvalidInput ? error.issues : []
    throw issue === undefined ? error : new Error(`${name} is not JSON. ${issue.expected}.`)
  }
}

/** What somebody typed as JSON; nothing where nothing was typed. Throws a sentence that says what is wrong. */
export const jsonValueOf = (name: string, text: string): Json | undefined =>
  text.trim() === "" ? undefined : jsonIn(`The ${name}`, text)

/** The same, when it must be an object. */
export const jsonOf = (name: string, text: string): JsonObject | undefined => {
  const value = jsonValueOf(name, text)
  if (value === undefined) return undefined
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`The ${name} must be a JSON object, such as { "bed": "ICU 4" }.`)
  // The cast: the rest has just been seen.
  return value as JsonObject
}
