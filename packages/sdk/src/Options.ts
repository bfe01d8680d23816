import type { Briefing } from "./Briefing.ts"
import type { Deliverable } from "./Delivery.ts"
import type { HandoffRecord, HandoffStatus } from "./HandoffRecord.ts"
import type { JsonObject } from "./Json.ts"

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
 * How a handoff is held.
 *
 * @example
 * ```ts
 * import type { LeaseOptions } from "@aumai/handoff"
 *
 * const forTenMinutes: LeaseOptions = { lease: 600_000 }
 * ```
 */
export interface LeaseOptions {
  /**
   * For so many milliseconds, at most those of 10,000 days, unless `progress` renews it; then it waits for the next
   * attempt. For ever when left out.
   */
  readonly lease?: number | undefined
}

/**
 * What is asked for when a handoff is created.
 *
 * @example
 * ```ts
 * import type { NewHandoff } from "@aumai/handoff"
 *
 * const ask: NewHandoff = { fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" }
 * ```
 */
export interface NewHandoff {
  readonly fromAgent: string
  /** Left out: the router chooses among the registered agents. */
  readonly toAgent?: string | undefined
  readonly taskDescription: string
  /** Whatever the receiver needs to know; at most 1 MiB as JSON. */
  readonly context?: JsonObject | undefined
  /** 1 to 10, 10 is most urgent; 5 when left out. */
  readonly priority?: number | undefined
  /** In the future, as a `Date` or as text such as `2026-12-01T09:00:00Z`; an open handoff expires at this moment. */
  readonly deadline?: Date | string | undefined
  /** A `Date` or text, too; a handoff that nobody has accepted at this moment expires. */
  readonly acceptBy?: Date | string | undefined
  /** So many milliseconds before either moment its nearing is put on record. */
  readonly remindBefore?: number | undefined
  /** How often each receiver may attempt it, 1 to 1000, before it fails; 3 when left out. */
  readonly maxAttempts?: number | undefined
  /** Capabilities the receiver must have, when the router chooses. */
  readonly requires?: ReadonlyArray<string> | undefined
  /** The handoff that this one is a part of; `delegate` says it by itself. */
  readonly parent?: string | undefined
  /** What the receiver must know, in the order in which it must know it, and whether it must read it back. */
  readonly briefing?: Briefing | undefined
  /** What must be handed back: it is not completed without them. */
  readonly deliverables?: ReadonlyArray<Deliverable> | undefined
  /** How often it may be handed on to another receiver, 0 to 100; 3 when left out. */
  readonly maxHops?: number | undefined
  /** Whether it goes to the next capable agent when its receiver declines, does not accept in time, or has used up its attempts. */
  readonly reroute?: boolean | undefined
}

/**
 * What is asked for when a part of a handoff is given to somebody else: whoever holds the whole is its sender.
 *
 * @example
 * ```ts
 * import type { NewPart } from "@aumai/handoff"
 *
 * const part: NewPart = { toAgent: "artist", taskDescription: "Draw the charts" }
 * ```
 */
export type NewPart = Omit<NewHandoff, "fromAgent" | "parent">

/**
 * How far the router may go.
 *
 * @example
 * ```ts
 * import type { RoutingOptions } from "@aumai/handoff"
 *
 * const strict: RoutingOptions = { fallback: false }
 * ```
 */
export interface RoutingOptions {
  /**
   * Whether any agent may be taken when none matches. Left out: only when nothing was explicitly required; `true`:
   * always; `false`: never.
   */
  readonly fallback?: boolean | undefined
  /** Never chosen, beside the sender. */
  readonly exclude?: ReadonlyArray<string> | undefined
}

/**
 * How a handoff is created.
 *
 * @example
 * ```ts
 * import type { CreateOptions } from "@aumai/handoff"
 *
 * const repeatable: CreateOptions = { id: "report-2026-q3" }
 * ```
 */
export interface CreateOptions extends CallOptions {
  /** Who acts; must be the sender. Left out: the sender. */
  readonly by?: string | undefined
  /** An id of your own; creating again with the same id and request gives the handoff that is there. */
  readonly id?: string | undefined
  readonly routing?: RoutingOptions | undefined
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
