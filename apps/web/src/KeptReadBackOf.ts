import type { Entry, HandoffRecord, KeptReadBack } from "@aumai/handoff"
import { type HandoffEvent as ProtocolEvent, isOpen, type RecordId, replay } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import { withMoments } from "./Moments.ts"

/** How the briefing was read back: an open handoff keeps that itself; of one that has ended, its history tells. */
export const keptReadBackOf = (handoff: HandoffRecord, history: ReadonlyArray<Entry>): KeptReadBack | undefined => {
  if (isOpen(handoff.status)) return "readBack" in handoff ? handoff.readBack : undefined
  if (handoff.request.briefing === undefined) return undefined
  // The casts: names of agents and ids are the same texts on both sides, and the moments are turned.
  const events = history.slice(0, -1).map(({ event }) => withMoments(event) as ProtocolEvent)
  const before = Result.getOrUndefined(replay(handoff.recordId as RecordId, events))
  if (before === undefined || !("readBack" in before) || before.readBack === undefined) return undefined
  const { confirmed, ...readBack } = before.readBack
  return confirmed === undefined ? readBack : { ...readBack, confirmed: new Date(confirmed.epochMilliseconds) }
}
