/** Writes the commits of one group in as few statements as possible. */
import { type Change, type Commit, CommitPlan, keysOf, StoredText, tallyOf } from "@aumai/handoff-core"
import { type HandoffRecord, keyLogId, type LogName, RevisionConflict, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"

import type { Connections } from "./Connections.ts"
import * as Failure from "./Failure.ts"
import * as Statements from "./Statements.ts"

/** A commit as rows. */
interface Prepared {
  readonly index: number
  /** The number of keys that it names; `null` if it names none. */
  readonly keys: number | null
  readonly states: ReadonlyArray<Statements.StateRow>
  readonly entries: ReadonlyArray<Statements.LogRow>
}

const stateRow = (
  place: Pick<Statements.StateRow, "commit" | "base" | "keys" | "ends">,
  record: HandoffRecord,
  text: string
): Statements.StateRow => {
  const { status, to, from, parent, urgency, createdAt, dueAt, turn, latest, ...lease } = keysOf(record)
  return {
    ...place,
    id: record.recordId,
    revision: record.revision,
    status,
    to,
    from,
    parent: parent ?? null,
    urgency,
    createdAt,
    dueAt: dueAt ?? null,
    turn: turn ?? null,
    latest,
    attempt: lease.attempt,
    leaseUntil: lease.leaseUntil ?? null,
    otherDue: lease.otherDue ?? null,
    record: text,
    sums: tallyOf(record).slice(1)
  }
}

/** The moment at which a change ends the lease that ran before its commit; `before` is the state that the commit has made. */
const endOf = ({ endsLease, event }: Change, before: Statements.StateRow | undefined): number | null => {
  const isOfRow = before === undefined || ("attempt" in event && event.attempt === before.attempt)
  return endsLease === true && isOfRow ? Math.trunc(event.at.epochMilliseconds) : null
}

/** Merges the changes of one handoff in a commit into one row: from the revision before the first to the last state. */
const prepare = (commit: Commit, index: number, keys: number | null): Prepared => {
  const states = new Map<string, Statements.StateRow>()
  const entries: Array<Statements.LogRow> = []
  for (const change of commit) {
    const { record } = change
    const text = StoredText.encode(change)
    const before = states.get(record.recordId)
    const base = before?.base ?? record.revision - 1
    const ends = before?.ends ?? endOf(change, before)
    states.set(record.recordId, stateRow({ commit: index, base, keys, ends }, record, text.record))
    entries.push({ id: record.recordId, revision: record.revision, event: text.event })
  }
  return { index, keys, states: [...states.values()], entries }
}

/** The number of keys that the first change of a commit which names this log names; `null` if no change does. */
const keysNamed = (commit: Commit, log: LogName): number | null => {
  for (const { event } of commit) {
    const keys = CommitPlan.keysNamed(event, log)
    if (keys !== undefined) return keys
  }
  return null
}

/**
 * The conflict of a commit with itself: a change that does not follow the previous one of the same handoff, or that names
 * other keys than one before it.
 */
const gapIn = (commit: Commit, log: LogName, keys: number | null): RevisionConflict | undefined => {
  const first = new Map<string, number>()
  for (const { record } of commit) {
    if (!first.has(record.recordId)) first.set(record.recordId, record.revision - 1)
  }
  return CommitPlan.conflictIn(
    commit,
    (id) => first.get(id) ?? 0,
    { log, keys: keys ?? 0 },
    () => undefined
  )
}

/**
 * Splits off the commits that fit in one statement: no handoff twice, and the commits of each handoff in order. The next
 * statement takes the rest.
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

// A repeatable failure means that another writer succeeded. The jitter keeps the losers from meeting again.
const again = Schedule.jittered(Schedule.exponential("2 millis"))
const attempts = 8

/** Writes commits to a log, checked in order, and runs `announce` after each statement that wrote something. */
export const make =
  ({ address, run }: Connections, log: LogName, announce: Effect.Effect<void>) =>
  (commits: ReadonlyArray<Commit>): Effect.Effect<ReadonlyArray<Result.Result<void, RevisionConflict>>, StoreError> =>
    Effect.gen(function* () {
      const results = new Map<number, Result.Result<void, RevisionConflict>>()
      /** The revisions written so far. A commit on an earlier revision has lost, because revisions only grow. */
      const reached = new Map<string, number>()
      /** The base revisions that lost to another writer. Waiting commits with the same base have lost too. */
      const beaten = new Map<string, number>()
      const lose = (one: Prepared, id: string) => {
        results.set(one.index, Result.fail(conflictOf(commits[one.index], id)))
      }

      let waiting: ReadonlyArray<Prepared> = commits.flatMap((changes, index) => {
        const keys = keysNamed(changes, log)
        const gap = gapIn(changes, log, keys)
        if (gap === undefined) return [prepare(changes, index, keys)]
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
            // The error is the answer to every commit of the group, and earlier statements have written some of them.
            isWriting ? (error) => Failure.inDoubt(address, "commit", error) : Failure.ofWrite(address, "commit")
          )
        )
        isWriting = true
        const [written, unfit] = [new Set<string>(), new Set<string>()]
        let known: number | undefined
        for (const [id, isWritten, isUnfit, keys] of rows) {
          if (keys !== null) known = Number(keys)
          if (isWritten === true) written.add(String(id))
          if (isUnfit === true) unfit.add(String(id))
        }
        for (const one of now) {
          if (known !== undefined && one.keys !== null && one.keys !== known) {
            results.set(one.index, Result.fail(new RevisionConflict({ recordId: keyLogId, revision: one.keys + 1 })))
            continue
          }
          const lost = one.states.find(({ id }) => unfit.has(id)) ?? one.states.find(({ id }) => !written.has(id))
          if (lost === undefined) for (const { id, revision } of one.states) reached.set(id, revision)
          else {
            // The end of a renewed lease loses to no revision.
            if (lost.ends === null) beaten.set(lost.id, lost.base)
            lose(one, lost.id)
          }
        }
        for (const id of written) beaten.delete(id)
        waiting = later.filter((one) => {
          const lost = one.states.find(({ id, base }) => base < (reached.get(id) ?? 0) || beaten.get(id) === base)
          if (lost !== undefined) lose(one, lost.id)
          return lost === undefined
        })
        if (written.size > 0) yield* announce
      }
      return commits.map((_, index) => results.get(index) ?? Result.void)
    })

const conflictOf = (commit: Commit | undefined, id: string): RevisionConflict => {
  const change = commit?.find(({ record }) => record.recordId === id)
  // Cannot happen: the id comes from this commit.
  if (change === undefined) throw new Error(`No change of ${id}`)
  return new RevisionConflict({ recordId: change.record.recordId, revision: change.record.revision })
}
