import type { CallOptions } from "./Options.ts"
import type { ChangesOptions } from "./Payloads.ts"
import type { Entry } from "./Reports.ts"

/** Handles one entry of the log. The signal is aborted when the consumer is stopped or has lost its name. */
export type EventHandler = (entry: Entry, options: { readonly signal: AbortSignal }) => Promise<void> | void

/** The options of `on`. */
export interface OnOptions extends CallOptions {
  /**
   * The name under which the store keeps the position, 1 to 128 characters. Default: no position is kept, and the handler is
   * called with what happens from now on.
   */
  readonly consumer?: string | undefined
  /** The beginning, if the consumer has no position yet. Default: the start of the log; without `consumer`, now. */
  readonly from?: string | undefined
  /** Further conditions, as those of `changes`. */
  readonly where?: Omit<NonNullable<ChangesOptions["where"]>, "events"> | undefined
  /** The milliseconds after a crash until another process takes over. Default: 30 seconds. */
  readonly lease?: number | undefined
}
