/** Writing the readable file: into a temporary file, flushed, then renamed into place. All of it happens in a turn. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"

import * as Failure from "./Failure.ts"
import type { FsError } from "./JournalFs.ts"
import * as JournalText from "./JournalText.ts"
import * as JournalWrite from "./JournalWrite.ts"
import * as RestFile from "./RestFile.ts"
import { hashOf } from "./RestRead.ts"
import { isSame, type Rest, type Session } from "./Session.ts"

/** What becomes of the journal once the readable file holds everything. */
export type Afterwards = "new journal" | "no journal"

const writeRest = (session: Session): Effect.Effect<{ readonly path: string; readonly hash: string }, FsError> =>
  Effect.gen(function* () {
    const hash = createHash("sha256")
    const mode = session.rest?.stat?.mode ?? JournalWrite.privateMode
    const { path, file } = yield* JournalWrite.writeTemporary(session, mode, (file) =>
      Effect.gen(function* () {
        for (const piece of session.contents.pieces()) {
          hash.update(piece)
          yield* JournalWrite.appendAll(file, piece)
        }
      })
    )
    yield* file.close
    return { path, hash: hash.digest("hex") }
  })

/** Keeps something beside the file for a person to look at; done once for each state of the file. */
export const setAside = (
  session: Session,
  why: "conflict" | "unreadable",
  bytes: Buffer,
  modified: number
): Effect.Effect<string, FsError> =>
  Effect.gen(function* () {
    const { fs, paths } = session
    const when = new Date(modified).toISOString().replaceAll(/[-:.]/g, "")
    const target = paths.aside(why, when)
    if ((yield* fs.stat(target)) !== undefined) return target
    const mode = session.rest?.stat?.mode ?? JournalWrite.privateMode
    const { path, file } = yield* JournalWrite.writeTemporary(session, mode, (file) => JournalWrite.appendAll(file, bytes))
    yield* file.close
    yield* fs.rename(path, target)
    yield* fs.syncDirectory(paths.directory)
    return target
  })

/** The bytes of a file that holds only these records. */
export const fileOf = (slices: Iterable<RestFile.Slice>): Buffer => Buffer.concat([...RestFile.join(slices)])

/**
 * Writes the readable file and renames it into place. `standing` is what is there now: if it is something else when
 * the moment comes, another program has written it, and nothing is done.
 */
export const publish = (
  session: Session,
  standing: Rest,
  operation: string,
  options: { readonly afterwards: Afterwards; readonly announce: boolean }
): Effect.Effect<boolean, StoreError> =>
  Effect.gen(function* () {
    const { fs, paths } = session
    const disputed = session.contents.disputed()
    if (disputed.length > 0) {
      const target = yield* Effect.mapError(
        setAside(session, "conflict", fileOf(disputed), standing.stat?.modified ?? 0),
        Failure.ofDisk(operation)
      )
      yield* Effect.logWarning(`Records in ${paths.rest} contradict their history; what stood there is in ${target}`)
    }
    const written = yield* Effect.mapError(writeRest(session), Failure.ofDisk(operation))
    const { journal } = session
    const giveUp = Effect.ignore(fs.unlink(written.path))
    if (journal !== undefined && options.announce) {
      const line = JournalText.publish(written.hash)
      yield* Effect.tapError(JournalWrite.extend(session, journal, line, operation), () => giveUp)
    }
    const now = yield* Effect.mapError(fs.stat(paths.rest), Failure.ofDisk(operation))
    if (!isSame(now, standing.stat)) {
      yield* giveUp
      return false
    }
    yield* Effect.tapError(
      Effect.mapError(fs.rename(written.path, paths.rest), Failure.ofDisk(operation)),
      () => giveUp
    )
    session.rest = { stat: yield* fs.stat(paths.rest), hash: written.hash, bytes: undefined, settled: false }
    // Only now is it safe to take away the journal: names may reach the disk in any order.
    yield* fs.syncDirectory(paths.directory)
    if (options.afterwards === "new journal") yield* JournalWrite.replace(session, written.hash, [], operation)
    else yield* dropJournal(session)
    return true
  }).pipe(Effect.catchTag("FsError", (cause) => Effect.fail(Failure.ofDisk(operation, "in doubt")(cause))))

/** Takes the journal away: the readable file holds all it says. */
export const dropJournal = (session: Session): Effect.Effect<void, FsError> =>
  Effect.gen(function* () {
    const { fs, paths, journal } = session
    if (journal === undefined) return
    yield* fs.unlink(paths.journal)
    session.journal = undefined
    if (journal.file !== undefined) yield* journal.file.close
    yield* fs.syncDirectory(paths.directory)
  })

/** When the journal outgrows the file; the state then moves into the file, and a new journal begins. */
export const checkpoint = (session: Session): Effect.Effect<void, StoreError> =>
  Effect.suspend(() => {
    const { rest, journal } = session
    if (journal === undefined || rest === undefined || !isDue(session)) return Effect.void
    return Effect.asVoid(publish(session, rest, "checkpoint", { afterwards: "new journal", announce: true }))
  })

export const isDue = ({ journal, rest, checkpointBytes }: Session): boolean =>
  journal !== undefined && journal.end > Math.max(checkpointBytes, rest?.stat?.size ?? 0)

/** The last one out: the state moves into the file, and there is no journal any more. */
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
