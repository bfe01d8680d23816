/** Whether JSON says exactly what was understood of it: what nobody knows is not dropped in silence. */
import * as Predicate from "effect/Predicate"

/**
 * Where JSON as it was read is not what would be written of what was understood.
 *
 * @example
 * ```ts
 * import type { Difference } from "@aumai/handoff-core/Verification"
 *
 * const isUnknown = ({ what }: Difference) => what === "unknown"
 * ```
 */
export interface Difference {
  readonly path: string
  /** There is something that is not known, something is missing, or it is something else. */
  readonly what: "unknown" | "missing" | "other"
  /** What stands there; nothing where it is missing. */
  readonly read?: unknown
}

const below = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`)

/**
 * Every place where the two differ; objects by their keys in any order.
 *
 * @example
 * ```ts
 * import { differences } from "@aumai/handoff-core/Verification"
 *
 * console.log(differences({ task: { note: 1 } }, { task: {} })) // [ { path: "task.note", what: "unknown", read: 1 } ]
 * ```
 */
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
