import * as DateTime from "effect/DateTime"

import type { RecordId } from "./Fields.ts"
import type { CreatedEvent, HandoffEvent, RoutingDecision } from "./HandoffEvent.ts"
import type { HandoffRecord, HandoffResponse } from "./HandoffRecord.ts"
import type { HandoffRequest } from "./HandoffRequest.ts"
import { parseMoment } from "./Moment.ts"
import type {
  ArchivedEvent,
  WireEvent,
  WireRecord,
  WireRequest,
  WireResponse,
  WireRouting,
  WireState
} from "./WireSchema.ts"

// ---- from the wire to our names ----

export const toMoment = (text: string): DateTime.Utc => DateTime.makeUnsafe(parseMoment(text))

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

export const toRecord = (wire: WireRecord): HandoffRecord =>
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

export const toEvent = (wire: WireEvent): HandoffEvent =>
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

const fromMoment = DateTime.formatIso

export const fromRequest = (request: HandoffRequest): WireRequest => {
  const wire: Growing<WireRequest> = {
    from_agent: request.fromAgent,
    to_agent: request.toAgent,
    task_description: request.taskDescription,
    context: request.context,
    priority: request.priority,
    deadline: request.deadline === undefined ? null : fromMoment(request.deadline)
  }
  if (request.requires !== undefined) wire.requires = request.requires
  if (request.parent !== undefined) wire.parent = request.parent
  return wire
}

const fromResponse = (response: HandoffResponse): WireResponse => ({
  accepted: response.accepted,
  reason: response.reason,
  estimated_completion: response.estimatedCompletion === undefined ? null : fromMoment(response.estimatedCompletion)
})

const fromState = (record: HandoffRecord): WireState => ({
  response: "response" in record && record.response !== undefined ? fromResponse(record.response) : null,
  status: record.status,
  result: "result" in record ? record.result : {},
  ...("reason" in record ? { reason: record.reason } : {}),
  created_at: fromMoment(record.createdAt),
  updated_at: fromMoment(record.updatedAt)
})

export const fromRecord = (record: HandoffRecord): WireRecord => ({
  record_id: record.recordId,
  request: fromRequest(record.request),
  ...fromState(record),
  revision: record.revision
})

export const fromArchivedEvent = (event: HandoffEvent): ArchivedEvent => {
  const fact = { at: fromMoment(event.at), by: event.by, ...(event.via === undefined ? {} : { via: event.via }) }
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
          : { estimated_completion: fromMoment(event.estimatedCompletion) })
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

export const fromEvent = (event: HandoffEvent): WireEvent => {
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
