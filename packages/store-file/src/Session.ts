/**
 * The state of one open store, and its turns. Every write happens in a turn: under a semaphore within this process, and
 * under the lock among all processes.
 */
import type { Renewed } from "@aumai/handoff-core"
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
import type { KnownLog } from "./LogText.ts"
import type { Paths } from "./Paths.ts"
import * as Place from "./Place.ts"

/** A journal that this process follows. */
export interface Journal {
  readonly inode: string
  /** `undefined` if the store is read-only. */
  readonly file: JournalFile | undefined
  readonly salt: Salt
  /** The SHA-256 of every readable file whose records are in the contents: the base and each published one. */
  readonly known: Set<string | null>
  /** The lines after the header, to write the journal again after a failed flush or a damage. */
  readonly lines: Array<string>
  readonly base: string | null
  /** The offset up to which its lines are in the contents. */
  consumed: number
  /** The bytes before `consumed`: a part of the last line. They are elsewhere if another program changed the journal. */
  tail: Buffer
  /** Its state when all its bytes were last in the contents. A new version of the same size is a change in place. */
  stat: FileStat | undefined
  /** Its length in the last turn. There can be torn bytes between `consumed` and `end`. */
  end: number
  /** The SHA-256 of the readable file that contains all its lines; `undefined` if there is no such file. */
  tip: string | null | undefined
  /** True once its name was flushed to the directory. */
  named: boolean
  /**
   * True for a journal of another process until this process writes its first line. The last line's writer may have died
   * after a failed flush, which the system reports only once. So that line is written again, together with the new one.
   */
  found: boolean
  /** False once a flush has failed, because the system may have dropped the unwritten bytes. */
  trusted: boolean
}

/** The readable file at the last read or write. */
export interface Rest {
  readonly stat: FileStat | undefined
  /** SHA-256, computed when it is first needed; `null` if there is no file. */
  hash: string | null | undefined
  /** The bytes of the file, until the hash is known. */
  readonly bytes: Buffer | undefined
  /**
   * False if the file was written within one tick of the file system's clock, when a rewrite with the same size would look
   * the same. The file is then compared again after the tick.
   */
  readonly stable: boolean
  /**
   * True if the contents hold entries of the trail that the file lacks, because another program wrote it. The first commit
   * writes the file before a journal stands on it.
   */
  readonly isBehind?: boolean
  /** The bytes to save beside the file before it or its trail is written. */
  readonly aside?: ReadonlyArray<Displaced>
}

/** Bytes to save beside the file for a person to look at, and the time of the file that they were in. */
export interface Displaced {
  readonly why: "conflict" | "unreadable"
  readonly bytes: Buffer
  readonly modified: number
}

/** The file of renewals. */
export interface Renewals {
  readonly stat: FileStat | undefined
  /** As in `Rest`. */
  readonly stable: boolean
  readonly of: ReadonlyMap<string, Renewed>
}

/** An open store. */
export interface Session {
  readonly fs: JournalFs["Service"]
  readonly paths: Paths
  /** `undefined` if the store is read-only. */
  readonly lock: FileLock | undefined
  /**
   * The lock under which a session without one reads. `undefined` while no other process has created the lock file, and
   * always if that file is not writable.
   */
  readonly guard: Effect.Effect<FileLock | undefined, StoreError>
  /** True if the store was opened only to read. */
  readonly readOnly: boolean
  /** The lock file at opening; `undefined` if a read-only store had none. */
  readonly lockInode: string | undefined
  /** Allows one turn at a time within this process. */
  readonly turns: Semaphore.Semaphore
  readonly checkpointBytes: number
  readonly lockTimeout: number
  readonly log: KnownLog
  contents: Contents.Contents
  journal: Journal | undefined
  rest: Rest | undefined
  /** The renewals of leases at the last read or write. */
  renewals: Renewals | undefined
  /** True during a turn with current contents. Reads then skip the look at the files, because they cannot change. */
  holding: boolean
  /** True once the presence was let go, until the next turn: other processes may have moved the journal to the file. */
  wasAway: boolean
  /** The files with hard links that a warning has named. */
  readonly warned: Set<string>
  /** Why every further use fails; `undefined` as long as the store can be used. */
  refusal: StoreError | undefined
}

// The pause between attempts, in milliseconds. A commit of another process takes about one.
const shortest = 0.5
const longest = 20

/** Repeats `ask` until it succeeds, with growing random pauses that do not block the event loop. */
const retry = (session: Session, ask: Effect.Effect<boolean, FsError>, operation: string) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    for (let delay = shortest; ; delay = Math.min(longest, delay * 1.5)) {
      if (yield* Effect.mapError(ask, Failure.ofDisk(operation))) return
      if ((yield* Clock.currentTimeMillis) - start > session.lockTimeout) {
        return yield* Failure.unavailable(
          operation,
          `${session.paths.rest} is held by another process. Nothing was changed; wait for that process or end it`
        )
      }
      yield* Effect.sleep(delay * (0.5 + (yield* Random.next)))
    }
  })

/** Takes the lock's presence, which a store holds from opening to closing. */
export const share = (session: Session, lock: FileLock): Effect.Effect<void, StoreError> =>
  retry(session, lock.share, "open")

/** Runs `body` under the lock. It cannot be interrupted once the lock is taken. */
export const locked = <A>(
  session: Session,
  operation: string,
  body: Effect.Effect<A, StoreError>
): Effect.Effect<A, StoreError> => {
  const { lock } = session
  const inPlace = Effect.andThen(Place.check(session, operation), body)
  return session.turns.withPermit(
    lock === undefined ? unlocked(session, operation, inPlace) : reserved(session, lock, operation, inPlace)
  )
}

const reserved = <A>(
  session: Session,
  lock: FileLock,
  operation: string,
  body: Effect.Effect<A, StoreError>
): Effect.Effect<A, StoreError> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.andThen(
      Effect.flatMap(Effect.mapError(lock.reserve, Failure.ofDisk(operation)), (taken) =>
        taken ? Effect.void : restore(retry(session, lock.reserve, operation))
      ),
      Effect.ensuring(body, lock.release)
    )
  )

/**
 * Runs `body`, which only reads, under the lock of other processes, if there is one. A writer that creates the lock file
 * meanwhile may replace files between two reads, so `body` is then repeated under its lock.
 */
const unlocked = <A>(session: Session, operation: string, body: Effect.Effect<A, StoreError>) =>
  Effect.flatMap(session.guard, (guard) =>
    guard === undefined
      ? Effect.flatMap(Effect.exit(body), (exit) =>
          Effect.flatMap(session.guard, (late) => {
            if (late === undefined) return exit
            const close = session.journal?.file?.close ?? Effect.void
            forget(session)
            return Effect.andThen(close, reserved(session, late, operation, body))
          })
        )
      : reserved(session, guard, operation, body)
  )

/** Runs `body` on contents that `refresh` has updated, and marks the session as `holding` meanwhile. */
const holding = <A>(
  session: Session,
  refresh: Effect.Effect<void, StoreError>,
  body: Effect.Effect<A, StoreError>
): Effect.Effect<A, StoreError> =>
  Effect.ensuring(
    Effect.flatMap(refresh, () => {
      session.holding = session.lock !== undefined
      return body
    }),
    Effect.sync(() => {
      session.holding = false
    })
  )

/** Runs `body` in a turn: under the lock, on contents that `refresh` has updated. */
export const turn = <A>(
  session: Session,
  operation: string,
  refresh: Effect.Effect<void, StoreError>,
  body: Effect.Effect<A, StoreError>
): Effect.Effect<A, StoreError> => locked(session, operation, holding(session, refresh, body))

/**
 * Runs `body` in a turn while no other process has the store open, so that it needs no journal. Returns `None` without
 * running it if another process has the store open.
 */
export const turnAlone = <A>(
  session: Session,
  operation: string,
  refresh: Effect.Effect<void, StoreError>,
  body: Effect.Effect<A, StoreError>
): Effect.Effect<Option.Option<A>, StoreError> => {
  const { lock } = session
  if (lock === undefined) return Effect.succeedNone
  const inPlace = Effect.andThen(Place.check(session, operation), holding(session, refresh, body))
  const alone = Effect.flatMap(Effect.mapError(lock.exclude, Failure.ofDisk(operation)), (taken) =>
    taken ? Effect.ensuring(Effect.asSome(inPlace), lock.release) : Effect.succeedNone
  )
  // Takes the presence again in every case, and ignores its failure, which must not hide a commit that was written.
  return session.turns.withPermit(
    Effect.uninterruptible(
      Effect.andThen(leave(session, lock), Effect.ensuring(alone, Effect.ignore(share(session, lock))))
    )
  )
}

/** Lets the presence go, so that the lock can be excluded. */
export const leave = (session: Session, lock: FileLock): Effect.Effect<void> =>
  Effect.andThen(
    Effect.sync(() => {
      session.wasAway = true
    }),
    lock.unshare
  )

/** Drops the cached state; the next read starts from the files. */
export const forget = (session: Session): void => {
  session.contents = Contents.empty(session.log)
  session.journal = undefined
  session.rest = undefined
}

/** The resolution of the file system's clock, in milliseconds: twice Linux's slowest. FAT's two seconds are not supported. */
export const tick = 20

/** Tests whether two looks at a path saw the same state of the same file. */
export const isSame = (a: FileStat | undefined, b: FileStat | undefined): boolean =>
  a === undefined || b === undefined ? a === b : a.inode === b.inode && a.version === b.version && a.size === b.size
