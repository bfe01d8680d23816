/**
 * Reads and writes the small file beside the records that names the log and holds the key logs. It is rewritten as a whole
 * under the lock, and its name is on the disk before an entry depends on it.
 */
import { drawLogName, type LogOrigin } from "@aumai/handoff-core"
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import * as Failure from "./Failure.ts"
import type { FsError } from "./JournalFs.ts"
import * as JournalWrite from "./JournalWrite.ts"
import * as LogText from "./LogText.ts"
import { isSame, type Session } from "./Session.ts"

/** Reads the file again if it has changed. The key logs only grow, so its size tells any two states apart. */
export const refresh = (session: Session, operation: string): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { fs, log, paths } = session
    const before = log.stat
    const stat = yield* fs.stat(paths.log)
    if (isSame(before, stat)) return
    const read = stat && (yield* fs.read(paths.log))
    // During the read, a turn may have written the file, or another read may have been faster.
    if (log.stat !== before) return yield* refresh(session, operation)
    log.stat = undefined
    log.named = false
    // A file that was removed is written again before the next commit.
    if (read === undefined) return
    const content = LogText.decode(read.bytes)
    if (Result.isFailure(content)) return yield* Failure.corrupt(operation, paths.log, content.failure)
    const { origin, keys, current } = content.success
    if (log.origin !== undefined && (log.origin.log !== origin.log || log.origin.epoch !== origin.epoch)) {
      return yield* Failure.unavailable(
        operation,
        `${paths.rest} now is the log ${origin.log} in epoch ${origin.epoch}, and was opened as the log ${log.origin.log} in epoch ${log.origin.epoch}. Nothing was changed; open it again`
      )
    }
    Object.assign(log, { origin, keys, current, stat: read.stat, found: true } satisfies Partial<LogText.KnownLog>)
  }).pipe(Effect.catchTag("FsError", (cause) => Effect.fail(Failure.ofDisk(operation)(cause))))

/** Writes the file. Call it in a turn. */
export const write = (session: Session, content: LogText.LogContent): Effect.Effect<void, FsError | StoreError> =>
  Effect.gen(function* () {
    const { fs, log, paths } = session
    const mode = log.stat?.mode ?? session.rest?.stat?.mode ?? JournalWrite.privateMode
    yield* JournalWrite.replaceFile(session, paths.log, mode, LogText.encode(content))
    const stat = yield* fs.stat(paths.log)
    Object.assign(log, {
      ...content,
      stat,
      current: true,
      named: true,
      found: true
    } satisfies Partial<LogText.KnownLog>)
  })

/** Puts the name of the log on the disk, before an entry depends on it. Call it in a turn. */
export const settle = (session: Session, operation: string): Effect.Effect<LogOrigin, StoreError> =>
  Effect.gen(function* () {
    const { fs, lock, log, paths } = session
    if (lock === undefined) return yield* JournalWrite.readOnly(session, operation)
    const known = yield* originOf(session, operation)
    if (log.stat !== undefined) {
      // The process that wrote it may have died before it flushed the name.
      // A program that reads only older formats must refuse the store before it is written in this one.
      if (!log.current) yield* write(session, { origin: known, keys: log.keys })
      else if (!log.named) yield* fs.syncDirectory(paths.directory)
      log.named = true
      return known
    }
    if (log.refusal !== undefined) return yield* Failure.lost(operation, paths, log.refusal)
    const wasFound = log.found
    const inferred = log.header === undefined ? undefined : { log: log.header, epoch: 2 }
    const origin = log.origin ?? inferred ?? { log: yield* drawLogName, epoch: 1 }
    yield* write(session, { origin, keys: log.keys })
    if (wasFound) {
      yield* Effect.logWarning(
        `${paths.log} was missing and was written again: the log is ${origin.log} in epoch ${origin.epoch}, with ${log.keys.get(origin.log)?.length ?? 0} entries of its keys`
      )
    }
    return origin
  }).pipe(Effect.catchTag("FsError", (cause) => Effect.fail(Failure.ofDisk(operation)(cause))))

/** The log, inferred from the entries if no file names it. An empty store without a name has one that no entry names. */
export const originOf = (session: Session, operation: string): Effect.Effect<LogOrigin, StoreError> =>
  Effect.mapError(
    Effect.suspend(() => Effect.fromResult(session.contents.origin())),
    (why) => Failure.corrupt(operation, session.paths.rest, why)
  )
