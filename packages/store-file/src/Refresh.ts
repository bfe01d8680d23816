/** Brings the contents up to date with the files, including files that other processes or programs replaced. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import * as Absorb from "./Absorb.ts"
import * as Contents from "./Contents.ts"
import * as Failure from "./Failure.ts"
import type { FileStat } from "./JournalFs.ts"
import * as JournalRead from "./JournalRead.ts"
import type * as JournalText from "./JournalText.ts"
import * as LogFile from "./LogFile.ts"
import * as Mend from "./Mend.ts"
import * as Place from "./Place.ts"
import { hashOf, readRest, type RestRead } from "./RestRead.ts"
import { forget, isSame, type Journal, type Rest, type Session, tick, turn } from "./Session.ts"

interface Look {
  readonly now: number
  readonly journal: FileStat | undefined
  readonly rest: FileStat | undefined
}

const look = (session: Session, operation: string): Effect.Effect<Look, StoreError> =>
  Effect.mapError(
    Effect.flatMap(session.fs.stat(session.paths.journal), (journal) =>
      Effect.flatMap(session.fs.stat(session.paths.rest), (rest) =>
        Effect.map(Clock.currentTimeMillis, (now) => ({ now, journal, rest }))
      )
    ),
    Failure.ofDisk(operation)
  )

/** Tests whether both files are those of the contents. The journal may have grown. */
const isFamiliar = ({ journal, rest }: Session, seen: Look): boolean =>
  journal?.inode === seen.journal?.inode && isSameRest(rest, seen)

const isSameRest = (rest: Rest | undefined, { rest: stat, now }: Look): boolean =>
  rest !== undefined && isSame(rest.stat, stat) && (rest.stable || now - (stat?.modified ?? 0) <= tick)

/** Tests whether the journal was changed without growing, as only another program does. */
const isTouched = (journal: Journal | undefined, seen: FileStat | undefined): boolean =>
  journal?.stat !== undefined && journal.stat.size === seen?.size && journal.stat.version !== seen.version

/** Tests whether the journal that this process follows is at its path with everything that this process has read. */
export const isIntact = (session: Session): Effect.Effect<boolean, StoreError> =>
  Effect.gen(function* () {
    const { journal, fs, paths } = session
    if (journal === undefined) return true
    const stat = yield* Effect.mapError(fs.stat(paths.journal), Failure.ofDisk("close"))
    if (stat?.inode !== journal.inode || isTouched(journal, stat)) return false
    return yield* JournalRead.follow(session, journal, "close", { whole: false })
  })

/**
 * Makes every commit visible that succeeded before, in any process. This usually takes three stat calls; it needs a turn
 * only if a file has been replaced.
 */
export const refresh = (session: Session, operation: string): Effect.Effect<void, StoreError> =>
  Effect.suspend(() => {
    if (session.holding) return Effect.void
    // The place last, because files that were moved away look like files that were never there.
    const place = Place.check(session, operation)
    const inTurn = () => turn(session, operation, refreshInTurn(session, operation), place)
    const looked = Effect.tap(look(session, operation), () => place)
    return Effect.flatMap(looked, (seen) => {
      const { journal } = session
      if (session.holding) return Effect.void
      if (!isFamiliar(session, seen)) return inTurn()
      if (journal === undefined || seen.journal === undefined) return Effect.void
      if (seen.journal.size === journal.consumed) return isTouched(journal, seen.journal) ? inTurn() : Effect.void
      if (journal.file === undefined) return inTurn()
      return Effect.flatMap(JournalRead.follow(session, journal, operation, { whole: false }), (isWhole) => {
        if (!isWhole) return inTurn()
        if (session.journal !== journal) return refresh(session, operation)
        if (journal.consumed === seen.journal?.size) journal.stat = seen.journal
        return Effect.void
      })
    })
  })

/** Refreshes in a turn, which also allows it to read or merge files that it does not know. */
export const refreshInTurn = (session: Session, operation: string): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    // First, because the contents take their log from it.
    yield* LogFile.refresh(session, operation)
    const before = session.journal
    // Even if the journal is no longer at its path, because it can hold commits from before it was replaced.
    const isWhole = before === undefined || (yield* JournalRead.follow(session, before, operation, { whole: true }))
    const seen = yield* look(session, operation)
    const isStanding = before?.inode === seen.journal?.inode && isWhole && !isTouched(before, seen.journal)
    if (before !== undefined && isStanding && seen.journal?.size === before.end) before.stat = seen.journal
    if (isStanding && isFamiliar(session, seen) && (before?.file !== undefined || before?.end === seen.journal?.size))
      return
    let read: RestRead | undefined
    if (!isSameRest(session.rest, seen)) {
      read = yield* readRest(session, seen.rest, operation)
      const { rest } = session
      if (rest !== undefined && (yield* isUnchanged(rest, read.rest))) {
        session.rest = { ...rest, ...read.rest, bytes: undefined, stable: true }
        read = undefined
        if (isStanding && (before === undefined || before.file !== undefined)) return
      }
    }
    const sameRest = read === undefined
    read ??= { rest: session.rest ?? (yield* readRest(session, undefined, operation)).rest, slices: notAgain }
    const next: Next = {
      before,
      read,
      sameRest,
      hash: before === undefined && seen.journal === undefined ? undefined : yield* hashOf(read.rest)
    }
    if (seen.journal === undefined) yield* withoutJournal(session, next, operation)
    else if (before?.file !== undefined && isStanding) yield* sameJournal(session, before, next, operation)
    else yield* newJournal(session, yield* JournalRead.find(session, operation), next, operation)
    if (before?.file !== undefined && session.journal !== before) yield* before.file.close
    if (session.lock === undefined || session.rest !== read.rest || Result.isFailure(read.slices)) return
    if (session.contents.holds(read.slices.success)) return
    // Another process took over or set aside an element that cannot be read, which no journal tells.
    const file = session.journal?.file
    forget(session)
    if (file !== undefined) yield* file.close
    yield* refreshInTurn(session, operation)
  }).pipe(
    Effect.tap(() =>
      Effect.sync(() => {
        session.wasAway = false
      })
    )
  )

/** Tests by hash whether a file is unchanged that was written within one tick of the clock. */
const isUnchanged = (before: Rest, again: Rest) =>
  isSame(before.stat, again.stat)
    ? Effect.zipWith(hashOf(before), hashOf(again), (old, now) => old === now)
    : Effect.succeed(false)

const notAgain: RestRead["slices"] = Result.fail("not read again")

interface Next {
  readonly before: Journal | undefined
  readonly read: RestRead
  readonly sameRest: boolean
  readonly hash: string | null | undefined
}

/** The file, which is read now unless it was read before. */
const readOf = (session: Session, { read, sameRest }: Next, operation: string) =>
  sameRest ? readRest(session, read.rest.stat, operation) : Effect.succeed(read)

const contentsOf = (session: Session, next: Next, operation: string) =>
  Effect.gen(function* () {
    const { rest, slices } = yield* readOf(session, next, operation)
    if (Result.isFailure(slices)) return yield* Failure.corrupt(operation, session.paths.rest, slices.failure)
    return { rest, contents: Contents.make(slices.success, session.log) }
  })

/** Without a journal, the file holds everything, unless another program wrote it. */
const withoutJournal = (session: Session, next: Next, operation: string) =>
  Effect.gen(function* () {
    const { before, read, hash } = next
    if (before !== undefined && Mend.isMissed(session, before, hash)) {
      return yield* sameJournal(session, yield* Mend.mend(session, before, undefined, operation), next, operation)
    }
    const isRested = before !== undefined && before.tip !== undefined && before.tip === hash
    if (!isRested && !(next.sameRest && before === undefined)) {
      if (read.rest.stat === undefined && session.rest?.stat !== undefined) {
        return yield* Place.vanished(operation, session.paths.rest)
      }
      yield* Absorb.takeAtRest(session, yield* readOf(session, next, operation), operation)
    } else session.rest = read.rest
    session.journal = undefined
  })

/** Only the file was replaced: either the journal announced it, or another program wrote it. */
const sameJournal = (session: Session, journal: Journal, next: Next, operation: string) =>
  Effect.suspend(() => {
    if (next.hash === undefined || !journal.known.has(next.hash)) return Absorb.absorb(session, next.read, operation)
    session.rest = next.read.rest
    return Effect.void
  })

/** The journal was replaced: it continues the contents, or lost commits of them, or everything is read again. */
const newJournal = (session: Session, found: JournalRead.Found | undefined, next: Next, operation: string) =>
  Effect.gen(function* () {
    const { before, read, hash } = next
    if (found !== undefined && (yield* isJoined(session, found, next, operation))) return
    if (before !== undefined && Mend.isNeeded(session, before, found, hash)) {
      return yield* sameJournal(session, yield* Mend.mend(session, before, found, operation), next, operation)
    }
    if (found === undefined) return yield* JournalRead.damaged(session, operation, "its first line is damaged")
    const { journal, lines } = found
    const continues = yield* isContinued(session, before, journal)
    const isForeign = hash === undefined || !journal.known.has(hash)
    if (continues && (isForeign || Mend.isExtended(session, before, found))) {
      yield* takeAll(session, session.contents, lines, operation)
      session.journal = journal
      if (isForeign) yield* Absorb.absorb(session, read, operation)
      else session.rest = read.rest
    } else if (isForeign) {
      yield* Absorb.absorbOrphan(session, found, yield* readOf(session, next, operation), operation)
    } else {
      const { rest, contents } = yield* contentsOf(session, next, operation)
      yield* takeAll(session, contents, after(lines, hash), operation)
      if (before !== undefined) yield* Mend.checkKept(session, before, contents, operation)
      if (yield* Absorb.absorbTrail(session, journal, contents, rest, operation)) return
      session.contents = contents
      session.rest = rest
      session.journal = journal
    }
  })

/**
 * Takes a journal that continues neither the contents nor the file, if the trail has the entries before it: other processes
 * have written the file several times since, and another program after them.
 */
const isJoined = (session: Session, found: JournalRead.Found, next: Next, operation: string) =>
  Effect.gen(function* () {
    const { before, hash } = next
    const { journal } = found
    const isForeign = hash === undefined || !journal.known.has(hash)
    if (!isForeign || (yield* isContinued(session, before, journal))) return false
    const contents = yield* Absorb.joined(session, found, operation)
    if (contents === undefined) return false
    if (before !== undefined) yield* Mend.checkKept(session, before, contents, operation)
    session.contents = contents
    session.journal = journal
    yield* Absorb.absorb(session, yield* readOf(session, next, operation), operation)
    return true
  })

const isContinued = (session: Session, before: Journal | undefined, journal: Journal) =>
  before === undefined ? baseIs(session, journal) : Effect.succeed(before.known.has(journal.base))

const baseIs = (session: Session, journal: Journal) =>
  session.rest === undefined ? Effect.succeed(false) : Effect.map(hashOf(session.rest), (hash) => hash === journal.base)

const takeAll = (
  session: Session,
  contents: Contents.Contents,
  lines: ReadonlyArray<JournalText.Line>,
  operation: string
) =>
  Effect.mapError(Effect.fromResult(JournalRead.take(contents, lines)), (why) =>
    Failure.corrupt(operation, session.paths.journal, why)
  )

/** The lines after the publication of this file; all lines if it is the base. */
const after = (lines: ReadonlyArray<JournalText.Line>, hash: string | null | undefined) =>
  lines.slice(lines.findLastIndex((line) => line._tag === "Publish" && line.hash === hash) + 1)
