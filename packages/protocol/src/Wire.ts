import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

import { InvalidInput } from "./HandoffError.ts"
import type { CreatedEvent, HandoffEvent, RoutingDecision } from "./HandoffEvent.ts"
import type { HandoffRecord, HandoffResponse } from "./HandoffRecord.ts"
import type { HandoffRequest, RecordId } from "./HandoffRequest.ts"
import { isJsonObject, JsonObject, parseJson } from "./Json.ts"
import { parseMoment } from "./Moment.ts"
import { isWireEvent, isWireRecord, isWireRequest } from "./WireGuard.ts"
import {
  type ArchivedEvent,
  WireEvent,
  WireRecord,
  WireRequest,
  type WireResponse,
  type WireRouting,
  type WireState
} from "./WireSchema.ts"

// ---- from the wire to our names ----

const toMoment = (text: string): DateTime.Utc => DateTime.makeUnsafe(parseMoment(text))

// What is absent on the wire has no key at all in our types. Adding the key where it is present is twice as fast as
// spreading an object with or without it.
type Growing<A> = { -readonly [Key in keyof A]: A[Key] }

export const toRequest = (wire: WireRequest): HandoffRequest => {
  const request: Growing<HandoffRequest> = {
    fromAgent: wire.from_agent,
    toAgent: wire.to_agent,
    taskDescription: wire.task_description,
    context: wire.context ?? {},
    priority: wire.priority ?? 5
  }
  if (wire.deadline != null) request.deadline = toMoment(wire.deadline)
  if (wire.requires != null) request.requires = wire.requires
  if (wire.parent != null) request.parent = wire.parent
  return request
}

const toResponse = (wire: WireResponse): HandoffResponse => {
  const response: Growing<HandoffResponse> = { accepted: wire.accepted, reason: wire.reason ?? "" }
  if (wire.estimated_completion != null) response.estimatedCompletion = toMoment(wire.estimated_completion)
  return response
}

export const toState = (
  recordId: RecordId,
  revision: number,
  request: HandoffRequest,
  wire: WireState
): HandoffRecord => {
  const { status } = wire
  const createdAt = toMoment(wire.created_at)
  const updatedAt = toMoment(wire.updated_at)
  const answer = wire.response == null ? undefined : toResponse(wire.response)
  // A program that writes the status without the answer has still said what the answer was.
  const response = answer ?? { accepted: status !== "rejected" && status !== "failed", reason: "" }
  switch (status) {
    case "pending":
      return { status, recordId, revision, request, createdAt, updatedAt }
    case "accepted":
    case "in_progress":
    case "rejected":
    case "failed":
      return { status, recordId, revision, request, createdAt, updatedAt, response }
    case "completed":
      return { status, recordId, revision, request, createdAt, updatedAt, response, result: wire.result ?? {} }
    case "cancelled":
    case "expired": {
      const reason = wire.reason ?? ""
      return answer === undefined
        ? { status, recordId, revision, request, createdAt, updatedAt, reason }
        : { status, recordId, revision, request, createdAt, updatedAt, response: answer, reason }
    }
  }
}

const toRecord = (wire: WireRecord): HandoffRecord =>
  toState(wire.record_id, wire.revision ?? 1, toRequest(wire.request), wire)

const via = (wire: ArchivedEvent | WireEvent, event: HandoffEvent): HandoffEvent =>
  wire.via == null ? event : { ...event, via: wire.via }

const toTransition = (wire: Exclude<WireEvent, { readonly _tag: "Created" | "Imported" }>): HandoffEvent => {
  const { _tag, by } = wire
  const at = toMoment(wire.at)
  switch (_tag) {
    case "Accepted": {
      const event: Growing<Extract<HandoffEvent, { readonly _tag: "Accepted" }>> = { _tag, at, by }
      if (wire.reason != null) event.reason = wire.reason
      if (wire.estimated_completion != null) event.estimatedCompletion = toMoment(wire.estimated_completion)
      return event
    }
    case "Rejected":
    case "Failed":
      return { _tag, at, by, reason: wire.reason ?? "" }
    case "Cancelled":
      return wire.reason == null ? { _tag, at, by } : { _tag, at, by, reason: wire.reason }
    case "Completed":
      return { _tag, at, by, result: wire.result ?? {} }
    case "Started":
    case "Expired":
      return { _tag, at, by }
  }
}

const toRouting = (wire: WireRouting): RoutingDecision => ({
  agent: wire.agent,
  reason: wire.reason,
  fallback: wire.fallback,
  matched: wire.matched,
  // Named one by one: what has passed a guard may still have keys that are none of ours.
  runnersUp: wire.runners_up.map(({ agent, matched }) => ({ agent, matched }))
})

const toCreated = (
  wire: Extract<ArchivedEvent, { readonly _tag: "Created" }>,
  request: HandoffRequest
): HandoffEvent => {
  const event: Growing<CreatedEvent> = { _tag: "Created", at: toMoment(wire.at), by: wire.by, request }
  if (wire.routing != null) event.routing = toRouting(wire.routing)
  return event
}

const toImported = (wire: { readonly at: string; readonly by: HandoffEvent["by"] }, record: HandoffRecord) =>
  ({ _tag: "Imported", at: toMoment(wire.at), by: wire.by, record }) as const

const toEvent = (wire: WireEvent): HandoffEvent =>
  via(
    wire,
    wire._tag === "Created"
      ? toCreated(wire, toRequest(wire.request))
      : wire._tag === "Imported"
        ? toImported(wire, toRecord(wire.record))
        : toTransition(wire)
  )

export const toArchivedEvent = (wire: ArchivedEvent, recordId: RecordId, request: HandoffRequest): HandoffEvent =>
  via(
    wire,
    wire._tag === "Created"
      ? toCreated(wire, request)
      : wire._tag === "Imported"
        ? toImported(wire, toState(recordId, 1, request, wire.record))
        : toTransition(wire)
  )

// ---- from our names to the wire; every key of the Python models is always there ----

const { formatIso } = DateTime

const fromRequest = (request: HandoffRequest): WireRequest => {
  const wire: Growing<WireRequest> = {
    from_agent: request.fromAgent,
    to_agent: request.toAgent,
    task_description: request.taskDescription,
    context: request.context,
    priority: request.priority,
    deadline: request.deadline === undefined ? null : formatIso(request.deadline)
  }
  if (request.requires !== undefined) wire.requires = request.requires
  if (request.parent !== undefined) wire.parent = request.parent
  return wire
}

const fromResponse = (response: HandoffResponse): WireResponse => ({
  accepted: response.accepted,
  reason: response.reason,
  estimated_completion: response.estimatedCompletion === undefined ? null : formatIso(response.estimatedCompletion)
})

const fromState = (record: HandoffRecord): WireState => ({
  response: "response" in record && record.response !== undefined ? fromResponse(record.response) : null,
  status: record.status,
  result: "result" in record ? record.result : {},
  ...("reason" in record ? { reason: record.reason } : {}),
  created_at: formatIso(record.createdAt),
  updated_at: formatIso(record.updatedAt)
})

export const fromRecord = (record: HandoffRecord): WireRecord => ({
  record_id: record.recordId,
  request: fromRequest(record.request),
  ...fromState(record),
  revision: record.revision
})

export const fromArchivedEvent = (event: HandoffEvent): ArchivedEvent => {
  const fact = { at: formatIso(event.at), by: event.by, ...(event.via === undefined ? {} : { via: event.via }) }
  switch (event._tag) {
    case "Created": {
      if (event.routing === undefined) return { _tag: event._tag, ...fact }
      const { runnersUp, ...rest } = event.routing
      return { _tag: event._tag, ...fact, routing: { ...rest, runners_up: runnersUp } }
    }
    case "Imported":
      return { _tag: event._tag, ...fact, record: fromState(event.record) }
    case "Accepted":
      return {
        _tag: event._tag,
        ...fact,
        ...(event.reason === undefined ? {} : { reason: event.reason }),
        ...(event.estimatedCompletion === undefined
          ? {}
          : { estimated_completion: formatIso(event.estimatedCompletion) })
      }
    case "Rejected":
    case "Failed":
      return { _tag: event._tag, ...fact, reason: event.reason }
    case "Cancelled":
      return { _tag: event._tag, ...fact, ...(event.reason === undefined ? {} : { reason: event.reason }) }
    case "Completed":
      return { _tag: event._tag, ...fact, result: event.result }
    case "Started":
    case "Expired":
      return { _tag: event._tag, ...fact }
  }
}

const fromEvent = (event: HandoffEvent): WireEvent => {
  const archived = fromArchivedEvent(event)
  if (archived._tag === "Created" && event._tag === "Created") {
    return { ...archived, request: fromRequest(event.request) }
  }
  if (archived._tag === "Imported" && event._tag === "Imported") {
    return { ...archived, record: fromRecord(event.record) }
  }
  // The cast: the two events that differ between the wire and an archive have been dealt with.
  return archived as Exclude<ArchivedEvent, { readonly _tag: "Created" | "Imported" }>
}

// ---- decoding, with every fault named at once ----

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const pathOf = (path: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined): string =>
  (path ?? [])
    .map((step) => (typeof step === "object" ? step.key : step))
    // Only the first name can be one of ours: what is deeper in our own structures is already in the names of the wire.
    .map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? snake(String(key)) : `.${String(key)}`))
    .join("")

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
export const invalidInput = (input: string, error: Schema.SchemaError): InvalidInput =>
  new InvalidInput({
    input,
    issues: formatIssue(error.issue).issues.map(({ path, message }) => ({
      path: pathOf(path),
      expected: message
    }))
  })

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
      : Result.fail(invalidInput(input, decoded.failure))
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
 * Reads a context or result; `input` says in the error what was read.
 *
 * @example
 * ```ts
 * import { decodeJsonObject } from "@aumai/handoff-protocol"
 *
 * console.log(decodeJsonObject("--context", { quarter: "Q3" })._tag) // Success
 * ```
 */
export const decodeJsonObject = decoder(isJsonObject, JsonObject, (object) => object)

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
export const decodeRequest = decoder(isWireRequest, WireRequest, toRequest)

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
export const decodeRecord = decoder(isWireRecord, WireRecord, toRecord)

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
export const decodeEvent = decoder(isWireEvent, WireEvent, toEvent)

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
