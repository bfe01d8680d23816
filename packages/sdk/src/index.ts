export { GiveUp } from "./GiveUp.ts"
export { handoffsOver } from "./HandoffsOver.ts"
export type * from "./Handoffs.ts"
export type * from "./HandoffRecord.ts"
export type * from "./HandoffEvent.ts"
export type * from "./WorkHandler.ts"
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
} from "@aumai/handoff-protocol"
