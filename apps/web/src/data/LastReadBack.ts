import { type Entry, type HandoffRecord, isOpen, type KeptReadBack, recordAfter } from "@aumai/handoff"

/** The last read-back of the briefing: in the record of an open handoff, in the history of an ended one. */
export const lastReadBackOf = (handoff: HandoffRecord, history: ReadonlyArray<Entry>): KeptReadBack | undefined => {
  if (isOpen(handoff.status)) return "readBack" in handoff ? handoff.readBack : undefined
  if (handoff.request.briefing === undefined) return undefined
  const before = history.slice(0, -1).reduce<HandoffRecord | undefined>(recordAfter, undefined)
  return before !== undefined && "readBack" in before ? before.readBack : undefined
}
