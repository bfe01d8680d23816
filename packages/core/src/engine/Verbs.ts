import {
  completionOf,
  agentOf,
  type AgentId,
  type After,
  clock,
  type Deliverable,
  type ErrorOf,
  hasAnswers,
  HandoffNotFound,
  type HandoffRecord,
  type InputOf,
  type InvalidInput,
  type KeyRequired,
  type LifecycleError,
  type Milliseconds,
  movesOf,
  NoCapableAgent,
  NotDelivered,
  OpenChildren,
  overdueEvent,
  receiverOf,
  type ReadBackRefused,
  type RecordId,
  type RecordOf,
  rerouteCause,
  type RevisionConflict,
  type StoreError,
  type Transition,
  transitionInputs,
  transitions,
  type TransitionVerb,
  type TransitionVerbName,
  type transitionVerbs
} from "@aumai/handoff-protocol"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Result from "effect/Result"

import { type Change, type HandoffStore, nowIn } from "../store/HandoffStore.ts"
import { shownAfter } from "../store/Renewals.ts"
import { checkShare, graded } from "./Attesting.ts"
import type { Choose } from "./Choosing.ts"
import type { Taking } from "./Claiming.ts"
import type { Entries } from "./Entries.ts"
import { checkReceiver, checkWitness, excludedFrom } from "./PartyNames.ts"
import type { Box } from "./SchemaBox.ts"
import * as Sweeping from "./Sweeping.ts"
import * as Turns from "./Turns.ts"
import { validator } from "./VerbInput.ts"

/** The agent that acts, and the attempt that it holds. */
export interface Actor {
  /** Default: the party that the transition table names. */
  readonly by?: AgentId
  /** The verb is refused with `StaleAttempt` once this attempt is over. Default: the attempt under way. */
  readonly attempt?: number
}

/** The arguments of a verb and its actor. Any agent but one may be the witness, so a witness has no default. */
export type Payload<V extends TransitionVerb> = InputOf<V> &
  Actor &
  (V["party"] extends "witness" ? { readonly by: AgentId } : unknown)

/** A verb as a method. The payload is optional if every argument is. */
export type Method<V extends TransitionVerb> =
  object extends Payload<V>
    ? (id: RecordId, payload?: Payload<V>) => Effect.Effect<RecordOf<V>, ErrorOf<V>>
    : (id: RecordId, payload: Payload<V>) => Effect.Effect<RecordOf<V>, ErrorOf<V>>

/** A method for each verb that records one transition. */
export type Methods = { readonly [Name in TransitionVerbName]: Method<(typeof transitionVerbs)[Name]> }

/** The errors of the lifecycle, the engine and the store. */
export type Refusal =
  | InvalidInput
  | KeyRequired
  | LifecycleError
  | OpenChildren
  | ReadBackRefused
  | RevisionConflict
  | StoreError

/** The errors of a verb on one handoff. */
export type VerbError = HandoffNotFound | Refusal

/** Loaded when a deliverable first has a schema: most have none. */
export const contentSchemas = () => import("./ContentSchemas.ts")

// Loaded when a handoff is first re-routed, or ends with its last attempt.
const reroutes = Effect.promise(() => import("./Rerouting.ts"))

// Loaded when a handoff with parts is completed or cancelled: most have none.
const withParts = Effect.promise(() => import("./WithParts.ts"))

// Loaded when a report of progress has no words: a worker renews its leases without a verb.
const renewing = Effect.promise(() => import("./Renewing.ts"))

/** Tests for deliverables whose artifacts only the box can judge. */
export const hasSchemas = (deliverables: ReadonlyArray<Deliverable> = []): boolean =>
  deliverables.some(({ schema }) => schema !== undefined)

// Loaded when a briefing first asks for answers.
const answers = Effect.promise(() => import("./Answers.ts"))

export type Verbs = ReturnType<typeof make>

/** Makes the verbs that record transitions, over a store. */
export const make = (store: HandoffStore["Service"], choose: Choose, entries: Entries, box: Box | undefined) => {
  const turns = Turns.make()

  // These run for every verb of every handoff, so they are plain functions instead of generators.

  const commit = (change: Change, ...others: ReadonlyArray<Change>) =>
    Effect.as(entries.commit([change, ...others]), change.record)

  /** Judges one event and commits it. */
  const record = (
    current: HandoffRecord,
    event: Transition,
    ask: Choose = choose
  ): Effect.Effect<HandoffRecord, Refusal> =>
    Effect.map(judgeAndCommit(current, event, ask), (after) => shownAfter(current, after))

  const judgeAndCommit = (
    current: HandoffRecord,
    event: Transition,
    ask: Choose
  ): Effect.Effect<HandoffRecord, Refusal> => {
    const next = entries.next(current, event)
    if (Result.isFailure(next)) {
      const { failure: refusal } = next
      return refusal._tag === "NoAttemptLeft"
        ? Effect.flatMap(rerouting, ({ endLastAttempt, reroute }) =>
            reroute(current, event, endLastAttempt(current, event, refusal), chooseNext(current, ask))
          )
        : Effect.fail(refusal)
    }
    if (rerouteCause(current, event) !== undefined) {
      return Effect.flatMap(rerouting, ({ reroute }) =>
        reroute(current, event, commit(next.success), chooseNext(current, ask))
      )
    }
    if (event._tag === "Progressed" && (event.note ?? event.fraction ?? event.lease) === undefined) {
      return Effect.flatMap(renewing, ({ renew }) => renew(store, current, next.success, commit(next.success)))
    }
    if (event._tag === "Attested") {
      const refusal = checkShare(next.success.record, event)
      if (refusal !== undefined) return Effect.fail(refusal)
    }
    if (hasAnswers(current, event)) {
      return Effect.flatMap(answers, ({ checkAnswers }): Effect.Effect<HandoffRecord, Refusal> => {
        const refusal = checkAnswers(next.success.record, event)
        return refusal === undefined ? commit(next.success) : Effect.fail(refusal)
      })
    }
    if (event._tag === "Completed" || event._tag === "Delivered") return complete(current, event, next.success)
    if (event._tag === "Forwarded") return Effect.andThen(checkReceiver(current, event.to), commit(next.success))
    if (event._tag === "Attested") return Effect.andThen(checkWitness(current, event.by), commit(next.success))
    if (event._tag === "Cancelled" && current.parts !== undefined) {
      return Effect.flatMap(parts, ({ cancel }) => cancel(current, event, next.success))
    }
    return commit(next.success)
  }

  /** Chooses the next capable agent that has not had a handoff. */
  const chooseNext = (record: HandoffRecord, ask: Choose) =>
    Effect.suspend(() => ask(record.request, { fallback: false, exclude: excludedFrom(record) }))

  const rerouting = Effect.map(reroutes, ({ make }) => make(entries, commit))
  const parts = Effect.map(withParts, ({ make }) => make(store, entries, commit, applyDue))

  /** Completes or delivers a handoff unless parts of it are open or an artifact fails its schema. */
  const complete = (
    current: HandoffRecord,
    { artifacts = [], leavesChildren }: Extract<Transition, { readonly _tag: "Completed" | "Delivered" }>,
    change: Change
  ): Effect.Effect<HandoffRecord, Refusal> => {
    const { recordId, request } = current
    const { deliverables = [] } = request
    const isJudged = hasSchemas(deliverables)
    if (!isJudged && (current.parts === undefined || leavesChildren === true)) return commit(change)
    return Effect.gen(function* () {
      if (current.parts !== undefined && leavesChildren !== true) {
        const children = yield* (yield* parts).openNow(current, change.event.at)
        if (children.length > 0) {
          return yield* new OpenChildren({ recordId, children: children.map((part) => part.recordId) })
        }
      }
      if (isJudged) {
        const issues = yield* Effect.promise(async () =>
          (await contentSchemas()).contentFaults(box, deliverables, artifacts)
        )
        if (issues.length > 0) return yield* new NotDelivered({ recordId, issues })
      }
      return yield* commit(change)
    })
  }

  /** Applies every overdue event, one after another. */
  const applyDue = (current: HandoffRecord, now: DateTime.Utc, ask?: Choose): Effect.Effect<HandoffRecord, Refusal> => {
    const due = overdueEvent(current, now)
    return due === undefined
      ? Effect.succeed(current)
      : Effect.flatMap(record(current, due, ask), (next) => applyDue(next, now, ask))
  }

  /**
   * Reads a handoff, applies overdue events, then judges; `found` is the record before those events. A repetition after a
   * conflict asks the router nothing again.
   */
  const attempt = <E>(
    id: RecordId,
    judge: (
      current: HandoffRecord,
      now: DateTime.Utc,
      found: HandoffRecord,
      ask: Choose
    ) => Effect.Effect<HandoffRecord, E>
  ): Effect.Effect<HandoffRecord, HandoffNotFound | Refusal | E> => {
    const ask = Turns.choosingOnce(choose)
    return Effect.flatMap(
      Effect.andThen(entries.ready, store.get(id)),
      (found): Effect.Effect<HandoffRecord, HandoffNotFound | Refusal | E> => {
        if (Option.isNone(found)) return Effect.fail(new HandoffNotFound({ recordId: id }))
        const current = found.value
        return Effect.flatMap(nowIn(store), (now) =>
          overdueEvent(current, now) === undefined
            ? judge(current, now, current, ask)
            : Effect.flatMap(applyDue(current, now, ask), (updated) => judge(updated, now, current, ask))
        )
      }
    )
  }

  /** Reads, judges and commits one verb whose payload is valid, and retries on conflict. */
  const execute = (
    _tag: Transition["_tag"],
    id: RecordId,
    { by, ...input }: Actor
  ): Effect.Effect<HandoffRecord, HandoffNotFound | Refusal> =>
    Effect.suspend(() => {
      // The first read names the actor: after a re-route, the call must not act in the name of the next receiver.
      let author = by
      return turns(
        id,
        attempt(id, (current, at, found, ask) => {
          author ??= agentOf(found, transitions[_tag].by) ?? clock
          // The cast: an event is its tag, its arguments, its author and its moment.
          const event = {
            _tag: _tag === "Completed" ? completionOf(current) : _tag,
            at,
            by: author,
            ...input
          } as unknown as Transition
          return record(current, event._tag === "Attested" ? graded(current, event) : event, ask)
        })
      )
    })

  const methodOf = (name: TransitionVerbName, defaults?: object) => {
    const validate = validator(name)
    return (id: RecordId, payload: Actor = {}) => {
      const input = validate(payload, defaults)
      return Result.isSuccess(input)
        ? execute(transitionInputs[name].event, id, input.success)
        : Effect.fail(input.failure)
    }
  }

  const validateForward = validator("forward")

  /** Forwards to the named agent, or to the one that the router chooses among those that have not had the handoff. */
  const forward = (id: RecordId, given: Payload<typeof transitionVerbs.forward> = {}) => {
    const input = validateForward(given)
    if (Result.isFailure(input)) return Effect.fail(input.failure)
    const { success: payload } = input
    if (payload.to !== undefined) return execute("Forwarded", id, payload)
    return Effect.gen(function* () {
      const found = yield* store.get(id)
      if (Option.isNone(found)) return yield* new HandoffNotFound({ recordId: id })
      const { request } = found.value
      const decision = yield* choose(request, { exclude: excludedFrom(found.value) })
      if (Option.isNone(decision)) {
        return yield* new NoCapableAgent({ fromAgent: request.fromAgent, requires: request.requires ?? [] })
      }
      const { value: routing } = decision
      const chosen = { by: receiverOf(found.value), ...payload, to: routing.agent, routing }
      return yield* execute("Forwarded", id, chosen)
    })
  }

  // The cast: the transition table says which record each event makes, and the list of verbs which errors it meets;
  // Verbs.test.ts holds both true.
  const methods = {
    ...Record.map(transitionInputs, (_, name) => methodOf(name)),
    complete: methodOf("complete", { result: {} }),
    forward
  } as unknown as Methods

  /** Tries to accept one handoff of an inbox. */
  const take = (
    head: HandoffRecord,
    agent: AgentId,
    lease?: Milliseconds
  ): Effect.Effect<Taking, KeyRequired | StoreError> =>
    Effect.flatMap(Effect.andThen(entries.ready, nowIn(store)), (now) =>
      Effect.flatMap(applyDue(head, now), (current): Effect.Effect<Taking, Refusal> =>
        // An overdue event may have ended it or forwarded it to another agent.
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
          : error._tag === "StoreError" || error._tag === "KeyRequired"
            ? Effect.fail(error)
            : // Unreachable: the inbox lists pending handoffs of this agent, and the table lets their receiver accept them.
              Effect.die(error)
      )
    )

  return { ...Sweeping.make(store, entries, applyDue), attempt, methods, take, turns }
}
