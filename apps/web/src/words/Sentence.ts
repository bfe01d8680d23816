import {
  AlreadyHeld,
  InvalidTransition,
  InvalidPosition,
  KeyRequired,
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

import { proseShown } from "./Visible.ts"

/** Errors whose messages have no full stop because they may be part of a sentence. */
const withoutStop = [
  AlreadyHeld,
  InvalidPosition,
  KeyRequired,
  NoAttemptLeft,
  NoCapableAgent,
  NoHopLeft,
  NotDelivered,
  NotYourHandoff,
  OpenChildren,
  ReadBackIncomplete,
  UnknownItem
]

const textOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof InvalidTransition || error instanceof RevisionConflict || error instanceof StaleAttempt)
    return `Another agent or tab acted first. ${error.message}.`
  // By its name, because the board loads the class late.
  if (error.name === "ReadBackRefused" || withoutStop.some((kind) => error instanceof kind)) return `${error.message}.`
  if (error instanceof StoreError && error.reason === "full")
    return `${error.message}. The storage of this browser is full: free space on this device, or export what you need.`
  return error.message
}

/** The error as a sentence for a person, with the hidden characters of what it quotes escaped. */
export const sentenceOf = (error: unknown): string => proseShown(textOf(error))
