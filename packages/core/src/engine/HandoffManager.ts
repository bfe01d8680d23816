import {
  AmbiguousId,
  type After,
  type AgentId,
  type ArchivedHandoff,
  type ErrorOf,
  HandoffNotFound,
  type HandoffRecord,
  type InvalidInput,
  type InvalidPosition,
  type readVerbs,
  type RecordId,
  type StoreError,
  type storeVerbs,
  type Waiting,
  type Whereabouts,
  whereabouts
} from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { HandoffRouter } from "../routing/HandoffRouter.ts"
import { AgentStore } from "../store/AgentStore.ts"
import { type Entry, HandoffStore, type Page, type View } from "../store/HandoffStore.ts"
import { pageOf, pageSize } from "../store/PageSize.ts"
import type * as Archive from "./Archive.ts"
import type { Chain } from "./Chain.ts"
import * as Changes from "./Changes.ts"
import type { Choose } from "./Choosing.ts"
import * as Claiming from "./Claiming.ts"
import * as Creation from "./Creation.ts"
import * as Entries from "./Entries.ts"
import { isDrawn, isIdPrefix } from "./Ids.ts"
import type { InboxOptions } from "./Inbox.ts"
import * as Metrics from "./Metrics.ts"
import type { ReopenOptions } from "./Reopen.ts"
import { SchemaBox } from "./SchemaBox.ts"
import * as Verbs from "./Verbs.ts"

// One more than the error names, so that it can say that there are more.
const mostFound = 4

// The pages that a search by prefix reads: others can choose any number of ids that begin like a drawn one.
const mostPages = 4

/**
 * Runs the verbs, one method each. A verb reads the record, checks the event against the lifecycle, and commits both;
 * it retries on conflict. Overdue events, such as an expired lease or deadline, are applied before the check.
 *
 * @example
 * ```ts
 * import { HandoffManager, MemoryStore } from "@aumai/handoff-core"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const program = Effect.gen(function* () {
 *   const handoffs = yield* HandoffManager
 *   const { recordId } = yield* handoffs.create({
 *     fromAgent: "planner",
 *     toAgent: "executor",
 *     taskDescription: "Generate the Q3 report",
 *     priority: 8
 *   })
 *   yield* handoffs.accept(recordId)
 *   yield* handoffs.start(recordId)
 *   return yield* handoffs.complete(recordId, { result: { output: "report.pdf" } })
 * })
 * const layer = HandoffManager.layer.pipe(Layer.provide(MemoryStore.layer))
 * const done = await Effect.runPromise(Effect.provide(program, layer))
 * console.log(done.status, done.result) // "completed" { output: "report.pdf" }
 * ```
 */
export class HandoffManager extends Context.Service<
  HandoffManager,
  {
    /**
     * Hands a task to another agent: creates a pending handoff. Without `toAgent` the router chooses the receiver. A call that
     * names its own `id` is safe to repeat.
     */
    readonly create: (
      ask: Creation.NewHandoff,
      options?: Creation.CreateOptions
    ) => Effect.Effect<HandoffRecord, ErrorOf<typeof storeVerbs.create>>
    /** Creates a handoff as `create` does, and waits for its result. */
    readonly createAndWait: (
      ask: Creation.NewHandoff,
      options?: Creation.CreateOptions
    ) => Effect.Effect<After<"Completed">, ErrorOf<typeof storeVerbs.create> | ErrorOf<typeof readVerbs.result>>
    /**
     * Gives a part of a handoff you hold to another agent, as a new handoff with you as the sender. A call that names
     * the part's `id` is safe to repeat.
     */
    readonly delegate: (
      id: RecordId,
      part: Creation.NewPart,
      options?: Creation.CreateOptions & Verbs.Actor
    ) => Effect.Effect<HandoffRecord, ErrorOf<typeof storeVerbs.delegate>>
    /**
     * Gives a handoff that ended without being completed a new life, as a new handoff. It has the same request, which
     * `options` change, and names the old one in `retryOf`; a clock that has passed gets as much time as before. What the
     * earlier attempts left is its hand-back. Without an `id`, a repeated call returns the same handoff. A part is
     * delegated again, which its whole must allow.
     */
    readonly reopen: (
      id: RecordId,
      options?: ReopenOptions
    ) => Effect.Effect<HandoffRecord, ErrorOf<typeof storeVerbs.reopen>>
    /**
     * Accepts a pending handoff. If the briefing requires a read-back, the payload restates it; `restate` adds the
     * items still missing.
     */
    readonly accept: Verbs.Methods["accept"]
    /**
     * Declines a pending handoff, with a reason. If the request allows re-routing, the handoff then waits for the next
     * capable agent.
     */
    readonly reject: Verbs.Methods["reject"]
    /** Restates the briefing of an accepted handoff, or the items still missing from the read-back. */
    readonly restate: Verbs.Methods["restate"]
    /** Confirms what the receiver restated, or corrects it. */
    readonly confirm: Verbs.Methods["confirm"]
    /** Starts work on an accepted handoff. Refused until the briefing has been read back, if it requires that. */
    readonly start: Verbs.Methods["start"]
    /** Reports that work continues, optionally with its progress: the heartbeat that renews a lease. */
    readonly progress: Verbs.Methods["progress"]
    /** Asks the sender a question that work cannot continue without. A lease rests until the answer. */
    readonly ask: Verbs.Methods["ask"]
    /**
     * Answers the receiver's question; work then continues. If the program that asked was stopped, the handoff is
     * `pending` again, with the answer in its record.
     */
    readonly answer: Verbs.Methods["answer"]
    /**
     * Returns a handoff for another attempt, with what this one learned. In the last attempt, the next capable agent
     * gets it if the request allows re-routing; otherwise the call is refused. A program that is stopped gives the code
     * `shutdown`, and loses no attempt.
     */
    readonly release: Verbs.Methods["release"]
    /**
     * Hands a handoff on to another receiver. Without `to`, the router chooses among the agents that have not had the
     * handoff. The previous holder is refused from then on.
     */
    readonly forward: Verbs.Methods["forward"]
    /**
     * Records, as a witness, that you have checked the work. Any agent but the receiver may attest, so `by` has no
     * default. The sender's evidence is `endorsed`, that of others `verified`.
     */
    readonly attest: Verbs.Methods["attest"]
    /**
     * Completes a handoff with a result and the demanded deliverables, or delivers it for review. The request
     * decides. Refused while a deliverable is missing or does not fit, and while delegated parts are open, unless the payload
     * leaves them.
     */
    readonly complete: Verbs.Methods["complete"]
    /** Approves delivered work, which completes the handoff. For the sender, or the agent that the review escalated to. */
    readonly approve: Verbs.Methods["approve"]
    /**
     * Returns delivered work to its receiver, with what is missing. The handoff is `in_progress` again, in a new attempt
     * with a new lease. Refused once the work was returned as often as the request allows.
     */
    readonly return: Verbs.Methods["return"]
    /**
     * Gives up an accepted or started handoff, with a reason. The handoff ends. `release` it instead if another
     * attempt or another agent could do it.
     */
    readonly fail: Verbs.Methods["fail"]
    /** Withdraws an open handoff, and all open parts of it. */
    readonly cancel: Verbs.Methods["cancel"]
    /** Shows everything about one handoff. */
    readonly get: (id: RecordId) => Effect.Effect<HandoffRecord, HandoffNotFound | StoreError>
    /**
     * Finds the handoff with this id or, from four characters on, the only one whose drawn id begins with them. An id that
     * you chose is found only as a whole. Usually one read of the store.
     */
    readonly find: (prefix: RecordId) => Effect.Effect<HandoffRecord, HandoffNotFound | AmbiguousId | StoreError>
    /**
     * Lists handoffs, one page at a time. Each view has one order; a page holds at most `limit` records after `after`, and
     * at most 10,000.
     */
    readonly list: (view: View, page: Page<HandoffRecord>) => Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError>
    /** Lists all records of a view, page by page. */
    readonly listAll: (view: View) => Stream.Stream<HandoffRecord, StoreError>
    /** Lists what happened to one handoff, oldest first. */
    readonly history: (id: RecordId) => Effect.Effect<ReadonlyArray<Entry>, HandoffNotFound | StoreError>
    /**
     * Lists the handoffs whose next move is an agent's, most urgent first. Each comes with the step that it waits for, the
     * verb that takes it, and the words that matter: the receiver's question, its read-back, or the task. At most `limit`,
     * 100 by default and 10,000 in all. `awaits` keeps one kind of step; the whole inbox may be read to find enough.
     */
    readonly inbox: (agent: AgentId, options?: InboxOptions) => Effect.Effect<ReadonlyArray<Waiting>, StoreError>
    /**
     * Accepts the most urgent handoff waiting for an agent. `None` if nothing waits. Of many claimers exactly one gets each
     * handoff. One that another process is about to accept is passed over. If no other is left, the claim waits until that
     * process has accepted it, or for a second.
     * With a lease the handoff is released for another attempt if its receiver stops sending `progress`.
     */
    readonly claim: (
      agent: AgentId,
      options?: Claiming.ClaimOptions
    ) => Effect.Effect<Option.Option<After<"Accepted">>, ErrorOf<typeof storeVerbs.claim>>
    /**
     * Follows the log: every entry of a part of it, then every new entry. Nothing is missed; resume after any position.
     * `where.handoff` reads the history of that handoff; every other condition is judged entry by entry.
     */
    readonly changes: (options?: Changes.ChangesOptions) => Stream.Stream<Entry, InvalidPosition | StoreError>
    /**
     * Shows the whole chain of handoffs that a handoff belongs to. Parts that were delegated come first; of the handoffs
     * that only name another as their parent, few are shown.
     */
    readonly chain: (id: RecordId) => Effect.Effect<Chain, HandoffNotFound | StoreError>
    /** Shows whose turn a handoff is, since when, in which attempt, and what the clock does next. */
    readonly where: (id: RecordId) => Effect.Effect<Whereabouts, HandoffNotFound | StoreError>
    /**
     * Waits until a handoff has ended, and returns it with its result. Fails with `NotCompleted`, which has the final record,
     * if it ended in another way. Reads the record once, and once after each hint of the store, never the log. Overdue
     * events of the handoff are applied meanwhile, if the store can be written.
     */
    readonly result: (id: RecordId) => Effect.Effect<After<"Completed">, ErrorOf<typeof readVerbs.result>>
    /**
     * Applies every overdue event: expired deadlines, lost leases, reminders. Returns the handoffs that it changed. Any
     * number of processes may sweep at the same time.
     */
    readonly sweep: Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError>
    /** Exports every handoff with its history, oldest first. */
    readonly export: Stream.Stream<ArchivedHandoff, StoreError>
    /** Imports handoffs from an archive and reports what happened to each. A newer state is never overwritten. */
    readonly import: <E, R>(
      handoffs: Stream.Stream<ArchivedHandoff, E, R>,
      options?: Archive.ImportOptions
    ) => Stream.Stream<Archive.ImportReport, E | InvalidInput | StoreError, R>
    /** Counts handoffs by status and measures how long they took. */
    readonly metrics: Effect.Effect<Metrics.Metrics, StoreError>
  }
>()("@aumai/handoff-core/HandoffManager") {
  /**
   * Provides the manager over a store and a router of your choice, which creating, delegating, forwarding and re-routing
   * ask. A choice of an agent that is not registered, is excluded or lacks a required capability counts as none.
   */
  static readonly layerWithRouter: Layer.Layer<HandoffManager, never, HandoffRouter | HandoffStore | AgentStore> =
    Layer.effect(
      HandoffManager,
      Effect.suspend(() => make)
    )

  /** Provides the manager over a store, with the router that chooses receivers. */
  static readonly layer: Layer.Layer<HandoffManager, never, HandoffStore | AgentStore> =
    HandoffManager.layerWithRouter.pipe(Layer.provide(HandoffRouter.layer))
}

// Loaded on first use: together they are three of the fifty kilobytes that a browser loads before it starts.
const archive = Effect.promise(() => import("./Archive.ts"))
const chain = Effect.promise(() => import("./Chain.ts"))
const choosing = Effect.promise(() => import("./Choosing.ts"))
const inbox = Effect.promise(() => import("./Inbox.ts"))
const changesWhere = Effect.promise(() => import("./ChangesWhere.ts"))
const delegating = Effect.promise(() => import("./Delegating.ts"))
const reopening = Effect.promise(() => import("./Reopen.ts"))
const results = Effect.promise(() => import("./Results.ts"))

const make = Effect.gen(function* () {
  const store = yield* HandoffStore
  const agents = yield* AgentStore
  const router = yield* HandoffRouter
  const choose: Choose = (request, options) =>
    Effect.flatMap(choosing, ({ make }) => make(router, agents)(request, options))
  const entries = yield* Entries.make
  const box = yield* SchemaBox
  const verbs = Verbs.make(store, choose, entries, box)
  const claim = yield* Claiming.make(store, verbs.applyOverdue, verbs.take)
  const creation = Creation.make(store, choose, entries, box)
  const { create } = creation

  const get = Effect.fnUntraced(function* (id: RecordId) {
    const found = yield* store.get(id)
    return Option.isSome(found) ? found.value : yield* new HandoffNotFound({ recordId: id })
  })

  const find = Effect.fnUntraced(function* (prefix: RecordId) {
    if (!isIdPrefix(prefix)) return yield* get(prefix)
    const found: Array<HandoffRecord> = []
    let page: ReadonlyArray<HandoffRecord> = []
    let hasMore = true
    for (let read = 0; hasMore && read < mostPages && found.length < mostFound; read++) {
      const after = page.at(-1)
      const limit = after === undefined ? mostFound : pageSize
      page = yield* store.list({ _tag: "Prefix", prefix }, { limit, ...(after && { after }) })
      // Other ids with this beginning are taken only as a whole: `task-1` never stands for `task-10`.
      found.push(...page.filter(({ recordId }) => recordId === prefix || isDrawn(recordId)))
      hasMore = page.length === limit
    }
    const [first, ...others] = found
    // The listing leaves out a record that cannot be read; reading it says why.
    if (!hasMore && first === undefined) return yield* get(prefix)
    if (!hasMore && first !== undefined && others.length === 0) return first
    const alike = [...new Set(hasMore ? [...found, ...page] : found)]
    return yield* new AmbiguousId({ prefix, recordIds: alike.slice(0, mostFound).map(({ recordId }) => recordId) })
  })

  /** Reads a handoff after its overdue events; as it is stored if they cannot be applied now. */
  const updated = (id: RecordId) =>
    verbs
      .attempt(id, Effect.succeed)
      .pipe(Effect.catch((error) => (error._tag === "HandoffNotFound" ? Effect.fail(error) : get(id))))

  const result = (id: RecordId) => Effect.flatMap(results, ({ resultOf }) => resultOf(store, updated, id))

  const history = Effect.fnUntraced(function* (id: RecordId) {
    const entries = yield* store.history(id)
    return entries.length > 0 ? entries : yield* new HandoffNotFound({ recordId: id })
  })

  const listAll = (view: View) =>
    Stream.paginate<HandoffRecord | undefined, HandoffRecord, StoreError>(undefined, (after) =>
      Effect.map(store.list(view, { limit: pageSize, ...(after === undefined ? {} : { after }) }), (records) => [
        records,
        records.length < pageSize ? Option.none() : Option.fromUndefinedOr(records.at(-1))
      ])
    )

  return HandoffManager.of({
    ...verbs.methods,
    create,
    createAndWait: (ask, options) => Effect.flatMap(create(ask, options), ({ recordId }) => result(recordId)),
    delegate: (...given) =>
      Effect.flatMap(delegating, ({ make }) => make(store, entries, verbs, creation).delegate(...given)),
    reopen: (...given) => Effect.flatMap(reopening, ({ make }) => make(store, entries, verbs, creation)(...given)),
    get,
    find,
    list: (view, page) => store.list(view, { ...page, limit: pageOf(page.limit) }),
    listAll,
    history,
    inbox: (agent, options) => Effect.flatMap(inbox, ({ inboxOf }) => inboxOf(store, agent, options)),
    claim,
    changes: ({ where, ...options } = {}) =>
      where === undefined
        ? Changes.follow(store, options)
        : Stream.unwrap(Effect.map(changesWhere, ({ followWhere }) => followWhere(store, options, where))),
    chain: (id) => Effect.flatMap(get(id), (member) => Effect.flatMap(chain, ({ chainOf }) => chainOf(store, member))),
    where: (id) => Effect.map(get(id), whereabouts),
    result,
    sweep: verbs.sweep,
    export: Stream.unwrap(Effect.map(archive, ({ exportFrom }) => exportFrom(store, listAll({ _tag: "All" })))),
    import: (handoffs, options) =>
      Stream.unwrap(Effect.map(archive, ({ importInto }) => importInto(store, agents, box, options)(handoffs))),
    metrics: Effect.map(store.tally, Metrics.measure)
  })
})
