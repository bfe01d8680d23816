/** The wire format beyond the domain schemas: the defaults and nulls of the Python library, and the order of keys. */
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"

import { HandBack } from "../model/Attempt.ts"
import { Briefing, KeptReadBack, ReadBack } from "../model/Briefing.ts"
import { Artifacts, Deliverables, Evidences, OwnEvidences } from "../model/Delivery.ts"
import { RoutingDecision } from "../model/EventParts.ts"
import {
  CompletedEvent,
  CreatedEvent,
  DeliveredEvent,
  ExpiredEvent,
  FailedEvent,
  HandoffEvent,
  ImportedEvent,
  RejectedEvent
} from "../model/HandoffEvent.ts"
import { HandoffRecord, HandoffResponse } from "../model/HandoffRecord.ts"
import { HandoffRequest } from "../model/HandoffRequest.ts"
import { Review } from "../model/Review.ts"
import { AgentId, optional } from "../values/Fields.ts"

/** The wire form of one schema; fields have their domain names. */
export interface Dialect {
  /** The name of its definition in JSON Schema. */
  readonly identifier?: string
  /** The sentence for a value that no member of a union accepts. */
  readonly message?: string
  /** The values of required fields that another program leaves out or writes as null. */
  readonly defaults?: Readonly<Record<string, (status: string) => unknown>>
  /** The values that are written for absent fields, because the Python models expect these keys. */
  readonly always?: Readonly<Record<string, () => unknown>>
  /** Values that are not written, so that a handoff without custody has the form of the Python models. */
  readonly omitted?: Readonly<Record<string, unknown>>
  /** The fields that are written first. */
  readonly first?: ReadonlyArray<string>
}

/** Fields that are written last, in any schema. The file store finds the last position at the end of a record's history. */
export const last: ReadonlyArray<string> = ["log", "keys", "salt", "body", "prev", "sig", "head", "revision", "history"]

const record: Dialect = {
  defaults: {
    revision: () => 1,
    attempt: () => 1,
    // The status implies the answer if a program writes no response.
    response: (status) => ({ accepted: status !== "rejected" && status !== "failed", reason: "" }),
    result: () => ({}),
    reason: () => "",
    question: () => "",
    missed: () => "deadline"
  },
  always: { response: () => null, result: () => ({}) },
  omitted: { attempt: 1 },
  first: [
    "recordId request response status result createdAt updatedAt reason attempt handBack reminded notBefore lease",
    "progress question released answer code missed hops uncounted readBack artifacts evidence"
  ].flatMap((line) => line.split(" "))
}

// An archive holds the request once, in the record; the first event does not repeat it.
const {
  members: [, , ...transitionEvents]
} = HandoffEvent
const { request: _, ...created } = CreatedEvent.fields
const ImportedState = Schema.Union(
  HandoffRecord.members.map(({ fields: { recordId, request: __, revision, ...fields } }) =>
    // Present only if they differ from those of the record.
    Schema.Struct({ recordId: Schema.optionalKey(recordId), ...fields, revision: Schema.optionalKey(revision) })
  )
)
export const ArchivedEvent = Schema.Union([
  Schema.Struct(created),
  Schema.Struct({ ...ImportedEvent.fields, record: ImportedState }),
  ...transitionEvents
])
const firstReceiver = optional(
  AgentId,
  "The `to_agent` of the request if the record shows a later receiver there, as the file of a store does."
)
export const ArchivedHandoff = Schema.Union(
  HandoffRecord.members.map(({ fields }) =>
    Schema.Struct({ ...fields, firstReceiver, history: Schema.optionalKey(Schema.Array(ArchivedEvent)) })
  )
)

const notAnEvent = `Expected an event: an object with a "_tag" that is one of ${HandoffEvent.members
  .map(({ fields }) => fields._tag.schema.literal)
  .join(", ")}`

/** The part of a schema that its annotated, checked and optional copies share. */
const bodyOf = (ast: SchemaAST.AST): unknown =>
  ast._tag === "Objects"
    ? ast.propertySignatures
    : ast._tag === "Arrays"
      ? ast.rest
      : ast._tag === "Union"
        ? ast.types
        : ast

const dialects = new Map<unknown, Dialect>()
const define = ({ ast }: Schema.Constraint, dialect: Dialect) => dialects.set(bodyOf(ast), dialect)

const reason = () => ""
const none = () => null
define(HandoffRequest, {
  identifier: "HandoffRequest",
  defaults: { context: () => ({}), priority: () => 5 },
  always: { deadline: none }
})
define(HandoffResponse, { identifier: "HandoffResponse", defaults: { reason }, always: { estimatedCompletion: none } })
define(HandoffRecord, { identifier: "HandoffRecord", ...record })
define(ImportedState, { identifier: "ImportedState", ...record, omitted: { attempt: 1, revision: 1 } })
define(ArchivedHandoff, { identifier: "ArchivedHandoff", ...record })
define(HandoffEvent, { identifier: "HandoffEvent", message: notAnEvent })
define(ArchivedEvent, { identifier: "ArchivedEvent", message: notAnEvent })
define(RejectedEvent, { defaults: { reason } })
define(FailedEvent, { defaults: { reason } })
define(CompletedEvent, { defaults: { result: () => ({}) } })
define(DeliveredEvent, { defaults: { result: () => ({}) } })
define(ExpiredEvent, { defaults: { missed: () => "deadline" } })
define(Briefing, { identifier: "Briefing", first: ["severity", "summary", "situation", "contingencies"] })
define(KeptReadBack, { identifier: "KeptReadBack", first: ["summary", "items", "correction"] })
define(Review, { identifier: "Review" })
define(ReadBack, { identifier: "ReadBack" })
define(HandBack, { identifier: "HandBack" })
define(Deliverables, { identifier: "Deliverables" })
define(Artifacts, { identifier: "Artifacts" })
define(OwnEvidences, { identifier: "OwnEvidence" })
define(Evidences, { identifier: "Evidence" })
define(RoutingDecision, { identifier: "RoutingDecision" })

export const dialectOf = (ast: SchemaAST.AST): Dialect => dialects.get(bodyOf(ast)) ?? {}
