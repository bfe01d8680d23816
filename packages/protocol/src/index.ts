export { limits } from "./Limits.ts"
export { isJsonObject, JsonObject, parseJson } from "./Json.ts"
export { AgentId, Capability, Priority, RecordId, Text, Timestamp } from "./Fields.ts"
export { HandoffRequest } from "./HandoffRequest.ts"
export {
  Accepted,
  Cancelled,
  Completed,
  Expired,
  Failed,
  HandoffRecord,
  HandoffResponse,
  InProgress,
  Pending,
  Rejected
} from "./HandoffRecord.ts"
export { HandoffStatus } from "./HandoffStatus.ts"
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
  RoutingDecision,
  StartedEvent
} from "./HandoffEvent.ts"
export {
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
  type After,
  agentOf,
  apply,
  clock,
  create,
  dueAt,
  isOpen,
  movesFrom,
  type Origin,
  type Party,
  replay,
  type Rule,
  type Transition,
  transitions,
  turnOf
} from "./Lifecycle.ts"
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
export { type ArchivedHandoff, decodeArchived, encodeArchived, isSameState } from "./Archive.ts"
