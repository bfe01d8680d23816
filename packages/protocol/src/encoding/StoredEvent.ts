/** Joins the parts of an event as a store of rows keeps it. */
import * as Predicate from "effect/Predicate"

type Json = { readonly [key: string]: unknown }

const isFields = (value: unknown): value is Json => Predicate.isReadonlyObject(value) && !Array.isArray(value)

/** Puts the fields of a body at their places in an event. */
const joined = (event: Json, body: Json): Json => {
  const whole: Record<string, unknown> = { ...event }
  for (const [key, value] of Object.entries(body)) {
    const there = whole[key]
    whole[key] = isFields(there) && isFields(value) ? joined(there, value) : value
  }
  return whole
}

/** The JSON of an event from the text of its row, where an entry of format 2 is kept in parts. */
export const flatEvent = (json: unknown): unknown => {
  if (!isFields(json) || !isFields(json["event"])) return json
  const { body, event, ...beside } = json
  return { ...(isFields(body) ? joined(event, body) : event), ...beside }
}
