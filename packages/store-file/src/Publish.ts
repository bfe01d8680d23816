/** Writes the readable file: to a temporary file, flushed, then renamed into place. Call these functions in a turn. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

import * as Failure from "./Failure.ts"
import type { FsError } from "./JournalFs.ts"
import type { Salt } from "./JournalLine.ts"
import * as JournalText from "./JournalText.ts"
import * as JournalWrite from "./JournalWrite.ts"
import type { Aside } from "./Paths.ts"
import * as RestFile from "./RestFile.ts"
import { hashOf } from "./RestRead.ts"
import { type Displaced, isSame, type Rest, type Session } from "./Session.ts"
import { sha256 } from "./Sha256.ts"
import * as TrailText from "./TrailText.ts"
import { hintOf } from "./TrailText.ts"
import * as TrailWrite from "./TrailWrite.ts"

/** Writes and flushes the new file under a temporary name. Returns its path and its mark in the trail. */
const writeRest = (session: Session) =>
  Effect.gen(function* () {
    const hash = sha256()
    const mode = session.rest?.stat?.mode ?? JournalWrite.privateMode
    const { path, file, value } = yield* JournalWrite.writeTemporary(session, mode, (file) =>
      Effect.gen(function* () {
        for (const piece of session.contents.pieces()) {
          hash.update(piece)
          yield* JournalWrite.appendAll(file, piece)
        }
        // A time between two ticks of the file system's clock, so that no later write of another program can have it.
        const now = yield* Clock.currentTimeMillis
        yield* file.date(now + (yield* Random.next))
        return yield* file.stat
      })
    )
    yield* file.close
    return { path, mark: { hash: hash.digest("hex"), hint: hintOf(value) } }
  })

/** Saves bytes beside the file for a person to look at, once for each state of the file. */
export const setAside = (
  session: Session,
  why: Aside,
  bytes: Buffer,
  modified: number
): Effect.Effect<string, FsError | StoreError> =>
  Effect.gen(function* () {
    const { fs, paths } = session
    const when = new Date(modified).toISOString().replaceAll(/[-:.]/g, "")
    const target = paths.aside(why, when)
    if ((yield* fs.stat(target)) !== undefined) return target
    const mode = session.rest?.stat?.mode ?? JournalWrite.privateMode
    yield* JournalWrite.replaceFile(session, target, mode, bytes)
    return target
  })

/** The bytes of a file with only these records. */
export const fileOf = (slices: Iterable<RestFile.Slice>): Buffer => Buffer.concat([...RestFile.join(slices)])

/** Saves bytes beside the file and names them, before anything else is written. */
export const setAllAside = (
  session: Session,
  asides: ReadonlyArray<Displaced>,
  operation: string
): Effect.Effect<void, StoreError> =>
  Effect.mapError(
    Effect.forEach(asides, ({ bytes, modified, why }) =>
      bytes.length === 0
        ? Effect.void
        : Effect.flatMap(setAside(session, why, bytes, modified), (target) =>
            Effect.logWarning(
              `Another program wrote ${session.paths.rest}, or it is from a backup; the part that could not be merged is in ${target}`
            )
          )
    ),
    Failure.ofDisk(operation)
  )

/** Saves the disputed records beside the file before it is written again. */
const keepDisputed = (session: Session, standing: Rest) =>
  Effect.gen(function* () {
    const disputed = session.contents.disputed()
    if (disputed.length === 0) return
    const target = yield* setAside(session, "conflict", fileOf(disputed), standing.stat?.modified ?? 0)
    yield* Effect.logWarning(
      `Records in ${session.paths.rest} contradict their history; the contradicting states are in ${target}`
    )
  })

/**
 * Renames the new file into place. Returns `false` and changes nothing if the file is no longer `standing`, because another
 * program has then written it.
 */
const putInPlace = (session: Session, path: string, standing: Rest, operation: string) =>
  Effect.gen(function* () {
    const { fs, paths } = session
    const now = yield* fs.stat(paths.rest)
    if (!isSame(now, standing.stat)) {
      yield* Effect.ignore(fs.unlink(path))
      return false
    }
    yield* JournalWrite.moveIntoPlace(session, path, paths.rest, now)
    return true
  }).pipe(Effect.mapError(Failure.ofDisk(operation)))

/** The fate of the journal after publishing, and whether it announces the new file to the processes that follow it. */
export interface PublishOptions {
  readonly afterwards: "new journal" | "no journal"
  readonly announce: boolean
}

/** Writes the contents to the readable file. Returns `false` and changes nothing if another program was writing it. */
export const publish = (
  session: Session,
  standing: Rest,
  operation: string,
  options: PublishOptions
): Effect.Effect<boolean, StoreError> =>
  Effect.gen(function* () {
    const { fs, paths, journal } = session
    yield* setAllAside(session, standing.aside ?? [], operation)
    const before = Effect.flatMap(keepDisputed(session, standing), () => writeRest(session))
    const { path, mark } = yield* Effect.mapError(before, Failure.ofDisk(operation))
    const { hash } = mark
    const announcing =
      journal !== undefined && options.announce
        ? JournalWrite.extend(session, journal, JournalText.publish(hash), operation)
        : Effect.void
    yield* announcing.pipe(
      Effect.andThen(TrailWrite.follow(session, journal, standing, mark, operation)),
      Effect.tapError(() => Effect.ignore(fs.unlink(path)))
    )
    if (!(yield* putInPlace(session, path, standing, operation))) return false
    session.rest = { stat: yield* fs.stat(paths.rest), hash, bytes: undefined, stable: false }
    // Before the journal is deleted, because names can reach the disk in any order.
    yield* fs.syncDirectory(paths.directory)
    if (options.afterwards === "new journal") yield* JournalWrite.replace(session, hash, [], operation)
    else yield* dropJournal(session)
    return true
  }).pipe(Effect.catchTag("FsError", (cause) => Effect.fail(Failure.ofDisk(operation, "in doubt")(cause))))

/**
 * Makes a trail of the contents, unless there is one that ends at the file, after saving what it would replace. Returns its
 * salt.
 */
export const beginTrail = (session: Session, standing: Rest, operation: string): Effect.Effect<Salt, StoreError> =>
  Effect.andThen(setAllAside(session, standing.aside ?? [], operation), TrailWrite.begin(session, standing, operation))

/**
 * Writes changes to the readable file without a journal. The session forgets its state afterwards and reads the file again
 * if needed.
 */
export const publishOnce = (
  session: Session,
  standing: Rest,
  changes: ReadonlyArray<JournalText.Placed>,
  operation: string
): Effect.Effect<boolean, StoreError> =>
  Effect.gen(function* () {
    const salt = yield* beginTrail(session, standing, operation)
    yield* Effect.mapError(Effect.fromResult(session.contents.put(changes)), (why) =>
      Failure.corrupt(operation, session.paths.rest, why)
    )
    const before = Effect.flatMap(keepDisputed(session, standing), () => writeRest(session))
    const { path, mark } = yield* Effect.mapError(before, Failure.ofDisk(operation))
    const entries = changes.map(({ event, position, record: { recordId, revision } }) => ({
      recordId,
      revision,
      position,
      event
    }))
    const placing = putInPlace(session, path, standing, operation)
    const isPlaced = yield* Effect.tapError(TrailWrite.commit(session, salt, entries, mark, placing, operation), () =>
      Effect.ignore(session.fs.unlink(path))
    )
    if (!isPlaced) return false
    yield* Effect.mapError(session.fs.syncDirectory(session.paths.directory), Failure.ofDisk(operation, "in doubt"))
    return true
  })

/** Deletes the journal, whose contents are in the readable file. */
export const dropJournal = (session: Session): Effect.Effect<void, FsError> =>
  Effect.gen(function* () {
    const { fs, paths, journal } = session
    if (journal === undefined) return
    yield* fs.unlink(paths.journal)
    session.journal = undefined
    if (journal.file !== undefined) yield* journal.file.close
    yield* fs.syncDirectory(paths.directory)
  })

/** Moves the contents to the file and starts a new journal, if the journal has outgrown the file. */
export const checkpoint = (session: Session): Effect.Effect<void, StoreError> =>
  Effect.suspend(() => {
    const { rest, journal } = session
    if (journal === undefined || rest === undefined || !isDue(session)) return Effect.void
    return Effect.asVoid(publish(session, rest, "checkpoint", { afterwards: "new journal", announce: true }))
  })

/**
 * Writes the contents to the readable file and to a new trail, and deletes the journal, so that no file holds anything that the
 * contents do not. Only for a process that has the store alone.
 */
export const publishAnew = (session: Session, standing: Rest, operation: string): Effect.Effect<boolean, StoreError> =>
  Effect.gen(function* () {
    const { fs, journal, paths } = session
    yield* setAllAside(session, standing.aside ?? [], operation)
    const { path, mark } = yield* writeRest(session)
    if (journal !== undefined) yield* JournalWrite.extend(session, journal, JournalText.publish(mark.hash), operation)
    // Before the file changes, because a trail would bring back what the file lacks. Without one, the file counts.
    if ((yield* fs.stat(paths.trail)) !== undefined) yield* fs.unlink(paths.trail)
    yield* fs.syncDirectory(paths.directory)
    if (!(yield* putInPlace(session, path, standing, operation))) return false
    yield* fs.syncDirectory(paths.directory)
    yield* TrailWrite.rewrite(session, [TrailText.mark(mark)])
    yield* fs.syncDirectory(paths.directory)
    yield* dropJournal(session)
    return true
  }).pipe(Effect.catchTag("FsError", (cause) => Effect.fail(Failure.ofDisk(operation, "in doubt")(cause))))

/** Tests whether a checkpoint is due. */
export const isDue = ({ journal, rest, checkpointBytes }: Session): boolean =>
  journal !== undefined && journal.end > Math.max(checkpointBytes, rest?.stat?.size ?? 0)

/** Moves the contents to the file and deletes the journal. The last process to close calls it. */
export const comeToRest = (session: Session): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { rest, journal, fs, paths } = session
    if (journal === undefined || rest === undefined) return
    const hash = yield* hashOf(rest)
    if (hash !== journal.tip) {
      yield* publish(session, rest, "close", { afterwards: "no journal", announce: true })
    } else {
      yield* fs.syncDirectory(paths.directory)
      yield* dropJournal(session)
    }
  }).pipe(Effect.catchTag("FsError", (cause) => Effect.fail(Failure.ofDisk("close")(cause))))
