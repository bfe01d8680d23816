/**
 * Restores commits that another program took out of the journal while this process followed it: by cutting, overwriting,
 * replacing or removing the file. Call these functions in a turn.
 */
import type { HandoffEvent, RecordId, StoreError } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import type { Contents } from "./Contents.ts"
import * as Failure from "./Failure.ts"
import { type Found, take } from "./JournalRead.ts"
import * as JournalText from "./JournalText.ts"
import * as JournalWrite from "./JournalWrite.ts"
import * as Publish from "./Publish.ts"
import * as RestFile from "./RestFile.ts"
import * as RestRecord from "./RestRecord.ts"
import type { Journal, Session } from "./Session.ts"

/** The lines that this process has read and another journal on the same file, or on a later one of it, must have. */
const missingIn = (before: Journal, { base, lines }: Journal): ReadonlyArray<string> => {
  const published = before.lines.findLastIndex((line) => JournalText.published(line) === base)
  const there = new Set(lines)
  return before.lines.slice(base === before.base ? 0 : published + 1).filter((line) => !there.has(line))
}

const continues = (before: Journal, found: Found | undefined): found is Found =>
  found !== undefined && before.known.has(found.journal.base)

/** Tests whether the journal found at the path lacks commits, or belongs neither to the readable file nor to this store. */
export const isNeeded = (
  session: Session,
  before: Journal,
  found: Found | undefined,
  hash: string | null | undefined
): boolean => {
  if (found === undefined) return true
  if (before.known.has(found.journal.base)) return missingIn(before, found.journal).length > 0
  return !session.wasAway && session.lock !== undefined && (hash === undefined || !found.journal.known.has(hash))
}

/**
 * Tests whether a journal only adds to the contents at their end. One that another process mended has older commits after
 * newer ones, which the index of the contents cannot take.
 */
export const isExtended = ({ contents }: Session, before: Journal | undefined, { journal, lines }: Found): boolean => {
  const ours = new Set(before?.lines)
  const bound = before === undefined ? Result.succeed(0) : contents.lastPosition()
  let last = Result.isSuccess(bound) ? bound.success : Number.POSITIVE_INFINITY
  for (const [index, line] of lines.entries()) {
    if (line._tag !== "Transaction" || ours.has(journal.lines[index] ?? "")) continue
    for (const { position } of line.changes) {
      if (position <= last) return false
      last = position
    }
  }
  return true
}

/** Tests whether a missing journal had commits that the readable file lacks. */
export const isMissed = ({ lock, wasAway }: Session, before: Journal, hash: string | null | undefined): boolean =>
  before.tip !== hash && ((hash !== undefined && before.known.has(hash)) || (lock !== undefined && !wasAway))

/** Writes the journal again with the commits that it lost and those that other processes have added since. */
export const mend = (
  session: Session,
  before: Journal,
  found: Found | undefined,
  operation: string
): Effect.Effect<Journal, StoreError> =>
  Effect.gen(function* () {
    const { paths, lock } = session
    if (lock === undefined) {
      return yield* Failure.unavailable(
        operation,
        `${paths.journal} lacks commits that this process has read. Nothing was changed; open the store in a process that may write, or restore it from a backup`
      )
    }
    if (!continues(before, found)) yield* keepStranger(session, operation)
    const lost = continues(before, found) ? missingIn(before, found.journal) : before.lines
    if (continues(before, found) && !takeAdded(session.contents, before, found)) {
      return yield* refuse(session, lost, operation)
    }
    const [base, lines] = continues(before, found)
      ? [found.journal.base, [...found.journal.lines, ...lost]]
      : [before.base, before.lines]
    const journal = yield* JournalWrite.replace(session, base, lines, operation)
    yield* Effect.logWarning(
      `Another program changed ${paths.journal} while it was in use; this process has written its ${lost.length} lost lines again`
    )
    return journal
  }).pipe(Effect.ensuring(found?.journal.file?.close ?? Effect.void))

/** Keeps a file that took the place of the journal, for a person to look at. */
const keepStranger = (session: Session, operation: string) =>
  Effect.gen(function* () {
    const { fs, paths } = session
    if ((yield* fs.stat(paths.journal)) === undefined) return
    const { bytes, stat } = yield* fs.read(paths.journal)
    if (bytes.length === 0) return
    const target = yield* Publish.setAside(session, "unreadable", bytes, stat.modified)
    yield* Effect.logWarning(`${paths.journal} was replaced by a file that is not of this store; it is in ${target}`)
  }).pipe(Effect.mapError(Failure.ofDisk(operation)))

/** Applies the commits that other processes added to a journal without ours. `false`, without a change, if they contradict. */
const takeAdded = (contents: Contents, before: Journal, { journal, lines }: Found): boolean => {
  const ours = new Set(before.lines)
  const added = lines.filter((_, index) => !ours.has(journal.lines[index] ?? ""))
  const revisions = new Map<RecordId, number>()
  const last = contents.lastPosition()
  for (const line of added) {
    if (line._tag !== "Transaction") continue
    for (const { position, record } of line.changes) {
      const known = revisions.get(record.recordId)
      const current = known === undefined ? contents.get(record.recordId) : Result.succeed({ revision: known })
      if (Result.isFailure(current) || (current.success?.revision ?? 0) + 1 !== record.revision) return false
      if (Result.isFailure(last) || position <= last.success) return false
      revisions.set(record.recordId, record.revision)
    }
  }
  return Result.isSuccess(take(contents, added))
}

const transactionsIn = (lines: ReadonlyArray<string>) =>
  lines.flatMap((text) => {
    const line = JournalText.decode(text)
    return Result.isSuccess(line) && line.success._tag === "Transaction" ? line.success.changes : []
  })

// The event that restarts a history after a crash has the time and the actor of the one that it replaces.
const isSameFact = (a: HandoffEvent, b: HandoffEvent): boolean =>
  a.at.epochMilliseconds === b.at.epochMilliseconds && a.by === b.by

/**
 * Refuses contents of other files that lack commits of the journal that this process follows: processes that opened the
 * store after a damage have gone on without them.
 */
export const checkKept = (session: Session, before: Journal, contents: Contents, operation: string) =>
  Effect.suspend(() => {
    if (session.wasAway || session.lock === undefined) return Effect.void
    const lost = before.lines.filter((line) =>
      transactionsIn([line]).some(({ record, event }) => {
        const there = contents.handoff(record.recordId)
        const entries = Result.isSuccess(there) ? (there.success?.entries ?? []) : []
        return !entries.some((entry) => isSameFact(entry.event, event))
      })
    )
    return lost.length === 0 ? Effect.void : refuse(session, lost, operation)
  })

/** Keeps the handoffs of lost commits in a file beside the store, and refuses every further use of this session. */
const refuse = (session: Session, lost: ReadonlyArray<string>, operation: string) =>
  Effect.gen(function* () {
    const { contents, paths } = session
    const ids = new Set(transactionsIn(lost).map(({ record }) => record.recordId))
    const slices = [...ids].flatMap((id) => {
      const handoff = contents.handoff(id)
      const ours = Result.isSuccess(handoff) ? handoff.success : undefined
      return ours === undefined ? [] : [RestFile.sliceOf(RestRecord.encode(ours))]
    })
    const now = yield* Clock.currentTimeMillis
    const target = yield* Effect.mapError(
      Publish.setAside(session, "conflict", Publish.fileOf(slices), now),
      Failure.ofDisk(operation)
    )
    session.refusal = Failure.unavailable(
      operation,
      `Another program changed ${paths.journal} while it was in use, and other processes went on without ${lost.length} commits of it. The handoffs with these commits are in ${target}; compare them, and open the store again`
    )
    yield* Effect.logError(session.refusal.message)
    return yield* session.refusal
  })
