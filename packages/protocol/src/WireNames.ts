import type * as DateTime from "effect/DateTime"

import type { ReadBack } from "./Briefing.ts"
import type { HandBack, Lease, Progress } from "./Custody.ts"
import type { Artifact, OwnEvidence } from "./Delivery.ts"
import type { RoutingDecision } from "./EventParts.ts"
import type { RecordId } from "./Fields.ts"
import type { CompletedEvent, CreatedEvent, HandoffEvent } from "./HandoffEvent.ts"
import type { HandoffRecord, HandoffResponse } from "./HandoffRecord.ts"
import type { HandoffRequest } from "./HandoffRequest.ts"
import {
  fromArtifact,
  fromBriefing,
  fromDeliverable,
  fromEvidence,
  fromHandBack,
  fromKeptReadBack,
  fromMoment,
  fromRouting,
  present,
  toArtifact,
  toBriefing,
  toDeliverable,
  toEvidence,
  toHandBack,
  toHop,
  toKeptReadBack,
  toMoment,
  toProof,
  toReadBack,
  toRouting
} from "./WireParts.ts"
import type { ArchivedEvent, WireEvent, WireRecord, WireRequest, WireResponse, WireState } from "./WireSchema.ts"

// ---- from the wire to our names ----

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
  if (wire.accept_by != null) request.acceptBy = toMoment(wire.accept_by)
  if (wire.remind_before != null) request.remindBefore = wire.remind_before
  if (wire.max_attempts != null) request.maxAttempts = wire.max_attempts
  if (wire.requires != null) request.requires = wire.requires
  if (wire.parent != null) request.parent = wire.parent
  if (wire.briefing != null) request.briefing = toBriefing(wire.briefing)
  if (wire.deliverables != null) request.deliverables = wire.deliverables.map(toDeliverable)
  if (wire.max_hops != null) request.maxHops = wire.max_hops
  if (wire.reroute != null) request.reroute = wire.reroute
  return request
}

const toResponse = (wire: WireResponse): HandoffResponse => {
  const response: Growing<HandoffResponse> = { accepted: wire.accepted, reason: wire.reason ?? "" }
  if (wire.estimated_completion != null) response.estimatedCompletion = toMoment(wire.estimated_completion)
  return response
}

const toLease = ({ milliseconds, until }: NonNullable<WireState["lease"]>): Lease =>
  until == null ? { milliseconds } : { milliseconds, until: toMoment(until) }

const toSaid = (wire: { readonly note?: string | null; readonly fraction?: number | null }) => ({
  ...(wire.note == null ? {} : { note: wire.note }),
  ...(wire.fraction == null ? {} : { fraction: wire.fraction })
})

const toProgress = (wire: NonNullable<WireState["progress"]>): Progress => ({ at: toMoment(wire.at), ...toSaid(wire) })

type Open = Extract<HandoffRecord, { readonly status: "pending" }>
type Held = Extract<HandoffRecord, { readonly status: "accepted" }>

/** What an open handoff may have, and what one that its receiver holds may have. Most have none of it. */
const addOpen = (state: Growing<Pick<Open, "handBack" | "reminded">>, wire: WireState): void => {
  if (wire.hand_back != null) state.handBack = toHandBack(wire.hand_back)
  if (wire.reminded != null) state.reminded = wire.reminded
}
const addHeld = (
  state: Growing<Pick<Held, "handBack" | "reminded" | "lease" | "progress" | "readBack" | "evidence">>,
  wire: WireState
): void => {
  addOpen(state, wire)
  if (wire.read_back != null) state.readBack = toKeptReadBack(wire.read_back)
  if (wire.evidence != null) state.evidence = wire.evidence.map(toEvidence)
  if (wire.lease != null) state.lease = toLease(wire.lease)
  if (wire.progress != null) state.progress = toProgress(wire.progress)
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
  const common: Growing<
    Pick<
      HandoffRecord,
      "recordId" | "revision" | "request" | "createdAt" | "updatedAt" | "attempt" | "hops" | "parts" | "head"
    >
  > = {
    recordId,
    revision,
    request,
    createdAt,
    updatedAt,
    attempt: wire.attempt ?? 1
  }
  if (wire.hops != null) common.hops = wire.hops.map(toHop)
  if (wire.parts != null) common.parts = wire.parts
  if (wire.head != null) common.head = wire.head
  switch (status) {
    case "pending": {
      const state: Growing<Open> = { status, ...common }
      addOpen(state, wire)
      if (wire.not_before != null) state.notBefore = toMoment(wire.not_before)
      return state
    }
    case "accepted": {
      const state: Growing<Held> = { status, ...common, response }
      addHeld(state, wire)
      return state
    }
    case "in_progress": {
      const state: Growing<Extract<HandoffRecord, { readonly status: "in_progress" }>> = { status, ...common, response }
      addHeld(state, wire)
      if (wire.answer != null) state.answer = { question: wire.answer.question, answer: wire.answer.answer }
      return state
    }
    case "input_required": {
      const question = wire.question ?? ""
      const state: Growing<Extract<HandoffRecord, { readonly status: "input_required" }>> = {
        status,
        ...common,
        response,
        question
      }
      addHeld(state, wire)
      return state
    }
    case "rejected":
      return { status, ...common, response }
    case "failed":
      return wire.code == null ? { status, ...common, response } : { status, ...common, response, code: wire.code }
    case "completed": {
      const state: Growing<Extract<HandoffRecord, { readonly status: "completed" }>> = {
        status,
        ...common,
        response,
        result: wire.result ?? {}
      }
      if (wire.artifacts != null) state.artifacts = wire.artifacts.map(toArtifact)
      if (wire.evidence != null) state.evidence = wire.evidence.map(toEvidence)
      return state
    }
    case "cancelled": {
      const reason = wire.reason ?? ""
      return answer === undefined ? { status, ...common, reason } : { status, ...common, response: answer, reason }
    }
    case "expired": {
      const ending = { reason: wire.reason ?? "", missed: wire.missed ?? "deadline" } as const
      return answer === undefined
        ? { status, ...common, ...ending }
        : { status, ...common, response: answer, ...ending }
    }
  }
}

export const toRecord = (wire: WireRecord): HandoffRecord =>
  toState(wire.record_id, wire.revision ?? 1, toRequest(wire.request), wire)

/** What any event may have beside what it says. */
const sealed = (wire: ArchivedEvent | WireEvent, event: Growing<HandoffEvent>): HandoffEvent => {
  if (wire.via != null) event.via = wire.via
  if (wire.prev != null) event.prev = wire.prev
  if (wire.sig != null) event.sig = wire.sig
  return event
}

const toTransition = (wire: Exclude<WireEvent, { readonly _tag: "Created" | "Imported" }>): HandoffEvent => {
  const { by } = wire
  const at = toMoment(wire.at)
  const move = wire.attempt == null ? { at, by } : { at, by, attempt: wire.attempt }
  switch (wire._tag) {
    case "Accepted": {
      const event: Growing<Extract<HandoffEvent, { readonly _tag: "Accepted" }>> = { _tag: wire._tag, ...move }
      if (wire.reason != null) event.reason = wire.reason
      if (wire.estimated_completion != null) event.estimatedCompletion = toMoment(wire.estimated_completion)
      if (wire.lease != null) event.lease = wire.lease
      if (wire.read_back != null) event.readBack = toReadBack(wire.read_back)
      return event
    }
    case "Progressed":
      return {
        _tag: wire._tag,
        ...move,
        ...toSaid(wire),
        ...(wire.lease == null ? {} : { lease: wire.lease })
      }
    case "Asked":
      return { _tag: wire._tag, ...move, question: wire.question }
    case "Answered":
      return { _tag: wire._tag, ...move, answer: wire.answer }
    case "Forwarded":
      return {
        _tag: wire._tag,
        ...move,
        to: wire.to,
        ...present({
          reason: wire.reason,
          handBack: wire.hand_back && toHandBack(wire.hand_back),
          because: wire.because,
          routing: wire.routing && toRouting(wire.routing)
        })
      }
    case "Delegated":
      return { _tag: wire._tag, ...move, child: wire.child }
    case "Restated":
      return { _tag: wire._tag, ...move, readBack: toReadBack(wire.read_back) }
    case "Confirmed":
      return { _tag: wire._tag, ...move, ...present({ correction: wire.correction }) }
    case "Verified":
      return { _tag: wire._tag, ...move, ...toProof(wire) }
    case "Released":
      return {
        _tag: wire._tag,
        ...move,
        ...(wire.reason == null ? {} : { reason: wire.reason }),
        ...(wire.hand_back == null ? {} : { handBack: toHandBack(wire.hand_back) }),
        ...(wire.not_before == null ? {} : { notBefore: toMoment(wire.not_before) })
      }
    case "Rejected":
      return { _tag: wire._tag, ...move, reason: wire.reason ?? "" }
    case "Failed":
      return {
        _tag: wire._tag,
        ...move,
        reason: wire.reason ?? "",
        ...(wire.code == null ? {} : { code: wire.code })
      }
    case "Cancelled":
      return { _tag: wire._tag, ...move, ...present({ reason: wire.reason, along: wire.along }) }
    case "Completed": {
      const event: Growing<CompletedEvent> = { _tag: wire._tag, ...move, result: wire.result ?? {} }
      if (wire.artifacts != null) event.artifacts = wire.artifacts.map(toArtifact)
      if (wire.evidence != null) {
        event.evidence = wire.evidence.map((one): OwnEvidence => ({ grade: one.grade, ...toProof(one) }))
      }
      if (wire.leaves_children != null) event.leavesChildren = wire.leaves_children
      return event
    }
    case "Reminded":
      return { _tag: wire._tag, ...move, of: wire.of }
    case "Expired":
      return { _tag: wire._tag, ...move, missed: wire.missed ?? "deadline" }
    case "Started":
      return { _tag: wire._tag, ...move }
  }
}

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
  sealed(
    wire,
    wire._tag === "Created"
      ? toCreated(wire, toRequest(wire.request))
      : wire._tag === "Imported"
        ? toImported(wire, toRecord(wire.record))
        : toTransition(wire)
  )

export const toArchivedEvent = (wire: ArchivedEvent, recordId: RecordId, request: HandoffRequest): HandoffEvent =>
  sealed(
    wire,
    wire._tag === "Created"
      ? toCreated(wire, request)
      : wire._tag === "Imported"
        ? toImported(wire, toState(wire.record.record_id ?? recordId, wire.record.revision ?? 1, request, wire.record))
        : toTransition(wire)
  )

// ---- from our names to the wire; every key of the Python models is always there ----

export const fromRequest = (request: HandoffRequest): WireRequest => {
  const wire: Growing<WireRequest> = {
    from_agent: request.fromAgent,
    to_agent: request.toAgent,
    task_description: request.taskDescription,
    context: request.context,
    priority: request.priority,
    deadline: request.deadline === undefined ? null : fromMoment(request.deadline)
  }
  if (request.acceptBy !== undefined) wire.accept_by = fromMoment(request.acceptBy)
  if (request.remindBefore !== undefined) wire.remind_before = request.remindBefore
  if (request.maxAttempts !== undefined) wire.max_attempts = request.maxAttempts
  if (request.requires !== undefined) wire.requires = request.requires
  if (request.parent !== undefined) wire.parent = request.parent
  if (request.briefing !== undefined) wire.briefing = fromBriefing(request.briefing)
  if (request.deliverables !== undefined) wire.deliverables = request.deliverables.map(fromDeliverable)
  if (request.maxHops !== undefined) wire.max_hops = request.maxHops
  if (request.reroute !== undefined) wire.reroute = request.reroute
  return wire
}

const fromResponse = (response: HandoffResponse): WireResponse => ({
  accepted: response.accepted,
  reason: response.reason,
  estimated_completion: response.estimatedCompletion === undefined ? null : fromMoment(response.estimatedCompletion)
})

const fromProgress = ({ at, ...said }: Progress) => ({ at: fromMoment(at), ...said })

const fromLease = ({ milliseconds, until }: Lease) =>
  until === undefined ? { milliseconds } : { milliseconds, until: fromMoment(until) }

const fromState = (record: HandoffRecord): WireState => {
  const wire: Growing<WireState> = {
    response: "response" in record && record.response !== undefined ? fromResponse(record.response) : null,
    status: record.status,
    result: "result" in record ? record.result : {},
    created_at: fromMoment(record.createdAt),
    updated_at: fromMoment(record.updatedAt)
  }
  if ("reason" in record) wire.reason = record.reason
  // The first attempt goes without saying, so that a handoff without custody looks as the Python models write it.
  if (record.attempt > 1) wire.attempt = record.attempt
  if ("handBack" in record && record.handBack !== undefined) wire.hand_back = fromHandBack(record.handBack)
  if ("reminded" in record && record.reminded !== undefined) wire.reminded = record.reminded
  if ("notBefore" in record && record.notBefore !== undefined) wire.not_before = fromMoment(record.notBefore)
  if ("lease" in record && record.lease !== undefined) wire.lease = fromLease(record.lease)
  if ("progress" in record && record.progress !== undefined) wire.progress = fromProgress(record.progress)
  if ("question" in record) wire.question = record.question
  if ("answer" in record && record.answer !== undefined) wire.answer = record.answer
  if ("code" in record && record.code !== undefined) wire.code = record.code
  if ("missed" in record) wire.missed = record.missed
  if (record.hops !== undefined) wire.hops = record.hops.map(({ at, ...hop }) => ({ ...hop, at: fromMoment(at) }))
  if ("readBack" in record && record.readBack !== undefined) wire.read_back = fromKeptReadBack(record.readBack)
  if ("artifacts" in record && record.artifacts !== undefined) wire.artifacts = record.artifacts.map(fromArtifact)
  if ("evidence" in record && record.evidence !== undefined) wire.evidence = record.evidence.map(fromEvidence)
  if (record.parts !== undefined) wire.parts = record.parts
  if (record.head !== undefined) wire.head = record.head
  return wire
}

export const fromRecord = (record: HandoffRecord): WireRecord => ({
  record_id: record.recordId,
  request: fromRequest(record.request),
  ...fromState(record),
  revision: record.revision
})

/** What a transition may have that has another name on the wire, or is a moment; all else is written as it is. */
interface Renamed {
  readonly estimatedCompletion?: DateTime.Utc
  readonly handBack?: HandBack
  readonly notBefore?: DateTime.Utc
  readonly readBack?: ReadBack
  readonly routing?: RoutingDecision
  readonly artifacts?: ReadonlyArray<Artifact>
  readonly leavesChildren?: true
}

const fromTransition = (event: Exclude<HandoffEvent, { readonly _tag: "Created" | "Imported" }>) => {
  // The cast: widens; which of them has which the types and the tests of every event say.
  const {
    _tag,
    at,
    by,
    estimatedCompletion,
    handBack,
    notBefore,
    readBack,
    routing,
    artifacts,
    leavesChildren,
    ...same
  } = event as typeof event & Renamed
  return {
    _tag,
    at: fromMoment(at),
    by,
    ...same,
    ...(estimatedCompletion && { estimated_completion: fromMoment(estimatedCompletion) }),
    ...(handBack && { hand_back: fromHandBack(handBack) }),
    ...(notBefore && { not_before: fromMoment(notBefore) }),
    ...(readBack && { read_back: readBack }),
    ...(routing && { routing: fromRouting(routing) }),
    ...(artifacts && { artifacts: artifacts.map(fromArtifact) }),
    ...(leavesChildren && { leaves_children: leavesChildren })
    // The cast: TypeScript takes the names and the rest apart, and cannot put them together for each event again.
  } as Exclude<ArchivedEvent, { readonly _tag: "Created" | "Imported" }>
}

const fromFact = ({ at, by, via, prev, sig }: HandoffEvent) => ({
  at: fromMoment(at),
  by,
  ...(via && { via }),
  ...(prev && { prev }),
  ...(sig && { sig })
})

const fromCreated = (event: CreatedEvent) => ({
  _tag: event._tag,
  ...fromFact(event),
  ...(event.routing && { routing: fromRouting(event.routing) })
})

export const fromArchivedEvent = (event: HandoffEvent, recordId: RecordId): ArchivedEvent => {
  if (event._tag === "Created") return fromCreated(event)
  if (event._tag !== "Imported") return fromTransition(event)
  const { recordId: record_id, revision } = event.record
  const record = {
    ...(record_id === recordId ? {} : { record_id }),
    ...fromState(event.record),
    ...(revision === 1 ? {} : { revision })
  }
  return { _tag: event._tag, ...fromFact(event), record }
}

export const fromEvent = (event: HandoffEvent): WireEvent =>
  event._tag === "Created"
    ? { ...fromCreated(event), request: fromRequest(event.request) }
    : event._tag === "Imported"
      ? { _tag: event._tag, ...fromFact(event), record: fromRecord(event.record) }
      : fromTransition(event)
