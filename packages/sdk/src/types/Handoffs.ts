/// <reference lib="esnext.disposable" preserve="true" />
import type { Agents } from "./Agents.ts"
import type { EventHandler, OnOptions } from "./Consumer.ts"
import type { HandoffEvent, RoutingDecision } from "./HandoffEvent.ts"
import type {
  Accepted,
  Cancelled,
  Completed,
  Delivered,
  Failed,
  HandoffRecord,
  InProgress,
  InputRequired,
  Pending,
  Rejected
} from "./HandoffRecord.ts"
import type { ArchivedHandoff, FullArchive } from "./Json.ts"
import type { CallOptions, PageOptions, VerbOptions, View } from "./Options.ts"
import type {
  AcceptOptions,
  AnswerOptions,
  ApproveOptions,
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
  ImportOptions,
  InboxOptions,
  NewHandoff,
  NewPart,
  ProgressOptions,
  RejectOptions,
  ReleaseOptions,
  ReopenOptions,
  RestateOptions,
  ReturnOptions,
  RoutingOptions,
  RoutingQuestion
} from "./Payloads.ts"
import type { Chain, Entry, ImportReport, Metrics, Verified, Waiting, Whereabouts } from "./Reports.ts"
import type { ArchiveOptions, ArchiveReport, PurgeOptions, PurgeReport } from "./Retention.ts"
import type { Checkpoint, CheckpointOptions, Verification, VerifyOptions } from "./Verification.ts"
import type { WorkHandler, WorkOptions } from "./WorkHandler.ts"

/**
 * Hands tasks over, with one method per verb. Every verb can reject with `HandoffNotFound`, `InvalidTransition` (the
 * status does not allow it), `NotYourHandoff` (another party has the turn), `StaleAttempt` (the named `attempt` is
 * over), `InvalidInput`, `RevisionConflict` (other processes were first for ten seconds) or `StoreError`. Each error is a
 * class with a `_tag` and a sentence as its `message`.
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
   * Creates a handoff as `create` does, and resolves like `result` once it has ended. Aborting the signal ends the wait and
   * leaves the handoff: `cancel` withdraws it, and `result` waits for it again.
   */
  createAndWait(ask: NewHandoff, options?: CreateOptions): Promise<Completed>
  /**
   * Gives a part of a handoff you hold to another agent, as a new handoff with you as the sender. You stay
   * accountable for the whole and cannot complete it while a part is open, unless you leave the part. `chain` shows the
   * whole. A call that names its own `id` is safe to repeat. Rejects with `HandoffExists` and `NoCapableAgent`, too.
   */
  delegate(id: string, part: NewPart, options?: DelegateOptions): Promise<HandoffRecord>
  /**
   * Gives a handoff that ended without being completed a new life, as a new handoff. Only its sender can. The new handoff
   * has the same request, which the options change, and names the old one in `retryOf`; a clock that has passed gets as
   * much time as before. What the earlier attempts left is its `handBack`. Without an `id`, a repeated call returns the
   * same handoff. A part is delegated again, which its whole must allow. Rejects with `HandoffExists`, too.
   *
   * @example
   * ```ts
   * import { openHandoffs } from "@aumai/handoff/node"
   *
   * await using handoffs = await openHandoffs("memory:")
   * const ask = { fromAgent: "planner", toAgent: "executor", taskDescription: "Translate it" }
   * const { recordId } = await handoffs.create(ask)
   * await handoffs.reject(recordId, { reason: "No dictionary" })
   * for await (const { recordId } of handoffs.listAll({ _tag: "Status", status: "rejected" })) {
   *   const again = await handoffs.reopen(recordId, { toAgent: "linguist" })
   *   if ("handBack" in again) console.log(again.handBack?.pitfalls) // ["executor: No dictionary"]
   * }
   * ```
   */
  reopen(id: string, options?: ReopenOptions): Promise<HandoffRecord>
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
   * Starts work on an accepted handoff. If the briefing requires a read-back, the start is refused until it is
   * complete. Rejects with `ReadBackIncomplete`, too.
   */
  start(id: string, options?: VerbOptions): Promise<InProgress>
  /**
   * Reports that work continues, optionally with its progress: the heartbeat that renews a lease. Send it well before
   * the lease expires.
   */
  progress(id: string, options?: ProgressOptions): Promise<Accepted | InProgress>
  /**
   * Asks the sender a question that work cannot continue without. The handoff is then `input_required` and it is the
   * sender's turn. A lease is paused until the answer.
   */
  ask(id: string, options: AskOptions): Promise<InputRequired>
  /**
   * Answers the receiver's question; work then continues. If the program that asked was stopped, the handoff is
   * `pending` again, with the answer in its record.
   */
  answer(id: string, options: AnswerOptions): Promise<InProgress | Pending>
  /**
   * Returns a handoff for another attempt, with what this one learned. In the last attempt, the next capable agent
   * receives it if the request allows re-routing; otherwise the call is refused. A program that is stopped gives the
   * code `shutdown`, and loses no attempt; its question stays open. Rejects with `NoAttemptLeft` and `NotDue`, too.
   */
  release(id: string, options?: ReleaseOptions): Promise<Pending | InputRequired>
  /**
   * Hands a handoff on to another receiver. It is then pending for that agent only, and the previous holder's calls are
   * refused. An agent that has held it cannot receive it again. Rejects with `AlreadyHeld`, `NoCapableAgent`,
   * `NoHopLeft`, `NoRoomLeft` and `NotDue`, too.
   */
  forward(id: string, options?: ForwardOptions): Promise<Pending>
  /**
   * Records, as a witness, that you have checked the work. Any agent but the receiver may attest; the receiver passes
   * its evidence to `complete`. The sender's evidence is `endorsed`, that of others `verified`. Rejects with
   * `NoRoomLeft`, too.
   */
  attest(id: string, options: AttestOptions): Promise<Accepted | InProgress | InputRequired | Delivered>
  /**
   * Completes a handoff with a result and the demanded deliverables, or delivers it for review. If the request asks for a
   * review, the handoff is then `delivered`, and its sender must `approve` or `return` the work. The call is refused while
   * a deliverable is missing or does not fit, and while delegated parts are open, unless the call leaves them. Rejects with
   * `NoRoomLeft`, `NotDelivered`, `OpenChildren` and `ReadBackIncomplete`, too.
   */
  complete(id: string, options?: CompleteOptions): Promise<Completed | Delivered>
  /** Approves delivered work, which completes the handoff. For the sender, or the agent that the review escalated to. */
  approve(id: string, options?: ApproveOptions): Promise<Completed>
  /**
   * Returns delivered work to its receiver, with what is missing. The handoff is `in_progress` again, in a new attempt
   * with a new lease. Rejects with `NoReworkLeft` once the work was returned as often as the request allows, too.
   */
  return(id: string, options: ReturnOptions): Promise<InProgress>
  /**
   * Declines a pending handoff, with a reason. If the request allows re-routing, the handoff then waits for the next
   * capable agent.
   */
  reject(id: string, options: RejectOptions): Promise<Rejected | Pending>
  /**
   * Gives up an accepted or started handoff, with a reason. The handoff ends. `release` it instead if another attempt
   * or another agent could do it. Rejects with `NotDue`, too.
   */
  fail(id: string, options: FailOptions): Promise<Failed>
  /** Withdraws an open handoff, and all open parts of it. */
  cancel(id: string, options?: CancelOptions): Promise<Cancelled>
  /** Shows everything about one handoff. Rejects with `HandoffNotFound`. */
  get(id: string, options?: CallOptions): Promise<HandoffRecord>
  /**
   * Finds the handoff with this id or, from four characters on, the only one whose drawn id begins with them. An id that
   * you chose is found only as a whole. Rejects with `AmbiguousId` and `HandoffNotFound`.
   */
  find(prefix: string, options?: CallOptions): Promise<HandoffRecord>
  /**
   * Shows the whole chain of handoffs that a handoff belongs to. Parts that were delegated come first; of the handoffs
   * that only name another as their parent, few are shown. Rejects with `HandoffNotFound`.
   */
  chain(id: string, options?: CallOptions): Promise<Chain>
  /**
   * Shows whose turn a handoff is, since when, in which attempt, and what the clock does next. Rejects with
   * `HandoffNotFound`.
   */
  where(id: string, options?: CallOptions): Promise<Whereabouts>
  /**
   * Waits until a handoff has ended, and returns it with its result. Rejects with `NotCompleted`, which has the final record,
   * if it was declined, given up, withdrawn, or not done in time; and with `HandoffNotFound`. There is no timeout: pass a
   * signal, such as `AbortSignal.timeout(60_000)`. A deadline that passes meanwhile ends the handoff.
   */
  result(id: string, options?: CallOptions): Promise<Completed>
  /** Lists handoffs, one page at a time. Each view has one order. */
  list(view: View, options?: PageOptions): Promise<ReadonlyArray<HandoffRecord>>
  /** Lists all handoffs of a view, page by page as the loop continues. */
  listAll(view: View, options?: CallOptions): AsyncIterable<HandoffRecord>
  /** Lists what happened to one handoff, oldest first. Rejects with `HandoffNotFound`. */
  history(id: string, options?: CallOptions): Promise<ReadonlyArray<Entry>>
  /**
   * Lists the handoffs whose next move is an agent's, most urgent first. Each comes with the step that it waits for, the
   * verb that takes it, and the words that matter: the receiver's question, its read-back, or the task. At most `limit`, 100
   * by default. With `awaits`, the whole inbox may be read to find enough.
   */
  inbox(agent: string, options?: InboxOptions): Promise<ReadonlyArray<Waiting>>
  /**
   * Accepts the most urgent handoff waiting for an agent. `undefined` if none waits. If several processes claim,
   * exactly one gets each handoff, and a claim passes over what others are about to accept. With a lease, the handoff is
   * released for another attempt if its receiver stops sending `progress`.
   */
  claim(agent: string, options?: ClaimOptions): Promise<Accepted | undefined>
  /**
   * Follows the log: every entry of a part of it, then every new entry. Nothing is missed. To resume, pass the position of
   * the last entry that you processed as `from`. The loop ends when you leave it or call `close`, or with `until`; it
   * rejects when the signal is aborted. Entries are read only as the loop requests them. `where.handoff` reads the history
   * of one handoff; every other condition is judged entry by entry.
   */
  changes(options?: ChangesOptions): AsyncIterable<Entry>
  /**
   * Applies every overdue event: expired deadlines, lost leases, reminders. Any number of processes may sweep at the
   * same time. Returns the handoffs that it changed.
   */
  sweep(options?: CallOptions): Promise<ReadonlyArray<HandoffRecord>>
  /** Exports every handoff with its history, oldest first. With `full` also the agents and the positions of entries. */
  export(options: CallOptions & { readonly full: true }): Promise<FullArchive>
  export(options?: CallOptions): AsyncIterable<ArchivedHandoff>
  /**
   * Imports handoffs from an archive and reports what happened to each. Reads the output of `export`, of the command
   * and of the Python library. A newer state is never overwritten. A handoff that cannot be read is `broken`: it is reported
   * last, by its place such as `[3]` if it has no id. Importing is idempotent, so repeat it with the corrected archive. A
   * full archive also registers the agents that the store does not know; it never changes a registered agent or its keys.
   */
  import(
    handoffs: AsyncIterable<ArchivedHandoff> | Iterable<ArchivedHandoff> | FullArchive,
    options?: ImportOptions
  ): Promise<ReadonlyArray<ImportReport>>
  /**
   * Moves handoffs that have ended to an archive, with all their parts. The file is written, flushed and read back before
   * anything is removed, and repeating an interrupted call continues it. Removed entries leave their hashes in the log, so that
   * checkpoints still hold. `import` puts them back. Rejects with `InvalidInput` if the file is not such an archive, or is
   * complete.
   */
  archive(options: ArchiveOptions): Promise<ArchiveReport>
  /**
   * Erases the texts of handoffs that have ended: tasks, contexts, results, questions and notes. Ids, agents, statuses and
   * times stay, and the log still verifies. Nothing brings the texts back; earlier exports, archives and backups still hold
   * them. Rejects with `HandoffNotFound`, with `InvalidTransition` for an open handoff, and with `InvalidInput` for one whose
   * entries an early version wrote.
   */
  purge(ids: string | ReadonlyArray<string>, options: PurgeOptions): Promise<PurgeReport>
  /**
   * Checks that a history was not changed after it was written: digests, states, and signatures. Rejects with
   * `HandoffNotFound`.
   */
  verify(id: string, options?: CallOptions): Promise<Verified>
  /**
   * Verifies every handoff, and compares the store's counters with its records, also while other processes write.
   * `onProgress` is called after each handoff with the number verified so far.
   */
  verify(options?: VerifyOptions): Promise<Verification>
  /**
   * Signs a checkpoint of the log: its size and one hash of all its entries. Keep it away from the store: `verify` with it
   * finds entries that were later removed, changed, inserted or backdated.
   */
  checkpoint(options: CheckpointOptions): Promise<Checkpoint>
  /** Counts handoffs by status and measures how long they took. */
  metrics(options?: CallOptions): Promise<Metrics>
  /** The registry of agents and their capabilities. */
  readonly agents: Agents
  /**
   * Shows which agent the router would choose for a task, and why. `undefined` if no agent fits. Nothing is created.
   */
  route(question: RoutingQuestion, options?: RoutingOptions & CallOptions): Promise<RoutingDecision | undefined>
  /**
   * Claims the handoffs that wait for an agent, most urgent first, and calls the handler with each. The handoff is
   * completed with the value that the handler resolves with. Its lease is renewed meanwhile. When the handoff is lost,
   * the handler's signal is aborted and its later calls are refused. When the handler throws, the handoff is released
   * for another attempt after a backoff; it fails in the last attempt, or if the error is a `GiveUp`. Other workers
   * take over a crashed worker's handoffs when their leases expire. Handoffs whose briefing requires a read-back are
   * skipped unless you pass `readBack`.
   *
   * When the signal is aborted or `close` is called, waits until running handlers have ended, at most for the grace
   * period, after which their handoffs are released; then resolves. Rejects with `InvalidInput`, or with a `StoreError`
   * if the store is corrupt.
   */
  work(agent: string, handler: WorkHandler, options?: WorkOptions & CallOptions): Promise<void>
  /**
   * Calls a handler with every entry of some events, one after another in the order of the log. Without `consumer`, with what
   * happens from now on; a handler that throws then ends the call with its error.
   *
   * With `consumer`, the store keeps the position under that name: at least once, and again after a crash. Of all processes
   * with the name one handles entries at a time; when it ends or its lease runs out, another one takes over. A handler that
   * throws is called again with the same entry, after a pause that grows from a second to five minutes, and no entry is
   * skipped. While the store is unavailable, it waits.
   *
   * Resolves when the signal is aborted or `close` is called. Rejects with `InvalidPosition` if the log does not have the
   * saved position, because the store was restored or replaced: choose another name.
   */
  on(events: ReadonlyArray<HandoffEvent["_tag"]>, handler: EventHandler, options?: OnOptions): Promise<void>
  /** Ends all loops, stops workers, waits for running calls, and closes the store. Later calls reject. */
  close(): Promise<void>
}
