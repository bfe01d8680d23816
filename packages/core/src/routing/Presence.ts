/** Derives the presence of an agent from the time when it was last seen. */
import type * as DateTime from "effect/DateTime"

/**
 * The times of presence in milliseconds. `heartbeat`: the interval at which a worker records that its agent is present.
 * `between`: the shortest time between two writes of heartbeats by one process, which each have those of all its workers.
 * `lasting`: how long an agent counts as present after that; three heartbeats, so that one lost or late heartbeat does
 * not make it absent.
 */
export const presence = { lasting: 90_000, heartbeat: 30_000, between: 10_000 } as const

/**
 * `present`: seen within `presence.lasting`. `absent`: seen longer ago. `unknown`: never seen, as an agent that polls its
 * inbox without a worker.
 */
export type Presence = "present" | "unknown" | "absent"

/** The presence of an agent at a moment, by when it was last seen. */
export const presenceOf = ({ lastSeen }: { readonly lastSeen?: DateTime.Utc }, now: DateTime.Utc): Presence => {
  if (lastSeen === undefined) return "unknown"
  // An agent whose clock is ahead counts as present.
  return now.epochMilliseconds - lastSeen.epochMilliseconds <= presence.lasting ? "present" : "absent"
}
