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
import type {
  Chain,
  Entry,
  ImportReport,
  Metrics,
  Verification,
  Verified,
  VerifyOptions,
  Whereabouts
} from "./Reports.ts"
import type { WorkHandler, WorkOptions } from "./WorkHandler.ts"

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
  /**
   * The receiver gives a part of it to somebody else: a handoff of its own, of which that receiver is the sender, and stays
   * accountable. Safe to repeat when it has an id of its own. Rejects like `create`, too.
   */
  delegate(id: string, part: NewPart, options?: DelegateOptions): Promise<HandoffRecord>
  /** The receiver takes it on, and restates its briefing when that asks for it; `restate` says what was left out. */
  accept(id: string, options?: AcceptOptions): Promise<Accepted>
  /** The receiver restates the briefing, or what of it was still missing. Rejects with `UnknownItem`, too. */
  restate(id: string, options: RestateOptions): Promise<Accepted>
  /**
   * The sender confirms what was restated, or sets it right. Rejects with `ReadBackIncomplete` while something is missing.
   */
  confirm(id: string, options?: ConfirmOptions): Promise<Accepted>
  /**
   * The receiver begins to work on it. Rejects with `ReadBackIncomplete` while a briefing has not been read back as it asks.
   */
  start(id: string, options?: VerbOptions): Promise<InProgress>
  /**
   * The receiver is still at it, and perhaps says how far: the heartbeat that renews a lease. With `lease` it reaches so
   * far from now on, or begins.
   */
  progress(id: string, options?: ProgressOptions): Promise<Accepted | InProgress>
  /** The receiver cannot go on without an answer; a lease rests until it comes. */
  ask(id: string, options: AskOptions): Promise<InputRequired>
  /** The sender answers what the receiver has asked. */
  answer(id: string, options: AnswerOptions): Promise<InProgress>
  /**
   * The receiver gives it back for another attempt, with what it has learnt. Rejects with `NoAttemptLeft` in the last one,
   * which can be failed.
   */
  release(id: string, options?: ReleaseOptions): Promise<Pending>
  /**
   * The receiver hands it on: to a named agent, or to whom the router chooses among those who have not had it. Whoever held
   * it is fenced off by a new attempt. Rejects with `NoHopLeft`, `AlreadyHeld` and `NoCapableAgent`, too.
   */
  forward(id: string, options?: ForwardOptions): Promise<Pending>
  /** Somebody other than the receiver has checked the work, and says so. Rejects with `NotYourHandoff` for the receiver. */
  attest(id: string, options: AttestOptions): Promise<Accepted | InProgress | InputRequired>
  /**
   * The receiver is done and hands back a result, and what else the request demands. Rejects with `NotDelivered`, which
   * names each deliverable that is missing or does not fit, and with `OpenChildren` while parts that were delegated are
   * open, unless it leaves them.
   */
  complete(id: string, options?: CompleteOptions): Promise<Completed>
  /**
   * The receiver declines. Where the request says `reroute` and another agent can do it, it is then `pending` with that one,
   * the last of its `hops`; else it is `rejected`.
   */
  reject(id: string, options: RejectOptions): Promise<Rejected | Pending>
  /**
   * The receiver gives up, for good: then it has `failed`. One who gives up because its attempts are used up says so with the
   * `code`; where the request says `reroute` it is then `pending` with the next agent, the last of its `hops`.
   */
  fail(id: string, options: FailOptions): Promise<Failed | Pending>
  /** The sender withdraws it, and with it all parts of it that are open. */
  cancel(id: string, options?: CancelOptions): Promise<Cancelled>
  /** The handoff as it stands; rejects with `HandoffNotFound`. */
  get(id: string, options?: CallOptions): Promise<HandoffRecord>
  /**
   * The handoff with this id or, from four characters on, the only one whose id begins like this. Reads the store once.
   * Rejects with `HandoffNotFound`, and with `AmbiguousId`, which names the first few handoffs that it could be.
   */
  find(prefix: string, options?: CallOptions): Promise<HandoffRecord>
  /** The whole that a handoff belongs to, from any member of it: what it is a part of, and what is a part of it. */
  chain(id: string, options?: CallOptions): Promise<Chain>
  /** Where the handoff is: whose turn, since when, and what happens if nobody does anything; rejects with `HandoffNotFound`. */
  where(id: string, options?: CallOptions): Promise<Whereabouts>
  /** One page of a view. */
  list(view: View, options?: PageOptions): Promise<ReadonlyArray<HandoffRecord>>
  /** All handoffs of a view, read page by page as the loop goes on. */
  listAll(view: View, options?: CallOptions): AsyncIterable<HandoffRecord>
  /** What happened to one handoff, oldest first; rejects with `HandoffNotFound`. */
  history(id: string, options?: CallOptions): Promise<ReadonlyArray<Entry>>
  /** What waits for an agent's answer, most urgent first; at most `limit`, 100 when left out. */
  inbox(agent: string, options?: InboxOptions): Promise<ReadonlyArray<HandoffRecord>>
  /**
   * Accepts the most urgent handoff that waits for an agent; `undefined` when nothing waits. Of many claimers one wins each.
   * While other processes claim from the same inbox, it may be one of the first few instead of the very first.
   * With a lease it is held for so long unless `progress` renews it; then it waits for the next attempt.
   */
  claim(agent: string, options?: ClaimOptions): Promise<Accepted | undefined>
  /**
   * Every entry of the log behind a position, then every new one. The loop ends when it is left, when `close` is called,
   * or, with an error, when the signal is aborted. It reads no faster than it is asked; nothing is missed: remember the
   * `position` of the last entry that you have dealt with, and go on `after` it.
   */
  changes(options?: ChangesOptions): AsyncIterable<Entry>
  /**
   * Puts on record what is due: what has passed a deadline expires, what has lost its lease is released (in its last
   * attempt: has failed), and what is near is mentioned. Gives the handoffs that it moved. Safe to run in every process.
   */
  sweep(options?: CallOptions): Promise<ReadonlyArray<HandoffRecord>>
  /** Every handoff with its history as JSON, oldest first: `aumai-handoff import` and the Python library read an array of them. */
  export(options?: CallOptions): AsyncIterable<ArchivedHandoff>
  /**
   * Takes in handoffs as `export`, `aumai-handoff export` and the Python library write them, and reports the outcome of
   * each. Newer state is never overwritten. If one of them is refused (`InvalidInput`), some before it may be in already:
   * importing again is harmless.
   */
  import(
    handoffs: AsyncIterable<ArchivedHandoff> | Iterable<ArchivedHandoff>,
    options?: CallOptions
  ): Promise<ReadonlyArray<ImportReport>>
  /**
   * Looks whether a handoff is what was once put on record: the digests of its history, its state, and the signatures of
   * agents that have keys. Rejects with `HandoffNotFound`.
   */
  verify(id: string, options?: CallOptions): Promise<Verified>
  /**
   * Looks at every handoff like that, and whether the sums of the store are those of its records; nobody should write
   * meanwhile. `onProgress` is called after each handoff, with how many have been looked at.
   */
  verify(options?: VerifyOptions): Promise<Verification>
  /** How the handoffs have fared. Reads every completed one. */
  metrics(options?: CallOptions): Promise<Metrics>
  /** Which agent can do what. */
  readonly agents: Agents
  /** Whom the router would choose for a task; `undefined` when there is nobody. Nothing is created. */
  route(question: RoutingQuestion, options?: RoutingOptions & CallOptions): Promise<RoutingDecision | undefined>
  /**
   * Claims what waits for an agent, the most urgent first, and gives each handoff to the handler; what that resolves to is
   * its result. The lease is renewed meanwhile; when the handoff is lost, the handler's signal is aborted, and what it does
   * afterwards is refused. When it throws, the handoff is released for another attempt after a while; in the last one, or
   * with `GiveUp`, it has failed. What workers that died have left is taken over once their lease has run out. Handoffs whose
   * briefing must be read back are passed by unless `readBack` is given.
   *
   * Resolves when the signal is aborted or `close` is called, and what was under way has ended or, after the grace time, was
   * released. Rejects with `InvalidInput`, or with a `StoreError` when the store is corrupt.
   */
  work(agent: string, handler: WorkHandler, options?: WorkOptions & CallOptions): Promise<void>
  /** Ends all loops over `changes` and the like, stops workers, waits for calls under way, and closes the store. Later calls reject. */
  close(): Promise<void>
}
