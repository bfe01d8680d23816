import * as DateTime from "effect/DateTime"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"

import { textUpTo } from "./Json.ts"
import { limits } from "./Limits.ts"

/**
 * A required key with its meaning. JSON Schema, PROTOCOL.md and the types of the SDK take the description from here, so
 * that no meaning is written twice.
 */
export const field = <S extends Schema.Top>(schema: S, description: string): S =>
  // The cast: an annotation on a key changes no type, but the `Rebuild` type of an opaque class loses the class's name.
  schema.annotateKey({ description }) as S

/** An optional key with its meaning. */
export const optional = <S extends Schema.Constraint>(schema: S, description: string): Schema.optionalKey<S> =>
  Schema.optionalKey(schema).annotateKey({ description })

/**
 * Marks a field of an event that may be large or personal: an entry holds only a salted digest of it, so that it can be
 * erased later. `erased` stands for a required field in an erased entry; an optional one is left out.
 */
export const inBody = <S extends Schema.Top>(schema: S, erased?: unknown): S =>
  // The cast: the same as in `field`.
  schema.annotateKey({ part: "body", erased }) as S

/** Marks a field that an entry holds beside its event. */
export const besideEvent = <S extends Schema.Top>(schema: S): S => schema.annotateKey({ part: "beside" }) as S

export const Name = textUpTo(limits.nameLength * 4, "A name without NUL and lone surrogates").check(
  Schema.isMinLength(1),
  Schema.isMaxLength(limits.nameLength)
)

/**
 * The name of an agent that sends, receives or acts: any text of 1 to 128 characters. A verb refuses a new name for which
 * `nameFault` finds a fault.
 */
export const AgentId = Name.annotate({ description: "The name of an agent: 1 to 128 characters" }).pipe(
  Schema.brand("AgentId")
)
export type AgentId = typeof AgentId.Type

/** Stands for the receiver of a request that has none. No agent may take this name. */
export const unrouted = AgentId.make("unrouted")

/** The id of one handoff: any text of 1 to 128 characters. Generated ids are twelve Crockford base-32 characters. */
export const RecordId = Name.annotate({ description: "The id of a handoff: 1 to 128 characters" }).pipe(
  Schema.brand("RecordId")
)
export type RecordId = typeof RecordId.Type

/**
 * The name of a store's log: 26 Crockford base-32 characters, of which the store draws 128 bits or more when it is created.
 * Every entry names the log that it was first committed to.
 */
export const LogName = Schema.String.check(
  Schema.isPattern(/^[0-9a-hjkmnp-tv-z]{26}$/u, { expected: "a log name of 26 Crockford base-32 characters" })
)
  .annotate({ description: "The name of a log: 26 Crockford base-32 characters" })
  .pipe(Schema.brand("LogName"))
export type LogName = typeof LogName.Type

/** Something an agent can do, such as `summarize` or `data-analysis`: 1 to 128 characters. */
export const Capability = Name.annotate({ description: "Something an agent can do: 1 to 128 characters" }).pipe(
  Schema.brand("Capability")
)
export type Capability = typeof Capability.Type

/** The Ed25519 public key of an agent that signs: 32 bytes as base64url without padding, 43 characters. */
export const PublicKey = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_-]{43}$/u, { expected: "a public key: 32 bytes as 43 characters of base64url" })
)
  .annotate({ description: "An Ed25519 public key: 32 bytes as base64url without padding" })
  .pipe(Schema.brand("PublicKey"))
export type PublicKey = typeof PublicKey.Type

/** The urgency of a task: a whole number from 1 (least) to 10 (most urgent). Default: 5. */
export const Priority = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10 })).annotate({
  description: "1 (least) to 10 (most urgent)",
  default: 5
})
export type Priority = typeof Priority.Type

/** A moment in UTC with whole milliseconds, in the years 0000 to 9999 (those RFC 3339 can write). */
export const Timestamp = Schema.DateTimeUtc.check(
  Schema.makeIsBetween<DateTime.Utc>({
    order: Order.mapInput(Order.Number, (moment: DateTime.Utc) => moment.epochMilliseconds)
  })({ minimum: DateTime.makeUnsafe(-62_167_219_200_000), maximum: DateTime.makeUnsafe(253_402_300_799_999) }),
  // A timestamp's text has three decimals, so anything finer would be read back as another moment.
  Schema.makeFilter((moment) => Number.isInteger(moment.epochMilliseconds) || "Expected whole milliseconds")
)
export type Timestamp = typeof Timestamp.Type

/** Text for a person, such as a reason or a task: at most 64 KiB of UTF-8, without NUL and lone surrogates. */
export const Text = textUpTo(
  limits.textBytes,
  "Text for a person: at most 64 KiB of UTF-8, without NUL and lone surrogates"
)

/** The tasks of an agent, in words. */
export const AgentDescription = textUpTo(
  limits.descriptionBytes,
  "Text for a person: at most 4 KiB of UTF-8, without NUL and lone surrogates"
)
