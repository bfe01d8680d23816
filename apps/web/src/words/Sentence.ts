import {
  AlreadyHeld,
  InvalidTransition,
  NoAttemptLeft,
  NoCapableAgent,
  NoHopLeft,
  NotDelivered,
  NotYourHandoff,
  OpenChildren,
  ReadBackIncomplete,
  RevisionConflict,
  StaleAttempt,
  StoreError,
  UnknownItem
} from "@aumai/handoff"

/** What is said without a full stop, for it may be a part of a sentence. */
const short = [
  AlreadyHeld,
  NoAttemptLeft,
  NoCapableAgent,
  NoHopLeft,
  NotDelivered,
  NotYourHandoff,
  OpenChildren,
  ReadBackIncomplete,
  UnknownItem
]

/** What went wrong, for a person. */
export const sentenceOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof InvalidTransition || error instanceof RevisionConflict || error instanceof StaleAttempt)
    return `Somebody else was first. ${error.message}.`
  if (short.some((kind) => error instanceof kind)) return `${error.message}.`
  if (error instanceof StoreError && error.reason === "full")
    return `${error.message}. This browser gives the board no more room: free some space on this device, or export what you need.`
  return error.message
}
