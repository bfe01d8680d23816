import {
  type After,
  AgentId,
  agentOf,
  apply,
  clock,
  dueAt,
  HandoffNotFound,
  type HandoffRecord,
  type InvalidInput,
  invalidInput,
  type InvalidTransition,
  isJsonObject,
  JsonObject,
  type NotYourHandoff,
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
}

/** What a verb can refuse with. */
export type VerbError =
  | HandoffNotFound
  | InvalidInput
  | InvalidTransition
  | NotYourHandoff
  | RevisionConflict
  | StoreError

/** What the lifecycle or the store may say to a fact. */
type Refusal = InvalidTransition | NotYourHandoff | RevisionConflict | StoreError

// Somebody else was first each time; after so many the caller should know, and look before it goes on.
const tries = 8

const pageSize = 256

const by = Schema.optionalKey(AgentId)
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
    decode: decoder(
      Schema.Struct({ by, reason: Schema.optionalKey(Text), estimatedCompletion: Schema.optionalKey(Timestamp) })
    )
  },
  Rejected: { isFine: never, decode: decoder(Schema.Struct({ by, reason: Text })) },
  Started: { isFine: silent, decode: decoder(Schema.Struct({ by })) },
  Completed: { isFine: resultAlone, decode: decoder(Schema.Struct({ by, result: JsonObject })) },
  Failed: { isFine: never, decode: decoder(Schema.Struct({ by, reason: Text })) },
  Cancelled: { isFine: silent, decode: decoder(Schema.Struct({ by, reason: Schema.optionalKey(Text) })) }
} as const

type Told = keyof typeof details

/** An event without the parts that the manager adds. */
type Details<Tag extends Transition["_tag"]> = Omit<Extract<Transition, { readonly _tag: Tag }>, "_tag" | "at" | "by">

const isDue = (record: HandoffRecord, now: DateTime.Utc): boolean => {
  const due = dueAt(record)
  return due !== undefined && due.epochMilliseconds <= now.epochMilliseconds
}

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

  const expire = (current: HandoffRecord, at: DateTime.Utc) => record(current, { _tag: "Expired", at, by: clock })

  const attempt = (
    id: RecordId,
    judge: (current: HandoffRecord, now: DateTime.Utc) => Effect.Effect<HandoffRecord, Refusal>
  ): Effect.Effect<HandoffRecord, HandoffNotFound | Refusal> =>
    Effect.flatMap(store.get(id), (found): Effect.Effect<HandoffRecord, HandoffNotFound | Refusal> => {
      if (Option.isNone(found)) return Effect.fail(new HandoffNotFound({ recordId: id }))
      const current = found.value
      return Effect.flatMap(DateTime.now, (now) =>
        isDue(current, now)
          ? Effect.flatMap(expire(current, now), (expired) => judge(expired, now))
          : judge(current, now)
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
  const take = (head: HandoffRecord, agent: AgentId): Effect.Effect<Taking, StoreError> =>
    Effect.flatMap(DateTime.now, (now): Effect.Effect<Taking, Refusal> =>
      isDue(head, now)
        ? Effect.as(expire(head, now), "gone")
        : // The cast: the record that an Accepted makes is the one its row names.
          Effect.map(record(head, { _tag: "Accepted", at: now, by: agent }), (taken) => taken as After<"Accepted">)
    ).pipe(
      Effect.catchTag("RevisionConflict", () => Effect.succeed<Taking>("lost")),
      // Never: the inbox gives pending handoffs of this agent, and the table lets their receiver accept them.
      Effect.catchTag(["InvalidTransition", "NotYourHandoff"], Effect.die)
    )

  const expireOverdue = Effect.gen(function* () {
    const now = yield* DateTime.now
    const expired: Array<HandoffRecord> = []
    const done = new Set<RecordId>()
    while (true) {
      const due = yield* store.list({ _tag: "Due", at: now }, { limit: pageSize })
      if (due.length === 0) return expired
      const again = due.find(({ recordId }) => done.has(recordId))
      if (again !== undefined) {
        const detail = `Handoff ${again.recordId} is still listed as due after it has expired; the store's index is wrong`
        return yield* new StoreError({ operation: "list", reason: "corrupt", detail })
      }
      yield* Effect.forEach(
        due,
        (one) =>
          expire(one, now).pipe(
            Effect.map((record) => {
              expired.push(record)
              done.add(record.recordId)
            }),
            // Another sweeper was first, or the handoff has moved: the next page shows what is left.
            Effect.catchTag("RevisionConflict", () => Effect.void),
            // Never: only open handoffs are due, and the table lets anyone expire them.
            Effect.catchTag(["InvalidTransition", "NotYourHandoff"], Effect.die)
          ),
        { concurrency: "unbounded", discard: true }
      )
    }
  })

  return { advance, take, expireOverdue }
}
