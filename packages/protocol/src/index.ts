export { limits } from "./Limits.ts"
export { isJsonObject, JsonObject, parseJson } from "./Json.ts"
export { AgentId, Capability, Priority, PublicKey, RecordId, Text, Timestamp } from "./Fields.ts"
export { HandoffRequest } from "./HandoffRequest.ts"
export { Answer, Attempt, Clock, HandBack, Lease, Milliseconds, Progress } from "./Custody.ts"
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
export {
  AcceptedEvent,
  AnsweredEvent,
  AskedEvent,
  CancelledEvent,
  CompletedEvent,
  CreatedEvent,
  ExpiredEvent,
  FailedEvent,
  HandoffEvent,
  ImportedEvent,
  ProgressedEvent,
  RejectedEvent,
  ReleasedEvent,
  RemindedEvent,
  RoutingDecision,
  StartedEvent
} from "./HandoffEvent.ts"
export {
  EmptyHistory,
  HandoffExists,
  HandoffNotFound,
  InvalidInput,
  InvalidTransition,
  NoAttemptLeft,
  NoCapableAgent,
  NotDue,
  NotYourHandoff,
  RevisionConflict,
  StaleAttempt,
  StoreError
} from "./HandoffError.ts"
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
export { agentOf, clock, dueAt, maxAttemptsOf, overdueEvent, turnOf, type Whereabouts, whereabouts } from "./Clocks.ts"
export { apply, create, type LifecycleError, movesOf, replay } from "./Lifecycle.ts"
export { continuation } from "./Continuation.ts"
export { wireSchemas } from "./WireSchema.ts"
export {
  decodeEvent,
  decodeJsonObject,
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
