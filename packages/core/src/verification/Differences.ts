/** Compares parsed JSON with its decoded and encoded form, so that an unknown key is not dropped silently. */
import * as Predicate from "effect/Predicate"

/** A difference between parsed JSON and its encoded form. */
export interface Difference {
  readonly path: string
  /** An unknown key, a missing value, or another value. */
  readonly what: "unknown" | "missing" | "other"
  /** The value that was read; absent if it is missing. */
  readonly read?: unknown
}

const below = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`)

/** Lists every difference between two JSON values. The order of keys does not matter. */
export const differences = (read: unknown, written: unknown, path = ""): ReadonlyArray<Difference> => {
  if (Array.isArray(read) && Array.isArray(written) && read.length === written.length) {
    return read.flatMap((item, index) => differences(item, written[index], `${path}[${index}]`))
  }
  if (Predicate.isReadonlyObject(read) && Predicate.isReadonlyObject(written)) {
    const keys = new Set([...Object.keys(read), ...Object.keys(written)])
    return [...keys].flatMap((key): ReadonlyArray<Difference> => {
      if (!Object.hasOwn(written, key)) return [{ path: below(path, key), what: "unknown", read: read[key] }]
      if (!Object.hasOwn(read, key)) return [{ path: below(path, key), what: "missing" }]
      return differences(read[key], written[key], below(path, key))
    })
  }
  return Object.is(read, written) ? [] : [{ path, what: "other", read }]
}
