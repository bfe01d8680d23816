/** The options and the result of verifying a whole store. */
import type { CallOptions } from "./Options.ts"
import type { Flaw, Verified } from "./Reports.ts"

/** The options of `verify` for a whole store. */
export interface VerifyOptions extends CallOptions {
  /** Called after each handoff with the number of handoffs verified so far and the result of the latest one. */
  readonly onProgress?: ((handoffs: number, latest: Verified) => void) | undefined
}

/**
 * The result of verifying a whole store.
 *
 * @example
 * ```ts
 * import { openHandoffs } from "@aumai/handoff/node"
 *
 * await using handoffs = await openHandoffs("memory:")
 * const { faults, flaws } = await handoffs.verify()
 * console.log(faults.length + flaws.length) // 0
 * ```
 */
export interface Verification {
  /** The number of handoffs. */
  readonly handoffs: number
  /** The number of entries. */
  readonly entries: number
  /** The number of entries with a valid signature of their author. */
  readonly signed: number
  /** The flaw of each handoff whose history does not verify. */
  readonly flaws: ReadonlyArray<Flaw & { readonly recordId: string }>
  /** The handoffs that hold, but with an artifact that was not judged by its JSON Schema; the reason in one sentence. */
  readonly unproven: ReadonlyArray<{ readonly recordId: string; readonly reason: string }>
  /** Each difference between the counters of the store and its records, in one sentence. */
  readonly faults: ReadonlyArray<string>
}
