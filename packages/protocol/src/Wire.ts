import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

import { InvalidInput } from "./HandoffError.ts"
import type { HandoffEvent } from "./HandoffEvent.ts"
import { isJsonObject, JsonObject, parseJson } from "./Json.ts"
import { isSame } from "./Same.ts"
import { fromEvent, fromRecord, fromRequest } from "./ToWire.ts"
import { isMoment, isWireEvent, isWireRecord, isWireRequest } from "./WireGuard.ts"
import { toEvent, toRecord, toRequest } from "./WireNames.ts"
import { toMoment } from "./WireParts.ts"
import { WireEvent, WireRecord, WireRequest, WireTimestamp } from "./WireSchema.ts"

// ---- decoding, with every fault named at once ----

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

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

/** Reads with a guard, and with the schema only what the guard refuses: to say what is wrong with it. */
export const decoder = <A, B>(
  isValid: (json: unknown) => json is A,
  schema: Schema.Codec<A, unknown>,
  convert: (wire: A) => B
) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all" })
  return (input: string, json: unknown): Result.Result<B, InvalidInput> => {
    if (isValid(json)) return Result.succeed(convert(json))
    const decoded = decode(json)
    return Result.isSuccess(decoded)
      ? Result.succeed(convert(decoded.success))
      : // What is read here has the names of the wire already; the others are keys of a context, and stay as they are.
        Result.fail(explain(input, decoded.failure, (name) => name))
  }
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
export const decodeTimestamp = /*#__PURE__*/ decoder(isMoment, WireTimestamp, toMoment)

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
export const decodeJsonObject = /*#__PURE__*/ decoder(isJsonObject, JsonObject, (object) => object)

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
export const decodeRequest = /*#__PURE__*/ decoder(isWireRequest, WireRequest, toRequest)

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
export const decodeRecord = /*#__PURE__*/ decoder(isWireRecord, WireRecord, toRecord)

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
export const decodeEvent = /*#__PURE__*/ decoder(isWireEvent, WireEvent, toEvent)

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
    isSame(json, fromEvent(event))
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
export const encodeRequest = fromRequest

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
export const encodeRecord = fromRecord

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
export const encodeEvent = fromEvent

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
