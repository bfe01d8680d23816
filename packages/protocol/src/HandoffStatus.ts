import * as Schema from "effect/Schema"

/**
 * Where a handoff is in its life. The first six are those of the Python library that this one grew out of.
 *
 * @example
 * ```ts
 * import { HandoffStatus } from "@aumai/handoff-protocol"
 *
 * console.log(HandoffStatus.literals.length) // 8
 * ```
 */
export const HandoffStatus = Schema.Literals([
  "pending",
  "accepted",
  "in_progress",
  "completed",
  "rejected",
  "failed",
  "cancelled",
  "expired"
])
export type HandoffStatus = typeof HandoffStatus.Type
