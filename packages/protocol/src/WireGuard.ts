import * as Schema from "effect/Schema"

import { Clock, RerouteCause } from "./Custody.ts"
import { HandoffStatus } from "./HandoffStatus.ts"
import { isJsonObject, isTextUpTo } from "./Json.ts"
import { limits } from "./Limits.ts"
import { parseMoment } from "./Moment.ts"
import {
  type WireArchived,
  WireArtifacts,
  WireBriefing,
  WireDeliverables,
  type WireEvent,
  WireEvidences,
  WireHandBack,
  WireKeptReadBack,
  WireOwnEvidences,
  WireReadBack,
  type WireRecord,
  type WireRequest
} from "./WireSchema.ts"

// The schemas once more, as plain conditions. The schemas decide and explain: these only spare values without a fault
// the slower walk through them, and a test holds that both always agree.

type Fields = Readonly<Record<string, unknown>>
type Guard = (value: unknown) => boolean

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Whether a key is left out, null, or what the guard takes; an undefined that has a key is none of these. */
const mayHave = (fields: Fields, key: string, guard: Guard): boolean => {
  const value = fields[key]
  return value === undefined ? !(key in fields) : value === null || guard(value)
}

const isText: Guard = (value) => isTextUpTo(value, limits.textBytes)

const isName: Guard = (value) =>
  isTextUpTo(value, limits.nameLength * 4) && value.length > 0 && value.length <= limits.nameLength
const isNames = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value) && value.every(isName)
const isRequirements: Guard = (value) => isNames(value) && value.length <= limits.capabilities
const isForeign: Guard = (value) => value === "foreign"

export const isMoment = (value: unknown): value is string =>
  typeof value === "string" && !Number.isNaN(parseMoment(value))

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value)
const isRevision: Guard = (value) => isWhole(value) && value > 0
const isPriority: Guard = (value) => isWhole(value) && value >= 1 && value <= 10

const isAttempt: Guard = isRevision
const isDuration: Guard = (value) => isWhole(value) && value >= 1 && value <= limits.durationMilliseconds
const isAttempts: Guard = (value) => isWhole(value) && value >= 1 && value <= limits.attempts
const isFraction: Guard = (value) => typeof value === "number" && value >= 0 && value <= 1
const isClock: Guard = (value) => value === "accept_by" || value === "deadline"
const isClocks: Guard = (value) => Array.isArray(value) && value.length <= Clock.literals.length && value.every(isClock)
const isCode: Guard = (value) => value === "attempts_exhausted"

const isBoolean: Guard = (value) => typeof value === "boolean"
const isHopCount: Guard = (value) => isWhole(value) && value >= 0 && value <= limits.hops
const isHop: Guard = (value) =>
  isFields(value) && isName(value["receiver"]) && isAttempt(value["attempt"]) && isMoment(value["at"])
const isHops: Guard = (value) => Array.isArray(value) && value.length <= limits.hops && value.every(isHop)
const isDigest: Guard = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value)
const isSignature: Guard = (value) => typeof value === "string" && /^[A-Za-z0-9_-]{86}$/.test(value)
const isCause: Guard = (value) => RerouteCause.literals.some((literal) => literal === value)
const isTrue: Guard = (value) => value === true

// What few handoffs have is left to its schema.
const isHandBack: Guard = Schema.is(WireHandBack)
const isBriefing: Guard = Schema.is(WireBriefing)
const isReadBack: Guard = Schema.is(WireReadBack)
const isKeptReadBack: Guard = Schema.is(WireKeptReadBack)
const areDeliverables: Guard = Schema.is(WireDeliverables)
const areArtifacts: Guard = Schema.is(WireArtifacts)
const areOwnEvidence: Guard = Schema.is(WireOwnEvidences)
const areEvidence: Guard = Schema.is(WireEvidences)

const isLease: Guard = (value) =>
  isFields(value) && isDuration(value["milliseconds"]) && mayHave(value, "until", isMoment)
const hasProgress = (value: Fields): boolean => mayHave(value, "note", isText) && mayHave(value, "fraction", isFraction)
const isProgress: Guard = (value) => isFields(value) && isMoment(value["at"]) && hasProgress(value)
const isAnswer: Guard = (value) => isFields(value) && isText(value["question"]) && isText(value["answer"])

const custody = {
  attempt: isAttempt,
  lease: isLease,
  progress: isProgress,
  hand_back: isHandBack,
  not_before: isMoment,
  question: isText,
  answer: isAnswer,
  reminded: isClocks,
  code: isCode,
  missed: isClock,
  hops: isHops,
  parts: isRevision,
  read_back: isKeptReadBack,
  artifacts: areArtifacts,
  evidence: areEvidence
}

/** Most have none of it, which is much faster asked like this than key by key. */
const mayHaveCustody = (value: Fields): boolean =>
  "attempt" in value ||
  "lease" in value ||
  "progress" in value ||
  "hand_back" in value ||
  "not_before" in value ||
  "question" in value ||
  "answer" in value ||
  "reminded" in value ||
  "code" in value ||
  "missed" in value ||
  "hops" in value ||
  "parts" in value ||
  "read_back" in value ||
  "artifacts" in value ||
  "evidence" in value
const hasCustody = (value: Fields): boolean =>
  Object.entries(custody).every(([key, guard]) => mayHave(value, key, guard))

const statuses: ReadonlySet<unknown> = new Set(HandoffStatus.literals)

const isRequest: Guard = (value) =>
  isFields(value) &&
  isName(value["from_agent"]) &&
  isName(value["to_agent"]) &&
  isText(value["task_description"]) &&
  value["task_description"] !== "" &&
  mayHave(value, "context", isJsonObject) &&
  mayHave(value, "priority", isPriority) &&
  mayHave(value, "deadline", isMoment) &&
  mayHave(value, "accept_by", isMoment) &&
  mayHave(value, "remind_before", isDuration) &&
  mayHave(value, "max_attempts", isAttempts) &&
  mayHave(value, "requires", isRequirements) &&
  mayHave(value, "parent", isName) &&
  mayHave(value, "briefing", isBriefing) &&
  mayHave(value, "deliverables", areDeliverables) &&
  mayHave(value, "max_hops", isHopCount) &&
  mayHave(value, "reroute", isBoolean)

const isResponse: Guard = (value) =>
  isFields(value) &&
  typeof value["accepted"] === "boolean" &&
  mayHave(value, "reason", isText) &&
  mayHave(value, "estimated_completion", isMoment)

const isStateOf = (value: Fields): boolean =>
  statuses.has(value["status"]) &&
  mayHave(value, "response", isResponse) &&
  mayHave(value, "result", isJsonObject) &&
  mayHave(value, "reason", isText) &&
  isMoment(value["created_at"]) &&
  isMoment(value["updated_at"]) &&
  mayHave(value, "head", isDigest) &&
  (!mayHaveCustody(value) || hasCustody(value))

const isRecord = (value: unknown): value is Fields =>
  isFields(value) &&
  isName(value["record_id"]) &&
  isRequest(value["request"]) &&
  isStateOf(value) &&
  mayHave(value, "revision", isRevision)

const isRunnerUp: Guard = (value) => isFields(value) && isName(value["agent"]) && isNames(value["matched"])
const isRouting: Guard = (value) =>
  isFields(value) &&
  isName(value["agent"]) &&
  isText(value["reason"]) &&
  typeof value["fallback"] === "boolean" &&
  isNames(value["matched"]) &&
  Array.isArray(value["runners_up"]) &&
  value["runners_up"].every(isRunnerUp)

const isTransition = (value: Fields): boolean => {
  if (!mayHave(value, "attempt", isAttempt)) return false
  switch (value["_tag"]) {
    case "Accepted":
      return (
        mayHave(value, "reason", isText) &&
        mayHave(value, "estimated_completion", isMoment) &&
        mayHave(value, "lease", isDuration) &&
        mayHave(value, "read_back", isReadBack)
      )
    case "Progressed":
      return hasProgress(value) && mayHave(value, "lease", isDuration)
    case "Asked":
      return isText(value["question"])
    case "Answered":
      return isText(value["answer"])
    case "Forwarded":
      return (
        isName(value["to"]) &&
        mayHave(value, "reason", isText) &&
        mayHave(value, "hand_back", isHandBack) &&
        mayHave(value, "because", isCause) &&
        mayHave(value, "routing", isRouting)
      )
    case "Delegated":
      return isName(value["child"])
    case "Restated":
      return isReadBack(value["read_back"])
    case "Confirmed":
      return mayHave(value, "correction", isText)
    case "Attested":
      return (
        isText(value["statement"]) &&
        value["statement"] !== "" &&
        mayHave(value, "of", isName) &&
        mayHave(value, "uri", isText) &&
        mayHave(value, "digest", isDigest)
      )
    case "Released":
      return (
        mayHave(value, "reason", isText) &&
        mayHave(value, "hand_back", isHandBack) &&
        mayHave(value, "not_before", isMoment)
      )
    case "Failed":
      return mayHave(value, "reason", isText) && mayHave(value, "code", isCode)
    case "Reminded":
      return isClock(value["of"])
    case "Rejected":
      return mayHave(value, "reason", isText)
    case "Cancelled":
      return mayHave(value, "reason", isText) && mayHave(value, "along", isName)
    case "Completed":
      return (
        mayHave(value, "result", isJsonObject) &&
        mayHave(value, "artifacts", areArtifacts) &&
        mayHave(value, "evidence", areOwnEvidence) &&
        mayHave(value, "leaves_children", isTrue)
      )
    case "Expired":
      return mayHave(value, "missed", isClock)
    case "Started":
      return true
    default:
      return false
  }
}

const isFact = (value: unknown): value is Fields =>
  isFields(value) &&
  isMoment(value["at"]) &&
  isName(value["by"]) &&
  mayHave(value, "via", isForeign) &&
  mayHave(value, "prev", isDigest) &&
  mayHave(value, "sig", isSignature)

const isArchivedEvent: Guard = (value) => {
  if (!isFact(value)) return false
  if (value["_tag"] === "Created") return mayHave(value, "routing", isRouting)
  if (value["_tag"] !== "Imported") return isTransition(value)
  const record = value["record"]
  return (
    isFields(record) &&
    isStateOf(record) &&
    mayHave(record, "record_id", isName) &&
    mayHave(record, "revision", isRevision)
  )
}

// The casts: a guard cannot say of a plain condition that it is the schema's type; the test does.

export const isWireRequest = isRequest as (value: unknown) => value is WireRequest

export const isWireRecord = isRecord as (value: unknown) => value is WireRecord

export const isWireEvent = ((value) => {
  if (!isFact(value)) return false
  if (value["_tag"] === "Created") return isRequest(value["request"]) && mayHave(value, "routing", isRouting)
  if (value["_tag"] === "Imported") return isRecord(value["record"])
  return isTransition(value)
}) as (value: unknown) => value is WireEvent

const isHistory: Guard = (value) => Array.isArray(value) && value.every(isArchivedEvent)

export const isWireArchived = ((value) => isRecord(value) && mayHave(value, "history", isHistory)) as (
  value: unknown
) => value is WireArchived
