import * as DateTime from "effect/DateTime"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

import { InvalidInput } from "./HandoffError.ts"
import type { HandoffEvent } from "./HandoffEvent.ts"
import { type HandoffRecord, type HandoffResponse, HandoffStatus } from "./HandoffRecord.ts"
import { AgentId, Capability, HandoffRequest, Priority, RecordId, Text } from "./HandoffRequest.ts"
import { JsonObject, parseJson } from "./Json.ts"
import { replay } from "./Lifecycle.ts"
import { limits } from "./Limits.ts"

// ---- the shapes, in snake_case, as they are read and written; nothing in them transforms, so one pass checks them ----

// As RFC 3339, and as Python writes it: any number of decimals, and no zone, which is read as UTC.
const moment =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/
const zoned = /(?:Z|[+-]\d\d:\d\d)$/

const toMoment = (text: string): DateTime.Utc => DateTime.makeUnsafe(Date.parse(zoned.test(text) ? text : `${text}Z`))

// Date.parse takes the 31st of February for the 3rd of March; the day that comes back must be the one that was written.
const isOnCalendar = (text: string): boolean => {
  const local = Date.parse(`${text.slice(0, 19)}Z`)
  return new Date(local).getUTCDate() === Number(text.slice(8, 10)) && !Number.isNaN(toMoment(text).epochMilliseconds)
}

const Timestamp = Schema.String.check(
  Schema.isPattern(moment, { expected: "a timestamp such as 2026-12-01T09:00:00Z" }),
  Schema.makeFilter((text) => isOnCalendar(text) || !moment.test(text) || "Expected a day that is in the calendar")
).annotate({ description: "RFC 3339, as in 2026-12-01T09:00:00Z; without a zone it is UTC; kept to the millisecond" })

/** May be left out or null, as Python writes what is absent. */
const absent = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const WireRequest = Schema.Struct({
  from_agent: AgentId,
  to_agent: AgentId,
  task_description: Text.check(Schema.isMinLength(1)),
  context: absent(JsonObject),
  priority: absent(Priority),
  deadline: absent(Timestamp),
  requires: absent(Schema.Array(Capability).check(Schema.isMaxLength(limits.capabilities))),
  parent: absent(RecordId)
}).annotate({ identifier: "HandoffRequest" })
type WireRequest = typeof WireRequest.Type

const WireResponse = Schema.Struct({
  accepted: Schema.Boolean,
  reason: absent(Text),
  estimated_completion: absent(Timestamp)
}).annotate({ identifier: "HandoffResponse" })
type WireResponse = typeof WireResponse.Type

const state = {
  response: absent(WireResponse),
  status: HandoffStatus,
  result: absent(JsonObject),
  /** Why a cancelled or expired handoff ended. */
  reason: absent(Text),
  created_at: Timestamp,
  updated_at: Timestamp
}
const WireState = Schema.Struct(state).annotate({ identifier: "HandoffState" })
type WireState = typeof WireState.Type

const revision = absent(Schema.Int.check(Schema.isGreaterThan(0)))
const WireRecord = Schema.Struct({ record_id: RecordId, request: WireRequest, ...state, revision }).annotate({
  identifier: "HandoffRecord"
})
type WireRecord = typeof WireRecord.Type

const WireRouting = Schema.Struct({
  agent: AgentId,
  reason: Text,
  fallback: Schema.Boolean,
  matched: Schema.Array(Capability),
  runners_up: Schema.Array(Schema.Struct({ agent: AgentId, matched: Schema.Array(Capability) }))
}).annotate({ identifier: "RoutingDecision" })

const fact = { at: Timestamp, by: AgentId, via: absent(Schema.Literals(["foreign"])) }
const transitionEvents = [
  Schema.Struct({
    _tag: Schema.tag("Accepted"),
    ...fact,
    reason: absent(Text),
    estimated_completion: absent(Timestamp)
  }),
  Schema.Struct({ _tag: Schema.tag("Rejected"), ...fact, reason: absent(Text) }),
  Schema.Struct({ _tag: Schema.tag("Started"), ...fact }),
  Schema.Struct({ _tag: Schema.tag("Completed"), ...fact, result: absent(JsonObject) }),
  Schema.Struct({ _tag: Schema.tag("Failed"), ...fact, reason: absent(Text) }),
  Schema.Struct({ _tag: Schema.tag("Cancelled"), ...fact, reason: absent(Text) }),
  Schema.Struct({ _tag: Schema.tag("Expired"), ...fact })
] as const
const WireEvent = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("Created"), ...fact, request: WireRequest, routing: absent(WireRouting) }),
  Schema.Struct({ _tag: Schema.tag("Imported"), ...fact, record: WireRecord }),
  ...transitionEvents
]).annotate({ identifier: "HandoffEvent" })
type WireEvent = typeof WireEvent.Type

// In an archive the request stands once, in the record, and not again in the event that brought it.
const ArchivedEvent = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("Created"), ...fact, routing: absent(WireRouting) }),
  Schema.Struct({ _tag: Schema.tag("Imported"), ...fact, record: WireState }),
  ...transitionEvents
]).annotate({ identifier: "ArchivedEvent" })
type ArchivedEvent = typeof ArchivedEvent.Type

const WireArchived = Schema.Struct({
  record_id: RecordId,
  request: WireRequest,
  ...state,
  revision,
  history: absent(Schema.Array(ArchivedEvent))
}).annotate({ identifier: "ArchivedHandoff" })
type WireArchived = typeof WireArchived.Type

// ---- from the wire to our names ----

const toRequest = (wire: WireRequest): HandoffRequest => ({
  fromAgent: wire.from_agent,
  toAgent: wire.to_agent,
  taskDescription: wire.task_description,
  context: wire.context ?? {},
  priority: wire.priority ?? 5,
  ...(wire.deadline == null ? {} : { deadline: toMoment(wire.deadline) }),
  ...(wire.requires == null ? {} : { requires: wire.requires }),
  ...(wire.parent == null ? {} : { parent: wire.parent })
})

const toAnswer = (wire: { readonly reason?: string | null; readonly estimated_completion?: string | null }) => ({
  ...(wire.reason == null ? {} : { reason: wire.reason }),
  ...(wire.estimated_completion == null ? {} : { estimatedCompletion: toMoment(wire.estimated_completion) })
})

const toResponse = (wire: WireResponse): HandoffResponse => ({
  accepted: wire.accepted,
  reason: "",
  ...toAnswer(wire)
})

const toState = (recordId: RecordId, revision: number, request: HandoffRequest, wire: WireState): HandoffRecord => {
  const common = {
    recordId,
    revision,
    request,
    createdAt: toMoment(wire.created_at),
    updatedAt: toMoment(wire.updated_at)
  }
  const { status } = wire
  const answered = wire.response == null ? {} : { response: toResponse(wire.response) }
  // A program that writes the status without the answer has still said what the answer was.
  const response = answered.response ?? { accepted: status !== "rejected" && status !== "failed", reason: "" }
  switch (status) {
    case "pending":
      return { status, ...common }
    case "accepted":
    case "in_progress":
    case "rejected":
    case "failed":
      return { status, ...common, response }
    case "completed":
      return { status, ...common, response, result: wire.result ?? {} }
    case "cancelled":
    case "expired":
      return { status, ...common, ...answered, reason: wire.reason ?? "" }
  }
}

const toRecord = (wire: WireRecord): HandoffRecord =>
  toState(wire.record_id, wire.revision ?? 1, toRequest(wire.request), wire)

const toFact = (wire: { readonly at: string; readonly by: AgentId; readonly via?: "foreign" | null }) => ({
  at: toMoment(wire.at),
  by: wire.by,
  ...(wire.via == null ? {} : { via: wire.via })
})

const toTransition = (wire: Exclude<WireEvent, { readonly _tag: "Created" | "Imported" }>): HandoffEvent => {
  const fact = toFact(wire)
  switch (wire._tag) {
    case "Accepted":
      return { _tag: wire._tag, ...fact, ...toAnswer(wire) }
    case "Rejected":
    case "Failed":
      return { _tag: wire._tag, ...fact, reason: wire.reason ?? "" }
    case "Cancelled":
      return { _tag: wire._tag, ...fact, ...(wire.reason == null ? {} : { reason: wire.reason }) }
    case "Completed":
      return { _tag: wire._tag, ...fact, result: wire.result ?? {} }
    case "Started":
    case "Expired":
      return { _tag: wire._tag, ...fact }
  }
}

const toRouting = (wire: { readonly routing?: typeof WireRouting.Type | null }) => {
  if (wire.routing == null) return {}
  const { runners_up, ...rest } = wire.routing
  return { routing: { ...rest, runnersUp: runners_up } }
}

const toEvent = (wire: WireEvent): HandoffEvent => {
  if (wire._tag !== "Created" && wire._tag !== "Imported") return toTransition(wire)
  const fact = toFact(wire)
  return wire._tag === "Created"
    ? { _tag: wire._tag, ...fact, request: toRequest(wire.request), ...toRouting(wire) }
    : { _tag: wire._tag, ...fact, record: toRecord(wire.record) }
}

const toArchivedEvent = (wire: ArchivedEvent, recordId: RecordId, request: HandoffRequest): HandoffEvent => {
  if (wire._tag !== "Created" && wire._tag !== "Imported") return toTransition(wire)
  const fact = toFact(wire)
  return wire._tag === "Created"
    ? { _tag: wire._tag, ...fact, request, ...toRouting(wire) }
    : { _tag: wire._tag, ...fact, record: toState(recordId, 1, request, wire.record) }
}

// ---- from our names to the wire; every key of the Python models is always there ----

const { formatIso } = DateTime

const fromRequest = (request: HandoffRequest): WireRequest => ({
  from_agent: request.fromAgent,
  to_agent: request.toAgent,
  task_description: request.taskDescription,
  context: request.context,
  priority: request.priority,
  deadline: request.deadline === undefined ? null : formatIso(request.deadline),
  ...(request.requires === undefined ? {} : { requires: request.requires }),
  ...(request.parent === undefined ? {} : { parent: request.parent })
})

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

const fromRecord = (record: HandoffRecord): WireRecord => ({
  record_id: record.recordId,
  request: fromRequest(record.request),
  ...fromState(record),
  revision: record.revision
})

const fromArchivedEvent = (event: HandoffEvent): ArchivedEvent => {
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

const decoder = <A, B>(schema: Schema.Codec<A, unknown>, convert: (wire: A) => B) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all" })
  return (input: string, json: unknown): Result.Result<B, InvalidInput> => {
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

/** Reads a timestamp: RFC 3339, or without a zone, which is UTC. */
export const decodeTimestamp = decoder(Timestamp, toMoment)

/** Reads a context or result. */
export const decodeJsonObject = decoder(JsonObject, (object) => object)

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
export const decodeRequest = decoder(WireRequest, toRequest)

/** Reads a record in snake_case JSON, as this library and the Python one write it. */
export const decodeRecord = decoder(WireRecord, toRecord)

/** Reads an event in snake_case JSON. */
export const decodeEvent = decoder(WireEvent, toEvent)

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

/** Writes a record as snake_case JSON, with its true status. */
export const encodeRecord = fromRecord

/** Writes an event as snake_case JSON. */
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

// ---- archives: a record with its whole history, in a form that the Python library reads too ----

/** A record together with everything that happened to it. */
export interface ArchivedHandoff {
  /** What the history describes. */
  readonly record: HandoffRecord
  readonly history: ReadonlyArray<HandoffEvent>
  /** What the text says when it says something else: a program that does not know of histories has changed it. */
  readonly edited?: HandoffRecord
}

// The Python library refuses a whole file over a status it does not know, so it is shown the nearest of its own.
const portable = (record: HandoffRecord): HandoffRecord => {
  if (record.status !== "cancelled" && record.status !== "expired") return record
  const { response, reason, status: _, ...common } = record
  return { status: response === undefined ? "rejected" : "failed", ...common, response: { accepted: false, reason } }
}

/**
 * Whether two records say the same, apart from their revision: a copy that lost its trail, or was shown to the Python
 * library, is still the same state.
 *
 * @example
 * ```ts
 * import { type HandoffRecord, isSameState } from "@aumai/handoff-protocol"
 *
 * const isStale = (seen: HandoffRecord, now: HandoffRecord) => !isSameState(seen, now)
 * ```
 */
export const isSameState = (a: HandoffRecord, b: HandoffRecord): boolean => {
  const [left, right] = [
    { ...a, revision: 1 },
    { ...b, revision: 1 }
  ]
  return Equal.equals(left, right) || Equal.equals(portable(left), portable(right))
}

/**
 * Writes a record with its history, oldest first. A `cancelled` or `expired` one looks `rejected` or `failed` to a
 * reader that ignores `history`; the history has the truth.
 *
 * @example
 * ```ts
 * import { type ArchivedHandoff, encodeArchived } from "@aumai/handoff-protocol"
 *
 * const toFile = (handoffs: ReadonlyArray<ArchivedHandoff>) =>
 *   JSON.stringify(handoffs.map(encodeArchived), undefined, 2)
 * ```
 */
export const encodeArchived = ({ record, history }: ArchivedHandoff): WireArchived => ({
  ...fromRecord(portable(record)),
  history: history.map(fromArchivedEvent)
})

const toArchived = (wire: WireArchived): Result.Result<ArchivedHandoff, string> => {
  const request = toRequest(wire.request)
  const outside = toState(wire.record_id, 1, request, wire)
  const { history } = wire
  if (history == null || history.length === 0) {
    const { updatedAt: at } = outside
    const imported: HandoffEvent = {
      _tag: "Imported",
      at,
      by: request.fromAgent,
      via: "foreign",
      record: outside
    }
    return Result.succeed({ record: outside, history: [imported] })
  }
  const events = history.map((event) => toArchivedEvent(event, wire.record_id, request))
  const replayed = replay(wire.record_id, events)
  if (Result.isFailure(replayed)) return Result.fail(replayed.failure.message)
  const record = replayed.success
  return Result.succeed(
    isSameState(record, outside)
      ? { record, history: events }
      : { record, history: events, edited: { ...outside, revision: record.revision } }
  )
}

const decodeArchivedShape = decoder(WireArchived, toArchived)

/**
 * Reads a record with its history, as this library writes it, or without one, as the Python library does: its trail
 * then begins with an `Imported` event. A history that breaks the lifecycle is refused.
 *
 * @example
 * ```ts
 * import { decodeArchived } from "@aumai/handoff-protocol"
 *
 * const read = (json: unknown) => decodeArchived("handoffs.json", json)
 * ```
 */
export const decodeArchived = (input: string, json: unknown): Result.Result<ArchivedHandoff, InvalidInput> =>
  Result.flatMap(decodeArchivedShape(input, json), (archived) =>
    Result.mapError(archived, (expected) => new InvalidInput({ input, issues: [{ path: "history", expected }] }))
  )

/**
 * The schema of every wire type by its name: what the JSON Schema files are generated from.
 *
 * @example
 * ```ts
 * import { wireSchemas } from "@aumai/handoff-protocol"
 *
 * console.log(Object.keys(wireSchemas))
 * ```
 */
export const wireSchemas = {
  HandoffRequest: WireRequest,
  HandoffResponse: WireResponse,
  HandoffRecord: WireRecord,
  HandoffEvent: WireEvent,
  ArchivedHandoff: WireArchived
} as const
