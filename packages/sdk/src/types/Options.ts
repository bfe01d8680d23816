import type { HandoffRecord, HandoffStatus } from "./HandoffRecord.ts"

/**
 * What every method takes as the last of its options.
 *
 * @example
 * ```ts
 * import type { CallOptions } from "@aumai/handoff"
 *
 * const patient: CallOptions = { signal: AbortSignal.timeout(5_000) }
 * ```
 */
export interface CallOptions {
  /**
   * Aborting it rejects the call with `signal.reason` and stops the work: what was being written is there as a whole or
   * not at all. When it is aborted already, nothing is done.
   */
  readonly signal?: AbortSignal | undefined
}

/**
 * How handoffs are opened, whatever the store.
 *
 * @example
 * ```ts
 * import { generateKeys, type OpenOptions } from "@aumai/handoff"
 *
 * const { secretKey } = await generateKeys()
 * const signing: OpenOptions = { keys: { executor: secretKey } }
 * ```
 */
export interface OpenOptions extends CallOptions {
  /**
   * The secret key of each agent that signs what it does here: 32 bytes of Ed25519 as base64url, as `generateKeys` gives them.
   * Register the public key, so that `verify` looks at the signatures.
   */
  readonly keys?: Readonly<Record<string, string>> | undefined
}

/**
 * What every verb takes.
 *
 * @example
 * ```ts
 * import type { VerbOptions } from "@aumai/handoff"
 *
 * const asExecutor: VerbOptions = { by: "executor" }
 * ```
 */
export interface VerbOptions extends CallOptions {
  /** Who acts; must be the party whose move it is. Left out: that party. */
  readonly by?: string | undefined
  /**
   * The attempt that the caller holds, from the record that `claim` or `accept` gave. Once it is over, the verb rejects
   * with `StaleAttempt` and changes nothing. Left out: whatever attempt is under way.
   */
  readonly attempt?: number | undefined
}

/**
 * The ways to list handoffs; each has one order.
 *
 * @example
 * ```ts
 * import type { View } from "@aumai/handoff"
 *
 * const open: View = { _tag: "Status", status: "pending" }
 * ```
 */
export type View =
  /** Oldest first. */
  | { readonly _tag: "All" }
  /** Oldest first. */
  | { readonly _tag: "Status"; readonly status: HandoffStatus }
  /** Most urgent first. */
  | { readonly _tag: "Inbox"; readonly agent: string; readonly status: HandoffStatus }
  /** Newest first. */
  | { readonly _tag: "Sent"; readonly agent: string }
  /** Oldest first. */
  | { readonly _tag: "Children"; readonly parent: string }
  /** Open and due at that moment, earliest first. */
  | { readonly _tag: "Due"; readonly at: Date | string }
  /** Those whose id begins like this, by id. */
  | { readonly _tag: "Prefix"; readonly prefix: string }

/**
 * A slice of a listing.
 *
 * @example
 * ```ts
 * import type { PageOptions } from "@aumai/handoff"
 *
 * const firstTwenty: PageOptions = { limit: 20 }
 * ```
 */
export interface PageOptions extends CallOptions {
  /** At most so many; 100 when left out. */
  readonly limit?: number | undefined
  /** The last handoff of the page before. */
  readonly after?: HandoffRecord | undefined
}
