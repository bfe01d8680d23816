import * as DateTime from "effect/DateTime"

/**
 * Compares two records or parts of them: moments by their time, objects by their keys in any order. `Equal` of Effect
 * hashes both sides first, which costs more than decoding a record.
 */
export const isSame = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  if (DateTime.isDateTime(a)) return DateTime.isDateTime(b) && a.epochMilliseconds === b.epochMilliseconds
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]))
  }
  if (Array.isArray(b)) return false
  // The cast: objects other than arrays have a value at each key.
  const [left, right] = [a, b] as [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key]))
  )
}
