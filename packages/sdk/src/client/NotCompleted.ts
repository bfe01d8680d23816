import type { NotCompleted as EngineError } from "@aumai/handoff-protocol"

import type { Cancelled, Expired, Failed, Rejected } from "../types/HandoffRecord.ts"
import { plain } from "./Plain.ts"

/**
 * The error of `result` and `createAndWait` if the handoff ended without being completed. `record` is its final state.
 *
 * @example
 * ```ts
 * import { NotCompleted } from "@aumai/handoff"
 * import { openHandoffs } from "@aumai/handoff/node"
 *
 * await using handoffs = await openHandoffs("memory:")
 * const { recordId } = await handoffs.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "Translate" })
 * await handoffs.reject(recordId, { reason: "No dictionary" })
 * await handoffs.result(recordId).catch((error: unknown) => {
 *   if (error instanceof NotCompleted) console.log(error.record.status) // rejected
 * })
 * ```
 */
export class NotCompleted extends Error {
  readonly _tag = "NotCompleted"
  override readonly name = "NotCompleted"
  /** The final record, with the reason and the receiver's answer. */
  readonly record: Rejected | Failed | Cancelled | Expired

  constructor({ message, record }: EngineError) {
    super(message)
    this.record = plain(record)
  }
}

/** Converts the error of the engine; returns any other error unchanged. */
export const plainError = <E extends { readonly _tag: string }>(error: E | EngineError): E | NotCompleted =>
  // The cast: only the engine's error has this tag.
  error._tag === "NotCompleted" ? new NotCompleted(error as EngineError) : (error as E)
