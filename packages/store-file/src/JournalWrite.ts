/** Writes the journal: extends it, or replaces it with a new one. Call these functions in a turn. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

import * as Failure from "./Failure.ts"
import { type FileStat, FsError, type JournalFile } from "./JournalFs.ts"
import * as JournalLine from "./JournalLine.ts"
import * as JournalText from "./JournalText.ts"
import * as Place from "./Place.ts"
import type { Journal, Session } from "./Session.ts"

const randomWord = Effect.map(Random.nextIntBetween(0, 0xffffffff), (word) => word.toString(16).padStart(8, "0"))

/** A random, unique name. */
export const randomName = Effect.map(Effect.all([randomWord, randomWord]), (words) => words.join(""))

/** Writes all bytes, continuing after a short write, or fails. */
export const appendAll = (file: JournalFile, bytes: Buffer): Effect.Effect<void, FsError> =>
  Effect.flatMap(file.append(bytes), (count) =>
    count === bytes.length
      ? Effect.void
      : count === 0
        ? Effect.fail(nothingTaken)
        : appendAll(file, bytes.subarray(count))
  )

/** The name of the log for the header of a file. */
export const nameOf = ({ log: { origin } }: Session): Pick<JournalText.Header, "log"> =>
  origin === undefined ? {} : { log: origin.log }

const nothingTaken = new FsError({ code: "EIO", operation: "write", path: "the store" })

/** Writes and flushes a temporary file, and deletes it if that fails. Without `isKept`, it is not flushed. */
export const writeTemporary = <A>(
  session: Session,
  mode: number,
  write: (file: JournalFile) => Effect.Effect<A, FsError>,
  isKept = true
): Effect.Effect<{ readonly path: string; readonly file: JournalFile; readonly value: A }, FsError> =>
  Effect.gen(function* () {
    const { fs, paths } = session
    const path = paths.temporary(yield* randomName)
    const file = yield* fs.create(path, mode)
    const value = yield* Effect.tapError(
      Effect.tap(write(file), () => (isKept ? file.sync : Effect.void)),
      () => Effect.andThen(file.close, Effect.ignore(fs.unlink(path)))
    )
    return { path, file, value }
  })

/**
 * Renames a written temporary file into place, or deletes it. Renaming gives the name a new file, so other names of the old
 * file (hard links) stay with the old content.
 */
export const moveIntoPlace = (
  session: Session,
  path: string,
  target: string,
  standing: FileStat | undefined
): Effect.Effect<void, FsError | StoreError> =>
  Effect.gen(function* () {
    const { fs, warned } = session
    yield* Place.check(session, "write")
    if (standing !== undefined && standing.links > 1 && !warned.has(target)) {
      warned.add(target)
      yield* Effect.logWarning(
        `${target} has ${standing.links} names (hard links), and only this one gets the new content; the others keep the old one`
      )
    }
    yield* fs.rename(path, target)
  }).pipe(Effect.tapError(() => Effect.ignore(session.fs.unlink(path))))

/**
 * Writes a small file as a whole: to a temporary file, flushed, then renamed into place and its name flushed. A power cut may
 * lose what is not `isKept`.
 */
export const replaceFile = (
  session: Session,
  target: string,
  mode: number,
  bytes: Buffer,
  isKept = true
): Effect.Effect<void, FsError | StoreError> =>
  Effect.gen(function* () {
    const { fs, paths } = session
    const { path, file } = yield* writeTemporary(session, mode, (file) => appendAll(file, bytes), isKept)
    yield* file.close
    yield* moveIntoPlace(session, path, target, yield* fs.stat(target))
    if (isKept) yield* fs.syncDirectory(paths.directory)
  })

/** The mode of files while there is no readable file whose mode they could take. */
export const privateMode = 0o600

/**
 * Creates a journal, or replaces the existing one. It is written and flushed before it gets its name. If this fails after the
 * rename, the session still follows the new journal, and its lines are in doubt.
 */
export const replace = (
  session: Session,
  base: string | null,
  lines: ReadonlyArray<string>,
  operation: string
): Effect.Effect<Journal, StoreError> =>
  Effect.gen(function* () {
    const { paths } = session
    const generation = yield* randomName
    const salt = JournalLine.saltOf(generation)
    const header = JournalText.header({ version: JournalText.version, generation, base, ...nameOf(session) })
    const bytes = Buffer.concat([
      JournalLine.encode(header, JournalLine.headerSalt),
      ...lines.map((json) => JournalLine.encode(json, salt))
    ])
    const mode = session.rest?.stat?.mode ?? privateMode
    const { path, file } = yield* Effect.mapError(
      writeTemporary(session, mode, (file) => appendAll(file, bytes)),
      Failure.ofDisk(operation)
    )
    const named = Effect.flatMap(file.stat, (stat) =>
      Effect.as(moveIntoPlace(session, path, paths.journal, undefined), stat)
    )
    const { inode } = yield* Effect.mapError(
      Effect.tapError(named, () => file.close),
      Failure.ofDisk(operation)
    )
    const before = session.journal
    const headerEnd = bytes.indexOf(10, 1) + 1
    const journal: Journal = {
      inode,
      file,
      salt,
      base,
      known: new Set([base]),
      tip: base,
      lines: [],
      // Until its name is on the disk, its lines are not acknowledged and have to be read back like another process's.
      consumed: headerEnd,
      tail: JournalLine.tailOf(bytes.subarray(0, headerEnd)),
      stat: undefined,
      end: bytes.length,
      named: false,
      found: false,
      trusted: true
    }
    session.journal = journal
    if (before?.file !== undefined) yield* before.file.close
    yield* makeNamed(session, journal, operation)
    note(journal, lines)
    journal.consumed = bytes.length
    journal.tail = JournalLine.tailOf(bytes)
    yield* settle(session, journal, file, operation)
    return journal
  })

/** Confirms that the journal still has its name and only the bytes that this process knows, and remembers its state. */
const settle = (session: Session, journal: Journal, file: JournalFile, operation: string) =>
  Effect.flatMap(Effect.mapError(file.stat, Failure.ofDisk(operation, "in doubt")), (stat) => {
    if (stat.links === 0 || stat.size !== journal.end) {
      return Effect.fail(
        Failure.inDoubt(
          Failure.unavailable(operation, `${session.paths.journal} was changed by another program during a commit`)
        )
      )
    }
    journal.stat = stat
    return Effect.void
  })

/** Flushes the journal's name, which must be on the disk before the first commit in it is acknowledged. */
const makeNamed = (session: Session, journal: Journal, operation: string): Effect.Effect<void, StoreError> =>
  journal.named
    ? Effect.void
    : Effect.map(
        Effect.mapError(session.fs.syncDirectory(session.paths.directory), Failure.ofDisk(operation, "in doubt")),
        () => {
          journal.named = true
        }
      )

const note = (journal: Journal, lines: ReadonlyArray<string>) => {
  for (const json of lines) {
    const hash = JournalText.published(json)
    journal.lines.push(json)
    journal.tip = hash
    if (hash !== undefined) journal.known.add(hash)
  }
}

/** Appends one line durably. The caller applies it to the contents. */
export const extend = (
  session: Session,
  journal: Journal,
  json: string,
  operation: string
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { file } = journal
    if (file === undefined) return yield* readOnly(session, operation)
    if (!journal.trusted) return yield* renew(session, journal, json, operation)
    yield* makeNamed(session, journal, operation)
    const last = journal.found ? journal.lines.at(-1) : undefined
    // Two writes, because another process may have read the first line once it is whole: it is never taken back.
    let bytes = journal.tail
    for (const line of last === undefined ? [json] : [last, json]) {
      bytes = JournalLine.encode(line, journal.salt)
      yield* Effect.catchTag(appendAll(file, bytes), "FsError", (cause) => takeBack(journal, file, cause, operation))
      journal.end += bytes.length
    }
    const flushed = yield* Effect.exit(file.sync)
    if (flushed._tag === "Failure") {
      journal.trusted = false
      return yield* renew(session, journal, json, operation)
    }
    yield* settle(session, journal, file, operation)
    journal.consumed = journal.end
    journal.tail = JournalLine.tailOf(bytes)
    journal.found = false
    note(journal, [json])
  })

/** A write to a read-only store. */
export const readOnly = (session: Session, operation: string): StoreError =>
  Failure.unavailable(
    operation,
    session.readOnly
      ? `${session.paths.rest} was opened to read only. Nothing was changed; open it without readOnly`
      : `${session.paths.rest} is read-only. Nothing was changed; make the file and its directory writable`
  )

/** Removes a half-written line. If that also fails, the first newline of the next line makes the half invalid. */
const takeBack = (journal: Journal, file: JournalFile, cause: FsError, operation: string) =>
  Effect.matchEffect(file.truncate(journal.end), {
    onFailure: () => Effect.fail(Failure.ofDisk(operation, "in doubt")(cause)),
    onSuccess: () => Effect.fail(Failure.ofDisk(operation)(cause))
  })

/**
 * Writes all lines to a new file. After a failed flush, the system may have dropped the unwritten bytes, and reports that
 * only once.
 */
const renew = (session: Session, journal: Journal, json: string, operation: string): Effect.Effect<void, StoreError> =>
  Effect.asVoid(Effect.mapError(replace(session, journal.base, [...journal.lines, json], operation), Failure.inDoubt))
