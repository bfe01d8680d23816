import {
  type After,
  AgentId,
  agentOf,
  apply,
  Attempt,
  clock,
  FailureCode,
  HandBack,
  HandoffNotFound,
  type HandoffRecord,
  type InvalidInput,
  invalidInput,
  isJsonObject,
  isOpen,
  JsonObject,
  type LifecycleError,
  Milliseconds,
  overdueEvent,
  Progress,
  type RecordId,
  type RevisionConflict,
  StoreError,
  Text,
  Timestamp,
  type Transition,
  transitions
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { Taking } from "./Claiming.ts"
import type { HandoffStore } from "./HandoffStore.ts"

/** Who acts. Left out: the party that the transition table names. */
export interface Actor {
  readonly by?: AgentId
  /** The attempt that the actor holds: refused with `StaleAttempt` once it is over. */
  readonly attempt?: number
}

/** What a verb can refuse with. */
export type VerbError = HandoffNotFound | InvalidInput | LifecycleError | RevisionConflict | StoreError

/** What the lifecycle or the store may say to a fact. */
type Refusal = LifecycleError | RevisionConflict | StoreError

// Somebody else was first each time; after so many the caller should know, and look before it goes on.
const tries = 8

const pageSize = 256

const actor = { by: Schema.optionalKey(AgentId), attempt: Schema.optionalKey(Attempt) }
const reason = Schema.optionalKey(Text)
const lease = Schema.optionalKey(Milliseconds)
const decoder = <S extends Schema.Codec<unknown, unknown>>(schema: S) =>
  Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })

// Most verbs are said without a word, and most completions with a result alone: nothing else has to be checked then, and
// the schema, which would come to the same, costs as much as the rest of the verb.
const silent = (said: object): boolean => Object.keys(said).length === 0
const resultAlone = (said: object): boolean =>
  Object.keys(said).length === 1 && "result" in said && isJsonObject(said.result)
const never = (): boolean => false

/** What may be said with each verb, and what of it is fine at a glance. */
const details = {
  Accepted: {
    isFine: silent,
    decode: decoder(Schema.Struct({ ...actor, reason, estimatedCompletion: Schema.optionalKey(Timestamp), lease }))
  },
  Rejected: { isFine: never, decode: decoder(Schema.Struct({ ...actor, reason: Text })) },
  Started: { isFine: silent, decode: decoder(Schema.Struct(actor)) },
  Progressed: {
    isFine: silent,
    decode: decoder(Schema.Struct({ ...actor, note: Progress.fields.note, fraction: Progress.fields.fraction, lease }))
  },
  Asked: { isFine: never, decode: decoder(Schema.Struct({ ...actor, question: Text })) },
  Answered: { isFine: never, decode: decoder(Schema.Struct({ ...actor, answer: Text })) },
  Released: {
    isFine: silent,
    decode: decoder(
      Schema.Struct({
        ...actor,
        reason,
        handBack: Schema.optionalKey(HandBack),
        notBefore: Schema.optionalKey(Timestamp)
      })
    )
  },
  Completed: { isFine: resultAlone, decode: decoder(Schema.Struct({ ...actor, result: JsonObject })) },
  Failed: {
    isFine: never,
    decode: decoder(Schema.Struct({ ...actor, reason: Text, code: Schema.optionalKey(FailureCode) }))
  },
  Cancelled: { isFine: silent, decode: decoder(Schema.Struct({ ...actor, reason })) }
} as const

type Told = keyof typeof details

/** An event without the parts that the manager adds. */
type Details<Tag extends Transition["_tag"]> = Omit<
  Extract<Transition, { readonly _tag: Tag }>,
  "_tag" | "at" | "by" | "attempt" | "via"
>

// What only a wrong fact is refused with.
const neverRefused = ["InvalidTransition", "NotYourHandoff", "StaleAttempt", "NotDue", "NoAttemptLeft"] as const

/** The verbs that move handoffs along, over a store. */
export const make = (store: HandoffStore["Service"]) => {
  // These three run for every verb of every handoff, so they are plain functions and not generators.

  /** Judges one fact and commits it. */
  const record = (current: HandoffRecord, event: Transition): Effect.Effect<HandoffRecord, Refusal> => {
    const next = apply(current, event)
    return Result.isFailure(next)
      ? Effect.fail(next.failure)
      : Effect.as(store.commit([{ record: next.success, event }]), next.success)
  }

  /** Puts on record what is due, however much that is. */
  const settle = (current: HandoffRecord, now: DateTime.Utc): Effect.Effect<HandoffRecord, Refusal> => {
    const due = overdueEvent(current, now)
    return due === undefined
      ? Effect.succeed(current)
      : Effect.flatMap(record(current, due), (next) => settle(next, now))
  }

  const attempt = (
    id: RecordId,
    judge: (current: HandoffRecord, now: DateTime.Utc) => Effect.Effect<HandoffRecord, Refusal>
  ): Effect.Effect<HandoffRecord, HandoffNotFound | Refusal> =>
    Effect.flatMap(store.get(id), (found): Effect.Effect<HandoffRecord, HandoffNotFound | Refusal> => {
      if (Option.isNone(found)) return Effect.fail(new HandoffNotFound({ recordId: id }))
      const current = found.value
      return Effect.flatMap(DateTime.now, (now) =>
        overdueEvent(current, now) === undefined
          ? judge(current, now)
          : Effect.flatMap(settle(current, now), (settled) => judge(settled, now))
      )
    })

  /** Reads, judges and commits one verb; again when another writer was first. */
  const advance =
    <Tag extends Told>(_tag: Tag) =>
    (id: RecordId, said: Details<Tag> & Actor): Effect.Effect<After<Tag>, VerbError> => {
      const { isFine, decode } = details[_tag]
      if (!isFine(said)) {
        const decoded = decode(said)
        if (Result.isFailure(decoded)) return Effect.fail(invalidInput(_tag, decoded.failure))
      }
      const { by, ...rest } = said
      const { by: party } = transitions[_tag]
      const once = attempt(id, (current, at) => {
        // The cast: an event is its tag, its details, and who and when.
        const event = { _tag, at, by: by ?? agentOf(current, party) ?? clock, ...rest } as unknown as Transition
        return record(current, event)
      })
      const again = (left: number): typeof once =>
        left === 0 ? once : Effect.catchTag(once, "RevisionConflict", () => again(left - 1))
      // The cast: the record that an event makes is the one its row names.
      return again(tries - 1) as Effect.Effect<After<Tag>, VerbError>
    }

  /** Tries to accept one handoff of an inbox. */
  const take = (head: HandoffRecord, agent: AgentId, lease?: Milliseconds): Effect.Effect<Taking, StoreError> =>
    Effect.flatMap(DateTime.now, (now) =>
      Effect.flatMap(settle(head, now), (current): Effect.Effect<Taking, Refusal> =>
        isOpen(current.status)
          ? Effect.map(
              record(current, { _tag: "Accepted", at: now, by: agent, ...(lease === undefined ? {} : { lease }) }),
              // The cast: the record that an Accepted makes is the one its row names.
              (taken) => taken as After<"Accepted">
            )
          : Effect.succeed("gone")
      )
    ).pipe(
      Effect.catchTag("RevisionConflict", () => Effect.succeed<Taking>("lost")),
      // Never: the inbox gives pending handoffs of this agent, which stay so until they end, and the table lets their
      // receiver accept them.
      Effect.catchTag(neverRefused, Effect.die)
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
            // Another sweeper was first, or the handoff has moved: the next page shows what is left.
            Effect.catchTag("RevisionConflict", () => Effect.void),
            // Never: what is due comes from the lifecycle itself.
            Effect.catchTag(neverRefused, Effect.die)
          ),
        { concurrency: "unbounded", discard: true }
      )
    }
  })

  return { advance, take, sweep }
}
