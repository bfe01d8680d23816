import { type HandoffRecord, type HandoffStatus, type RecordId, RevisionConflict } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import type { Change, Commit } from "./HandoffStore.ts"
import { tallyOf } from "./Tally.ts"

/** What a store holds of one handoff, as far as it matters to the next commit. */
export interface Standing {
  readonly revision: number
  readonly status: HandoffStatus
}

/** What to write for several commits. */
export interface CommitPlan {
  /** One for each commit, in the same order. */
  readonly results: ReadonlyArray<Result.Result<void, RevisionConflict>>
  /** Every change of the commits that fit, in order: the entries to append to the log. */
  readonly changes: ReadonlyArray<Change>
  /** The state in which each handoff ends: the rows to replace. Keyed by id. */
  readonly states: ReadonlyMap<RecordId, HandoffRecord>
  /** By how much the tally changes. */
  readonly tally: ReadonlyMap<string, number>
}

/** The first change of a commit that is not the next of its handoff, as the error it deserves. */
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
 * Judges commits in order, each seeing those before it that fit: for a store that compares and writes in one step, such
 * as a transaction that no other writer can come between. `standingOf` tells what the store holds before the first.
 *
 * @example
 * ```ts
 * import { type Commit, CommitPlan } from "@aumai/handoff-core"
 *
 * const onAnEmptyStore = (commits: ReadonlyArray<Commit>) => CommitPlan.make(commits, () => undefined).states.size
 * ```
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
    // Only a final state adds more than its status, and nothing follows a final one.
    if (old !== undefined) add(old.status, -1)
    for (const [name, n] of tallyOf(record)) add(name, n)
  }
  return { results, changes, states, tally }
}
