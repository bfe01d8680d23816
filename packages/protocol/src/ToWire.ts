/** From our names to those of the wire; every key of the Python models is always there. */
import type * as DateTime from "effect/DateTime"

import type { ReadBack } from "./Briefing.ts"
import type { HandBack, Lease, Progress } from "./Custody.ts"
import type { Artifact } from "./Delivery.ts"
import type { RoutingDecision } from "./EventParts.ts"
import type { RecordId } from "./Fields.ts"
import type { CreatedEvent, HandoffEvent } from "./HandoffEvent.ts"
import type { HandoffRecord, HandoffResponse } from "./HandoffRecord.ts"
import type { HandoffRequest } from "./HandoffRequest.ts"
import type { Growing } from "./WireNames.ts"
import {
  fromArtifact,
  fromBriefing,
  fromDeliverable,
  fromEvidence,
  fromHandBack,
  fromKeptReadBack,
  fromMoment,
  fromRouting
} from "./WireParts.ts"
import type { ArchivedEvent, WireEvent, WireRecord, WireRequest, WireResponse, WireState } from "./WireSchema.ts"

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
