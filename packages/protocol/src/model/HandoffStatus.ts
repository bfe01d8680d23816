import * as Schema from "effect/Schema"

/** The status of a handoff. The Python library has no `input_required`, `delivered`, `cancelled` and `expired`. */
export const HandoffStatus = Schema.Literals([
  "pending",
  "accepted",
  "in_progress",
  "input_required",
  "delivered",
  "completed",
  "rejected",
  "failed",
  "cancelled",
  "expired"
]).annotate({ description: "The status of the handoff" })
export type HandoffStatus = typeof HandoffStatus.Type
