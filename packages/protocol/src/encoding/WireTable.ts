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
  ExpiredEvent,
  FailedEvent,
  HandoffEvent,
  ImportedEvent,
  RejectedEvent
} from "../model/HandoffEvent.ts"
import { HandoffRecord, HandoffResponse } from "../model/HandoffRecord.ts"
import { HandoffRequest } from "../model/HandoffRequest.ts"

/** How one schema is written; the fields have the names of the domain. */
export interface Dialect {
  /** The name of its definition in JSON Schema. */
  readonly identifier?: string
  /** The sentence for a value that no member of a union accepts. */
  readonly message?: string
  /** The values of required fields that another program leaves out or writes as null. */
  readonly defaults?: Readonly<Record<string, (status: string) => unknown>>
  /** Written for fields without a value, because the Python models expect these keys. */
  readonly always?: Readonly<Record<string, () => unknown>>
  /** Values that are not written, so that a handoff without custody looks as the Python models write it. */
  readonly unsaid?: Readonly<Record<string, unknown>>
  /** The fields that are written first. */
  readonly first?: ReadonlyArray<string>
}

/** Fields that are written last, in any schema. The file store finds the last position at the end of a record's history. */
export const last: ReadonlyArray<string> = ["prev", "sig", "head", "revision", "history"]

const record: Dialect = {
  defaults: {
    revision: () => 1,
    attempt: () => 1,
    // A program that writes the status without the answer has still said what the answer was.
    response: (status) => ({ accepted: status !== "rejected" && status !== "failed", reason: "" }),
    result: () => ({}),
    reason: () => "",
    question: () => "",
    missed: () => "deadline"
  },
  always: { response: () => null, result: () => ({}) },
  unsaid: { attempt: 1 },
  first: [
    "recordId request response status result createdAt updatedAt reason attempt handBack reminded notBefore lease",
    "progress question answer code missed hops readBack artifacts evidence"
  ].flatMap((line) => line.split(" "))
}

// An archive has the request once, in the record, and not again in the event that brought it.
const {
  members: [, , ...transitionEvents]
} = HandoffEvent
const { request: _, ...created } = CreatedEvent.fields
const ImportedState = Schema.Union(
  HandoffRecord.members.map(({ fields: { recordId, request: __, revision, ...fields } }) =>
    // They are named only where they differ from those of the record.
    Schema.Struct({ recordId: Schema.optionalKey(recordId), ...fields, revision: Schema.optionalKey(revision) })
  )
)
export const ArchivedEvent = Schema.Union([
  Schema.Struct(created),
  Schema.Struct({ ...ImportedEvent.fields, record: ImportedState }),
  ...transitionEvents
])
export const ArchivedHandoff = Schema.Union(
  HandoffRecord.members.map(({ fields }) =>
    Schema.Struct({ ...fields, history: Schema.optionalKey(Schema.Array(ArchivedEvent)) })
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
const say = ({ ast }: Schema.Constraint, dialect: Dialect) => dialects.set(bodyOf(ast), dialect)

const reason = () => ""
const none = () => null
say(HandoffRequest, {
  identifier: "HandoffRequest",
  defaults: { context: () => ({}), priority: () => 5 },
  always: { deadline: none }
})
say(HandoffResponse, { identifier: "HandoffResponse", defaults: { reason }, always: { estimatedCompletion: none } })
say(HandoffRecord, { identifier: "HandoffRecord", ...record })
say(ImportedState, { identifier: "ImportedState", ...record, unsaid: { attempt: 1, revision: 1 } })
say(ArchivedHandoff, { identifier: "ArchivedHandoff", ...record })
say(HandoffEvent, { identifier: "HandoffEvent", message: notAnEvent })
say(ArchivedEvent, { identifier: "ArchivedEvent", message: notAnEvent })
say(RejectedEvent, { defaults: { reason } })
say(FailedEvent, { defaults: { reason } })
say(CompletedEvent, { defaults: { result: () => ({}) } })
say(ExpiredEvent, { defaults: { missed: () => "deadline" } })
say(Briefing, { identifier: "Briefing", first: ["severity", "summary", "situation", "contingencies"] })
say(KeptReadBack, { identifier: "KeptReadBack", first: ["summary", "items", "correction"] })
say(ReadBack, { identifier: "ReadBack" })
say(HandBack, { identifier: "HandBack" })
say(Deliverables, { identifier: "Deliverables" })
say(Artifacts, { identifier: "Artifacts" })
say(OwnEvidences, { identifier: "OwnEvidence" })
say(Evidences, { identifier: "Evidence" })
say(RoutingDecision, { identifier: "RoutingDecision" })

export const dialectOf = (ast: SchemaAST.AST): Dialect => dialects.get(bodyOf(ast)) ?? {}
