/** From the names of the wire to ours. */
import type { Lease, Progress } from "./Custody.ts"
import type { OwnEvidence } from "./Delivery.ts"
import type { RecordId } from "./Fields.ts"
import type { CompletedEvent, CreatedEvent, HandoffEvent } from "./HandoffEvent.ts"
import type { HandoffRecord, HandoffResponse } from "./HandoffRecord.ts"
import type { HandoffRequest } from "./HandoffRequest.ts"
import {
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

// What is absent on the wire has no key at all in our types. Adding the key where it is present is twice as fast as
// spreading an object with or without it.
export type Growing<A> = { -readonly [Key in keyof A]: A[Key] }

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
    case "Attested":
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
