import type { HandoffRecord, HandoffStatus } from "./HandoffRecord.ts"
import type { Router } from "./Router.ts"

/** The options of every method. */
export interface CallOptions {
  /**
   * Aborting it stops the call, which rejects with `signal.reason`. A commit that was running is then stored completely
   * or not at all. If the signal is already aborted, the call does nothing.
   */
  readonly signal?: AbortSignal | undefined
}

/** The options for opening handoffs in any store. */
export interface OpenOptions extends CallOptions {
  /**
   * The secret key of each agent that signs its events here: 32 bytes of Ed25519 as base64url, from `generateKeys`. Register
   * the public key, so that nobody else can act in the name of the agent. Of several keys the one in force signs, so that
   * a key can be replaced without a pause.
   */
  readonly keys?: Readonly<Record<string, string | ReadonlyArray<string>>> | undefined
  /**
   * The operator's secret key. The first key that is registered in a store pins its public key; from then on it is needed
   * to give an agent its first key, and to recover an agent whose key was lost or revoked.
   */
  readonly operatorKey?: string | undefined
  /**
   * Chooses the receivers of handoffs that name none, of re-routes and of forwards. Default: the router by words, room and
   * presence.
   */
  readonly router?: Router | undefined
}

/** The options of every verb that changes a handoff. */
export interface VerbOptions extends CallOptions {
  /** The agent that acts; must be the party that may make the move. Default: that party. */
  readonly by?: string | undefined
  /**
   * The attempt that the caller holds, from the record that `claim` or `accept` returned. Once it is over, the verb
   * rejects with `StaleAttempt` and changes nothing. Default: the current attempt.
   */
  readonly attempt?: number | undefined
}

/** The ways to list handoffs; each has one order. */
export type View =
  /** Oldest first. */
  | { readonly _tag: "All" }
  /** Oldest first. */
  | { readonly _tag: "Status"; readonly status: HandoffStatus }
  /** Most urgent first. */
  | { readonly _tag: "Inbox"; readonly agent: string; readonly status: HandoffStatus }
  /** Newest first. */
  | { readonly _tag: "Sent"; readonly agent: string }
  /** Open handoffs whose next move is this agent's, most urgent first. */
  | { readonly _tag: "Turn"; readonly agent: string }
  /** Most recently changed first, of one sender or of all. */
  | { readonly _tag: "Recent"; readonly agent?: string | undefined }
  /** Oldest first. */
  | { readonly _tag: "Children"; readonly parent: string }
  /** Open handoffs on which the clock acts by that moment, earliest first. */
  | { readonly _tag: "Due"; readonly at: Date | string }
  /** Handoffs whose id has this prefix, in order of their ids. */
  | { readonly _tag: "Prefix"; readonly prefix: string }

/** The page of a listing. */
export interface PageOptions extends CallOptions {
  /** The greatest number of handoffs. Default: 100. */
  readonly limit?: number | undefined
  /** The last handoff of the previous page, as that page returned it. */
  readonly after?: HandoffRecord | undefined
}
