/** Writing the journal: extending it, and putting a new one in its place. All of it happens in a turn. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

import * as Failure from "./Failure.ts"
import { FsError, type JournalFile } from "./JournalFs.ts"
import * as JournalLine from "./JournalLine.ts"
import * as JournalText from "./JournalText.ts"
import type { Journal, Session } from "./Session.ts"

const randomWord = Effect.map(Random.nextIntBetween(0, 0xffffffff), (word) => word.toString(16).padStart(8, "0"))

/** A name that nothing else has. */
export const randomName = Effect.map(Effect.all([randomWord, randomWord]), (words) => words.join(""))

/** Writes all of it, or fails; a short write is followed by the rest. */
export const appendAll = (file: JournalFile, bytes: Buffer): Effect.Effect<void, FsError> =>
  Effect.flatMap(file.append(bytes), (count) =>
    count === bytes.length
      ? Effect.void
      : count === 0
        ? Effect.fail(nothingTaken)
        : appendAll(file, bytes.subarray(count))
  )

const nothingTaken = new FsError({ code: "EIO", operation: "write", path: "the store" })

/** A temporary file that is taken away again when it does not come to be renamed. */
export const writeTemporary = <A>(
  session: Session,
  mode: number,
  write: (file: JournalFile) => Effect.Effect<A, FsError>
): Effect.Effect<{ readonly path: string; readonly file: JournalFile; readonly value: A }, FsError> =>
  Effect.gen(function* () {
    const { fs, paths } = session
    const path = paths.temporary(yield* randomName)
    const file = yield* fs.create(path, mode)
    const value = yield* Effect.tapError(
      Effect.tap(write(file), () => file.sync),
      () => Effect.andThen(file.close, Effect.ignore(fs.unlink(path)))
    )
    return { path, file, value }
  })

/** For files of a store that has no readable file yet whose mode could be taken over. */
export const privateMode = 0o600

/**
 * Puts a new journal in the place of the old one, if there is one: complete before it gets its name. When it fails after
 * that, the journal is followed all the same, and what it says is in doubt.
 */
export const replace = (
  session: Session,
  base: string | null,
  lines: ReadonlyArray<string>,
  operation: string
): Effect.Effect<Journal, StoreError> =>
  Effect.gen(function* () {
    const { fs, paths } = session
    const generation = yield* randomName
    const salt = JournalLine.saltOf(generation)
    const header = JournalText.header({ version: JournalText.version, generation, base })
    const bytes = Buffer.concat([
      JournalLine.encode(header, JournalLine.headerSalt),
      ...lines.map((json) => JournalLine.encode(json, salt))
    ])
    const mode = session.rest?.stat?.mode ?? privateMode
    const { path, file } = yield* Effect.mapError(
      writeTemporary(session, mode, (file) => appendAll(file, bytes)),
      Failure.ofDisk(operation)
    )
    const named = Effect.flatMap(file.stat, (stat) => Effect.as(fs.rename(path, paths.journal), stat))
    const { inode } = yield* Effect.mapError(
      Effect.tapError(named, () => Effect.andThen(file.close, Effect.ignore(fs.unlink(path)))),
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
      // Until it is surely named, nothing in it has been acknowledged: it is to be read like another's.
      consumed: headerEnd,
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
    return journal
  })

/** Before the first acknowledgement on a journal its name must be on the disk, whoever created it. */
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

/** Writes one line, durably. What it says is not in the contents yet. */
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
    const bytes = Buffer.concat(
      [last, json].flatMap((line) => (line === undefined ? [] : [JournalLine.encode(line, journal.salt)]))
    )
    yield* Effect.catchTag(appendAll(file, bytes), "FsError", (cause) => takeBack(journal, file, cause, operation))
    const flushed = yield* Effect.exit(file.sync)
    if (flushed._tag === "Failure") {
      journal.trusted = false
      return yield* renew(session, journal, json, operation)
    }
    journal.end += bytes.length
    journal.consumed = journal.end
    journal.found = false
    note(journal, [json])
  })

export const readOnly = (session: Session, operation: string): StoreError =>
  Failure.unavailable(operation, `${session.paths.rest} may only be read here; nothing was changed`)

/** Half a line is taken away again. Where even that fails the next writer's newline makes it one that does not count. */
const takeBack = (journal: Journal, file: JournalFile, cause: FsError, operation: string) =>
  Effect.matchEffect(file.truncate(journal.end), {
    onFailure: () => Effect.fail(Failure.ofDisk(operation, "in doubt")(cause)),
    onSuccess: () => Effect.fail(Failure.ofDisk(operation)(cause))
  })

/**
 * After a failed flush the system may have forgotten what it could not write, and will not say so again: everything goes
 * into a fresh file.
 */
const renew = (session: Session, journal: Journal, json: string, operation: string): Effect.Effect<void, StoreError> =>
  Effect.asVoid(Effect.mapError(replace(session, journal.base, [...journal.lines, json], operation), Failure.inDoubt))
