import * as DateTime from "effect/DateTime"

/**
 * Whether two records, or parts of them, say the same: moments by their time, objects by their keys in any order. Equal
 * hashes both sides first, which for records just decoded costs more than decoding them.
 */
export const isSame = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  if (DateTime.isDateTime(a)) return DateTime.isDateTime(b) && a.epochMilliseconds === b.epochMilliseconds
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]))
  }
  if (Array.isArray(b)) return false
  // The cast: objects that are no arrays have a value at each of their own keys.
  const [left, right] = [a, b] as [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key]))
  )
}
