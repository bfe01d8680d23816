/**
 * Writes the trail, before the readable file that holds the same entries is renamed into place. Call these functions in a
 * turn.
 */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import * as Failure from "./Failure.ts"
import type { FsError, JournalFile } from "./JournalFs.ts"
import * as JournalLine from "./JournalLine.ts"
import * as JournalText from "./JournalText.ts"
import * as JournalWrite from "./JournalWrite.ts"
import { hashOf } from "./RestRead.ts"
import type { Journal, Rest, Session } from "./Session.ts"
import * as TrailRead from "./TrailRead.ts"
import * as TrailText from "./TrailText.ts"

// Long enough that one write takes more time in the disk than in calls.
const pieceSize = 1024 * 1024

/** The lines of all entries of the contents, in pieces. */
const pieces = function* (session: Session, salt: JournalLine.Salt, last: ReadonlyArray<string>): Generator<Buffer> {
  let batch: Array<Buffer> = []
  let size = 0
  const linesOf = function* () {
    for (const recordId of session.contents.ids()) {
      const found = session.contents.handoff(recordId)
      if (Result.isFailure(found) || found.success === undefined) continue
      yield TrailText.entries(
        found.success.entries.map(({ event, position }, index) => ({ recordId, revision: index + 1, position, event }))
      )
    }
    yield* last
  }
  for (const json of linesOf()) {
    const line = JournalLine.encode(json, salt)
    batch.push(line)
    size += line.length
    if (size >= pieceSize) {
      yield Buffer.concat(batch, size)
      batch = []
      size = 0
    }
  }
  yield Buffer.concat(batch, size)
}

/** Replaces the trail with one that holds all entries of the contents, followed by these lines. Returns its salt. */
export const rewrite = (session: Session, last: ReadonlyArray<string>): Effect.Effect<JournalLine.Salt, FsError> =>
  Effect.gen(function* () {
    const { fs, paths } = session
    const generation = yield* JournalWrite.randomName
    const header = JournalText.header({
      version: TrailText.version,
      generation,
      base: null,
      ...JournalWrite.nameOf(session)
    })
    const mode = session.rest?.stat?.mode ?? JournalWrite.privateMode
    const salt = JournalLine.saltOf(generation)
    const { path, file } = yield* JournalWrite.writeTemporary(session, mode, (file) =>
      Effect.gen(function* () {
        yield* JournalWrite.appendAll(file, JournalLine.encode(header, JournalLine.headerSalt))
        for (const piece of pieces(session, salt, last)) yield* JournalWrite.appendAll(file, piece)
      })
    )
    yield* file.close
    yield* Effect.tapError(fs.rename(path, paths.trail), () => Effect.ignore(fs.unlink(path)))
    return salt
  })

/**
 * Makes a trail that ends at the readable file, unless there is one, and returns its salt. The file must hold the contents,
 * or be behind them.
 */
export const begin = (
  session: Session,
  standing: Rest,
  operation: string
): Effect.Effect<JournalLine.Salt, StoreError> =>
  Effect.gen(function* () {
    const seen = yield* TrailRead.look(session, operation)
    if (seen?.salt !== undefined && (yield* TrailRead.endsAt(seen, standing))) return seen.salt
    const hash = yield* hashOf(standing)
    const last =
      hash === null || standing.stat === undefined || standing.isBehind === true
        ? []
        : [TrailText.mark({ hash, hint: TrailText.hintOf(standing.stat) })]
    return yield* Effect.mapError(rewrite(session, last), Failure.ofDisk(operation))
  })

/**
 * Adds what the new readable file holds beyond the standing one, which the journal continues. Writes the trail again if it
 * does not end at the standing one.
 */
export const follow = (
  session: Session,
  journal: Journal | undefined,
  standing: Rest,
  mark: TrailText.Mark,
  operation: string
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const last = TrailText.mark(mark)
    const whole = Effect.mapError(rewrite(session, [last]), Failure.ofDisk(operation))
    const seen = yield* TrailRead.look(session, operation)
    const hash = yield* hashOf(standing)
    if (journal === undefined || !journal.known.has(hash) || seen?.salt === undefined || seen.tip?.hash !== hash) {
      return void (yield* whole)
    }
    const from = journal.lines.findLastIndex((json) => JournalText.published(json) === hash) + 1
    const lines = journal.lines.slice(from).flatMap((json) => TrailText.fromJournal(json) ?? [])
    const { salt } = seen
    yield* Effect.acquireUseRelease(
      Effect.mapError(session.fs.open(session.paths.trail), Failure.ofDisk(operation)),
      (file) =>
        Effect.gen(function* () {
          // A torn line that this leaves is not acknowledged, and the first newline of the next one ends it.
          yield* Effect.mapError(append(file, salt, [...lines, last]), Failure.ofDisk(operation))
          // After a failed flush the system may have dropped the bytes, and reports that only once.
          yield* Effect.catchTag(file.sync, "FsError", () => whole)
        }),
      (file) => file.close
    )
  })

const append = (file: JournalFile, salt: JournalLine.Salt, lines: ReadonlyArray<string>) =>
  JournalWrite.appendAll(file, Buffer.concat(lines.map((json) => JournalLine.encode(json, salt))))

/**
 * Adds one transaction to a trail that `begin` has made, and the mark of the file that will hold it. Runs `place`, which
 * renames that file into place; if it fails or returns `false`, takes the lines back, because their commit then did not
 * happen.
 */
export const commit = (
  session: Session,
  salt: JournalLine.Salt,
  entries: ReadonlyArray<TrailText.TrailEntry>,
  mark: TrailText.Mark,
  place: Effect.Effect<boolean, StoreError>,
  operation: string
): Effect.Effect<boolean, StoreError> =>
  Effect.acquireUseRelease(
    Effect.mapError(session.fs.open(session.paths.trail), Failure.ofDisk(operation)),
    (file) =>
      Effect.gen(function* () {
        const { size } = yield* Effect.mapError(file.stat, Failure.ofDisk(operation))
        const takeBack = Effect.mapError(
          Effect.andThen(file.truncate(size), file.sync),
          Failure.ofDisk(operation, "in doubt")
        )
        yield* append(file, salt, [TrailText.entries(entries), TrailText.mark(mark)]).pipe(
          Effect.mapError(Failure.ofDisk(operation)),
          Effect.tapError(() => takeBack)
        )
        // A file that lost bytes in a failed flush must not grow: the lines stay, so that the next commit writes it again.
        yield* Effect.mapError(file.sync, Failure.ofDisk(operation, "in doubt"))
        const isPlaced = yield* Effect.tapError(place, () => takeBack)
        if (!isPlaced) yield* takeBack
        return isPlaced
      }),
    (file) => file.close
  )
