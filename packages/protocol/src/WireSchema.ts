import * as Schema from "effect/Schema"

import { areItemsSound, partsOf, ReadBackItem, Severity } from "./Briefing.ts"
import { Attempt, Clock, Milliseconds, Progress, RerouteCause } from "./Custody.ts"
import { haveOwnNames } from "./Delivery.ts"
import { Digest, Signature } from "./Digest.ts"
import { AgentId, Capability, Name, Priority, RecordId, Text } from "./Fields.ts"
import { FailureCode } from "./HandoffRecord.ts"
import { HandoffStatus } from "./HandoffStatus.ts"
import { bounded, JsonObject, JsonValue } from "./Json.ts"
import { limits } from "./Limits.ts"
import { parseMoment } from "./Moment.ts"

// ---- the shapes, in snake_case, as they are read and written; nothing in them transforms, so one pass checks them ----

// What JSON Schema can say of a timestamp (only with the flag u is it told); the calendar is for parseMoment.
const moment =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/u

// The pattern comes last: JSON Schema is told what the last check says of itself.
export const WireTimestamp = Schema.String.check(
  Schema.makeFilter(
    (text) =>
      !moment.test(text) ||
      !Number.isNaN(parseMoment(text)) ||
      "Expected a day that is in the calendar, in the years 0000 to 9999 of UTC"
  ),
  Schema.isPattern(moment, { expected: "a timestamp such as 2026-12-01T09:00:00Z" })
).annotate({ description: "RFC 3339, as in 2026-12-01T09:00:00Z; without a zone it is UTC; kept to the millisecond" })

/** May be left out or null, as Python writes what is absent. */
const absent = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const absentObject = Schema.optionalKey(Schema.NullOr(JsonObject).annotate({ default: {} }))

const points = absent(Schema.Array(Text).check(Schema.isMaxLength(limits.points)))
const manyItems = Schema.isMaxLength(2 * limits.parts)

export const WireBriefing = Schema.Struct({
  severity: Severity,
  summary: Text,
  actions: absent(partsOf(Schema.Struct({ id: Name, task: Text, owner: absent(AgentId), due: absent(WireTimestamp) }))),
  situation: absent(Schema.Struct({ known: points, decided: points, open: points })),
  contingencies: absent(partsOf(Schema.Struct({ id: Name, if: Text, then: Text }))),
  read_back: absent(
    Schema.Struct({ required: absent(Schema.Array(Name).check(manyItems)), confirm: absent(Schema.Boolean) })
  )
})
  .check(
    Schema.makeFilter((briefing) => areItemsSound(briefing, briefing.read_back?.required ?? [])),
    bounded()
  )
  .annotate({ identifier: "Briefing" })
export type WireBriefing = typeof WireBriefing.Type

const readBackItem = Schema.Struct({ id: Name, answer: ReadBackItem.fields.answer, note: absent(Text) })
export const WireReadBack = Schema.Struct({
  summary: Text,
  items: absent(Schema.Array(readBackItem).check(manyItems))
})
  .check(bounded())
  .annotate({ identifier: "ReadBack" })
export type WireReadBack = typeof WireReadBack.Type

export const WireKeptReadBack = Schema.Struct({
  summary: Text,
  items: Schema.Array(readBackItem).check(manyItems),
  confirmed: absent(WireTimestamp),
  correction: absent(Text)
}).annotate({ identifier: "KeptReadBack" })
export type WireKeptReadBack = typeof WireKeptReadBack.Type

const named = { name: Name, media_type: absent(Name) }
const WireDeliverable = Schema.Struct({
  ...named,
  schema: Schema.optionalKey(Schema.NullOr(JsonObject)),
  digest: absent(Digest)
})
export const WireDeliverables = partsOf(WireDeliverable)
  .check(Schema.makeFilter(haveOwnNames), bounded())
  .annotate({ identifier: "Deliverables" })
export type WireDeliverable = typeof WireDeliverable.Type

const WireArtifact = Schema.Union([
  Schema.Struct({ ...named, content: JsonValue }),
  Schema.Struct({
    ...named,
    uri: Text.check(Schema.isMinLength(1)),
    digest: Digest,
    size: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
  })
]).annotate({ message: "Expected an artifact: a name, and its content or its uri, digest and size" })
export const WireArtifacts = partsOf(WireArtifact)
  .check(Schema.makeFilter(haveOwnNames), bounded())
  .annotate({ identifier: "Artifacts" })
export type WireArtifact = typeof WireArtifact.Type

const proof = {
  statement: Text.check(Schema.isMinLength(1)),
  of: absent(Name),
  uri: absent(Text),
  digest: absent(Digest)
}
const WireOwnEvidence = Schema.Struct({ grade: Schema.Literals(["claimed", "observed"]), ...proof })
export const WireOwnEvidences = partsOf(WireOwnEvidence).check(bounded()).annotate({ identifier: "OwnEvidence" })
const WireEvidence = Schema.Struct({
  grade: Schema.Literals(["claimed", "observed", "verified"]),
  ...proof,
  by: AgentId,
  at: WireTimestamp
})
export const WireEvidences = Schema.Array(WireEvidence).check(manyItems).annotate({ identifier: "Evidence" })
export type WireEvidence = typeof WireEvidence.Type

export const WireRequest = Schema.Struct({
  from_agent: AgentId,
  to_agent: AgentId,
  task_description: Text.check(Schema.isMinLength(1)),
  context: absentObject,
  priority: absent(Priority),
  deadline: absent(WireTimestamp),
  accept_by: absent(WireTimestamp),
  remind_before: absent(Milliseconds),
  max_attempts: absent(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: limits.attempts }))),
  requires: absent(Schema.Array(Capability).check(Schema.isMaxLength(limits.capabilities))),
  parent: absent(RecordId),
  briefing: absent(WireBriefing),
  deliverables: absent(WireDeliverables),
  max_hops: absent(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: limits.hops }))),
  reroute: absent(Schema.Boolean)
}).annotate({ identifier: "HandoffRequest" })
export type WireRequest = typeof WireRequest.Type

export const WireResponse = Schema.Struct({
  accepted: Schema.Boolean,
  reason: absent(Text),
  estimated_completion: absent(WireTimestamp)
}).annotate({ identifier: "HandoffResponse" })
export type WireResponse = typeof WireResponse.Type

export const WireHandBack = Schema.Struct({
  done: points,
  remaining: points,
  pitfalls: points,
  artifacts: absent(WireArtifacts)
})
  .check(bounded())
  .annotate({ identifier: "HandBack" })
export type WireHandBack = typeof WireHandBack.Type

const said = { note: absent(Text), fraction: absent(Progress.fields.fraction.schema) }
/** What is kept of a handoff beyond what the Python models know. */
const custody = {
  attempt: absent(Attempt),
  lease: absent(Schema.Struct({ milliseconds: Milliseconds, until: absent(WireTimestamp) })),
  progress: absent(Schema.Struct({ at: WireTimestamp, ...said })),
  hand_back: absent(WireHandBack),
  not_before: absent(WireTimestamp),
  question: absent(Text),
  answer: absent(Schema.Struct({ question: Text, answer: Text })),
  reminded: absent(Schema.Array(Clock).check(Schema.isMaxLength(Clock.literals.length))),
  code: absent(FailureCode),
  /** Which clock of an expired handoff ran out. */
  missed: absent(Clock),
  hops: absent(
    Schema.Array(Schema.Struct({ receiver: AgentId, attempt: Attempt, at: WireTimestamp })).check(
      Schema.isMaxLength(limits.hops)
    )
  ),
  parts: absent(Schema.Int.check(Schema.isGreaterThan(0))),
  read_back: absent(WireKeptReadBack),
  artifacts: absent(WireArtifacts),
  evidence: absent(WireEvidences),
  /** The SHA-256 of its last entry. */
  head: absent(Digest)
}

const state = {
  response: absent(WireResponse),
  status: HandoffStatus,
  result: absentObject,
  /** Why a cancelled or expired handoff ended. */
  reason: absent(Text),
  created_at: WireTimestamp,
  updated_at: WireTimestamp,
  ...custody
}
const WireState = Schema.Struct(state)
export type WireState = typeof WireState.Type

const revision = absent(Schema.Int.check(Schema.isGreaterThan(0)))
// It has a name and a number only where they are not those that it gets.
const ImportedState = Schema.Struct({ record_id: absent(RecordId), ...state, revision }).annotate({
  identifier: "ImportedState"
})
export const WireRecord = Schema.Struct({ record_id: RecordId, request: WireRequest, ...state, revision }).annotate({
  identifier: "HandoffRecord"
})
export type WireRecord = typeof WireRecord.Type

export const WireRouting = Schema.Struct({
  agent: AgentId,
  reason: Text,
  fallback: Schema.Boolean,
  matched: Schema.Array(Capability),
  runners_up: Schema.Array(Schema.Struct({ agent: AgentId, matched: Schema.Array(Capability) }))
}).annotate({ identifier: "RoutingDecision" })
export type WireRouting = typeof WireRouting.Type

const fact = {
  at: WireTimestamp,
  by: AgentId,
  via: absent(Schema.Literals(["foreign"])),
  prev: absent(Digest),
  sig: absent(Signature)
}
const move = { ...fact, attempt: absent(Attempt) }
const transitionEvents = [
  Schema.Struct({
    _tag: Schema.tag("Accepted"),
    ...move,
    reason: absent(Text),
    estimated_completion: absent(WireTimestamp),
    lease: absent(Milliseconds),
    read_back: absent(WireReadBack)
  }),
  Schema.Struct({ _tag: Schema.tag("Rejected"), ...move, reason: absent(Text) }),
  Schema.Struct({ _tag: Schema.tag("Started"), ...move }),
  Schema.Struct({ _tag: Schema.tag("Progressed"), ...move, ...said, lease: absent(Milliseconds) }),
  Schema.Struct({ _tag: Schema.tag("Asked"), ...move, question: Text }),
  Schema.Struct({ _tag: Schema.tag("Answered"), ...move, answer: Text }),
  Schema.Struct({
    _tag: Schema.tag("Forwarded"),
    ...move,
    to: AgentId,
    reason: absent(Text),
    hand_back: absent(WireHandBack),
    because: absent(RerouteCause),
    routing: absent(WireRouting)
  }),
  Schema.Struct({ _tag: Schema.tag("Delegated"), ...move, child: RecordId }),
  Schema.Struct({ _tag: Schema.tag("Restated"), ...move, read_back: WireReadBack }),
  Schema.Struct({ _tag: Schema.tag("Confirmed"), ...move, correction: absent(Text) }),
  Schema.Struct({ _tag: Schema.tag("Attested"), ...move, ...proof }),
  Schema.Struct({
    _tag: Schema.tag("Released"),
    ...move,
    reason: absent(Text),
    hand_back: absent(WireHandBack),
    not_before: absent(WireTimestamp)
  }),
  Schema.Struct({
    _tag: Schema.tag("Completed"),
    ...move,
    result: absentObject,
    artifacts: absent(WireArtifacts),
    evidence: absent(WireOwnEvidences),
    leaves_children: absent(Schema.Literals([true]))
  }),
  Schema.Struct({ _tag: Schema.tag("Failed"), ...move, reason: absent(Text), code: absent(FailureCode) }),
  Schema.Struct({ _tag: Schema.tag("Cancelled"), ...move, reason: absent(Text), along: absent(RecordId) }),
  Schema.Struct({ _tag: Schema.tag("Reminded"), ...move, of: Clock }),
  Schema.Struct({ _tag: Schema.tag("Expired"), ...move, missed: absent(Clock) })
] as const
const notAnEvent = `Expected an event: an object with a "_tag" that is one of Created, Imported, ${transitionEvents
  .map(({ fields }) => fields._tag.schema.literal)
  .join(", ")}`
export const WireEvent = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("Created"), ...fact, request: WireRequest, routing: absent(WireRouting) }),
  Schema.Struct({ _tag: Schema.tag("Imported"), ...fact, record: WireRecord }),
  ...transitionEvents
]).annotate({ identifier: "HandoffEvent", message: notAnEvent })
export type WireEvent = typeof WireEvent.Type

// In an archive the request stands once, in the record, and not again in the event that brought it.
export const ArchivedEvent = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("Created"), ...fact, routing: absent(WireRouting) }),
  Schema.Struct({ _tag: Schema.tag("Imported"), ...fact, record: ImportedState }),
  ...transitionEvents
]).annotate({ identifier: "ArchivedEvent", message: notAnEvent })
export type ArchivedEvent = typeof ArchivedEvent.Type

export const WireArchived = Schema.Struct({
  record_id: RecordId,
  request: WireRequest,
  ...state,
  revision,
  history: absent(Schema.Array(ArchivedEvent))
}).annotate({ identifier: "ArchivedHandoff" })
export type WireArchived = typeof WireArchived.Type

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
