import type { NotCompleted } from "../lifecycle/NotCompleted.ts"
import type {
  AlreadyHeld,
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
} from "../model/CustodyError.ts"
import type {
  AmbiguousId,
  HandoffExists,
  HandoffNotFound,
  InvalidInput,
  InvalidTransition,
  NoCapableAgent,
  NotYourHandoff,
  RevisionConflict,
  StoreError
} from "../model/HandoffError.ts"
import type { InvalidPosition } from "../model/InvalidPosition.ts"
import type { KeyRequired } from "../model/KeyRequired.ts"
import type { ReadBackRefused } from "../model/ReadBackRefused.ts"

/** Every error that a verb can fail with. */
export type HandoffError =
  | AlreadyHeld
  | AmbiguousId
  | HandoffExists
  | HandoffNotFound
  | InvalidInput
  | InvalidPosition
  | InvalidTransition
  | KeyRequired
  | NoAttemptLeft
  | NoCapableAgent
  | NoHopLeft
  | NoReworkLeft
  | NoRoomLeft
  | NotCompleted
  | NotDelivered
  | NotDue
  | NotYourHandoff
  | OpenChildren
  | ReadBackIncomplete
  | ReadBackRefused
  | RevisionConflict
  | StaleAttempt
  | StoreError
  | UnknownItem

/** The tag of an error that a verb can fail with. */
export type ErrorTag = HandoffError["_tag"]
