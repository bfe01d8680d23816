/** Verifies the history and the signatures of one handoff. */
import { type ArchivedHandoff, type Flaw, flawIn, type RecordId } from "@aumai/handoff-protocol"
import type * as DateTime from "effect/DateTime"

import { isAhead, isByClock, isForeignClock } from "../engine/Arrivals.ts"
import { judgeSignature, type KnownKeys, orderJudge, placeFault } from "../engine/KeyJudge.ts"
import type { Position } from "../store/HandoffStore.ts"
import { classOf, nothingProven, type Proven } from "./EntryClass.ts"

/** The result of verifying one handoff. */
export interface Verified extends Proven {
  /** The id of the handoff. */
  readonly recordId: RecordId
  /** The number of entries. */
  readonly entries: number
  /** The history begins with the state of another program, and says nothing of what came before. */
  readonly isImported: boolean
  /** The first wrong entry, with the reason; absent if all entries are valid. */
  readonly flaw?: Flaw
  /**
   * The reason why the artifacts could not be judged by their JSON Schemas, or the cancellation along with a handoff that is
   * missing, in one sentence; absent if all could be judged.
   */
  readonly unproven?: string
}

/** The result for a handoff that cannot be read. */
export const unreadable = (recordId: RecordId, problem: string): Verified => ({
  recordId,
  entries: 0,
  ...nothingProven,
  isImported: false,
  flaw: { revision: 0, problem }
})

/**
 * Verifies one handoff and its entries against known keys. An agent must have signed every entry since its first key. A
 * signature is not counted if no key of its agent was known at the time. Entries are counted as dated ahead of `now`.
 * `positions` are those of the entries, if they are in a store.
 */
export const verifyHandoff = (
  { edited, history, record }: ArchivedHandoff,
  known: KnownKeys,
  now: DateTime.Utc,
  positions: ReadonlyArray<Position> = []
): Verified => {
  const { recordId } = record
  // The revisions that the clock recorded: these are unsigned, even if an agent has its name and a key.
  const byClock = new Set<number>()
  let foreign: Flaw | undefined
  const replayed = flawIn(recordId, history, record, (before, event) => {
    const revision = before.revision + 1
    if (isByClock(before, event)) byClock.add(revision)
    // Earlier versions recorded such events of other programs, in entries of format 1.
    if (event.log !== undefined && isForeignClock(before, event)) {
      foreign ??= { revision, problem: "It was recorded by another program, but only the clock may record it" }
    }
  })
  let flaw = foreign ?? replayed
  const proven: Record<keyof Proven, number> = { ...nothingProven }
  const orderFault = orderJudge()
  let latest = -Infinity
  for (const [index, event] of history.entries()) {
    const revision = index + 1
    if (flaw !== undefined && flaw.revision <= revision) break
    const isByTime = byClock.has(revision)
    const judged = judgeSignature(known, recordId, revision, event, latest)
    // Time itself needs no signature; a process that has a key of its name may have signed.
    const judgement = isByTime && typeof judged === "object" ? "keyless" : judged
    latest = Math.max(latest, event.at.epochMilliseconds)
    const problem =
      typeof judgement === "object"
        ? judgement.problem
        : (placeFault(known, event, positions[index]) ?? orderFault(event))
    if (problem !== undefined) flaw = { revision, problem }
    else if (typeof judgement === "string") proven[classOf(event, isByTime, judgement)] += 1
  }
  if (flaw === undefined && edited !== undefined) {
    flaw = {
      revision: record.revision,
      problem: "The record differs from its history: another program has changed it"
    }
  }
  const ahead = history.filter((event) => isAhead(event, now)).length
  const erased = history.filter(({ body }) => body !== undefined).length
  const isImported = history[0]?._tag === "Imported"
  return { recordId, entries: history.length, ...proven, ahead, erased, isImported, ...(flaw && { flaw }) }
}
