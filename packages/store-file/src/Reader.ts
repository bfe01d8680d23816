/** The lock of a session that only reads: it joins the turns of other processes, but creates no lock file for them. */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"

import * as Failure from "./Failure.ts"
import type { FileLock, FsError, JournalFs } from "./JournalFs.ts"
import { privateMode } from "./JournalWrite.ts"
import type { Paths } from "./Paths.ts"
import type { Session } from "./Session.ts"

const refusals: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS"])

/** The lock; `undefined` if it is not writable, which makes the store read-only. */
export const openLock = (fs: JournalFs["Service"], path: string, mode: number) =>
  Effect.catchIf(
    Effect.map(fs.lock(path, mode), (lock): FileLock | undefined => (lock.writable ? lock : undefined)),
    (cause: FsError) => refusals.has(cause.code),
    () => Effect.undefined
  )

/** Finds the lock of other processes as soon as its file exists. */
export const guardOf = (
  fs: JournalFs["Service"],
  { lock: path }: Paths
): Effect.Effect<Session["guard"], never, Scope.Scope> =>
  // A scope made now ends after those that use the lock, however late its file is found.
  Effect.map(Effect.acquireRelease(Scope.make(), Scope.close), (scope) => {
    let found: { readonly lock: FileLock | undefined } | undefined
    return Effect.gen(function* () {
      if (found === undefined && (yield* fs.stat(path)) !== undefined) {
        found = { lock: yield* Scope.provide(openLock(fs, path, privateMode), scope) }
      }
      return found?.lock
    }).pipe(Effect.mapError(Failure.ofDisk("open")))
  })
