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
import { hashOf, readRest, type RestRead } from "./RestRead.ts"
import { isSame, type Journal, type Rest, type Session, tick, turn } from "./Session.ts"

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

const isSameRest = (rest: Rest | undefined, { rest: stat, now }: Look): rest is Rest =>
  rest !== undefined && isSame(rest.stat, stat) && (rest.stable || now - (stat?.modified ?? 0) <= tick)

/**
 * Makes every commit visible that succeeded before, in any process. This usually takes two stat calls; it needs a turn only
 * if a file has been replaced.
 */
export const refresh = (session: Session, operation: string): Effect.Effect<void, StoreError> =>
  Effect.suspend(() => {
    if (session.holding) return Effect.void
    return Effect.flatMap(look(session, operation), (seen) => {
      const { journal } = session
      if (session.holding) return Effect.void
      if (!isFamiliar(session, seen)) return turn(session, operation, refreshInTurn(session, operation), Effect.void)
      if (journal === undefined || seen.journal === undefined || seen.journal.size === journal.consumed) {
        return Effect.void
      }
      if (journal.file === undefined) return turn(session, operation, refreshInTurn(session, operation), Effect.void)
      return Effect.flatMap(JournalRead.follow(session, journal, operation, { whole: false }), () =>
        session.journal === journal ? Effect.void : refresh(session, operation)
      )
    })
  })

/** Refreshes in a turn, which also allows it to read or merge files that it does not know. */
export const refreshInTurn = (session: Session, operation: string): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    // First, because the contents take their log from it.
    yield* LogFile.refresh(session, operation)
    const before = session.journal
    // Even if the journal is no longer at its path, because it can hold commits from before it was replaced.
    if (before !== undefined) yield* JournalRead.follow(session, before, operation, { whole: true })
    const seen = yield* look(session, operation)
    if (isFamiliar(session, seen) && (before?.file !== undefined || before?.end === seen.journal?.size)) return
    let read: RestRead | undefined
    if (!isSameRest(session.rest, seen)) {
      read = yield* readRest(session, seen.rest, operation)
      if (yield* isUnchanged(session, read.rest)) {
        session.rest = { ...read.rest, bytes: undefined, stable: true }
        read = undefined
        if (before?.inode === seen.journal?.inode && (before === undefined || before.file !== undefined)) return
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
    else if (before?.file !== undefined && seen.journal.inode === before.inode) {
      yield* sameJournal(session, before, next, operation)
    } else yield* newJournal(session, yield* JournalRead.find(session, operation), next, operation)
    if (before?.file !== undefined && session.journal !== before) yield* before.file.close
  })

/** Tests by hash whether a file is unchanged that was written within one tick of the clock. */
const isUnchanged = (session: Session, again: Rest) =>
  session.rest === undefined || !isSame(session.rest.stat, again.stat)
    ? Effect.succeed(false)
    : Effect.zipWith(hashOf(session.rest), hashOf(again), (old, now) => old === now)

const notAgain: RestRead["slices"] = Result.fail("not read again")

interface Next {
  readonly before: Journal | undefined
  readonly read: RestRead
  readonly sameRest: boolean
  readonly hash: string | null | undefined
}

/** The records of the file, which is read now unless it was read before. */
const contentsOf = (session: Session, { read, sameRest }: Next, operation: string) =>
  Effect.gen(function* () {
    const { rest, slices } = sameRest ? yield* readRest(session, read.rest.stat, operation) : read
    if (Result.isFailure(slices)) return yield* Failure.corrupt(operation, session.paths.rest, slices.failure)
    return { rest, contents: Contents.make(slices.success, session.log) }
  })

/** Without a journal, the file holds everything. */
const withoutJournal = (session: Session, next: Next, operation: string) =>
  Effect.gen(function* () {
    const { before, read, hash } = next
    const isRested = before !== undefined && before.tip !== undefined && before.tip === hash
    if (!isRested && !(next.sameRest && before === undefined)) {
      const { rest, contents } = yield* contentsOf(session, next, operation)
      session.contents = contents
      session.rest = rest
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

/** The journal was replaced: either it continues the contents, or everything is read again. */
const newJournal = (session: Session, { journal, lines }: JournalRead.Found, next: Next, operation: string) =>
  Effect.gen(function* () {
    const { before, read, hash } = next
    const continues = before === undefined ? yield* baseIs(session, journal) : before.known.has(journal.base)
    const isForeign = hash === undefined || !journal.known.has(hash)
    if (continues) {
      yield* takeAll(session, session.contents, lines, operation)
      session.journal = journal
      if (isForeign) yield* Absorb.absorb(session, read, operation)
      else session.rest = read.rest
    } else if (isForeign) yield* Absorb.absorbOrphan(session, journal, read, lines, operation)
    else {
      const { rest, contents } = yield* contentsOf(session, next, operation)
      yield* takeAll(session, contents, after(lines, hash), operation)
      session.contents = contents
      session.rest = rest
      session.journal = journal
    }
  })

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
