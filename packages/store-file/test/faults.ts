/** Seeded randomness, and the faults of the simulated disk. */

/** A random number generator whose state is its seed. */
export const randomOf = (seed: number) => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return { next, below: (limit: number) => Math.floor(next() * limit), chance: (p: number) => next() < p }
}

export type FaultKind = "kill" | "powerCut" | "eio" | "enospc" | "short" | "emfile" | "lostFlush"

/** A fault. It strikes the first operation that it fits from number `at` on, counted over all processes. */
export interface Fault {
  readonly at: number
  readonly kind: FaultKind
}

const writes: ReadonlySet<string> = new Set([
  "create",
  "append",
  "sync",
  "truncate",
  "rename",
  "unlink",
  "syncDirectory"
])
const reads: ReadonlySet<string> = new Set(["stat", "fstat", "date", "resolve", "read", "list"])
const opens: ReadonlySet<string> = new Set(["create", "open", "read", "lock", "list"])

/** Tests whether a fault can strike an operation. */
export const fits = (kind: FaultKind, operation: string): boolean => {
  // Before an operation that only reads, the disk is as it is before the next one.
  if (kind === "kill" || kind === "powerCut") return !reads.has(operation)
  if (kind === "enospc") return operation === "create" || operation === "append"
  if (kind === "short") return operation === "append"
  if (kind === "lostFlush") return operation === "sync"
  if (kind === "emfile") return opens.has(operation)
  return writes.has(operation) || operation === "read"
}
