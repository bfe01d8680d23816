/**
 * Checks that the paths of an open store still lead to it. A directory that is moved, emptied or unmounted takes the lock
 * file along, and another process that opens a store at the same path creates its own. Their turns would not exclude ours.
 */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import * as Failure from "./Failure.ts"
import type { Session } from "./Session.ts"

/** Fails unless the path of the lock leads to the lock that this process has open. */
export const check = (session: Session, operation: string): Effect.Effect<void, StoreError> => {
  const { fs, paths, lockInode } = session
  if (session.refusal !== undefined) return Effect.fail(session.refusal)
  if (lockInode === undefined) return Effect.void
  return Effect.flatMap(Effect.mapError(fs.stat(paths.lock), Failure.ofDisk(operation)), (stat) =>
    stat?.inode === lockInode ? Effect.void : Effect.flatMap(gone(session, stat !== undefined), refused(operation))
  )
}

const refused = (operation: string) => (detail: string) => Effect.fail(Failure.unavailable(operation, detail))

/** Describes what went, and where. */
const gone = ({ fs, paths }: Session, isReplaced: boolean): Effect.Effect<string> => {
  const { directory, lock, rest } = paths
  if (isReplaced) {
    return Effect.succeed(
      `${lock} is another file than the one this process opened: ${directory} was moved or unmounted, or the lock file was removed, and another store was opened here. Nothing was changed; open the store again`
    )
  }
  return Effect.match(Effect.all([fs.list(directory), fs.stat(rest), fs.stat(paths.journal)]), {
    onFailure: () =>
      `${directory} was moved, removed or unmounted while ${rest} was open. Nothing was changed; put it back, or open the store again where it is now`,
    onSuccess: ([, ...files]) =>
      files.every((file) => file === undefined)
        ? `${directory} was emptied, replaced or unmounted while ${rest} was open. Nothing was changed; put its files back, or open the store again where they are now`
        : `${lock} was removed while ${rest} was open, so that processes no longer see each other. Nothing was changed; end those that have the store open, and open it again`
  })
}

/** The readable file is missing, and no journal continues it, although this process has read the file. */
export const vanished = (operation: string, rest: string): StoreError =>
  Failure.unavailable(
    operation,
    `${rest} was removed while it was open. Nothing was changed; put it back or restore it from a backup, or open the store again to begin an empty one`
  )
