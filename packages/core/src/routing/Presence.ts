/** Whether an agent is there, as far as anybody knows. */
import type * as DateTime from "effect/DateTime"

/**
 * How agents note that they are there, in milliseconds. `heartbeat`: how often a worker does; thirty seconds cost a store
 * next to nothing. `lasting`: for how long it then counts; three heartbeats, so that one which is lost or late does not make
 * an agent absent.
 *
 * @example
 * ```ts
 * import { presence } from "@aumai/handoff-core"
 *
 * console.log(presence) // { lasting: 90000, heartbeat: 30000 }
 * ```
 */
export const presence = { lasting: 90_000, heartbeat: 30_000 } as const

/**
 * `present`: heard of just now. `absent`: heard of once, and not any more. `unknown`: it has never said that it is there,
 * which those need not who look into their inbox now and then.
 *
 * @example
 * ```ts
 * import type { Presence } from "@aumai/handoff-core"
 *
 * const rank: Record<Presence, number> = { present: 0, unknown: 1, absent: 2 }
 * ```
 */
export type Presence = "present" | "unknown" | "absent"

/**
 * Whether an agent is there at a moment, by when it was last seen.
 *
 * @example
 * ```ts
 * import { presenceOf } from "@aumai/handoff-core"
 * import * as DateTime from "effect/DateTime"
 *
 * const now = DateTime.makeUnsafe("2026-11-22T09:00:00Z")
 * console.log(presenceOf({ lastSeen: DateTime.makeUnsafe("2026-11-22T08:59:00Z") }, now)) // "present"
 * ```
 */
export const presenceOf = ({ lastSeen }: { readonly lastSeen?: DateTime.Utc }, now: DateTime.Utc): Presence => {
  if (lastSeen === undefined) return "unknown"
  // A clock that goes ahead of ours makes nobody absent.
  return now.epochMilliseconds - lastSeen.epochMilliseconds <= presence.lasting ? "present" : "absent"
}
