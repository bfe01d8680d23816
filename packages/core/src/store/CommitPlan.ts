import { type HandoffRecord, type HandoffStatus, type RecordId, RevisionConflict } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import type { Change, Commit } from "./HandoffStore.ts"
import { tallyOf } from "./Tally.ts"

/** The stored state of one handoff that the next commit depends on. */
export interface Standing {
  readonly revision: number
  readonly status: HandoffStatus
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

/** The conflict at the first change whose revision is not the next of its handoff; `undefined` if all are. */
export const conflictIn = (
  commit: ReadonlyArray<Change>,
  revisionOf: (id: RecordId) => number
): RevisionConflict | undefined => {
  const planned = new Map<RecordId, number>()
  for (const { record } of commit) {
    const id = record.recordId
    if (record.revision !== (planned.get(id) ?? revisionOf(id)) + 1) {
      return new RevisionConflict({ recordId: id, revision: record.revision })
    }
    planned.set(id, record.revision)
  }
  return undefined
}

/**
 * Checks commits in order, each against the state after the accepted ones before it. For a store that compares and writes
 * in one transaction that excludes other writers. `standingOf` returns the stored state before the first commit.
 */
export const make = (
  commits: ReadonlyArray<Commit>,
  standingOf: (id: RecordId) => Standing | undefined
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
    const conflict = conflictIn(commit, revisionOf)
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
