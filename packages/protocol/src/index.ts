export { limits } from "./values/Limits.ts"
export { type Bounds, contents, frozen, isPlain, ofArchive } from "./values/Given.ts"
export { bytesOf, isJsonObject, JsonObject, JsonValue, parseJson } from "./values/Json.ts"
export { readJson } from "./values/ReadJson.ts"
export { canonical, Digest, digestOf, Salt, Signature } from "./values/Digest.ts"
export { labelFault, looksLike, nameFault, skeleton } from "./values/Names.ts"
export {
  AgentId,
  Capability,
  LogName,
  Name,
  Priority,
  PublicKey,
  RecordId,
  Text,
  Timestamp,
  unrouted
} from "./values/Fields.ts"
export { HandoffRequest } from "./model/HandoffRequest.ts"
export { Briefing, KeptReadBack, ReadBack, ReadBackAsk, ReadBackItem, Severity } from "./model/Briefing.ts"
export { type Coverage, coverageOf } from "./model/Coverage.ts"
export { Artifact, artifactDigest, checkersOf, Deliverable, Evidence, OwnEvidence } from "./model/Delivery.ts"
export {
  Answer,
  Attempt,
  Clock,
  EndingClock,
  HandBack,
  Hop,
  Lease,
  Milliseconds,
  Progress,
  RerouteCause,
  RetryPolicy
} from "./model/Attempt.ts"
export { Review, Rework } from "./model/Review.ts"
export {
  Accepted,
  Cancelled,
  Completed,
  Delivered,
  Expired,
  Failed,
  FailureCode,
  HandoffRecord,
  HandoffResponse,
  InProgress,
  InputRequired,
  Pending,
  Rejected
} from "./model/HandoffRecord.ts"
export { Awaits } from "./model/Awaits.ts"
export { HandoffStatus } from "./model/HandoffStatus.ts"
export { RoutingDecision } from "./model/EventParts.ts"
export {
  AnsweredEvent,
  ApprovedEvent,
  AskedEvent,
  ConfirmedEvent,
  DelegatedEvent,
  EscalatedEvent,
  ForwardedEvent,
  ProgressedEvent,
  ReleasedEvent,
  RemindedEvent,
  RestatedEvent,
  ReturnedEvent,
  AttestedEvent
} from "./model/CustodyEvent.ts"
export {
  AcceptedEvent,
  CancelledEvent,
  CompletedEvent,
  CreatedEvent,
  DeliveredEvent,
  ExpiredEvent,
  FailedEvent,
  HandoffEvent,
  ImportedEvent,
  RejectedEvent,
  StartedEvent
} from "./model/HandoffEvent.ts"
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
} from "./model/HandoffError.ts"
export { InvalidPosition } from "./model/InvalidPosition.ts"
export {
  AgentRemovedEvent,
  ArchiveEvent,
  FoundedEvent,
  KeyAddedEvent,
  KeyEvent,
  KeyRevokedEvent,
  KeyRotatedEvent,
  PurgedEvent
} from "./model/KeyEvent.ts"
export { ReadBackRefused } from "./model/ReadBackRefused.ts"
export { KeyRequired } from "./model/KeyRequired.ts"
export {
  AlreadyHeld,
  BrokenChain,
  NoAttemptLeft,
  NoHopLeft,
  NoReworkLeft,
  NoRoomLeft,
  NotDelivered,
  NotDue,
  OpenChildren,
  ReadBackIncomplete,
  StaleAttempt,
  UnknownItem
} from "./model/CustodyError.ts"
export {
  type After,
  type Before,
  completionOf,
  abandonsParts,
  isOpen,
  movesFrom,
  type Origin,
  type Party,
  type Rule,
  statusAfter,
  type Step,
  steps,
  type Transition,
  transitions,
  turns
} from "./lifecycle/Transitions.ts"
export { checkAnswers } from "./lifecycle/Answers.ts"
export { mostQuoted, quotedIn } from "./lifecycle/Echo.ts"
export { legacyOf } from "./lifecycle/Legacy.ts"
export { isReopenable, isSuccessor, reopening, successorId } from "./lifecycle/Reopening.ts"
export { entryDigest, entryText, erased, eventText, linked, type Seal, signedText } from "./lifecycle/Chain.ts"
export {
  agentOf,
  answerFields,
  clock,
  dueAt,
  dueWithoutLease,
  holdersOf,
  isEndedElsewhere,
  isLastAttempt,
  maxAttemptsOf,
  firstAttemptOf,
  maxHopsOf,
  maxReworksOf,
  unansweredOf,
  overdueEvent,
  receiverOf,
  rerouteCause,
  startAwaits,
  stepOf,
  turnOf,
  type Whereabouts,
  whereabouts
} from "./lifecycle/Clocks.ts"
export { NotCompleted } from "./lifecycle/NotCompleted.ts"
export { hasAnswers, isOfTime, type LifecycleError, movesOf } from "./lifecycle/Refusals.ts"
export { advance, type Advanced, apply, begin, begun, create, replay } from "./lifecycle/Lifecycle.ts"
export {
  type AgentKeys,
  authorizedText,
  isKeyed,
  type IsSigned,
  keyAt,
  keyEntryText,
  keyFault,
  keyLogId,
  keysOfOwner,
  type KeyState,
  noKeys,
  provenText,
  readKeys,
  withKeys
} from "./lifecycle/KeyLog.ts"
export { type Flaw, flawIn } from "./lifecycle/Verify.ts"
export { continuation, foreignSeal } from "./foreign/Continuation.ts"
export { fastPath } from "./encoding/FastPath.ts"
export { wireSchemas } from "./encoding/WireSchema.ts"
export type { WireArchived, WireEvent, WireKeyEvent, WireRecord } from "./encoding/WireTypes.ts"
export { WireAgent } from "./wire/WireAgent.ts"
export {
  reportSchemas,
  type WireCopyReport,
  type WireEntry,
  type WireHealth,
  type WireImportReport,
  type WireKeyPair,
  type WireMetrics,
  type WireArchiveReport,
  type WireCheckpoint,
  type WirePurgeReport,
  type WireVerification,
  type WireWaiting,
  type WireWhereabouts,
  type WireWorkNote
} from "./wire/Reports.ts"
export {
  decodeEvent,
  decodeKeyEvent,
  encodeKeyEvent,
  decodeJsonObject,
  decodeOwnEvent,
  decodeStoredEvent,
  decodeRecord,
  decodeRequest,
  decodeText,
  decodeTimestamp,
  encodeError,
  encodeEvent,
  encodeRecord,
  encodeRequest,
  invalidInput,
  takeOver
} from "./wire/Wire.ts"
export { type ArchivedHandoff, archiveFormat, decodeArchived, encodeArchived, showReceiver } from "./wire/Archive.ts"
export { isSameState } from "./foreign/Portable.ts"
export type { ErrorTag, HandoffError } from "./verbs/Errors.ts"
export type { ErrorOf, InputOf, RecordOf, TransitionVerb, Verb } from "./verbs/Verb.ts"
export { changesInput, claimInput, transitionInputs, type TransitionVerbName } from "./verbs/Inputs.ts"
export { reopenInput } from "./verbs/ReopenInput.ts"
export { transitionErrors, transitionVerbs } from "./verbs/TransitionVerbs.ts"
export { storeVerbs } from "./verbs/StoreVerbs.ts"
export { readVerbs } from "./verbs/ReadVerbs.ts"
export { type VerbName, type Verbs, verbs } from "./verbs/Verbs.ts"
export {
  describeAnswers,
  describeAttempt,
  describeEvent,
  describeHandBack,
  describeLease,
  describeRetry,
  describeReview,
  describeOutcome,
  describeProgress,
  describeReference,
  describeResponse,
  describeTimer,
  describeTurn,
  rerouteTerms,
  type Timer
} from "./telling/Telling.ts"
export { describeStep, type Waiting, waitingOf } from "./telling/Waiting.ts"
export { describeLimit, describeProof, type Proof } from "./telling/Proof.ts"
export { type Description, type Part, render, type Renderer, type Sentence } from "./telling/Sentence.ts"
