/** Removes and erases handoffs of the file. Loaded on first use. */
import { isUtf8 } from "node:buffer"

import {
  type LogOrigin,
  numberOf,
  pageOfRuns,
  positionOf,
  type RemovedRun,
  type Retention,
  type Rewrite,
  rewriteConflict,
  rewrittenIds,
  runsAfter
} from "@aumai/handoff-core"
import { Digest, parseJson, RevisionConflict, type RecordId, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import * as Failure from "./Failure.ts"
import type { FileStat } from "./JournalFs.ts"
import * as JournalWrite from "./JournalWrite.ts"
import * as LogFile from "./LogFile.ts"
import { publishAnew } from "./Publish.ts"
import { refreshInTurn } from "./Refresh.ts"
import { forget, isSame, type Rest, type Session, turnAlone } from "./Session.ts"

// The file of the leaves: each run as [first, last, level, hash].
const format = 1
const File = Schema.Struct({
  format: Schema.Literals([format]),
  log: Schema.String,
  removed: Schema.Array(Schema.Tuple([Schema.Int, Schema.Int, Schema.Int, Digest]))
})
const decodeFile = Schema.decodeUnknownResult(File)

const operation = "rewrite"

/** Makes the reader of the runs, which keeps them until the file changes. */
const reader = (session: Session) => {
  let known: { readonly stat: FileStat; readonly runs: ReadonlyArray<RemovedRun> } | undefined
  return (origin: LogOrigin): Effect.Effect<ReadonlyArray<RemovedRun>, StoreError> =>
    Effect.gen(function* () {
      const { fs, paths } = session
      const stat = yield* fs.stat(paths.removed)
      if (stat === undefined) return []
      if (known !== undefined && isSame(known.stat, stat)) return known.runs
      const { bytes } = yield* fs.read(paths.removed)
      const corrupt = (why: string) => Failure.corrupt("removed", paths.removed, why)
      const json = isUtf8(bytes) ? parseJson(bytes.toString("utf8")) : Result.fail("it is not UTF-8")
      if (Result.isFailure(json)) return yield* corrupt(json.failure)
      const file = decodeFile(json.success)
      if (Result.isFailure(file)) return yield* corrupt("it does not list removed entries")
      if (file.success.log !== origin.log) return yield* corrupt(`it belongs to the log ${file.success.log}`)
      const runs = file.success.removed.map(([first, last, level, hash]) => ({
        first: positionOf(origin, first),
        last: positionOf(origin, last),
        level,
        hash
      }))
      known = { stat, runs }
      return runs
    }).pipe(Effect.catchTag("FsError", (cause) => Effect.fail(Failure.ofDisk("removed")(cause))))
}

const write = (session: Session, { log }: LogOrigin, runs: ReadonlyArray<RemovedRun>) => {
  const rows = runs.map(({ first, hash, last, level }) =>
    JSON.stringify([numberOf(first), numberOf(last), level, hash])
  )
  const text = `{"format":${format},"log":"${log}","removed":[\n${rows.join(",\n")}\n]}\n`
  const mode = session.rest?.stat?.mode ?? JournalWrite.privateMode
  return Effect.catchTag(
    JournalWrite.replaceFile(session, session.paths.removed, mode, Buffer.from(text)),
    "FsError",
    (cause) => Effect.fail(Failure.ofDisk(operation)(cause))
  )
}

// Another process that ends a command has the file for some milliseconds.
const attempts = 20
const pause = "50 millis"

// More than a file holds: each rewrite writes the whole file.
const batch = 1_000_000

/** Makes the retention of one file. Every file of the store is written again, so no other process may have it open. */
export const make = (session: Session): Retention => {
  const { paths } = session
  const read = reader(session)

  const closeAndForget = Effect.suspend(() => {
    const close = session.journal?.file?.close ?? Effect.void
    forget(session)
    return close
  })

  const rewriteAll = ({ drop = [], leave = [], put = [], retract = [] }: Rewrite) =>
    Effect.gen(function* (): Effect.fn.Return<void, RevisionConflict | StoreError> {
      const origin = yield* LogFile.settle(session, operation)
      const { contents, rest } = session
      if (rest === undefined) return yield* JournalWrite.readOnly(session, operation)
      const revisions = new Map<RecordId, number>()
      for (const id of rewrittenIds({ drop, put })) {
        const found = contents.get(id)
        if (Result.isFailure(found)) return yield* Failure.corrupt(operation, paths.rest, found.failure)
        revisions.set(id, found.success?.revision ?? 0)
      }
      const conflict = rewriteConflict({ drop, put }, (id) => revisions.get(id) ?? 0)
      if (conflict !== undefined) return yield* new RevisionConflict(conflict)
      const runs = yield* read(origin)
      // The cached state describes neither the old files nor the new ones, even if this fails.
      yield* Effect.ensuring(writeAll(origin, rest, runs, { drop, leave, put, retract }), closeAndForget)
    })

  const writeAll = (
    origin: LogOrigin,
    rest: Rest,
    runs: ReadonlyArray<RemovedRun>,
    { drop, leave, put, retract }: Required<Rewrite>
  ) =>
    Effect.gen(function* () {
      const { contents } = session
      // Leaves stand before their entries are removed, and until they are back: between the two an entry counts once.
      if (leave.length > 0) yield* write(session, origin, runsAfter(runs, { leave }))
      contents.rewrite(
        drop.map(({ recordId }) => recordId),
        put.map(({ entries, record }) => ({
          record,
          entries: entries.map(({ event, position }) => ({ event, position: numberOf(position) }))
        }))
      )
      if (!(yield* publishAnew(session, rest, operation))) {
        return yield* Failure.unavailable(operation, `${paths.rest} is being written by another program; try again`)
      }
      if (retract.length > 0) yield* write(session, origin, runsAfter(runs, { leave, retract }))
    })

  const alone = <A>(body: Effect.Effect<A, StoreError>, left = attempts): Effect.Effect<A, StoreError> =>
    Effect.flatMap(turnAlone(session, operation, refreshInTurn(session, operation), body), (done) => {
      if (Option.isSome(done)) return Effect.succeed(done.value)
      if (left > 0) return Effect.andThen(Effect.sleep(pause), alone(body, left - 1))
      return Effect.fail(
        session.lock === undefined
          ? JournalWrite.readOnly(session, operation)
          : Failure.unavailable(
              operation,
              `${paths.rest} is open in another process, which holds what is to be removed. Nothing was changed; close it there, and repeat`
            )
      )
    })

  return {
    batch,
    rewrite: (rewrite) =>
      Effect.flatMap(alone(Effect.result(rewriteAll(rewrite)).pipe(Effect.flatMap(ofStore))), Effect.fromResult),
    removed: ({ after, limit }) =>
      Effect.gen(function* () {
        const runs = yield* read(yield* LogFile.originOf(session, "removed"))
        return pageOfRuns(runs, limit, after)
      }),
    // A rewrite leaves no old file.
    reclaim: Effect.void
  }
}

/** Fails with a fault of the store; a conflict stays a value, because a turn fails with nothing else. */
const ofStore = (
  result: Result.Result<void, RevisionConflict | StoreError>
): Effect.Effect<Result.Result<void, RevisionConflict>, StoreError> =>
  Result.isFailure(result) && result.failure._tag === "StoreError"
    ? Effect.fail(result.failure)
    : // The cast: the other error was handled.
      Effect.succeed(result as Result.Result<void, RevisionConflict>)
