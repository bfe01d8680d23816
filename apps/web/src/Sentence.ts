import {
  InvalidTransition,
  NoAttemptLeft,
  NotYourHandoff,
  RevisionConflict,
  StaleAttempt,
  StoreError
} from "@aumai/handoff"

/** What went wrong, for a person. */
export const sentenceOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof InvalidTransition || error instanceof RevisionConflict || error instanceof StaleAttempt)
    return `Somebody else was first. ${error.message}.`
  if (error instanceof NotYourHandoff || error instanceof NoAttemptLeft) return `${error.message}.`
  if (error instanceof StoreError && error.reason === "full")
    return `${error.message}. This browser gives the board no more room: free some space on this device, or export what you need.`
  return error.message
}
