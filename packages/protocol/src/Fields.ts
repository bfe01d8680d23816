import * as DateTime from "effect/DateTime"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"

import { textUpTo } from "./Json.ts"
import { limits } from "./Limits.ts"

export const Name = textUpTo(limits.nameLength * 4, "A name without NUL and lone surrogates").check(
  Schema.isMinLength(1),
  Schema.isMaxLength(limits.nameLength)
)

/**
 * Who sends, receives or acts: any text of 1 to 128 characters.
 *
 * @example
 * ```ts
 * import { AgentId } from "@aumai/handoff-protocol"
 *
 * const planner = AgentId.make("agent-planner")
 * ```
 */
export const AgentId = Name.annotate({ description: "An agent: 1 to 128 characters" }).pipe(Schema.brand("AgentId"))
export type AgentId = typeof AgentId.Type

/**
 * The name of one handoff: any text of 1 to 128 characters. Those drawn here are twelve Crockford base-32 characters.
 *
 * @example
 * ```ts
 * import { RecordId } from "@aumai/handoff-protocol"
 *
 * const id = RecordId.make("7k2m9q4xw3pz")
 * ```
 */
export const RecordId = Name.annotate({ description: "A handoff: 1 to 128 characters" }).pipe(Schema.brand("RecordId"))
export type RecordId = typeof RecordId.Type

/**
 * A word for something an agent can do, such as `summarize` or `data-analysis`: 1 to 128 characters.
 *
 * @example
 * ```ts
 * import { Capability } from "@aumai/handoff-protocol"
 *
 * const can = [Capability.make("analyze"), Capability.make("visualize")]
 * ```
 */
export const Capability = Name.annotate({ description: "Something an agent can do: 1 to 128 characters" }).pipe(
  Schema.brand("Capability")
)
export type Capability = typeof Capability.Type

/**
 * A public key of Ed25519 that an agent signs with: its 32 bytes as base64url without padding, 43 characters.
 *
 * @example
 * ```ts
 * import { PublicKey } from "@aumai/handoff-protocol"
 *
 * const key = PublicKey.make("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
 * ```
 */
export const PublicKey = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_-]{43}$/u, { expected: "a public key: 32 bytes as 43 characters of base64url" })
)
  .annotate({ description: "A public key of Ed25519: 32 bytes as base64url without padding" })
  .pipe(Schema.brand("PublicKey"))
export type PublicKey = typeof PublicKey.Type

/**
 * How urgent: a whole number from 1 to 10, 10 is most urgent, 5 when nothing is said.
 *
 * @example
 * ```ts
 * import { Priority } from "@aumai/handoff-protocol"
 * import * as Schema from "effect/Schema"
 *
 * console.log(Schema.is(Priority)(11)) // false
 * ```
 */
export const Priority = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10 })).annotate({
  description: "1 (least) to 10 (most urgent)",
  default: 5
})
export type Priority = typeof Priority.Type

/**
 * A moment in UTC with whole milliseconds, in the years 0000 to 9999 (those RFC 3339 can write).
 *
 * @example
 * ```ts
 * import { Timestamp } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 * import * as Schema from "effect/Schema"
 *
 * console.log(Schema.is(Timestamp)(DateTime.makeUnsafe("2026-12-01T09:00:00Z"))) // true
 * ```
 */
export const Timestamp = Schema.DateTimeUtc.check(
  Schema.makeIsBetween<DateTime.Utc>({
    order: Order.mapInput(Order.Number, (moment: DateTime.Utc) => moment.epochMilliseconds)
  })({ minimum: DateTime.makeUnsafe(-62_167_219_200_000), maximum: DateTime.makeUnsafe(253_402_300_799_999) }),
  // Its text has no room for more, so that a moment in between would come back as another.
  Schema.makeFilter((moment) => Number.isInteger(moment.epochMilliseconds) || "Expected whole milliseconds")
)
export type Timestamp = typeof Timestamp.Type

/**
 * Text for a person: a reason or a task, at most 64 KiB of UTF-8, without NUL and lone surrogates.
 *
 * @example
 * ```ts
 * import { Text } from "@aumai/handoff-protocol"
 * import * as Schema from "effect/Schema"
 *
 * console.log(Schema.is(Text)("x".repeat(65_537))) // false
 * ```
 */
export const Text = textUpTo(
  limits.textBytes,
  "Text for a person: at most 64 KiB of UTF-8, without NUL and lone surrogates"
)
