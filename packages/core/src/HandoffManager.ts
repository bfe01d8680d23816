import type {
  After,
  AgentId,
  ArchivedHandoff,
  Artifact,
  Digest,
  FailureCode,
  HandBack,
  HandoffExists,
  HandoffRecord,
  HandoffStatus,
  InvalidInput,
  JsonObject,
  Milliseconds,
  NoCapableAgent,
  NotYourHandoff,
  OwnEvidence,
  ReadBack,
  RecordId,
  RevisionConflict,
  StoreError,
  Transition,
  Whereabouts
} from "@aumai/handoff-protocol"
import { AmbiguousId, HandoffNotFound, whereabouts } from "@aumai/handoff-protocol"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import type { AgentStore } from "./AgentStore.ts"
import type * as Archive from "./Archive.ts"
import * as Changes from "./Changes.ts"
import * as Claiming from "./Claiming.ts"
import * as Creation from "./Creation.ts"
import type { Actor } from "./Details.ts"
import * as Entries from "./Entries.ts"
import { HandoffRouter } from "./HandoffRouter.ts"
import { type Entry, HandoffStore, type Page, type Position, type View } from "./HandoffStore.ts"
import * as Metrics from "./Metrics.ts"
import * as Parts from "./Parts.ts"
import { Signers } from "./Signers.ts"
import * as Verbs from "./Verbs.ts"
import type { VerbError } from "./Verbs.ts"

/** A verb: a fact about one handoff, recorded when the lifecycle allows it. */
type Verb<Tag extends Transition["_tag"], Details> = (
  id: RecordId,
  options?: Details & Actor
) => Effect.Effect<After<Tag>, VerbError>

/** A verb that cannot go without its details. */
type VerbWith<Tag extends Transition["_tag"], Details> = (
  id: RecordId,
  options: Details & Actor
) => Effect.Effect<After<Tag>, VerbError>

// One page is one read of the store; 256 records are a few hundred kilobytes in practice.
const pageSize = 256

// A shorter beginning of an id says too little about which handoff is meant.
const shortestPrefix = 4

// One more than the error spells out, so that it can say that there are more.
const readAtOnce = 4

/**
 * Hands tasks over: one method per verb. Every verb reads the state, lets the lifecycle judge the fact, and commits both;
 * when another writer was first it judges again. What time has brought about, such as a lease that ran out or a deadline, is
 * put on record before any verb is judged.
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
    /** Creates a pending handoff. Safe to repeat when it has an id of its own. */
    readonly create: (
      ask: Creation.NewHandoff,
      options?: Creation.CreateOptions
    ) => Effect.Effect<
      HandoffRecord,
      InvalidInput | NotYourHandoff | HandoffExists | NoCapableAgent | RevisionConflict | StoreError
    >
    /**
     * Gives a part of a handoff to somebody else: a handoff of its own, of which the receiver of the whole is the sender, and
     * stays accountable. Safe to repeat when it has an id of its own.
     */
    readonly delegate: (
      id: RecordId,
      part: Creation.NewPart,
      options?: Creation.CreateOptions & Actor
    ) => Effect.Effect<HandoffRecord, VerbError | HandoffExists | NoCapableAgent>
    /** The receiver takes it on, and restates its briefing when that asks for it. */
    readonly accept: Verb<
      "Accepted",
      {
        readonly reason?: string
        readonly estimatedCompletion?: DateTime.Utc
        readonly lease?: Milliseconds
        readonly readBack?: ReadBack
      }
    >
    /** The receiver restates the briefing, or what of it was still missing. */
    readonly restate: VerbWith<"Restated", { readonly readBack: ReadBack }>
    /** The sender confirms what was restated, or sets it right. */
    readonly confirm: Verb<"Confirmed", { readonly correction?: string }>
    /** The receiver begins to work on it; refused while a briefing has not been read back as it asks. */
    readonly start: Verb<"Started", unknown>
    /**
     * The receiver hands it on: to a named agent, or to whom the router chooses among those who have not had it. Whoever held
     * it is fenced off.
     */
    readonly forward: (
      id: RecordId,
      options?: { readonly to?: AgentId; readonly reason?: string; readonly handBack?: HandBack } & Actor
    ) => Effect.Effect<After<"Forwarded">, VerbError | NoCapableAgent>
    /** Somebody other than the receiver has checked the work, and says so. */
    readonly attest: (
      id: RecordId,
      options: Actor & {
        readonly by: AgentId
        readonly statement: string
        /** The deliverable or artifact it is about. */
        readonly of?: string
        readonly uri?: string
        readonly digest?: Digest
      }
    ) => Effect.Effect<After<"Attested">, VerbError>
    /** The receiver is still at it, and perhaps says how far: that renews its lease, or begins one. */
    readonly progress: Verb<
      "Progressed",
      { readonly note?: string; readonly fraction?: number; readonly lease?: Milliseconds }
    >
    /** The receiver cannot go on without an answer; a lease rests until it comes. */
    readonly ask: VerbWith<"Asked", { readonly question: string }>
    /** The sender answers what the receiver has asked. */
    readonly answer: VerbWith<"Answered", { readonly answer: string }>
    /** The receiver gives it back for another attempt, with what it has learnt; refused in the last one. */
    readonly release: Verb<
      "Released",
      { readonly reason?: string; readonly handBack?: HandBack; readonly notBefore?: DateTime.Utc }
    >
    /**
     * The receiver is done and hands back a result, and what else the request demands. Refused while deliverables are missing
     * or do not fit, and while parts that it has delegated are open, unless it leaves them.
     */
    readonly complete: Verb<
      "Completed",
      {
        readonly result?: JsonObject
        readonly artifacts?: ReadonlyArray<Artifact>
        readonly evidence?: ReadonlyArray<OwnEvidence>
        readonly leavesChildren?: true
      }
    >
    /** The receiver declines; where the request says `reroute`, it then waits for the next capable agent. */
    readonly reject: (
      id: RecordId,
      options: { readonly reason: string } & Actor
    ) => Effect.Effect<After<"Rejected" | "Forwarded">, VerbError>
    /** The receiver gives up; one who has used up its attempts leaves it to the next, where the request says `reroute`. */
    readonly fail: (
      id: RecordId,
      options: { readonly reason: string; readonly code?: FailureCode } & Actor
    ) => Effect.Effect<After<"Failed" | "Forwarded">, VerbError>
    /** The sender withdraws it, and with it all parts of it that are open. */
    readonly cancel: Verb<"Cancelled", { readonly reason?: string }>
    /** The handoff as it stands. */
    readonly get: (id: RecordId) => Effect.Effect<HandoffRecord, HandoffNotFound | StoreError>
    /**
     * The handoff with this id or, from four characters on, the only one whose id begins like this. One read of the store.
     */
    readonly find: (prefix: RecordId) => Effect.Effect<HandoffRecord, HandoffNotFound | AmbiguousId | StoreError>
    /** One page of a view, at most `limit` records, those behind `after`. */
    readonly list: (view: View, page: Page<HandoffRecord>) => Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError>
    /** All records of a view, read page by page. */
    readonly listAll: (view: View) => Stream.Stream<HandoffRecord, StoreError>
    /** What happened to one handoff, oldest first. */
    readonly history: (id: RecordId) => Effect.Effect<ReadonlyArray<Entry>, HandoffNotFound | StoreError>
    /** What waits for an agent's answer, most urgent first; at most `limit`, 100 when left out. */
    readonly inbox: (
      agent: AgentId,
      options?: { readonly status?: HandoffStatus; readonly limit?: number }
    ) => Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError>
    /**
     * Accepts the most urgent handoff that waits for an agent; none when nothing waits. Of many claimers one wins each.
     * While other processes claim from the same inbox, it may be one of the first few instead of the very first. With a
     * lease it is held for so long unless `progress` renews it; then it waits for the next attempt.
     */
    readonly claim: (
      agent: AgentId,
      options?: Claiming.ClaimOptions
    ) => Effect.Effect<Option.Option<After<"Accepted">>, InvalidInput | StoreError>
    /** Every entry of the log behind a position, then every new one, for ever. Nothing is missed; resume at any position. */
    readonly changes: (options?: { readonly after?: Position }) => Stream.Stream<Entry, StoreError>
    /** The whole that a handoff belongs to, from any member of it: what it is a part of, and what is a part of it. */
    readonly chain: (id: RecordId) => Effect.Effect<Parts.Chain, HandoffNotFound | StoreError>
    /** Where a handoff is: whose turn, since when, in which attempt, and what happens if nobody does anything. */
    readonly where: (id: RecordId) => Effect.Effect<Whereabouts, HandoffNotFound | StoreError>
    /**
     * Puts on record what is due: what has passed a deadline expires, what has lost its lease is released or has failed,
     * and what is near is mentioned. Gives the handoffs that it moved. Safe to run in every process at once.
     */
    readonly sweep: Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError>
    /** Every handoff with its history, oldest first. */
    readonly export: Stream.Stream<ArchivedHandoff, StoreError>
    /** Takes in handoffs from an archive, and says for each what came of it. Newer state is never overwritten. */
    readonly import: <E, R>(
      handoffs: Stream.Stream<ArchivedHandoff, E, R>
    ) => Stream.Stream<Archive.ImportReport, E | StoreError, R>
    /** How the handoffs have fared. */
    readonly metrics: Effect.Effect<Metrics.Metrics, StoreError>
  }
>()("@aumai/handoff-core/HandoffManager") {
  /** The manager over a store, with the router it uses for handoffs without a receiver. */
  static readonly layer: Layer.Layer<HandoffManager, never, HandoffStore | AgentStore> = Layer.effect(
    HandoffManager,
    Effect.suspend(() => make)
  ).pipe(Layer.provide(HandoffRouter.layer))
}

// Loaded when it is first asked for: two of the fifty kilobytes that a browser loads before it starts.
const archive = Effect.promise(() => import("./Archive.ts"))

const make = Effect.gen(function* () {
  const store = yield* HandoffStore
  const router = yield* HandoffRouter
  const entries = Entries.make(yield* Signers)
  const verbs = Verbs.make(store, router, entries)
  const claim = yield* Claiming.make(store, verbs.take)
  const { create, delegate } = Creation.make(store, router, entries, verbs)
  const accept = verbs.tell("Accepted")
  const start = verbs.tell("Started")
  const complete = verbs.tell("Completed")

  const get = Effect.fnUntraced(function* (id: RecordId) {
    const found = yield* store.get(id)
    return Option.isSome(found) ? found.value : yield* new HandoffNotFound({ recordId: id })
  })

  const find = Effect.fnUntraced(function* (prefix: RecordId) {
    const found = yield* store.list({ _tag: "Prefix", prefix }, { limit: readAtOnce })
    const [first] = found
    // An id sorts before all longer ones that begin with it.
    if (first?.recordId === prefix) return first
    if (first === undefined || prefix.length < shortestPrefix) return yield* new HandoffNotFound({ recordId: prefix })
    if (found.length === 1) return first
    return yield* new AmbiguousId({ prefix, recordIds: found.map(({ recordId }) => recordId) })
  })

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
    create,
    delegate,
    accept: (id, options = {}) => accept(id, options),
    restate: verbs.tell("Restated"),
    confirm: (id, options = {}) => verbs.tell("Confirmed")(id, options),
    start: (id, options = {}) => start(id, options),
    forward: (id, options = {}) => verbs.forward(id, options),
    attest: verbs.tell("Attested"),
    complete: (id, options = {}) => complete(id, { result: {}, ...options }),
    progress: (id, options = {}) => verbs.tell("Progressed")(id, options),
    ask: verbs.tell("Asked"),
    answer: verbs.tell("Answered"),
    release: (id, options = {}) => verbs.tell("Released")(id, options),
    reject: verbs.tell("Rejected"),
    fail: verbs.tell("Failed"),
    cancel: (id, options = {}) => verbs.tell("Cancelled")(id, options),
    get,
    find,
    list: store.list,
    listAll,
    history,
    inbox: (agent, { status = "pending", limit = 100 } = {}) => store.list({ _tag: "Inbox", agent, status }, { limit }),
    claim,
    changes: ({ after } = {}) => Changes.follow(store, after),
    chain: (id) => Effect.flatMap(get(id), (member) => Parts.chainOf(store, member)),
    where: (id) => Effect.map(get(id), whereabouts),
    sweep: verbs.sweep,
    export: Stream.unwrap(Effect.map(archive, ({ exportFrom }) => exportFrom(store, listAll({ _tag: "All" })))),
    import: (handoffs) => Stream.unwrap(Effect.map(archive, ({ importInto }) => importInto(store)(handoffs))),
    metrics: Effect.map(store.tally, Metrics.measure)
  })
})
