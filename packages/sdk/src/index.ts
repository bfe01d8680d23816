export { type Coverage, coverageOf, unansweredOf } from "./client/Coverage.ts"
export {
  agentOf,
  dueAt,
  holdersOf,
  isEndedElsewhere,
  isReopenable,
  maxAttemptsOf,
  movesOf,
  receiverOf,
  recordAfter,
  startAwaits,
  statuses,
  successorId,
  stepOf,
  turnOf
} from "./client/Lifecycle.ts"
export { parseJson } from "./client/ParseJson.ts"
export * from "./client/Telling.ts"
export { CannotWork, GiveUp } from "./client/GiveUp.ts"
export { NotCompleted } from "./client/NotCompleted.ts"
export { generateKeys, type KeyPair } from "./client/Keys.ts"
export { handoffsOver } from "./client/HandoffsOver.ts"
export type * from "./types/Handoffs.ts"
export type * from "./types/Options.ts"
export type * from "./types/Router.ts"
export type * from "./types/Payloads.ts"
export type * from "./types/Agents.ts"
export type * from "./types/Reports.ts"
export type * from "./types/Retention.ts"
export type * from "./types/Verification.ts"
export type * from "./types/Json.ts"
export type * from "./types/Briefing.ts"
export type * from "./types/Delivery.ts"
export type * from "./types/Custody.ts"
export type * from "./types/HandoffRecord.ts"
export type * from "./types/HandoffEvent.ts"
export type * from "./types/WorkHandler.ts"
export type * from "./types/Consumer.ts"
export {
  AlreadyHeld,
  AmbiguousId,
  BrokenChain,
  EmptyHistory,
  HandoffExists,
  HandoffNotFound,
  InvalidInput,
  InvalidTransition,
  NoAttemptLeft,
  InvalidPosition,
  KeyRequired,
  NoCapableAgent,
  NoHopLeft,
  NoReworkLeft,
  NoRoomLeft,
  NotDelivered,
  NotDue,
  NotYourHandoff,
  OpenChildren,
  ReadBackIncomplete,
  ReadBackRefused,
  RevisionConflict,
  StaleAttempt,
  StoreError,
  UnknownItem
} from "@aumai/handoff-protocol"
export {
  isOpen,
  limits,
  reopening,
  type Party,
  type Rule,
  statusAfter,
  type Step,
  transitions,
  turns
} from "@aumai/handoff-protocol"
export { presence } from "@aumai/handoff-core"
