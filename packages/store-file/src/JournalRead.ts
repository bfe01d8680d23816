/** Reads the journal: opens the one at its path, and follows the lines added to it. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import type { Contents } from "./Contents.ts"
import * as Failure from "./Failure.ts"
import type { FileStat, JournalFile } from "./JournalFs.ts"
import * as JournalLine from "./JournalLine.ts"
import * as JournalText from "./JournalText.ts"
import { isOf } from "./LogText.ts"
import type { Journal, Session } from "./Session.ts"

/** A journal that cannot be read. */
export const damaged = (session: Session, operation: string, why: string): StoreError =>
  Failure.corrupt(operation, session.paths.journal, why)

/** An opened journal with all its lines. */
export interface Found {
  readonly journal: Journal
  readonly lines: ReadonlyArray<JournalText.Line>
}

/** Reads the journal at its path from the start; `undefined` if its first line is damaged. */
export const find = (session: Session, operation: string): Effect.Effect<Found | undefined, StoreError> =>
  Effect.gen(function* () {
    const { fs, paths, lock, readOnly } = session
    const opened = fs.open(paths.journal)
    // A reader follows the journal, too, but may not be permitted to open it for writing.
    const file =
      lock !== undefined ? yield* opened : readOnly ? yield* Effect.orElseSucceed(opened, () => undefined) : undefined
    const read =
      file === undefined ? yield* fs.read(paths.journal) : { stat: yield* file.stat, bytes: yield* file.readFrom(0) }
    const close = file?.close ?? Effect.void
    const found = yield* Effect.tapError(Effect.fromResult(parse(session, operation, read, file)), () => close)
    if (found === undefined) yield* close
    return found
  }).pipe(Effect.catchTag("FsError", (cause) => Effect.fail(Failure.ofDisk(operation)(cause))))

const parse = (
  session: Session,
  operation: string,
  { stat, bytes }: { readonly stat: FileStat; readonly bytes: Buffer },
  file: JournalFile | undefined
): Result.Result<Found | undefined, StoreError> => {
  // The header is complete, because a journal gets its name only after it was written and flushed.
  const headerEnd = bytes.indexOf(10, 1) + 1
  const first = JournalLine.scan(bytes.subarray(0, headerEnd), JournalLine.headerSalt, { whole: true }).lines[0]
  if (first === undefined) return Result.succeed(undefined)
  const header = JournalText.decode(first)
  if (Result.isFailure(header)) return Result.fail(damaged(session, operation, header.failure))
  if (header.success._tag !== "Header")
    return Result.fail(damaged(session, operation, "its first line is not a header"))
  const { generation, base, log } = header.success.header
  if (!isOf(session.log, log)) return Result.fail(Failure.ofAnother(operation, session, session.paths.journal, log))
  const salt = JournalLine.saltOf(generation)
  const scan = JournalLine.scan(bytes.subarray(headerEnd), salt, { whole: session.lock !== undefined })
  const decoded = decodeAll(scan.lines)
  if (Result.isFailure(decoded)) return Result.fail(damaged(session, operation, decoded.failure))
  const consumed = headerEnd + scan.consumed
  const journal: Journal = {
    inode: stat.inode,
    file,
    salt,
    base,
    known: new Set([base]),
    tip: base,
    lines: [],
    consumed,
    tail: JournalLine.tailOf(bytes.subarray(0, consumed)),
    stat,
    end: bytes.length,
    named: false,
    found: true,
    trusted: true
  }
  note(journal, scan.lines, decoded.success)
  return Result.succeed({ journal, lines: decoded.success })
}

const decodeAll = (lines: ReadonlyArray<string>): Result.Result<ReadonlyArray<JournalText.Line>, string> =>
  Result.all(lines.map(JournalText.decode))

/** Adds lines to the journal's state. */
export const note = (journal: Journal, texts: ReadonlyArray<string>, lines: ReadonlyArray<JournalText.Line>) => {
  journal.lines.push(...texts)
  for (const line of lines) {
    if (line._tag === "Publish") {
      journal.known.add(line.hash)
      journal.tip = line.hash
    } else journal.tip = undefined
  }
}

/**
 * Applies the lines that were added since the last call. Returns `false` and applies nothing if the bytes before them are no
 * longer those that were read. Without `whole` it needs no turn: a line that another process is still writing is left for
 * the next call.
 */
export const follow = (
  session: Session,
  journal: Journal,
  operation: string,
  options: { readonly whole: boolean }
): Effect.Effect<boolean, StoreError> => {
  const { file, tail } = journal
  if (file === undefined) return Effect.succeed(true)
  const start = journal.consumed
  return Effect.flatMap(
    Effect.mapError(file.readFrom(start - tail.length), Failure.ofDisk(operation)),
    (read): Effect.Effect<boolean, StoreError> => {
      // During the read, a turn of this process may have begun, or another read may have applied some of these bytes.
      if (!options.whole && (session.holding || session.journal !== journal)) return Effect.succeed(true)
      if (!read.subarray(0, tail.length).equals(tail)) return Effect.succeed(false)
      const from = journal.consumed
      const bytes = read.subarray(tail.length + from - start)
      const scan = JournalLine.scan(bytes, journal.salt, options)
      if (options.whole) journal.end = from + bytes.length
      const decoded = decodeAll(scan.lines)
      if (Result.isFailure(decoded)) return Effect.fail(damaged(session, operation, decoded.failure))
      const taken = take(session.contents, decoded.success)
      if (Result.isFailure(taken)) return Effect.fail(damaged(session, operation, taken.failure))
      journal.consumed = from + scan.consumed
      if (scan.consumed > 0)
        journal.tail = JournalLine.tailOf(read.subarray(0, read.length - bytes.length + scan.consumed))
      note(journal, scan.lines, decoded.success)
      return Effect.succeed(true)
    }
  )
}

/** Applies the transactions among lines to contents. */
export const take = (contents: Contents, lines: ReadonlyArray<JournalText.Line>): Result.Result<void, string> => {
  for (const line of lines) {
    if (line._tag !== "Transaction") continue
    const taken = contents.put(line.changes)
    if (Result.isFailure(taken)) return Result.fail(taken.failure)
  }
  return Result.void
}
