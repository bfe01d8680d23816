/**
 * One open store: what it knows of the files, and whose turn it is. Everything that writes happens in a turn: alone within
 * this process, and alone among all processes by the lock.
 */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Semaphore from "effect/Semaphore"

import * as Contents from "./Contents.ts"
import * as Failure from "./Failure.ts"
import type { FileLock, FileStat, FsError, JournalFile, JournalFs } from "./JournalFs.ts"
import type { Salt } from "./JournalLine.ts"
import type { Paths } from "./Paths.ts"

/** A journal this process follows. */
export interface Journal {
  readonly inode: string
  /** Nothing where the store may only be read. */
  readonly file: JournalFile | undefined
  readonly salt: Salt
  /** Every readable file that the contents contain: the base, then each published one. */
  readonly known: Set<string | null>
  /** Its lines behind the header, for writing it again when the disk has failed under it. */
  readonly lines: Array<string>
  readonly base: string | null
  /** Up to here its lines are in the contents. */
  consumed: number
  /** Its length when it was last looked at in a turn; torn bytes may stand between `consumed` and this. */
  end: number
  /** The readable file that holds all of it; nothing while it says more than any. */
  tip: string | null | undefined
  /** Its name is surely in the directory. */
  named: boolean
  /**
   * True until the first line of our own in a journal that we found. Whoever wrote its last line may have been told that
   * the flush failed, and died of something else before it could do anything about it; the system tells nobody twice. So
   * that line is written once more, together with ours.
   */
  found: boolean
  /** False once a flush has failed: the system may have forgotten what it could not write. */
  trusted: boolean
}

/** The readable file as it was last read or written. */
export interface Rest {
  readonly stat: FileStat | undefined
  /** SHA-256; null when there is no file. Worked out when first needed. */
  hash: string | null | undefined
  /** What it was read from, while the hash is not known. */
  readonly bytes: Buffer | undefined
  /**
   * False when it was written so shortly before that the file system's clock may not have ticked: a rewrite of the same
   * size would look the same. It is then compared once more a moment later.
   */
  readonly settled: boolean
}

export interface Session {
  readonly fs: JournalFs["Service"]
  readonly paths: Paths
  /** Nothing where the store may only be read. */
  readonly lock: FileLock | undefined
  /** One turn at a time within this process. */
  readonly turns: Semaphore.Semaphore
  readonly checkpointBytes: number
  readonly lockTimeout: number
  contents: Contents.Contents
  journal: Journal | undefined
  rest: Rest | undefined
  /** True while it is our turn and the contents are up to date: nobody else can change anything, so reading needs no look. */
  holding: boolean
}

// From half a millisecond to twenty: a commit of another process takes about one.
const shortest = 0.5
const longest = 20

/** Asks again and again, at growing and random intervals, never blocking the event loop. */
const retry = (session: Session, ask: Effect.Effect<boolean, FsError>, operation: string) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    for (let delay = shortest; ; delay = Math.min(longest, delay * 1.5)) {
      if (yield* Effect.mapError(ask, Failure.ofDisk(operation))) return
      if ((yield* Clock.currentTimeMillis) - start > session.lockTimeout) {
        return yield* Failure.unavailable(
          operation,
          `${session.paths.rest} is held by another process; nothing was changed. Wait for it or end it`
        )
      }
      yield* Effect.sleep(delay * (0.5 + (yield* Random.next)))
    }
  })

/** Presence, from open to close. */
export const share = (session: Session, lock: FileLock): Effect.Effect<void, StoreError> =>
  retry(session, lock.share, "open")

/** Runs something alone among all processes. Not to be interrupted once the lock is taken. */
export const locked = <A>(
  session: Session,
  operation: string,
  body: Effect.Effect<A, StoreError>
): Effect.Effect<A, StoreError> => {
  const { lock } = session
  if (lock === undefined) return session.turns.withPermit(body)
  return session.turns.withPermit(
    Effect.uninterruptibleMask((restore) =>
      Effect.andThen(
        Effect.flatMap(Effect.mapError(lock.reserve, Failure.ofDisk(operation)), (taken) =>
          taken ? Effect.void : restore(retry(session, lock.reserve, operation))
        ),
        Effect.ensuring(body, lock.release)
      )
    )
  )
}

/** Says while the body runs, on contents that `settle` has brought up to date, that nobody else can change anything. */
const holding = <A>(
  session: Session,
  settle: Effect.Effect<void, StoreError>,
  body: Effect.Effect<A, StoreError>
): Effect.Effect<A, StoreError> =>
  Effect.ensuring(
    Effect.flatMap(settle, () => {
      session.holding = session.lock !== undefined
      return body
    }),
    Effect.sync(() => {
      session.holding = false
    })
  )

/** A turn: locked, and with contents that `settle` has brought up to date. */
export const turn = <A>(
  session: Session,
  operation: string,
  settle: Effect.Effect<void, StoreError>,
  body: Effect.Effect<A, StoreError>
): Effect.Effect<A, StoreError> => locked(session, operation, holding(session, settle, body))

/**
 * A turn while nobody else is present: then there is nobody who would have to be told of it by a journal. Nothing, and
 * nothing done, when somebody is.
 */
export const turnAlone = <A>(
  session: Session,
  operation: string,
  settle: Effect.Effect<void, StoreError>,
  body: Effect.Effect<A, StoreError>
): Effect.Effect<Option.Option<A>, StoreError> => {
  const { lock } = session
  if (lock === undefined) return Effect.succeedNone
  const alone = Effect.flatMap(Effect.mapError(lock.exclude, Failure.ofDisk(operation)), (taken) =>
    taken ? Effect.ensuring(Effect.asSome(holding(session, settle, body)), lock.release) : Effect.succeedNone
  )
  // Presence again, whatever came of it: a failure to get it must not make a commit that was written look like none.
  return session.turns.withPermit(
    Effect.uninterruptible(Effect.andThen(lock.unshare, Effect.ensuring(alone, Effect.ignore(share(session, lock)))))
  )
}

/** Knows nothing any more: the next look reads everything anew. */
export const forget = (session: Session): void => {
  session.contents = Contents.empty()
  session.journal = undefined
  session.rest = undefined
}

// Ten milliseconds are the slowest tick of Linux's file clock; two seconds that of FAT, which nobody should keep handoffs on.
export const tick = 20

/** Whether the file at a path is still the one that was looked at. */
export const isSame = (a: FileStat | undefined, b: FileStat | undefined): boolean =>
  a === undefined || b === undefined ? a === b : a.inode === b.inode && a.version === b.version && a.size === b.size
