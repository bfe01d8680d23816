export { limits } from "./Limits.ts"
export { isJsonObject, JsonObject, JsonValue, parseJson } from "./Json.ts"
export { canonical, Digest, digestOf, Signature } from "./Digest.ts"
export { AgentId, Capability, Priority, PublicKey, RecordId, Text, Timestamp } from "./Fields.ts"
export { HandoffRequest } from "./HandoffRequest.ts"
export { Briefing, KeptReadBack, ReadBack, ReadBackItem, Severity } from "./Briefing.ts"
export { type Coverage, coverageOf } from "./Coverage.ts"
export { Artifact, artifactDigest, Deliverable, Evidence, OwnEvidence } from "./Delivery.ts"
export { Answer, Attempt, Clock, HandBack, Hop, Lease, Milliseconds, Progress, RerouteCause } from "./Custody.ts"
export {
  Accepted,
  Cancelled,
  Completed,
  Expired,
  Failed,
  FailureCode,
  HandoffRecord,
  HandoffResponse,
  InProgress,
  InputRequired,
  Pending,
  Rejected
} from "./HandoffRecord.ts"
export { HandoffStatus } from "./HandoffStatus.ts"
export { RoutingDecision } from "./EventParts.ts"
export {
  AnsweredEvent,
  AskedEvent,
  ConfirmedEvent,
  DelegatedEvent,
  ForwardedEvent,
  ProgressedEvent,
  ReleasedEvent,
  RemindedEvent,
  RestatedEvent,
  AttestedEvent
} from "./CustodyEvent.ts"
export {
  AcceptedEvent,
  CancelledEvent,
  CompletedEvent,
  CreatedEvent,
  ExpiredEvent,
  FailedEvent,
  HandoffEvent,
  ImportedEvent,
  RejectedEvent,
  StartedEvent
} from "./HandoffEvent.ts"
export {
  AmbiguousId,
  EmptyHistory,
  HandoffExists,
  HandoffNotFound,
  InvalidInput,
  InvalidTransition,
  NoCapableAgent,
  NotYourHandoff,
  RevisionConflict,
  StoreError
} from "./HandoffError.ts"
export {
  AlreadyHeld,
  BrokenChain,
  NoAttemptLeft,
  NoHopLeft,
  NoRoomLeft,
  NotDelivered,
  NotDue,
  OpenChildren,
  ReadBackIncomplete,
  StaleAttempt,
  UnknownItem
} from "./CustodyError.ts"
export {
  type After,
  type Before,
  isOpen,
  movesFrom,
  type Origin,
  type Party,
  type Rule,
  statusAfter,
  type Transition,
  transitions,
  turns
} from "./Transitions.ts"
export { entryDigest, entryText, eventText, linked, signedText } from "./Chain.ts"
export {
  agentOf,
  clock,
  dueAt,
  holdersOf,
  isLastAttempt,
  maxAttemptsOf,
  maxHopsOf,
  overdueEvent,
  receiverOf,
  rerouteCause,
  startAwaits,
  turnOf,
  type Whereabouts,
  whereabouts
} from "./Clocks.ts"
export { isOfTime, type LifecycleError, movesOf } from "./Objections.ts"
export { advance, type Advanced, apply, begin, begun, create, replay } from "./Lifecycle.ts"
export { type Flaw, flawIn } from "./Verify.ts"
export { continuation } from "./Continuation.ts"
export { fastPath } from "./FastPath.ts"
export { wireSchemas } from "./WireSchema.ts"
export type { WireArchived, WireEvent, WireRecord } from "./WireTypes.ts"
export { WireAgent } from "./WireAgent.ts"
export {
  reportSchemas,
  type WireCopyReport,
  type WireEntry,
  type WireHealth,
  type WireImportReport,
  type WireKeyPair,
  type WireMetrics,
  type WireVerification,
  type WireWhereabouts,
  type WireWorkNote
} from "./Reports.ts"
export {
  decodeEvent,
  decodeJsonObject,
  decodeOwnEvent,
  decodeRecord,
  decodeRequest,
  decodeText,
  decodeTimestamp,
  encodeError,
  encodeEvent,
  encodeRecord,
  encodeRequest,
  invalidInput
} from "./Wire.ts"
export { type ArchivedHandoff, decodeArchived, encodeArchived } from "./Archive.ts"
export { isSameState } from "./Portable.ts"
export type { ErrorTag, HandoffError } from "./verbs/Errors.ts"
export type { ErrorOf, InputOf, RecordOf, TransitionVerb, Verb } from "./verbs/Verb.ts"
export { transitionErrors, type TransitionVerbName, transitionVerbs } from "./verbs/TransitionVerbs.ts"
export { storeVerbs } from "./verbs/StoreVerbs.ts"
export { readVerbs } from "./verbs/ReadVerbs.ts"
export { type VerbName, type Verbs, verbs } from "./verbs/Verbs.ts"
export {
  describeAttempt,
  describeEvent,
  describeHandBack,
  describeLease,
  describeOutcome,
  describeProgress,
  describeResponse,
  describeTimer,
  describeTurn,
  rerouteTerms,
  type Timer
} from "./Telling.ts"
export { type Description, type Part, render, type Renderer, type Sentence } from "./Sentence.ts"
