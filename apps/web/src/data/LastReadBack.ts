import { type Entry, type HandoffRecord, isOpen, type KeptReadBack, recordAfter } from "@aumai/handoff"

/** How the briefing was read back: an open handoff keeps that itself; of one that has ended, its history tells. */
export const lastReadBackOf = (handoff: HandoffRecord, history: ReadonlyArray<Entry>): KeptReadBack | undefined => {
  if (isOpen(handoff.status)) return "readBack" in handoff ? handoff.readBack : undefined
  if (handoff.request.briefing === undefined) return undefined
  const before = history.slice(0, -1).reduce<HandoffRecord | undefined>(recordAfter, undefined)
  return before !== undefined && "readBack" in before ? before.readBack : undefined
}
