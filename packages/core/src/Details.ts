/** What may be said with each verb, and what of it is fine at a glance. */
import {
  AgentId,
  Attempt,
  FailureCode,
  ForwardedEvent,
  HandBack,
  isJsonObject,
  JsonObject,
  limits,
  CompletedEvent,
  Milliseconds,
  Progress,
  ReadBack,
  Text,
  Timestamp,
  type Transition,
  AttestedEvent
} from "@aumai/handoff-protocol"
import * as Schema from "effect/Schema"

/** Who acts. Left out: the party that the transition table names. */
export interface Actor {
  readonly by?: AgentId
  /** The attempt that the actor holds: refused with `StaleAttempt` once it is over. */
  readonly attempt?: number
}

const actor = { by: Schema.optionalKey(AgentId), attempt: Schema.optionalKey(Attempt) }
const reason = Schema.optionalKey(Text)
const lease = Schema.optionalKey(Milliseconds)
const handBack = Schema.optionalKey(HandBack)
const decoder = <S extends Schema.Codec<unknown, unknown>>(schema: S) =>
  Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })

// Most verbs are said without a word, by a holder with its attempt, or with a lease or a result alone. What these are is
// seen at a glance; the schema comes to the same, and costs as much as the rest of the verb.
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value)
const glances: Readonly<Record<string, (value: unknown) => boolean>> = {
  by: Schema.is(AgentId),
  attempt: (value) => isWhole(value) && value > 0,
  lease: (value) => isWhole(value) && value >= 1 && value <= limits.durationMilliseconds,
  result: isJsonObject,
  readsBack: (value) => typeof value === "boolean"
}
/** Whether of all that is said only these are there, and each is what it has to be. */
export const glance =
  (...known: ReadonlyArray<string>) =>
  (said: object): boolean =>
    Object.entries(said).every(([key, value]) => known.includes(key) && glances[key]?.(value) === true)
const silent = glance("by", "attempt")
const perhapsLeased = glance("by", "attempt", "lease")
const handsBack = glance("by", "attempt", "result")
const never = (): boolean => false

export const details = {
  Accepted: {
    isFine: perhapsLeased,
    decode: decoder(
      Schema.Struct({
        ...actor,
        reason,
        estimatedCompletion: Schema.optionalKey(Timestamp),
        lease,
        readBack: Schema.optionalKey(ReadBack)
      })
    )
  },
  Rejected: { isFine: never, decode: decoder(Schema.Struct({ ...actor, reason: Text })) },
  Started: { isFine: silent, decode: decoder(Schema.Struct(actor)) },
  Progressed: {
    isFine: perhapsLeased,
    decode: decoder(Schema.Struct({ ...actor, note: Progress.fields.note, fraction: Progress.fields.fraction, lease }))
  },
  Asked: { isFine: never, decode: decoder(Schema.Struct({ ...actor, question: Text })) },
  Answered: { isFine: never, decode: decoder(Schema.Struct({ ...actor, answer: Text })) },
  Restated: { isFine: never, decode: decoder(Schema.Struct({ ...actor, readBack: ReadBack })) },
  Confirmed: { isFine: silent, decode: decoder(Schema.Struct({ ...actor, correction: Schema.optionalKey(Text) })) },
  Forwarded: {
    isFine: never,
    decode: decoder(Schema.Struct({ ...actor, to: AgentId, reason, handBack, routing: ForwardedEvent.fields.routing }))
  },
  Attested: {
    isFine: never,
    decode: decoder(
      Schema.Struct({
        ...actor,
        // Nobody is the one witness, so that it cannot go without saying who it was.
        by: AgentId,
        statement: AttestedEvent.fields.statement,
        of: AttestedEvent.fields.of,
        uri: AttestedEvent.fields.uri,
        digest: AttestedEvent.fields.digest
      })
    )
  },
  Released: {
    isFine: silent,
    decode: decoder(Schema.Struct({ ...actor, reason, handBack, notBefore: Schema.optionalKey(Timestamp) }))
  },
  Completed: {
    isFine: (said: object): boolean => "result" in said && handsBack(said),
    decode: decoder(
      Schema.Struct({
        ...actor,
        result: JsonObject,
        artifacts: CompletedEvent.fields.artifacts,
        evidence: CompletedEvent.fields.evidence,
        leavesChildren: CompletedEvent.fields.leavesChildren
      })
    )
  },
  Failed: {
    isFine: never,
    decode: decoder(Schema.Struct({ ...actor, reason: Text, code: Schema.optionalKey(FailureCode) }))
  },
  Cancelled: { isFine: silent, decode: decoder(Schema.Struct({ ...actor, reason })) }
} as const

/** The events that verbs tell; the others come about otherwise. */
export type Told = keyof typeof details

/** An event without the parts that the manager adds. */
export type Details<Tag extends Transition["_tag"]> = Omit<
  Extract<Transition, { readonly _tag: Tag }>,
  "_tag" | "at" | "by" | "attempt" | "via" | "prev" | "sig"
>
