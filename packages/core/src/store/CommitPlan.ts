import {
  type HandoffEvent,
  type HandoffRecord,
  type HandoffStatus,
  keyLogId,
  type LogName,
  type RecordId,
  RevisionConflict
} from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import type { KeyEntry } from "./AgentStore.ts"
import type { Change, Commit } from "./HandoffStore.ts"
import type { Renewed } from "./Renewals.ts"
import { tallyOf } from "./Tally.ts"

/** The stored state of one handoff that the next commit depends on. */
export interface Standing {
  readonly revision: number
  readonly status: HandoffStatus
  /** The renewal of its lease. */
  readonly renewed?: Renewed | undefined
}

/** The writes of several commits. */
export interface CommitPlan {
  /** The result of each commit, in the same order. */
  readonly results: ReadonlyArray<Result.Result<void, RevisionConflict>>
  /** The changes of the accepted commits, in order: the entries to append to the log. */
  readonly changes: ReadonlyArray<Change>
  /** The last state of each handoff, by id: the rows to replace. */
  readonly states: ReadonlyMap<RecordId, HandoffRecord>
  /** The amounts to add to the tally. */
  readonly tally: ReadonlyMap<string, number>
}

/** The log that commits are written to, and the number of entries in its key log. */
export interface KeyStanding {
  readonly log: LogName
  readonly keys: number
}

/** The number of keys that an event must find in the key log of this log; `undefined` if any number will do. */
export const keysNamed = ({ keys, log: its, via }: HandoffEvent, log: LogName): number | undefined =>
  // An event of another program names the keys of the entry before it, because nobody signs it.
  its === log && via === undefined ? (keys ?? 0) : undefined

/** Tests for a change by which the clock ends a lease that was renewed past the moment of its event. */
const isRenewed = ({ endsLease, event }: Change, renewedOf: () => Renewed | undefined): boolean => {
  const renewed = endsLease === true ? renewedOf() : undefined
  return (
    renewed !== undefined &&
    "attempt" in event &&
    renewed.attempt === event.attempt &&
    renewed.until > event.at.epochMilliseconds
  )
}

/**
 * The conflict at the first change whose revision is not the next of its handoff, that names the log with other keys, or
 * that ends a renewed lease; `undefined` without one.
 */
export const conflictIn = (
  commit: ReadonlyArray<Change>,
  revisionOf: (id: RecordId) => number,
  { keys, log }: KeyStanding,
  renewedOf: (id: RecordId) => Renewed | undefined
): RevisionConflict | undefined => {
  const planned = new Map<RecordId, number>()
  for (const change of commit) {
    const { event, record } = change
    const named = keysNamed(event, log)
    if (named !== undefined && named !== keys) return new RevisionConflict({ recordId: keyLogId, revision: named + 1 })
    const id = record.recordId
    if (record.revision !== (planned.get(id) ?? revisionOf(id)) + 1 || isRenewed(change, () => renewedOf(id))) {
      return new RevisionConflict({ recordId: id, revision: record.revision })
    }
    planned.set(id, record.revision)
  }
  return undefined
}

/** The conflict at the first entry that is not the next of its key log; `undefined` if all are. */
export const keyConflictIn = (
  entries: ReadonlyArray<Pick<KeyEntry, "revision" | "event">>,
  lengthOf: (log: LogName) => number
): RevisionConflict | undefined => {
  const planned = new Map<LogName, number>()
  for (const { event, revision } of entries) {
    if (revision !== (planned.get(event.log) ?? lengthOf(event.log)) + 1) {
      return new RevisionConflict({ recordId: keyLogId, revision })
    }
    planned.set(event.log, revision)
  }
  return undefined
}

/**
 * Checks commits in order, each against the state after the accepted ones before it. For a store that compares and writes
 * in one transaction that excludes other writers. `standingOf` returns the stored state before the first commit.
 */
export const make = (
  commits: ReadonlyArray<Commit>,
  standingOf: (id: RecordId) => Standing | undefined,
  keyStanding: KeyStanding
): CommitPlan => {
  const before = new Map<RecordId, Standing | undefined>()
  const states = new Map<RecordId, HandoffRecord>()
  const changes: Array<Change> = []

  const held = (id: RecordId): Standing | undefined => {
    if (!before.has(id)) before.set(id, standingOf(id))
    return before.get(id)
  }
  const revisionOf = (id: RecordId) => states.get(id)?.revision ?? held(id)?.revision ?? 0

  const results = commits.map((commit) => {
    const conflict = conflictIn(commit, revisionOf, keyStanding, (id) => held(id)?.renewed)
    if (conflict !== undefined) return Result.fail(conflict)
    for (const change of commit) {
      changes.push(change)
      states.set(change.record.recordId, change.record)
    }
    return Result.void
  })

  const tally = new Map<string, number>()
  const add = (name: string, n: number) => tally.set(name, (tally.get(name) ?? 0) + n)
  for (const [id, record] of states) {
    const old = before.get(id)
    // The old state is not final, so its status is all that it added.
    if (old !== undefined) add(old.status, -1)
    for (const [name, n] of tallyOf(record)) add(name, n)
  }
  return { results, changes, states, tally }
}
