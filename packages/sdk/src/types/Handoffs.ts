/// <reference lib="esnext.disposable" preserve="true" />
import type { Agents } from "./Agents.ts"
import type { RoutingDecision } from "./HandoffEvent.ts"
import type {
  Accepted,
  Cancelled,
  Completed,
  Failed,
  HandoffRecord,
  InProgress,
  InputRequired,
  Pending,
  Rejected
} from "./HandoffRecord.ts"
import type { ArchivedHandoff } from "./Json.ts"
import type { CallOptions, PageOptions, VerbOptions, View } from "./Options.ts"
import type {
  AcceptOptions,
  AnswerOptions,
  AskOptions,
  AttestOptions,
  CancelOptions,
  ChangesOptions,
  ClaimOptions,
  CompleteOptions,
  ConfirmOptions,
  CreateOptions,
  DelegateOptions,
  FailOptions,
  ForwardOptions,
  InboxOptions,
  NewHandoff,
  NewPart,
  ProgressOptions,
  RejectOptions,
  ReleaseOptions,
  RestateOptions,
  RoutingOptions,
  RoutingQuestion
} from "./Payloads.ts"
import type { Chain, Entry, ImportReport, Metrics, Verified, Whereabouts } from "./Reports.ts"
import type { Verification, VerifyOptions } from "./Verification.ts"
import type { WorkHandler, WorkOptions } from "./WorkHandler.ts"

/**
 * Hands tasks over: one method per verb. Every verb rejects with `HandoffNotFound`, `InvalidTransition` (another status),
 * `NotYourHandoff` (another party's move), `StaleAttempt` (the named `attempt` is over), `InvalidInput`, `RevisionConflict`
 * (other writers were first, several times) or `StoreError`. Each error is a class with a `_tag` and a sentence as its
 * `message`.
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
   * Hands a task to another agent: creates a pending handoff. Without a receiver, the router chooses one of the
   * registered agents. A call that names its own `id` is safe to repeat. Rejects with `HandoffExists` and
   * `NoCapableAgent`, too.
   */
  create(ask: NewHandoff, options?: CreateOptions): Promise<HandoffRecord>
  /**
   * Gives a part of a handoff you hold to another agent, as a handoff of its own with you as the sender. You stay
   * accountable for the whole and cannot complete it while a part is open, unless you leave the part. `chain` shows
   * the whole. A call that names its own `id` is safe to repeat. Rejects with `HandoffExists` and `NoCapableAgent`,
   * too.
   */
  delegate(id: string, part: NewPart, options?: DelegateOptions): Promise<HandoffRecord>
  /**
   * Accepts a pending handoff. If the briefing requires a read-back, restate the task and list the items you
   * understood. Missing items are reported; add them with `restate`. Rejects with `NoRoomLeft` and `UnknownItem`,
   * too.
   */
  accept(id: string, options?: AcceptOptions): Promise<Accepted>
  /**
   * Restates the briefing of an accepted handoff, or the items still missing from the read-back. Items restated
   * earlier stay, unless this call restates them. Rejects with `NoRoomLeft` and `UnknownItem`, too.
   */
  restate(id: string, options: RestateOptions): Promise<Accepted>
  /**
   * Confirms what the receiver restated, or corrects it. The receiver may then start. It finds a correction in the
   * record. Rejects with `ReadBackIncomplete`, too.
   */
  confirm(id: string, options?: ConfirmOptions): Promise<Accepted>
  /**
   * Starts work on an accepted handoff. Refused until the briefing has been read back, if it requires that. Rejects
   * with `ReadBackIncomplete`, too.
   */
  start(id: string, options?: VerbOptions): Promise<InProgress>
  /**
   * Reports that work continues, and optionally how far it is: the heartbeat that renews a lease. Send it well
   * before the lease expires.
   */
  progress(id: string, options?: ProgressOptions): Promise<Accepted | InProgress>
  /**
   * Asks the sender a question that work cannot continue without. The handoff is then `input_required` and it is the
   * sender's turn. A lease rests until the answer.
   */
  ask(id: string, options: AskOptions): Promise<InputRequired>
  /** Answers the receiver's question; work then continues. */
  answer(id: string, options: AnswerOptions): Promise<InProgress>
  /**
   * Returns a handoff for another attempt, with what this one learned. Refused in the last attempt, which can only
   * be failed. Rejects with `NoAttemptLeft` and `NotDue`, too.
   */
  release(id: string, options?: ReleaseOptions): Promise<Pending>
  /**
   * Hands a handoff on to another receiver. It is then pending for that agent alone, and the previous holder is
   * refused from then on. It never returns to an agent that has had it. Rejects with `AlreadyHeld`,
   * `NoCapableAgent`, `NoHopLeft`, `NoRoomLeft` and `NotDue`, too.
   */
  forward(id: string, options?: ForwardOptions): Promise<Pending>
  /**
   * Records, as a witness, that you have checked the work. Any agent but the receiver may attest. The receiver's own
   * evidence goes with `complete`. Rejects with `NoRoomLeft`, too.
   */
  attest(id: string, options: AttestOptions): Promise<Accepted | InProgress | InputRequired>
  /**
   * Completes a handoff with a result and the demanded deliverables. Refused while a deliverable is missing or does
   * not fit, and while delegated parts are open, unless the call leaves them. Rejects with `NoRoomLeft`,
   * `NotDelivered`, `OpenChildren` and `ReadBackIncomplete`, too.
   */
  complete(id: string, options?: CompleteOptions): Promise<Completed>
  /**
   * Declines a pending handoff, with a reason. If the request allows re-routing, the handoff then waits for the next
   * capable agent.
   */
  reject(id: string, options: RejectOptions): Promise<Rejected | Pending>
  /**
   * Gives up an accepted or started handoff, with a reason. An agent whose attempts are used up says so with the
   * code; if the request allows re-routing, the next capable agent then gets the handoff. Rejects with `NotDue`,
   * too.
   */
  fail(id: string, options: FailOptions): Promise<Failed | Pending>
  /** Withdraws an open handoff, and all open parts of it. */
  cancel(id: string, options?: CancelOptions): Promise<Cancelled>
  /** Shows everything about one handoff. Rejects with `HandoffNotFound`. */
  get(id: string, options?: CallOptions): Promise<HandoffRecord>
  /**
   * Finds the handoff with this id or, from four characters on, the only one whose id begins like this. Rejects with
   * `AmbiguousId` and `HandoffNotFound`.
   */
  find(prefix: string, options?: CallOptions): Promise<HandoffRecord>
  /** Shows the whole that a handoff belongs to, from any member of it. Rejects with `HandoffNotFound`. */
  chain(id: string, options?: CallOptions): Promise<Chain>
  /**
   * Shows whose turn a handoff is, since when, in which attempt, and what the clock does next. Rejects with
   * `HandoffNotFound`.
   */
  where(id: string, options?: CallOptions): Promise<Whereabouts>
  /** Lists handoffs, one page at a time. Each view has one order. */
  list(view: View, options?: PageOptions): Promise<ReadonlyArray<HandoffRecord>>
  /** Lists all handoffs of a view, page by page as the loop continues. */
  listAll(view: View, options?: CallOptions): AsyncIterable<HandoffRecord>
  /** Lists what happened to one handoff, oldest first. Rejects with `HandoffNotFound`. */
  history(id: string, options?: CallOptions): Promise<ReadonlyArray<Entry>>
  /** Lists the handoffs waiting for an agent's answer, most urgent first. At most `limit`, 100 by default. */
  inbox(agent: string, options?: InboxOptions): Promise<ReadonlyArray<HandoffRecord>>
  /**
   * Accepts the most urgent handoff waiting for an agent. Of many claimers exactly one gets each handoff. With a
   * lease the handoff is released for another attempt if its receiver stops sending `progress`. `undefined` if
   * nothing waits. While other processes claim from the same inbox, it may be one of the first few instead of the
   * very first.
   */
  claim(agent: string, options?: ClaimOptions): Promise<Accepted | undefined>
  /**
   * Follows the log: every entry after a position, then every new one. Nothing is missed. Remember the position of
   * the last entry you processed and resume after it. The loop ends when you leave it or call `close`, and with an
   * error when the signal is aborted. It reads no faster than you ask.
   */
  changes(options?: ChangesOptions): AsyncIterable<Entry>
  /**
   * Applies every overdue event: expired deadlines, lost leases, reminders. Any number of processes may sweep at the
   * same time. Gives the handoffs that it changed.
   */
  sweep(options?: CallOptions): Promise<ReadonlyArray<HandoffRecord>>
  /** Exports every handoff with its history, oldest first. */
  export(options?: CallOptions): AsyncIterable<ArchivedHandoff>
  /**
   * Imports handoffs from an archive and reports what happened to each. Takes what `export`, `aumai-handoff export` and the
   * Python library write. A newer state is never overwritten. If one of them is refused (`InvalidInput`), some before it may
   * be imported already; importing again is harmless.
   */
  import(
    handoffs: AsyncIterable<ArchivedHandoff> | Iterable<ArchivedHandoff>,
    options?: CallOptions
  ): Promise<ReadonlyArray<ImportReport>>
  /**
   * Checks that a history was not changed after it was written: digests, states, and signatures. Rejects with
   * `HandoffNotFound`.
   */
  verify(id: string, options?: CallOptions): Promise<Verified>
  /**
   * Checks every handoff of the store, and that the store's counters agree with its records. Let no one write meanwhile.
   * `onProgress` is called after each handoff with the number checked so far.
   */
  verify(options?: VerifyOptions): Promise<Verification>
  /** Counts handoffs by status and measures how long they took. */
  metrics(options?: CallOptions): Promise<Metrics>
  /** The registry: which agent can do what. */
  readonly agents: Agents
  /**
   * Shows which agent the router would choose for a task, and why. `undefined` if no agent fits. Nothing is created.
   */
  route(question: RoutingQuestion, options?: RoutingOptions & CallOptions): Promise<RoutingDecision | undefined>
  /**
   * Claims the handoffs waiting for an agent, most urgent first, and gives each to the handler; the value it resolves with is
   * the result. The lease is renewed meanwhile. When the handoff is lost, the handler's signal is aborted and its later calls
   * are refused. When the handler throws, the handoff is released for another attempt after a pause; in the last attempt, or
   * with `GiveUp`, it fails. Work of crashed workers is taken over when their lease expires. Handoffs whose briefing must be
   * read back are skipped unless you pass `readBack`.
   *
   * Resolves when the signal is aborted or `close` is called, after running handlers have ended or, once the grace period is
   * over, been released. Rejects with `InvalidInput`, or with a `StoreError` if the store is corrupt.
   */
  work(agent: string, handler: WorkHandler, options?: WorkOptions & CallOptions): Promise<void>
  /** Ends all loops, stops workers, waits for running calls, and closes the store. Later calls reject. */
  close(): Promise<void>
}
