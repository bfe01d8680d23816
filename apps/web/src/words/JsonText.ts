import { InvalidInput, type Json, type JsonObject, parseJson } from "@aumai/handoff"

/** Parses JSON text. The error names the text and the problem in it. */
export const jsonIn = (name: string, text: string): Json => {
  try {
    return parseJson(name, text)
  } catch (error) {
    const [issue] = error instanceof InvalidInput ? error.issues : []
    throw issue === undefined ? error : new Error(`${name} is not JSON. ${issue.expected}.`)
  }
}

/** Parses the JSON in a form field; `undefined` if the field is empty. */
export const jsonValueOf = (name: string, text: string): Json | undefined =>
  text.trim() === "" ? undefined : jsonIn(`The ${name}`, text)

/** Parses the JSON object in a form field; `undefined` if the field is empty. */
export const jsonOf = (name: string, text: string): JsonObject | undefined => {
  const value = jsonValueOf(name, text)
  if (value === undefined) return undefined
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`The ${name} must be a JSON object, such as { "bed": "ICU 4" }.`)
  // The cast: only objects are left.
  return value as JsonObject
}
