import * as DateTime from "effect/DateTime"

/** Dates as the protocol keeps moments. Nothing else in a handoff is a Date: contexts and results are JSON. */
export const withMoments = (value: unknown): unknown => {
  if (value instanceof Date) return DateTime.fromDateUnsafe(value)
  if (Array.isArray(value)) return value.map(withMoments)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withMoments(item)]))
}
