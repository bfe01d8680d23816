import * as Schema from "effect/Schema"

/**
 * Where a handoff is in its life. `input_required`, `cancelled` and `expired` are not in the Python library that this one
 * grew out of.
 *
 * @example
 * ```ts
 * import { HandoffStatus } from "@aumai/handoff-protocol"
 *
 * console.log(HandoffStatus.literals.length) // 9
 * ```
 */
export const HandoffStatus = Schema.Literals([
  "pending",
  "accepted",
  "in_progress",
  "input_required",
  "completed",
  "rejected",
  "failed",
  "cancelled",
  "expired"
])
export type HandoffStatus = typeof HandoffStatus.Type
