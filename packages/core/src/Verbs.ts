import {
  type After,
  type AgentId,
  agentOf,
  clock,
  HandoffNotFound,
  type HandoffRecord,
  holdersOf,
  type InvalidInput,
  invalidInput,
  type LifecycleError,
  type Milliseconds,
  movesOf,
  NoCapableAgent,
  NotDelivered,
  OpenChildren,
  overdueEvent,
  receiverOf,
  type RecordId,
  rerouteCause,
  type RevisionConflict,
  StoreError,
  type Transition,
  transitions
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import type { Taking } from "./Claiming.ts"
import { type Actor, type Details, details, type Told } from "./Details.ts"
import type { Entries } from "./Entries.ts"
import type { HandoffRouter } from "./HandoffRouter.ts"
import type { Change, HandoffStore } from "./HandoffStore.ts"
import * as Parts from "./Parts.ts"

/** What a verb can refuse with. */
export type VerbError = HandoffNotFound | InvalidInput | LifecycleError | OpenChildren | RevisionConflict | StoreError

/** What the lifecycle, the engine or the store may say to a fact. */
type Refusal = LifecycleError | OpenChildren | RevisionConflict | StoreError

// Somebody else was first each time; after so many the caller should know, and look before it goes on.
const tries = 8

const pageSize = 256

const isConflict = (error: { readonly _tag: string }): boolean => error._tag === "RevisionConflict"

/** Again while another writer was first, a few times. */
export const insisting = <A, E extends { readonly _tag: string }, R>(once: Effect.Effect<A, E, R>) => {
  const again = (left: number): typeof once =>
    left === 0 ? once : once.pipe(Effect.catch((error) => (isConflict(error) ? again(left - 1) : Effect.fail(error))))
  return again(tries - 1)
}

// Loaded when a deliverable first has a schema: most have none.
export const contentSchemas = Effect.promise(() => import("./ContentSchemas.ts"))

export type Verbs = ReturnType<typeof make>

/** The verbs that move handoffs along, over a store. */
export const make = (store: HandoffStore["Service"], router: HandoffRouter["Service"], entries: Entries) => {
  // These run for every verb of every handoff, so they are plain functions and not generators.

  const commit = (change: Change, ...others: ReadonlyArray<Change>) =>
    Effect.as(store.commit([change, ...others]), change.record)

  /** Judges one fact and commits it. */
  const record = (current: HandoffRecord, event: Transition): Effect.Effect<HandoffRecord, Refusal> => {
    const next = entries.next(current, event)
    if (Result.isFailure(next)) return Effect.fail(next.failure)
    if (rerouteCause(current, event) !== undefined) return reroute(current, event, next.success)
    if (event._tag === "Completed") return complete(current, event, next.success)
    if (event._tag === "Cancelled" && current.parts !== undefined) return cancel(current, event, next.success)
    return commit(next.success)
  }

  /** Instead of what would end it, to the next who can do it and has not had it; where there is nobody, it ends. */
  const reroute = (current: HandoffRecord, event: Transition, end: Change): Effect.Effect<HandoffRecord, Refusal> =>
    Effect.flatMap(
      router.route(current.request, { fallback: false, exclude: holdersOf(current) }),
      (decision): Effect.Effect<HandoffRecord, Refusal> => {
        const because = rerouteCause(current, event)
        if (Option.isNone(decision) || because === undefined) return commit(end)
        const { value: routing } = decision
        const reason = "reason" in event && event.reason !== undefined ? { reason: event.reason } : {}
        const { at, by } = event
        const forwarded = entries.next(current, {
          _tag: "Forwarded",
          at,
          by,
          ...(event.attempt === undefined ? {} : { attempt: event.attempt }),
          to: routing.agent,
          because,
          ...reason,
          routing
        })
        return Result.isFailure(forwarded) ? Effect.fail(forwarded.failure) : commit(forwarded.success)
      }
    )

  /** Not while parts of it are open, and not with content that fails its schema. */
  const complete = (
    current: HandoffRecord,
    { artifacts = [], leavesChildren }: Extract<Transition, { readonly _tag: "Completed" }>,
    change: Change
  ): Effect.Effect<HandoffRecord, Refusal> => {
    const { recordId, request } = current
    const { deliverables } = request
    const hasSchemas = deliverables?.some(({ schema }) => schema !== undefined) === true
    if (!hasSchemas && (current.parts === undefined || leavesChildren === true)) return commit(change)
    return Effect.gen(function* () {
      if (leavesChildren !== true) {
        const open = yield* Parts.openParts(store, current)
        if (open.length > 0) {
          return yield* new OpenChildren({ recordId, children: open.slice(0, pageSize).map((part) => part.recordId) })
        }
      }
      if (deliverables !== undefined && hasSchemas) {
        const issues = (yield* contentSchemas).schemaFaults(deliverables, artifacts)
        if (issues.length > 0) return yield* new NotDelivered({ recordId, issues })
      }
      return yield* commit(change)
    })
  }

  /** With all that is a part of it, at once. */
  const cancel = (
    current: HandoffRecord,
    { at, by }: Transition,
    change: Change
  ): Effect.Effect<HandoffRecord, Refusal> =>
    Effect.gen(function* () {
      const changes: Array<Change> = []
      for (const part of yield* Parts.openBelow(store, current)) {
        const { parent } = part.request
        const along = entries.next(part, {
          _tag: "Cancelled",
          at,
          by,
          reason: `${current.recordId}, which it was a part of, was cancelled.`,
          ...(parent === undefined ? {} : { along: parent })
        })
        if (Result.isFailure(along)) return yield* Effect.fail(along.failure)
        changes.push(along.success)
      }
      return yield* commit(change, ...changes)
    })

  /** Puts on record what is due, however much that is. */
  const settle = (current: HandoffRecord, now: DateTime.Utc): Effect.Effect<HandoffRecord, Refusal> => {
    const due = overdueEvent(current, now)
    return due === undefined
      ? Effect.succeed(current)
      : Effect.flatMap(record(current, due), (next) => settle(next, now))
  }

  /** Reads a handoff, puts on record what is due on it, and goes on from there; `found` is how it stood before that. */
  const attempt = <E>(
    id: RecordId,
    judge: (current: HandoffRecord, now: DateTime.Utc, found: HandoffRecord) => Effect.Effect<HandoffRecord, E>
  ): Effect.Effect<HandoffRecord, HandoffNotFound | Refusal | E> =>
    Effect.flatMap(store.get(id), (found): Effect.Effect<HandoffRecord, HandoffNotFound | Refusal | E> => {
      if (Option.isNone(found)) return Effect.fail(new HandoffNotFound({ recordId: id }))
      const current = found.value
      return Effect.flatMap(DateTime.now, (now) =>
        overdueEvent(current, now) === undefined
          ? judge(current, now, current)
          : Effect.flatMap(settle(current, now), (settled) => judge(settled, now, current))
      )
    })

  /** Why what was said with a verb cannot be, if so. */
  const misunderstood = (_tag: Told, said: object): InvalidInput | undefined => {
    const { isFine, decode } = details[_tag]
    if (isFine(said)) return undefined
    const decoded = decode(said)
    return Result.isFailure(decoded) ? invalidInput(_tag, decoded.failure) : undefined
  }

  /** Reads, judges and commits one verb; again when another writer was first. */
  const tell =
    <Tag extends Told>(_tag: Tag) =>
    (id: RecordId, said: Details<Tag> & Actor): Effect.Effect<After<Tag>, VerbError> => {
      const fault = misunderstood(_tag, said)
      if (fault !== undefined) return Effect.fail(fault)
      const { by, ...rest } = said
      const { by: party } = transitions[_tag]
      const insisted = Effect.suspend(() => {
        // Whose it was when this was said: what is handed on meanwhile is not done in the name of the next.
        let author = by
        const once = attempt(id, (current, at, found) => {
          author ??= agentOf(found, party) ?? clock
          // The cast: an event is its tag, its details, and who and when.
          const event = { _tag, at, by: author, ...rest } as unknown as Transition
          return record(current, event)
        })
        return insisting(once)
      })
      // The cast: the record that an event makes is the one its row names.
      return insisted as Effect.Effect<After<Tag>, VerbError>
    }

  /** Hands on to a named agent, or to whom the router chooses among those who have not had it. */
  const forward = (
    id: RecordId,
    { to, ...said }: Omit<Details<"Forwarded">, "to" | "because" | "routing"> & Actor & { readonly to?: AgentId }
  ): Effect.Effect<After<"Forwarded">, VerbError | NoCapableAgent> => {
    if (to !== undefined) return tell("Forwarded")(id, { to, ...said })
    return Effect.gen(function* () {
      const found = yield* store.get(id)
      if (Option.isNone(found)) return yield* new HandoffNotFound({ recordId: id })
      const { request } = found.value
      const decision = yield* router.route(request, { exclude: holdersOf(found.value) })
      if (Option.isNone(decision)) {
        return yield* new NoCapableAgent({ fromAgent: request.fromAgent, requires: request.requires ?? [] })
      }
      const { value: routing } = decision
      return yield* tell("Forwarded")(id, { by: receiverOf(found.value), to: routing.agent, routing, ...said })
    })
  }

  /** Tries to accept one handoff of an inbox. */
  const take = (head: HandoffRecord, agent: AgentId, lease?: Milliseconds): Effect.Effect<Taking, StoreError> =>
    Effect.flatMap(DateTime.now, (now) =>
      Effect.flatMap(settle(head, now), (current): Effect.Effect<Taking, Refusal> =>
        // What was due may have ended it, or given it to somebody else.
        receiverOf(current) === agent && movesOf(current).some(({ event }) => event === "Accepted")
          ? Effect.map(
              record(current, { _tag: "Accepted", at: now, by: agent, ...(lease === undefined ? {} : { lease }) }),
              // The cast: the record that an Accepted makes is the one its row names.
              (taken) => taken as After<"Accepted">
            )
          : Effect.succeed("gone")
      )
    ).pipe(
      Effect.catch((error) =>
        error._tag === "RevisionConflict"
          ? Effect.succeed<Taking>("lost")
          : error._tag === "StoreError"
            ? Effect.fail(error)
            : // Never: the inbox gives pending handoffs of this agent, which stay so until they end, and the table lets
              // their receiver accept them.
              Effect.die(error)
      )
    )

  const sweep = Effect.gen(function* () {
    const now = yield* DateTime.now
    const moved = new Map<RecordId, HandoffRecord>()
    while (true) {
      const due = yield* store.list({ _tag: "Due", at: now }, { limit: pageSize })
      if (due.length === 0) return [...moved.values()]
      const again = due.find(({ recordId, revision }) => (moved.get(recordId)?.revision ?? 0) >= revision)
      if (again !== undefined) {
        const detail = `Handoff ${again.recordId} is still listed as due after what was due has happened; the store's index is wrong`
        return yield* new StoreError({ operation: "list", reason: "corrupt", detail })
      }
      yield* Effect.forEach(
        due,
        (one) =>
          settle(one, now).pipe(
            Effect.map((record) => moved.set(record.recordId, record)),
            Effect.catch((error) =>
              // Another sweeper was first, or the handoff has moved: the next page shows what is left.
              error._tag === "RevisionConflict"
                ? Effect.void
                : error._tag === "StoreError"
                  ? Effect.fail(error)
                  : // Never: what is due comes from the lifecycle itself.
                    Effect.die(error)
            )
          ),
        { concurrency: "unbounded", discard: true }
      )
    }
  })

  return { attempt, forward, record, sweep, take, tell }
}
