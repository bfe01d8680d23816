/// <reference lib="esnext.disposable" preserve="true" />
import type { ArchivedHandoff, Entry, HandoffEvent, RoutingDecision } from "./HandoffEvent.ts"
import type {
  Accepted,
  Cancelled,
  Completed,
  Failed,
  HandBack,
  HandoffRecord,
  HandoffStatus,
  InProgress,
  InputRequired,
  JsonObject,
  Pending,
  Rejected
} from "./HandoffRecord.ts"
import type { WorkHandler, WorkOptions } from "./WorkHandler.ts"

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
 * Where a handoff is: who has it, since when, and what happens if nobody does anything.
 *
 * @example
 * ```ts
 * import type { Whereabouts } from "@aumai/handoff"
 *
 * const show = ({ turn = "nobody", due }: Whereabouts) =>
 *   due === undefined ? `waits for ${turn}` : `waits for ${turn}; ${due.event} at ${due.at.toISOString()}`
 * ```
 */
export interface Whereabouts {
  /** Who owns the next move; absent when it has ended. */
  readonly turn?: string
  readonly since: Date
  readonly attempt: number
  /** When something will happen though nobody does anything, and what. */
  readonly due?: { readonly at: Date; readonly event: Exclude<HandoffEvent["_tag"], "Created" | "Imported"> }
  /** Claims pass it by until then. */
  readonly notBefore?: Date
  /** It is open, but nobody's turn, and nothing will ever happen to it by itself. The lifecycle lets none come to that. */
  readonly isLost: boolean
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
  /** 1 to 1000; after so many attempts that were given back or whose lease ran out it fails. 3 when left out. */
  readonly maxAttempts?: number | undefined
  /** Capabilities the receiver must have, when the router chooses. */
  readonly requires?: ReadonlyArray<string> | undefined
  /** The handoff that this one is a part of. */
  readonly parent?: string | undefined
}

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

/**
 * An agent as the registry knows it.
 *
 * @example
 * ```ts
 * import type { RegisteredAgent } from "@aumai/handoff"
 *
 * const show = ({ agentId, capabilities }: RegisteredAgent) => `${agentId}: ${capabilities.join(", ")}`
 * ```
 */
export interface RegisteredAgent {
  readonly agentId: string
  readonly capabilities: ReadonlyArray<string>
  /** How many open handoffs it takes at once; no limit when absent. */
  readonly capacity?: number
  /** Oldest first; the last one is in force. */
  readonly keys?: ReadonlyArray<AgentKey>
  /** When it was last heard of; absent as long as it never was. */
  readonly lastSeen?: Date
}

/**
 * A key that an agent signs with.
 *
 * @example
 * ```ts
 * import type { AgentKey, RegisteredAgent } from "@aumai/handoff"
 *
 * const inForce = ({ keys }: RegisteredAgent): AgentKey | undefined => keys?.at(-1)
 * ```
 */
export interface AgentKey {
  /** The 32 bytes of an Ed25519 key as base64url, without padding. */
  readonly publicKey: string
  /** From when on the agent signs with it. */
  readonly since: Date
}

/**
 * What an agent may say of itself beside what it can do.
 *
 * @example
 * ```ts
 * import type { RegisterOptions } from "@aumai/handoff"
 *
 * const fiveAtOnce: RegisterOptions = { capacity: 5 }
 * ```
 */
export interface RegisterOptions extends CallOptions {
  /** How many open handoffs it takes at once, 1 to 1,000,000; no limit when left out. */
  readonly capacity?: number | undefined
  /** The Ed25519 key it signs with from now on, as base64url; left out, or the one in force: its keys stay as they are. */
  readonly publicKey?: string | undefined
}

/**
 * What importing one handoff came to. `added`: it was unknown. `unchanged`: the store held all of it already, and perhaps
 * more. `newer`: its further events were appended. `conflict`: the two have gone different ways; the store's own stands.
 *
 * @example
 * ```ts
 * import type { ImportReport } from "@aumai/handoff"
 *
 * const conflicts = (reports: ReadonlyArray<ImportReport>) => reports.filter(({ outcome }) => outcome === "conflict")
 * ```
 */
export interface ImportReport {
  readonly recordId: string
  readonly outcome: "added" | "unchanged" | "newer" | "conflict"
}

/**
 * How a store's handoffs have fared.
 *
 * @example
 * ```ts
 * import type { Metrics } from "@aumai/handoff"
 *
 * const waiting = ({ byStatus }: Metrics) => byStatus.pending
 * ```
 */
export interface Metrics {
  readonly total: number
  readonly byStatus: Readonly<Record<HandoffStatus, number>>
  /** Mean seconds from creation to completion; absent while nothing is completed. */
  readonly averageSeconds?: number
  /** The seconds within which 95 of 100 completed handoffs were done, to within 2.5 %; absent while nothing is completed. */
  readonly p95Seconds?: number
  /** Completed handoffs among those that have ended, 0 to 1; absent while none has ended. */
  readonly completionRate?: number
}

/**
 * Which agent can do what, how much of it at once, and when it was last heard of.
 *
 * @example
 * ```ts
 * import { openHandoffs } from "@aumai/handoff/node"
 *
 * await using handoffs = await openHandoffs("memory:")
 * await handoffs.agents.register("alice", ["summarize", "translate"])
 * console.log(await handoffs.agents.findCapable(["translate"])) // [{ agentId: "alice", … }]
 * ```
 */
export interface Agents {
  /**
   * Makes an agent known; replaces what it could do before, and how much at once. Its keys stay, and another one than that
   * in force is in force from now on. Rejects with `InvalidInput`.
   */
  register(agentId: string, capabilities: ReadonlyArray<string>, options?: RegisterOptions): Promise<RegisteredAgent>
  /**
   * Notes that an agent is there now; silent when it is unknown. The router prefers who was there within the last 90
   * seconds. `work` does this by itself.
   */
  seen(agentId: string, options?: CallOptions): Promise<void>
  /** Forgets an agent; silent when it is unknown. */
  unregister(agentId: string, options?: CallOptions): Promise<void>
  /** Every agent, by id. */
  list(options?: CallOptions): Promise<ReadonlyArray<RegisteredAgent>>
  /** Who can do all of this, the closest fit first. */
  findCapable(required: ReadonlyArray<string>, options?: CallOptions): Promise<ReadonlyArray<RegisteredAgent>>
}

/**
 * Hands tasks over: one method per verb. A verb rejects with `HandoffNotFound`, `InvalidTransition` (the handoff stands
 * elsewhere), `NotYourHandoff` (the move is the other party's), `StaleAttempt` (the `attempt` that was named is over),
 * `InvalidInput`, `RevisionConflict` (others were first, again and again) or `StoreError`; each is a class with a `_tag` and a sentence as its `message`.
 *
 * @example
 * ```ts
 * import { openHandoffs } from "@aumai/handoff/node"
 *
 * await using handoffs = await openHandoffs("handoffs.json")
 * const { recordId } = await handoffs.create({
 *   fromAgent: "planner",
 *   toAgent: "executor",
 *   taskDescription: "Generate the Q3 report"
 * })
 * await handoffs.accept(recordId)
 * const done = await handoffs.complete(recordId, { result: { output: "report.pdf" } })
 * console.log(done.result) // { output: "report.pdf" }
 * ```
 */
export interface Handoffs extends AsyncDisposable {
  /**
   * Creates a pending handoff. Safe to repeat when it has an id of its own: then what is there is given, wherever it stands.
   * Rejects with `HandoffExists` (the id is taken) and `NoCapableAgent` (the router found nobody), too.
   */
  create(ask: NewHandoff, options?: CreateOptions): Promise<HandoffRecord>
  /** The receiver takes it on. */
  accept(
    id: string,
    options?: VerbOptions &
      LeaseOptions & {
        readonly reason?: string | undefined
        readonly estimatedCompletion?: Date | string | undefined
      }
  ): Promise<Accepted>
  /** The receiver begins to work on it. */
  start(id: string, options?: VerbOptions): Promise<InProgress>
  /**
   * The receiver is still at it, and perhaps says how far: the heartbeat that renews a lease. With `lease` it reaches so
   * far from now on, or begins.
   */
  progress(
    id: string,
    options?: VerbOptions &
      LeaseOptions & {
        readonly note?: string | undefined
        /** From 0 to 1. */
        readonly fraction?: number | undefined
      }
  ): Promise<Accepted | InProgress>
  /** The receiver cannot go on without an answer; a lease rests until it comes. */
  ask(id: string, options: VerbOptions & { readonly question: string }): Promise<InputRequired>
  /** The sender answers what the receiver has asked. */
  answer(id: string, options: VerbOptions & { readonly answer: string }): Promise<InProgress>
  /**
   * The receiver gives it back for another attempt, with what it has learnt. Rejects with `NoAttemptLeft` in the last one,
   * which can be failed.
   */
  release(
    id: string,
    options?: VerbOptions & {
      readonly reason?: string | undefined
      readonly handBack?: HandBack | undefined
      /** Claims pass it by until then. */
      readonly notBefore?: Date | string | undefined
    }
  ): Promise<Pending>
  /** The receiver is done and hands back a result. */
  complete(id: string, options?: VerbOptions & { readonly result?: JsonObject | undefined }): Promise<Completed>
  /** The receiver declines. */
  reject(id: string, options: VerbOptions & { readonly reason: string }): Promise<Rejected>
  /** The receiver gives up. */
  fail(id: string, options: VerbOptions & { readonly reason: string }): Promise<Failed>
  /** The sender withdraws it. */
  cancel(id: string, options?: VerbOptions & { readonly reason?: string | undefined }): Promise<Cancelled>
  /** The handoff as it stands; rejects with `HandoffNotFound`. */
  get(id: string, options?: CallOptions): Promise<HandoffRecord>
  /** Where the handoff is: whose turn, since when, and what happens if nobody does anything; rejects with `HandoffNotFound`. */
  where(id: string, options?: CallOptions): Promise<Whereabouts>
  /** One page of a view. */
  list(view: View, options?: PageOptions): Promise<ReadonlyArray<HandoffRecord>>
  /** All handoffs of a view, read page by page as the loop goes on. */
  listAll(view: View, options?: CallOptions): AsyncIterable<HandoffRecord>
  /** What happened to one handoff, oldest first; rejects with `HandoffNotFound`. */
  history(id: string, options?: CallOptions): Promise<ReadonlyArray<Entry>>
  /** What waits for an agent's answer, most urgent first; at most `limit`, 100 when left out. */
  inbox(
    agent: string,
    options?: CallOptions & { readonly status?: HandoffStatus | undefined; readonly limit?: number | undefined }
  ): Promise<ReadonlyArray<HandoffRecord>>
  /**
   * Accepts the most urgent handoff that waits for an agent; `undefined` when nothing waits. Of many claimers one wins each.
   * While other processes claim from the same inbox, it may be one of the first few instead of the very first.
   * With a lease it is held for so long unless `progress` renews it; then it waits for the next attempt.
   */
  claim(agent: string, options?: CallOptions & LeaseOptions): Promise<Accepted | undefined>
  /**
   * Every entry of the log behind a position, then every new one. The loop ends when it is left, when `close` is called,
   * or, with an error, when the signal is aborted. It reads no faster than it is asked; nothing is missed: remember the
   * `position` of the last entry that you have dealt with, and go on `after` it.
   */
  changes(options?: CallOptions & { readonly after?: string | undefined }): AsyncIterable<Entry>
  /**
   * Puts on record what is due: what has passed a deadline expires, what has lost its lease is released (in its last
   * attempt: has failed), and what is near is mentioned. Gives the handoffs that it moved. Safe to run in every process.
   */
  sweep(options?: CallOptions): Promise<ReadonlyArray<HandoffRecord>>
  /** Every handoff with its history, oldest first. */
  export(options?: CallOptions): AsyncIterable<ArchivedHandoff>
  /**
   * Takes in handoffs as `export` gives them, also after a trip through JSON, and says for each what came of it. Newer
   * state is never overwritten. When one of them is refused (`InvalidInput`), some before it may be in already: importing
   * again is harmless.
   */
  import(
    handoffs: AsyncIterable<ArchivedHandoff> | Iterable<ArchivedHandoff>,
    options?: CallOptions
  ): Promise<ReadonlyArray<ImportReport>>
  /** How the handoffs have fared. Reads every completed one. */
  metrics(options?: CallOptions): Promise<Metrics>
  /** Which agent can do what. */
  readonly agents: Agents
  /** Whom the router would choose for a task; `undefined` when there is nobody. Nothing is created. */
  route(
    question: {
      readonly fromAgent: string
      readonly taskDescription: string
      readonly requires?: ReadonlyArray<string> | undefined
    },
    options?: RoutingOptions & CallOptions
  ): Promise<RoutingDecision | undefined>
  /**
   * Claims what waits for an agent, the most urgent first, and gives each handoff to the handler; what that resolves to is
   * its result. The lease is renewed meanwhile; when the handoff is lost, the handler's signal is aborted, and what it does
   * afterwards is refused. When it throws, the handoff is released for another attempt after a while; in the last one, or
   * with `GiveUp`, it has failed. What workers that died have left is taken over once their lease has run out.
   *
   * Resolves when the signal is aborted or `close` is called, and what was under way has ended or, after the grace time, was
   * released. Rejects with `InvalidInput`, or with a `StoreError` when the store is corrupt.
   */
  work(agent: string, handler: WorkHandler, options?: WorkOptions & CallOptions): Promise<void>
  /** Ends all loops over `changes` and the like, stops workers, waits for calls under way, and closes the store. Later calls reject. */
  close(): Promise<void>
}
