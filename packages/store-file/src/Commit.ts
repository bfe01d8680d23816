/** Checks the commits of a group and writes the ones that fit, in one turn. */
import { type Change, type Commit, type CommitAll } from "@aumai/handoff-core"
import type { RecordId, RevisionConflict, StoreError } from "@aumai/handoff-protocol"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import * as Failure from "./Failure.ts"
import * as JournalText from "./JournalText.ts"
import * as JournalWrite from "./JournalWrite.ts"
import * as LogFile from "./LogFile.ts"
import { beginTrail, publish, publishOnce } from "./Publish.ts"
import { refreshInTurn } from "./Refresh.ts"
import * as RenewalFile from "./RenewalFile.ts"
import { hashOf } from "./RestRead.ts"
import { forget, type Renewals, type Rest, type Session, turn, turnAlone } from "./Session.ts"

const operation = "commit"

/** The options of the writer. */
export interface CommitOptions {
  /**
   * Writes the first commit directly to the readable file if no other process has the store open and there is no journal.
   * This takes two flushes in all, and none at close.
   */
  readonly direct: boolean
}

interface Judged {
  readonly results: ReadonlyArray<Result.Result<void, RevisionConflict>>
  readonly changes: ReadonlyArray<Change>
}

/** Checks commits in order, each against the ones before it. A commit with a conflict has no effect. */
const judge = (
  session: Session,
  commits: NonEmptyReadonlyArray<Commit>,
  renewals: Renewals["of"]
): Result.Result<Judged, string> => {
  const planned = new Map<RecordId, number>()
  const results: Array<Result.Result<void, RevisionConflict>> = []
  const changes: Array<Change> = []
  for (const commit of commits) {
    const conflict = session.contents.conflict(commit, planned, renewals)
    if (Result.isFailure(conflict)) return Result.fail(conflict.failure)
    if (conflict.success === undefined) {
      results.push(Result.void)
      changes.push(...commit)
    } else results.push(Result.fail(conflict.success))
  }
  return Result.succeed({ results, changes })
}

const none: Renewals["of"] = new Map()

/** The renewals that a group is compared with. Most groups end no lease. */
const renewalsFor = (session: Session, commits: ReadonlyArray<Commit>): Effect.Effect<Renewals["of"], StoreError> =>
  commits.some((commit) => commit.some(({ endsLease }) => endsLease === true))
    ? RenewalFile.read(session, operation)
    : Effect.succeed(none)

/** Makes the function that writes a group. */
export const make = (session: Session, options: CommitOptions): CommitAll => {
  let direct = options.direct
  const busy = Failure.unavailable(operation, `${session.paths.rest} is being written by another program; try again`)
  const unreadable = (why: string) => Failure.corrupt(operation, session.paths.rest, why)

  const write = (changes: ReadonlyArray<JournalText.Placed>): Effect.Effect<void, StoreError> =>
    Effect.suspend(() => {
      const { journal, rest, lock } = session
      if (lock === undefined || rest === undefined) return Effect.fail(JournalWrite.readOnly(session, operation))
      const json = JournalText.transaction(changes)
      const written =
        journal !== undefined
          ? JournalWrite.extend(session, journal, json, operation)
          : rest.isBehind === true
            ? publishFirst(rest, json)
            : Effect.when(beginTrail(session, rest, operation), Effect.succeed(rest.stat !== undefined)).pipe(
                Effect.andThen(hashOf(rest)),
                Effect.flatMap((hash) => JournalWrite.replace(session, hash, [json], operation))
              )
      return Effect.flatMap(written, () => put(changes))
    })

  /** Writes the file before a journal stands on it, because it lacks entries of the contents. */
  const publishFirst = (rest: Rest, json: string): Effect.Effect<void, StoreError> =>
    Effect.gen(function* () {
      const isPlaced = yield* publish(session, rest, operation, { afterwards: "new journal", announce: false })
      const { journal } = session
      if (!isPlaced || journal === undefined) return yield* busy
      yield* JournalWrite.extend(session, journal, json, operation)
    })

  const put = (changes: ReadonlyArray<JournalText.Placed>): Effect.Effect<void, StoreError> =>
    Effect.asVoid(Effect.mapError(Effect.fromResult(session.contents.put(changes)), unreadable))

  const writeDirectly = (changes: ReadonlyArray<JournalText.Placed>): Effect.Effect<void, StoreError> =>
    Effect.gen(function* () {
      const { rest } = session
      direct = false
      if (rest === undefined) return
      if (!(yield* publishOnce(session, rest, changes, operation))) return yield* busy
      // The cached state no longer describes the file, even if this failed.
    }).pipe(Effect.ensuring(Effect.sync(() => forget(session))))

  return (commits) => {
    const judgeAndWrite = (write: (changes: ReadonlyArray<JournalText.Placed>) => Effect.Effect<void, StoreError>) =>
      Effect.flatMap(renewalsFor(session, commits), (renewals) => {
        const judged = judge(session, commits, renewals)
        if (Result.isFailure(judged)) return Effect.fail(unreadable(judged.failure))
        const { results, changes } = judged.success
        if (changes.length === 0) return Effect.succeed(results)
        const placed = session.contents.place(changes)
        if (Result.isFailure(placed)) return Effect.fail(unreadable(placed.failure))
        return Effect.as(Effect.andThen(LogFile.settle(session, operation), write(placed.success)), results)
      })
    const inTurn = turn(session, operation, refreshInTurn(session, operation), judgeAndWrite(write))
    if (!direct) return inTurn
    const alone = turnAlone(
      session,
      operation,
      refreshInTurn(session, operation),
      // If a crash left a journal, the commit extends it, and closing folds it into the file.
      judgeAndWrite((changes) => (session.journal === undefined ? writeDirectly(changes) : write(changes)))
    )
    return Effect.flatMap(alone, (done) => (Option.isSome(done) ? Effect.succeed(done.value) : inTurn))
  }
}
