import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

import { eventCodec, recordCodec, requestCodec } from "./Codecs.ts"
import { Timestamp } from "./Fields.ts"
import { InvalidInput } from "./HandoffError.ts"
import { HandoffEvent } from "./HandoffEvent.ts"
import { HandoffRecord } from "./HandoffRecord.ts"
import { HandoffRequest } from "./HandoffRequest.ts"
import { JsonObject, parseJson } from "./Json.ts"
import { isSame } from "./Same.ts"
import { type Codec, compile, fault } from "./WireCodec.ts"
import { snake } from "./WireFields.ts"
import { wireSchemaOf } from "./WireSchema.ts"
import type { WireEvent, WireRecord, WireRequest } from "./WireTypes.ts"

// ---- decoding, with every fault named at once ----

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const pathOf = (
  path: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined,
  rename: (name: string) => string
): string =>
  (path ?? [])
    .map((step) => (typeof step === "object" ? step.key : step))
    // Only the first name can be one of ours: what is deeper in our own structures is already in the names of the wire.
    .map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? rename(String(key)) : `.${String(key)}`))
    .join("")

const explain = (input: string, error: Schema.SchemaError, rename: (name: string) => string): InvalidInput =>
  new InvalidInput({
    input,
    issues: formatIssue(error.issue).issues.map(({ path, message }) => ({
      path: pathOf(path, rename),
      expected: message
    }))
  })

/**
 * The typed error for a value that does not fit its schema: every fault with its path, in the names of the wire.
 *
 * @example
 * ```ts
 * import { AgentId, invalidInput } from "@aumai/handoff-protocol"
 * import * as Result from "effect/Result"
 * import * as Schema from "effect/Schema"
 *
 * const decoded = Schema.decodeUnknownResult(Schema.Struct({ agentId: AgentId }))({ agentId: "" })
 * if (Result.isFailure(decoded)) console.log(invalidInput("agent", decoded.failure).message)
 * // Invalid agent: agent_id: Expected a value with a length of at least 1
 * ```
 */
export const invalidInput = (input: string, error: Schema.SchemaError): InvalidInput => explain(input, error, snake)

/** Reads in one pass, and asks the schema only what is wrong with what is refused. */
export const decoder =
  <A>({ read }: Pick<Codec<A, unknown>, "read">, schema: () => Schema.Constraint) =>
  (input: string, json: unknown): Result.Result<A, InvalidInput> => {
    const value = read(json)
    if (value !== fault) return Result.succeed(value)
    const decoded = Schema.decodeUnknownResult(wireSchemaOf(schema()), { errors: "all" })(json)
    // What is read here has the names of the wire already; the others are keys of a context, and stay as they are.
    if (Result.isFailure(decoded)) return Result.fail(explain(input, decoded.failure, (name) => name))
    // The schema takes an object of any class, and makes a plain one of it.
    const copy = read(decoded.success)
    return copy === fault
      ? Result.fail(new InvalidInput({ input, issues: [{ path: "", expected: "Expected plain JSON" }] }))
      : Result.succeed(copy)
  }

/**
 * Parses JSON text that came from outside; `input` says in the error what was read.
 *
 * @example
 * ```ts
 * import { decodeText } from "@aumai/handoff-protocol"
 *
 * console.log(decodeText("--context", "{not json")._tag) // "Failure"
 * ```
 */
export const decodeText = (input: string, text: string): Result.Result<unknown, InvalidInput> =>
  Result.mapError(parseJson(text), (expected) => new InvalidInput({ input, issues: [{ path: "", expected }] }))

/**
 * Reads a timestamp: RFC 3339, or without a zone, which is UTC; `input` says in the error what was read.
 *
 * @example
 * ```ts
 * import { decodeTimestamp } from "@aumai/handoff-protocol"
 *
 * console.log(decodeTimestamp("--deadline", "2026-12-01T09:00:00")._tag) // Success
 * ```
 */
export const decodeTimestamp = /*#__PURE__*/ decoder(
  /*#__PURE__*/ compile<Timestamp, string>(() => Timestamp),
  () => Timestamp
)

/**
 * Reads a context or result; `input` says in the error what was read.
 *
 * @example
 * ```ts
 * import { decodeJsonObject } from "@aumai/handoff-protocol"
 *
 * console.log(decodeJsonObject("--context", { quarter: "Q3" })._tag) // Success
 * ```
 */
export const decodeJsonObject = /*#__PURE__*/ decoder(
  /*#__PURE__*/ compile<JsonObject, JsonObject>(() => JsonObject),
  () => JsonObject
)

/**
 * Reads a request in snake_case JSON; `input` says in the error what was read.
 *
 * @example
 * ```ts
 * import { decodeRequest } from "@aumai/handoff-protocol"
 *
 * const request = decodeRequest("request", {
 *   from_agent: "planner",
 *   to_agent: "executor",
 *   task_description: "Generate the Q3 report",
 *   deadline: "2026-12-01T09:00:00"
 * })
 * console.log(request._tag) // "Success"
 * ```
 */
export const decodeRequest = /*#__PURE__*/ decoder(requestCodec, () => HandoffRequest)

/**
 * Reads a record in snake_case JSON, as this library and the Python one write it.
 *
 * @example
 * ```ts
 * import { decodeRecord } from "@aumai/handoff-protocol"
 *
 * const read = (json: unknown) => decodeRecord("record", json)
 * ```
 */
export const decodeRecord = /*#__PURE__*/ decoder(recordCodec, () => HandoffRecord)

/**
 * Reads an event in snake_case JSON.
 *
 * @example
 * ```ts
 * import { decodeEvent } from "@aumai/handoff-protocol"
 *
 * const event = decodeEvent("event", { _tag: "Started", at: "2026-12-01T09:00:00Z", by: "executor" })
 * console.log(event._tag) // Success
 * ```
 */
export const decodeEvent = /*#__PURE__*/ decoder(eventCodec, () => HandoffEvent)

/**
 * Reads an event that this library has written, and nothing else: a key that is not known, or a moment in another spelling,
 * was put there by somebody else.
 *
 * @example
 * ```ts
 * import { decodeOwnEvent } from "@aumai/handoff-protocol"
 *
 * const changed = { _tag: "Started", at: "2026-12-01T09:00:00.000Z", by: "executor", bx: "" }
 * console.log(decodeOwnEvent("event", changed)._tag) // Failure
 * ```
 */
export const decodeOwnEvent = (input: string, json: unknown): Result.Result<HandoffEvent, InvalidInput> =>
  Result.flatMap(decodeEvent(input, json), (event) =>
    isSame(json, encodeEvent(event))
      ? Result.succeed(event)
      : Result.fail(new InvalidInput({ input, issues: [{ path: "", expected: "Expected it as it was written" }] }))
  )

/**
 * Writes a request as snake_case JSON that the Python models accept.
 *
 * @example
 * ```ts
 * import { encodeRequest, type HandoffRequest } from "@aumai/handoff-protocol"
 *
 * const toJson = (request: HandoffRequest) => JSON.stringify(encodeRequest(request))
 * ```
 */
export const encodeRequest = (request: HandoffRequest): WireRequest => requestCodec.write(request)

/**
 * Writes a record as snake_case JSON, with its true status.
 *
 * @example
 * ```ts
 * import { encodeRecord, type HandoffRecord } from "@aumai/handoff-protocol"
 *
 * const toJson = (record: HandoffRecord) => JSON.stringify(encodeRecord(record))
 * ```
 */
export const encodeRecord = (record: HandoffRecord): WireRecord => recordCodec.write(record)

/**
 * Writes an event as snake_case JSON.
 *
 * @example
 * ```ts
 * import { AgentId, encodeEvent } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * console.log(encodeEvent({ _tag: "Started", at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"), by: AgentId.make("executor") }).at)
 * // 2026-12-01T09:00:00.000Z
 * ```
 */
export const encodeEvent = (event: HandoffEvent): WireEvent => eventCodec.write(event)

/**
 * Writes a typed error as snake_case JSON: its `_tag`, its sentence as `message`, and its fields. A `cause` is left out;
 * it is for a log.
 *
 * @example
 * ```ts
 * import { encodeError, HandoffNotFound, RecordId } from "@aumai/handoff-protocol"
 *
 * console.log(encodeError(new HandoffNotFound({ recordId: RecordId.make("7k2m9q4xw3pz") })))
 * // { _tag: "HandoffNotFound", message: "No handoff 7k2m9q4xw3pz", record_id: "7k2m9q4xw3pz" }
 * ```
 */
export const encodeError = (error: Error & { readonly _tag: string }): Readonly<Record<string, unknown>> => {
  const fields = Object.entries(error).filter(([name]) => !["_tag", "message", "cause", "name", "stack"].includes(name))
  return {
    _tag: error._tag,
    message: error.message,
    ...Object.fromEntries(fields.map(([name, value]) => [snake(name), value]))
  }
}
