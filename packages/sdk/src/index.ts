export { type Coverage, coverageOf } from "./Coverage.ts"
export {
  agentOf,
  dueAt,
  holdersOf,
  maxAttemptsOf,
  movesOf,
  receiverOf,
  recordAfter,
  startAwaits,
  statuses,
  turnOf
} from "./Lifecycle.ts"
export { parseJson } from "./ParseJson.ts"
export * from "./Telling.ts"
export { GiveUp } from "./GiveUp.ts"
export { generateKeys, type KeyPair } from "./Keys.ts"
export { handoffsOver } from "./HandoffsOver.ts"
export type * from "./Handoffs.ts"
export type * from "./Options.ts"
export type * from "./Payloads.ts"
export type * from "./Agents.ts"
export type * from "./Reports.ts"
export type * from "./Verification.ts"
export type * from "./Json.ts"
export type * from "./Briefing.ts"
export type * from "./Delivery.ts"
export type * from "./Custody.ts"
export type * from "./HandoffRecord.ts"
export type * from "./HandoffEvent.ts"
export type * from "./WorkHandler.ts"
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
  NoCapableAgent,
  NoHopLeft,
  NoRoomLeft,
  NotDelivered,
  NotDue,
  NotYourHandoff,
  OpenChildren,
  ReadBackIncomplete,
  RevisionConflict,
  StaleAttempt,
  StoreError,
  UnknownItem
} from "@aumai/handoff-protocol"
export { isOpen, limits, type Party, type Rule, statusAfter, transitions, turns } from "@aumai/handoff-protocol"
export { presence } from "@aumai/handoff-core"
