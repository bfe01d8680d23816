/**
 * Stores handoffs in one readable JSON file, with a journal beside it while the store is open. Several processes can have
 * it open.
 */
import {
  AgentStore,
  DocumentStore,
  GroupCommit,
  HandoffStore,
  Hints,
  type LogOrigin,
  oddCount,
  type Retention
} from "@aumai/handoff-core"
import type { StoreError } from "@aumai/handoff-protocol"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"

import * as AgentFile from "./AgentFile.ts"
import * as Commit from "./Commit.ts"
import * as Contents from "./Contents.ts"
import * as DocumentFile from "./DocumentFile.ts"
import * as Failure from "./Failure.ts"
import { type FsError, JournalFs } from "./JournalFs.ts"
import { privateMode } from "./JournalWrite.ts"
import * as KeyLog from "./KeyLog.ts"
import * as LogFile from "./LogFile.ts"
import * as LogText from "./LogText.ts"
import * as NodeJournalFs from "./NodeJournalFs.ts"
import * as Paths from "./Paths.ts"
import * as Place from "./Place.ts"
import * as Publish from "./Publish.ts"
import * as Reader from "./Reader.ts"
import { answer, answerOf, current, warmed } from "./Reading.ts"
import { isIntact, refresh, refreshInTurn } from "./Refresh.ts"
import * as RenewalFile from "./RenewalFile.ts"
import * as Reserving from "./Reserving.ts"
import { leave, locked, type Session, share, turn } from "./Session.ts"
import { setAside } from "./SetAside.ts"

/** The options of a file store. */
export interface FileStoreOptions {
  /** The file. Its directory must exist. A symbolic link is resolved at opening. */
  readonly path: string
  /** Begins a store that does not exist. With `false`, opening fails with the reason `missing`. Default: true. */
  readonly create?: boolean
  /** Opens an existing store only to read: it creates and changes no file, and refuses commits. Default: false. */
  readonly readOnly?: boolean
  /**
   * For a command that opens the store, commits once and closes it. The commit goes directly to the readable file if no
   * other process has the store open and there is no journal. Default: false.
   */
  readonly oneShot?: boolean
  /** The journal size from which it is folded into the file, once it is also larger than the file. Default: 1 MiB. */
  readonly checkpointBytes?: number
  /** The longest wait for a lock that another process holds. Default: 10 seconds. */
  readonly lockTimeout?: Duration.Input
  /** The time between two looks of `changed` for commits of other processes. Default: 500 milliseconds. */
  readonly pollInterval?: Duration.Input
  /** Allows a network file system, where locks and flushes may not work. Default: false. */
  readonly allowNetworkFileSystem?: boolean
}

const open = (options: FileStoreOptions): Effect.Effect<Session, StoreError, JournalFs | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* JournalFs
    const { create = true, readOnly = false } = options
    const path = yield* fs.resolve(options.path, { allowNetworkFileSystem: options.allowNetworkFileSystem ?? false })
    const paths = Paths.of(path)
    if ((readOnly || !create) && (yield* Paths.found(fs, paths)).length === 0) return yield* Failure.missing(path)
    const rest = yield* fs.stat(paths.rest)
    const lock = readOnly ? undefined : yield* Reader.openLock(fs, paths.lock, rest?.mode ?? privateMode)
    const log = LogText.unknown()
    const session: Session = {
      fs,
      paths,
      lock,
      guard: readOnly ? yield* Reader.guardOf(fs, paths) : Effect.undefined,
      readOnly,
      lockInode: lock === undefined ? (yield* fs.stat(paths.lock))?.inode : lock.inode,
      turns: yield* Semaphore.make(1),
      checkpointBytes: options.checkpointBytes ?? 1024 * 1024,
      lockTimeout: Duration.toMillis(options.lockTimeout ?? "10 seconds"),
      log,
      contents: Contents.empty(log),
      journal: undefined,
      rest: undefined,
      renewals: undefined,
      holding: false,
      wasAway: false,
      warned: new Set(),
      refusal: undefined
    }
    return session
  }).pipe(Effect.catchTag("FsError", (cause) => Effect.fail(Failure.ofDisk("open")(cause))))

/** Deletes the temporary files that a crash left. */
const sweep = (session: Session): Effect.Effect<void> => {
  const { fs, paths, lock } = session
  if (lock === undefined) return Effect.void
  const leftovers = Effect.map(fs.list(paths.directory), (names) => names.filter(paths.isTemporary))
  return Effect.ignore(
    Effect.flatMap(leftovers, (names) =>
      Effect.forEach(names, (name) => Effect.ignore(fs.unlink(`${paths.directory}/${name}`)), { discard: true })
    )
  )
}

// Tries to be the last to close. Another process that closes now releases the lock within a millisecond.
const attempts = 4

/** Writes the journal again at closing if another program has changed it since the last turn. */
const leaveIntact = (session: Session): Effect.Effect<void> =>
  session.lock === undefined
    ? Effect.void
    : isIntact(session).pipe(
        Effect.flatMap((intact) =>
          intact ? Effect.void : turn(session, "close", refreshInTurn(session, "close"), Effect.void)
        ),
        Effect.catch((error) => Effect.logWarning(`The store could not be closed in order: ${error.message}`))
      )

/** The last process to close folds the journal into the file. If that fails, the next one to close the store does it. */
const close = (session: Session): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { lock, fs, paths } = session
    yield* leaveIntact(session)
    // Looks at the disk, because another process may have created a journal and closed since the last refresh.
    if (lock !== undefined && (yield* fs.stat(paths.journal)) !== undefined) {
      // A process that only reads is not present, but holds the lock while it reads.
      yield* locked(session, "close", Effect.void)
      yield* leave(session, lock)
      let alone = yield* lock.exclude
      for (let left = attempts; !alone && left > 0; left -= 1) {
        yield* Effect.sleep(left * (0.5 + (yield* Random.next)))
        alone = yield* lock.exclude
      }
      if (alone) {
        const rest = refreshInTurn(session, "close").pipe(
          Effect.andThen(RenewalFile.tidy(session)),
          Effect.andThen(Publish.comeToRest(session))
        )
        yield* Effect.ensuring(Effect.andThen(Place.check(session, "close"), rest), lock.release)
      }
    }
  }).pipe(
    Effect.catch((error) => Effect.logDebug(`The journal stays beside the file: ${error.message}`)),
    Effect.andThen(Effect.suspend(() => session.journal?.file?.close ?? Effect.void)),
    Effect.andThen(session.lock?.unshare ?? Effect.void),
    Effect.uninterruptible
  )

/** Opens a store on any `JournalFs`; closing the scope closes it. */
export const make = (
  options: FileStoreOptions
): Effect.Effect<
  {
    readonly handoffs: HandoffStore["Service"]
    readonly agents: AgentStore["Service"]
    readonly documents: DocumentStore["Service"]
  },
  StoreError,
  JournalFs | Scope.Scope
> =>
  Effect.gen(function* () {
    const session = yield* open(options)
    const { lock } = session
    const reserving = Reserving.make(session)
    yield* Effect.addFinalizer(() => Effect.andThen(Effect.exit(reserving.close), close(session)))
    if (lock !== undefined) yield* share(session, lock)
    yield* turn(session, "open", refreshInTurn(session, "open"), sweep(session))

    const scope = yield* Effect.scope
    const hints = Hints.make()
    const commitAll = Commit.make(session, { direct: options.oneShot ?? false })
    let checkpointing = false
    const checkpoint = Effect.suspend(() => {
      if (checkpointing || !Publish.isDue(session)) return Effect.void
      checkpointing = true
      return Effect.asVoid(
        turn(session, "checkpoint", refreshInTurn(session, "checkpoint"), Publish.checkpoint(session)).pipe(
          Effect.catch((error) => Effect.logWarning(`The journal was not folded into the file: ${error.message}`)),
          Effect.ensuring(
            Effect.sync(() => {
              checkpointing = false
            })
          ),
          Effect.forkIn(scope)
        )
      )
    })
    const commit = yield* GroupCommit.make((commits) =>
      Effect.tap(commitAll(commits), () => Effect.andThen(Effect.sync(hints.give), checkpoint))
    )

    const poll = Stream.tick(options.pollInterval ?? "500 millis").pipe(
      Stream.mapEffect(() => Effect.orElseSucceed(traceOf(session), () => "")),
      Stream.changes,
      Stream.drop(1),
      Stream.map(() => undefined)
    )
    let isTold = false
    const tellOdd = Effect.suspend(() => {
      const count = isTold ? 0 : session.contents.odd.count()
      if (count === 0) return Effect.void
      isTold = true
      return Console.warn(oddCount(count, session.paths.rest))
    })
    let retention: Promise<Retention> | undefined
    const handoffs = HandoffStore.of({
      origin: originOf(session),
      commit,
      renew: RenewalFile.make(session),
      get: (id) =>
        refresh(session, "get").pipe(
          Effect.flatMap(() => answerOf(session, "get", id, session.contents.get(id), Option.fromUndefinedOr)),
          Effect.flatMap(
            Option.match({
              onNone: () => Effect.succeedNone,
              onSome: (record) => Effect.asSome(RenewalFile.shown(session, "get", record))
            })
          )
        ),
      history: (id) =>
        Effect.flatMap(refresh(session, "history"), () =>
          answerOf(session, "history", id, session.contents.history(id), (entries) => entries)
        ),
      list: (view, page) =>
        view._tag === "Prefix"
          ? Effect.flatMap(refresh(session, "list"), () =>
              Effect.flatMap(
                answer(session, "list", session.contents.named(view.prefix, page), (records) => records),
                Effect.forEach((record) => RenewalFile.shown(session, "list", record))
              )
            )
          : current(session, "list").pipe(
              Effect.flatMap((image) => RenewalFile.taken(session, "list", image)),
              Effect.flatMap((image) => Effect.as(tellOdd, image.list(view, page)))
            ),
      ...reserving.methods,
      log: (page) =>
        // The position may be of a key that another process has recorded.
        Effect.andThen(
          page.after === undefined ? Effect.void : LogFile.refresh(session, "log"),
          Effect.flatMap(current(session, "log"), (image) => Effect.fromResult(image.log(page)))
        ),
      end: Effect.map(current(session, "end"), (image) => Option.fromUndefinedOr(image.end())),
      tally: Effect.map(current(session, "tally"), (image) => image.tally()),
      odd: Effect.map(current(session, "odd"), () => session.contents.odd.all()),
      setAside: turn(
        session,
        "set aside",
        refreshInTurn(session, "set aside"),
        Effect.andThen(warmed(session, "set aside"), setAside(session))
      ),
      changed: Stream.merge(hints.changed, poll),
      retention: Effect.promise(() => (retention ??= import("./Removal.ts").then(({ make }) => make(session))))
    })
    return {
      handoffs,
      agents: { ...AgentFile.make(session), ...KeyLog.make(session) },
      documents: DocumentFile.make(session)
    }
  })

/** The log. An empty store gets its name now, so that it stays the same for everybody who asks. */
const originOf = (session: Session): Effect.Effect<LogOrigin, StoreError> =>
  Effect.suspend(() => {
    const operation = "origin"
    if (session.log.origin !== undefined) return Effect.succeed(session.log.origin)
    const named = Effect.flatMap(LogFile.originOf(session, operation), (origin) =>
      session.log.origin === undefined && session.lock !== undefined
        ? LogFile.settle(session, operation)
        : Effect.succeed(origin)
    )
    return turn(session, operation, refreshInTurn(session, operation), named)
  })

/** A text that changes whenever one of the two files is written, or the store goes away. */
const traceOf = ({ fs, paths }: Session): Effect.Effect<string, FsError> =>
  Effect.map(Effect.all([fs.stat(paths.journal), fs.stat(paths.rest), fs.stat(paths.lock)]), (stats) =>
    stats.map((stat) => (stat === undefined ? "" : `${stat.inode} ${stat.size} ${stat.version}`)).join("|")
  )

/** Provides the handoffs and agents of one file on any `JournalFs`, such as a simulated disk. */
export const layerOn = (
  options: FileStoreOptions
): Layer.Layer<HandoffStore | AgentStore | DocumentStore, StoreError, JournalFs> =>
  Layer.effectContext(
    Effect.map(make(options), ({ handoffs, agents, documents }) =>
      Context.make(HandoffStore, handoffs).pipe(Context.add(AgentStore, agents), Context.add(DocumentStore, documents))
    )
  )

/**
 * Provides the handoffs and agents of one file. Closing the layer closes the store.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert"
 *
 * import { HandoffStore } from "@aumai/handoff-core"
 * import { FileStore } from "@aumai/handoff-store-file"
 * import * as Effect from "effect/Effect"
 *
 * const pending = Effect.flatMap(HandoffStore, (store) =>
 *   store.list({ _tag: "Status", status: "pending" }, { limit: 20 })
 * )
 * const program = Effect.provide(pending, FileStore.layer({ path: "handoffs.json" }))
 * deepStrictEqual(await Effect.runPromise(program), [])
 * ```
 */
export const layer = (options: FileStoreOptions): Layer.Layer<HandoffStore | AgentStore | DocumentStore, StoreError> =>
  Layer.provide(layerOn(options), NodeJournalFs.layer)
