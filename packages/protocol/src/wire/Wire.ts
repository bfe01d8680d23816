import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

import { eventCodec, keyEventCodec, recordCodec, requestCodec } from "../encoding/Codecs.ts"
import { flatEvent } from "../encoding/StoredEvent.ts"
import { type Compiled, compile, fault } from "../encoding/WireCodec.ts"
import { snake } from "../encoding/WireFields.ts"
import { wireSchemaOf } from "../encoding/WireSchema.ts"
import type { WireEvent, WireKeyEvent, WireRecord, WireRequest } from "../encoding/WireTypes.ts"
import { NotCompleted } from "../lifecycle/NotCompleted.ts"
import { InvalidInput } from "../model/HandoffError.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import type { HandoffRequest } from "../model/HandoffRequest.ts"
import type { KeyEvent } from "../model/KeyEvent.ts"
import { Timestamp } from "../values/Fields.ts"
import { type Bounds, type Misfit, ofArchive, ofContent, taken } from "../values/Given.ts"
import { JsonObject, parseJson } from "../values/Json.ts"
import { limits } from "../values/Limits.ts"
import { isSame } from "../values/Same.ts"

// ---- decoding, with every fault named at once ----

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

// A path shows this many steps. The longest of the protocol has seven, and the rest is the caller's JSON.
const shownSteps = 12

const shownKey = (key: string): string =>
  key.length > limits.nameLength ? `${key.slice(0, limits.nameLength)}…`.toWellFormed() : key

const pathOf = (
  path: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> = [],
  rename: (name: string) => string
): string =>
  path
    .slice(0, shownSteps)
    .map((step) => (typeof step === "object" ? step.key : step))
    .map((key) => (typeof key === "number" ? key : shownKey(String(key))))
    // Only the first key can be a domain name: deeper keys are already wire names.
    .map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? rename(key) : `.${key}`))
    .join("") + (path.length > shownSteps ? "…" : "")

const explain = (input: string, error: Schema.SchemaError, rename: (name: string) => string): InvalidInput =>
  new InvalidInput({
    input,
    issues: formatIssue(error.issue).issues.map(({ path, message }) => ({
      path: pathOf(path, rename),
      expected: message
    }))
  })

/** Converts a schema error to `InvalidInput`: each fault with its path, in the names of the wire. */
export const invalidInput = (input: string, error: Schema.SchemaError): InvalidInput => explain(input, error, snake)

const misfit = (input: string, { expected, path }: Misfit, rename: (name: string) => string): InvalidInput =>
  new InvalidInput({ input, issues: [{ path: pathOf(path, rename), expected }] })

/**
 * Takes over an argument: judges its shape, its depth and its size in bounded time and memory, and copies it. The copy is
 * frozen, except for moments, and shares nothing with the caller.
 */
export const takeOver = <A>(input: string, value: A, bounds?: Bounds): Result.Result<A, InvalidInput> =>
  Result.mapError(taken(value, bounds), (fault) => misfit(input, fault, snake))

// These paths are wire names already, or keys of a context, which stay unchanged.
const unchanged = (name: string): string => name

/** Decodes in one pass. Only JSON that is refused goes through the slower schema, which names its faults. */
export const decoder = <A, Json>({ read, schema }: Compiled<A, Json>, bounds?: Bounds) => {
  const readOr = (json: unknown): A | typeof fault => {
    try {
      return read(json)
    } catch {
      // A getter or a proxy of the caller has thrown.
      return fault
    }
  }
  return (input: string, json: unknown): Result.Result<A, InvalidInput> => {
    const value = readOr(json)
    if (value !== fault) return Result.succeed(value)
    const small = taken(json, bounds)
    const plain = Result.isSuccess(small) || bounds !== undefined ? small : taken(json, ofArchive)
    if (Result.isFailure(plain)) return Result.fail(misfit(input, plain.failure, unchanged))
    // Of a long history only the first fault is named, because there can be one in each entry.
    const errors = Result.isSuccess(small) ? "all" : "first"
    const decoded = Schema.decodeUnknownResult(wireSchemaOf(schema()), { errors })(plain.success)
    if (Result.isFailure(decoded)) return Result.fail(explain(input, decoded.failure, unchanged))
    const copy = read(decoded.success)
    // Unreachable unless reading the value gives something else each time.
    return copy === fault ? Result.fail(misfit(input, unreadable, unchanged)) : Result.succeed(copy)
  }
}

const unreadable: Misfit = { path: [], expected: "Expected plain JSON" }

/** Parses JSON text from outside; `input` names the source in errors. */
export const decodeText = (input: string, text: string): Result.Result<unknown, InvalidInput> =>
  Result.mapError(parseJson(text), (expected) => new InvalidInput({ input, issues: [{ path: "", expected }] }))

/** Decodes a timestamp of RFC 3339. Without a zone it is UTC. */
export const decodeTimestamp = /*#__PURE__*/ decoder(/*#__PURE__*/ compile<Timestamp, string>(() => Timestamp))

/** Decodes a context or result. */
export const decodeJsonObject = /*#__PURE__*/ decoder(
  /*#__PURE__*/ compile<JsonObject, JsonObject>(() => JsonObject),
  ofContent
)

/**
 * Decodes a request in snake_case JSON; `input` names the source in errors.
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
export const decodeRequest = /*#__PURE__*/ decoder(requestCodec)

/** Decodes a record in snake_case JSON, as this library and the Python library write it. */
export const decodeRecord = /*#__PURE__*/ decoder(recordCodec)

/**
 * Decodes an event in snake_case JSON.
 *
 * @example
 * ```ts
 * import { decodeEvent } from "@aumai/handoff-protocol"
 *
 * const event = decodeEvent("event", { _tag: "Started", at: "2026-12-01T09:00:00Z", by: "executor" })
 * console.log(event._tag) // Success
 * ```
 */
export const decodeEvent = /*#__PURE__*/ decoder(eventCodec)

/** Decodes an event of the key log. */
export const decodeKeyEvent = /*#__PURE__*/ decoder(keyEventCodec)

/** Writes an event of the key log as snake_case JSON. */
export const encodeKeyEvent = (event: KeyEvent): WireKeyEvent => keyEventCodec.write(event)

/** Decodes an event as a store of rows keeps it. */
export const decodeStoredEvent = (input: string, json: unknown): Result.Result<HandoffEvent, InvalidInput> =>
  decodeEvent(input, flatEvent(json))

/**
 * Decodes an event that this library has written, as a store of rows keeps it. An unknown key or another spelling of a timestamp proves that another
 * program changed it, so both are refused.
 */
export const decodeOwnEvent = (input: string, json: unknown): Result.Result<HandoffEvent, InvalidInput> => {
  const flat = flatEvent(json)
  return Result.flatMap(decodeEvent(input, flat), (event) =>
    isSame(flat, encodeEvent(event))
      ? Result.succeed(event)
      : Result.fail(
          new InvalidInput({
            input,
            issues: [{ path: "", expected: "Expected the event exactly as this library writes it" }]
          })
        )
  )
}

/** Writes a request as snake_case JSON that the Python models accept. */
export const encodeRequest = (request: HandoffRequest): WireRequest => requestCodec.write(request)

/** Writes a record as snake_case JSON, with its true status. */
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
    ...Object.fromEntries(fields.map(([name, value]) => [snake(name), value])),
    ...(error instanceof NotCompleted ? { record: encodeRecord(error.record) } : {})
  }
}
