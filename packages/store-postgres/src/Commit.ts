/** Commits of one group, in as few statements as they allow. */
import { type Commit, CommitPlan, keysOf, StoredText, tallyOf } from "@aumai/handoff-core"
import { type HandoffRecord, RevisionConflict, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"

import type { Connections } from "./Connections.ts"
import * as Failure from "./Failure.ts"
import * as Statements from "./Statements.ts"

/** A commit as rows. */
interface Prepared {
  readonly index: number
  readonly states: ReadonlyArray<Statements.StateRow>
  readonly entries: ReadonlyArray<Statements.LogRow>
}

const stateRow = (commit: number, base: number, record: HandoffRecord, text: string): Statements.StateRow => {
  const { status, to, from, parent, urgency, createdAt, dueAt } = keysOf(record)
  return {
    commit,
    id: record.recordId,
    base,
    revision: record.revision,
    status,
    to,
    from,
    parent: parent ?? null,
    urgency,
    createdAt,
    dueAt: dueAt ?? null,
    record: text,
    sums: tallyOf(record).slice(1)
  }
}

/** The changes of one handoff within a commit become one row, from before the first to behind the last. */
const prepare = (commit: Commit, index: number): Prepared => {
  const states = new Map<string, Statements.StateRow>()
  const entries: Array<Statements.LogRow> = []
  for (const change of commit) {
    const { record } = change
    const text = StoredText.encode(change)
    const base = states.get(record.recordId)?.base ?? record.revision - 1
    states.set(record.recordId, stateRow(index, base, record, text.record))
    entries.push({ id: record.recordId, revision: record.revision, event: text.event })
  }
  return { index, states: [...states.values()], entries }
}

/** The first of a commit's changes that does not begin where the one before it ended. */
const gapIn = (commit: Commit): RevisionConflict | undefined => {
  const first = new Map<string, number>()
  for (const { record } of commit) {
    if (!first.has(record.recordId)) first.set(record.recordId, record.revision - 1)
  }
  return CommitPlan.conflictIn(commit, (id) => first.get(id) ?? 0)
}

/**
 * The commits that can go together: no handoff twice, and none before an earlier commit of its handoff. What is left is
 * for the next statement.
 */
const divide = (commits: ReadonlyArray<Prepared>) => {
  const taken = new Set<string>()
  const now: Array<Prepared> = []
  const later: Array<Prepared> = []
  for (const one of commits) {
    const fits = one.states.every(({ id }) => !taken.has(id))
    for (const { id } of one.states) taken.add(id)
    ;(fits ? now : later).push(one)
  }
  return { now, later }
}

// Each time somebody else has got through; and they wait a little, so that not all come back at once.
const again = Schedule.jittered(Schedule.exponential("2 millis"))
const attempts = 8

/** Writes commits, judged in order; `tell` is done whenever some have been written. */
export const make =
  ({ address, run }: Connections, tell: Effect.Effect<void>) =>
  (commits: ReadonlyArray<Commit>): Effect.Effect<ReadonlyArray<Result.Result<void, RevisionConflict>>, StoreError> =>
    Effect.gen(function* () {
      const results = new Map<number, Result.Result<void, RevisionConflict>>()
      /** What has been written: revisions only grow, so what begins before it has lost. */
      const reached = new Map<string, number>()
      /** What has lost, and was judged when all of these commits were waiting: others that begin there have lost too. */
      const beaten = new Map<string, number>()
      const lose = (one: Prepared, id: string) => {
        results.set(one.index, Result.fail(conflictOf(commits[one.index], id)))
      }

      let waiting: ReadonlyArray<Prepared> = commits.flatMap((changes, index) => {
        const gap = gapIn(changes)
        if (gap === undefined) return [prepare(changes, index)]
        results.set(index, Result.fail(gap))
        return []
      })
      let isWriting = false
      while (waiting.length > 0) {
        const { now, later } = divide(waiting)
        const states = now.flatMap((one) => one.states).toSorted((a, b) => (a.id < b.id ? -1 : 1))
        const entries = now.flatMap((one) => one.entries)
        const rows = yield* run(...Statements.commit(states, entries)).pipe(
          Effect.retry({ schedule: again, times: attempts, while: Failure.isRepeatable }),
          Effect.mapError(
            // Those of earlier statements have been written, and this says of all of them what is true of each.
            isWriting ? (error) => Failure.inDoubt(address, "commit", error) : Failure.ofWrite(address, "commit")
          )
        )
        isWriting = true
        const [written, unfit] = [new Set<string>(), new Set<string>()]
        for (const [id, isWritten, isUnfit] of rows) {
          if (isWritten === true) written.add(String(id))
          if (isUnfit === true) unfit.add(String(id))
        }
        for (const one of now) {
          const lost = one.states.find(({ id }) => unfit.has(id)) ?? one.states.find(({ id }) => !written.has(id))
          if (lost === undefined) for (const { id, revision } of one.states) reached.set(id, revision)
          else {
            beaten.set(lost.id, lost.base)
            lose(one, lost.id)
          }
        }
        for (const id of written) beaten.delete(id)
        waiting = later.filter((one) => {
          const lost = one.states.find(({ id, base }) => base < (reached.get(id) ?? 0) || beaten.get(id) === base)
          if (lost !== undefined) lose(one, lost.id)
          return lost === undefined
        })
        if (written.size > 0) yield* tell
      }
      return commits.map((_, index) => results.get(index) ?? Result.void)
    })

const conflictOf = (commit: Commit | undefined, id: string): RevisionConflict => {
  const change = commit?.find(({ record }) => record.recordId === id)
  // Never: the id was taken from this commit.
  if (change === undefined) throw new Error(`No change of ${id}`)
  return new RevisionConflict({ recordId: change.record.recordId, revision: change.record.revision })
}
