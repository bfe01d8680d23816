/** Moves handoffs that have ended to an archive: writes it, checks it, and only then removes them from the store. */
import {
  digestOf,
  encodeArchived,
  flawIn,
  type HandoffRecord,
  InvalidInput,
  type StoreError
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import { entryLeaf } from "../engine/LeafHash.ts"
import { AgentStore } from "../store/AgentStore.ts"
import { type Entry, HandoffStore, type Position } from "../store/HandoffStore.ts"
import { isBefore } from "../store/Positions.ts"
import type { RemovedRun, Retention } from "../store/Retention.ts"
import { checkpointTo } from "../verification/Checkpoint.ts"
import { fullArchiveHead } from "../wire/FullArchive.ts"
import { type ArchiveCheckpoint, type ArchiveFile, type ArchivedLine, type ArchivePart, linesOf, partsOf } from "./ArchiveFile.ts"
import { chainsIn, type Which } from "./Chains.ts"

/** The options of `archive`. */
export interface ArchiveOptions extends Which {
  /** The file. If it exists, it must be an archive of this log that was not finished, and is continued. */
  readonly file: ArchiveFile
  /** Called with the number of handoffs written, checked or removed so far. */
  readonly onProgress?: (step: "written" | "checked" | "removed", handoffs: number) => Effect.Effect<void>
}

/** The result of archiving. */
export interface ArchiveReport {
  /** The number of handoffs that left the store now. */
  readonly handoffs: number
  /** The number of their entries. */
  readonly entries: number
  /** The number of handoffs of the archive that stay in the store, because they changed after it was written. */
  readonly kept: number
  /** The SHA-256 of the archive file, as the log has it; absent if there was nothing to archive. */
  readonly digest?: string
  /** The checkpoint of the log when the archive was written; absent if there was nothing to archive. */
  readonly checkpoint?: ArchiveCheckpoint
}

type Store = HandoffStore["Service"]

/** The key log of the store, whose module other programs load late, too. */
export const ledgerOf = Effect.flatMap(
  Effect.promise(() => import("../routing/KeyLedger.ts")),
  ({ make }) => make
)

/** Reports an error of the file. */
const ofFile = (name: string) => (cause: unknown) =>
  cause instanceof InvalidInput ? cause : invalid(name, cause instanceof Error ? cause.message : String(cause))

const invalid = (input: string, expected: string) => new InvalidInput({ input, issues: [{ path: "", expected }] })

const tryFile = <A>(name: string, run: () => Promise<A>): Effect.Effect<A, InvalidInput> =>
  Effect.tryPromise({ try: run, catch: ofFile(name) })

// Enough to keep the connections of a remote store busy.
const readsAtOnce = 16

/** A handoff of the store as it is written; `undefined` if it must stay: it has a flaw, or the checkpoint does not cover it. */
const written = (store: Store, record: HandoffRecord, covered: Position) =>
  Effect.map(store.history(record.recordId), (entries) => {
    const history = entries.map(({ event }) => event)
    const last = entries.at(-1)?.position
    if (last === undefined || isBefore(covered, last) || flawIn(record.recordId, history, record) !== undefined) {
      return undefined
    }
    const { history: events = [], ...rest } = encodeArchived({ record, history })
    return { ...rest, history: events?.map((event, index) => ({ ...event, position: entries[index]?.position })) ?? [] }
  })

/** The handoffs of the chains as they are written, chain by chain. One with a handoff that must stay is left out. */
const handoffsOf = (store: Store, which: Which, covered: Position): Stream.Stream<object, StoreError> =>
  chainsIn(store, which).pipe(
    Stream.mapEffect(
      (chain) =>
        Effect.map(
          Effect.forEach(chain, (record) => written(store, record, covered), { concurrency: readsAtOnce }),
          (all) => (all.every((one) => one !== undefined) ? all : [])
        ),
      { concurrency: readsAtOnce }
    ),
    Stream.flattenIterable
  )

/** Writes the archive; `false` if there is nothing to archive, and then no file. */
const write = ({ before, file, onProgress, status }: ArchiveOptions) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const which = { before, ...(status && { status }) }
    const { last, root, size } = yield* checkpointTo
    if (last === undefined) return false
    const handoffs = handoffsOf(store, which, last)
    if ((yield* Stream.runHead(handoffs))._tag === "None") return false
    const head = { ...(yield* fullArchiveHead()), checkpoint: { size, root } }
    let count = -1
    const lines = Stream.tap(linesOf(head, handoffs), () => onProgress?.("written", ++count) ?? Effect.void)
    const text = yield* Stream.toAsyncIterableEffect(lines)
    yield* tryFile(file.name, () => file.write(text))
    return true
  })

/** The parts of the archive file. */
const partsIn = (file: ArchiveFile): Stream.Stream<ArchivePart, InvalidInput> =>
  Stream.unwrap(
    Effect.map(
      tryFile(file.name, () => file.read()),
      (bytes) =>
        bytes === undefined
          ? Stream.fail(invalid(file.name, "Expected the archive; it is missing"))
          : Stream.fromAsyncIterable(partsOf(file.name, bytes), ofFile(file.name))
    )
  )

/** Reads the whole archive, which must be of this log. */
const check = ({ file, onProgress }: ArchiveOptions) =>
  Effect.gen(function* () {
    const { log } = yield* (yield* HandoffStore).origin
    const found = { handoffs: 0, entries: 0, digest: digestOf(""), checkpoint: { size: 0, root: digestOf("") } }
    const seen = new Set<string>()
    yield* Stream.runForEach(partsIn(file), (part): Effect.Effect<void, InvalidInput> => {
      if (part._tag === "End") {
        found.digest = part.digest
        return Effect.void
      }
      if (part._tag === "Head") {
        found.checkpoint = part.checkpoint
        return part.origin === log
          ? Effect.void
          : Effect.fail(invalid(file.name, `Expected an archive of the log ${log}, but it is of ${part.origin}`))
      }
      const { history, record } = part.archived
      // Sixteen bytes of a digest for each: an archive of a million handoffs needs a hundred megabytes.
      if (seen.has(record.recordId)) {
        return Effect.fail(invalid(file.name, `Expected each handoff once; line ${part.line} repeats ${record.recordId}`))
      }
      seen.add(record.recordId)
      found.handoffs += 1
      found.entries += history.length
      return onProgress?.("checked", found.handoffs) ?? Effect.void
    })
    return found
  })

/** The runs that stand for the entries of a handoff, if the store has exactly those of the archive. */
const runsOf = (
  entries: ReadonlyArray<Entry>,
  { history, positions, record }: ArchivedLine["archived"]
): ReadonlyArray<RemovedRun> | undefined => {
  if (entries.length !== history.length) return undefined
  const runs: Array<RemovedRun> = []
  for (const [index, entry] of entries.entries()) {
    const { position, revision } = entry
    const event = history[index]
    const hash = entryLeaf(entry)
    if (event === undefined || revision !== index + 1 || positions[index] !== position) return undefined
    if (hash !== entryLeaf({ recordId: record.recordId, revision, event })) return undefined
    runs.push({ first: position, last: position, level: 0, hash })
  }
  return runs
}

interface Leaving {
  readonly record: HandoffRecord
  readonly runs: ReadonlyArray<RemovedRun>
}

/** Removes the handoffs of the archive from the store, as far as they did not change. */
const remove = (retention: Retention, { file, onProgress }: ArchiveOptions) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const sums = { handoffs: 0, entries: 0, kept: 0 }

    /** Removes handoffs together or, on conflict, one by one. */
    const drop = (leaving: ReadonlyArray<Leaving>): Effect.Effect<void, StoreError> =>
      retention
        .rewrite({ drop: leaving.map(({ record }) => record), leave: leaving.flatMap(({ runs }) => runs) })
        .pipe(
          Effect.tap(() => {
            sums.handoffs += leaving.length
            for (const { runs } of leaving) sums.entries += runs.length
            return onProgress?.("removed", sums.handoffs) ?? Effect.void
          }),
          Effect.catchTag("RevisionConflict", () => {
            if (leaving.length > 1) return Effect.forEach(leaving, (one) => drop([one]), { discard: true })
            sums.kept += 1
            return Effect.void
          })
        )

    const removeAll = (archived: ReadonlyArray<ArchivedLine["archived"]>) =>
      Effect.gen(function* () {
        const histories = yield* Effect.forEach(archived, ({ record }) => store.history(record.recordId), {
          concurrency: readsAtOnce
        })
        const leaving: Array<Leaving> = []
        for (const [index, entries] of histories.entries()) {
          const one = archived[index]
          // Removed already.
          if (entries.length === 0 || one === undefined) continue
          const runs = runsOf(entries, one)
          if (runs === undefined) sums.kept += 1
          else leaving.push({ record: one.record, runs })
        }
        if (leaving.length > 0) yield* drop(leaving)
      })

    yield* partsIn(file).pipe(
      Stream.filter((part) => part._tag === "Handoff"),
      Stream.map(({ archived }) => archived),
      Stream.grouped(retention.batch),
      Stream.runForEach(removeAll)
    )
    return sums
  })

/** The retention of the store, or the reason why it has none. */
export const retentionOf = (store: Store, verb: string): Effect.Effect<Retention, InvalidInput> =>
  store.retention === undefined
    ? Effect.fail(invalid(verb, "Expected a store that can remove and erase; this one only appends"))
    : Effect.succeed(store.retention)

/**
 * Moves whole chains that have ended to an archive. Writes and flushes the file, reads it back, notes its digest in the log,
 * and only then removes the handoffs. Repeating an interrupted call with the same file continues it.
 */
export const archive = (
  options: ArchiveOptions
): Effect.Effect<ArchiveReport, InvalidInput | StoreError, HandoffStore | AgentStore> =>
  Effect.gen(function* () {
    const { file } = options
    const store = yield* HandoffStore
    const retention = yield* retentionOf(store, "archive")
    const isContinued = (yield* tryFile(file.name, async () => {
      const bytes = await file.read()
      await bytes?.[Symbol.asyncIterator]().return?.()
      return bytes
    })) !== undefined
    if (!isContinued && !(yield* write(options))) return { handoffs: 0, entries: 0, kept: 0 }
    const { checkpoint, digest, entries, handoffs } = yield* check(options)
    yield* tryFile(file.name, () => file.flush())
    const { log } = yield* store.origin
    const keys = (yield* (yield* AgentStore).keys).get(log) ?? []
    const isNoted = keys.some(({ event }) => event._tag === "Archived" && event.digest === digest)
    if (!isNoted) yield* (yield* ledgerOf).note({ _tag: "Archived", handoffs, entries, digest, ...checkpoint })
    const sums = yield* remove(retention, options)
    // Also if nothing was left to remove: the call before may have ended between the two.
    yield* retention.reclaim
    if (isNoted && sums.handoffs === 0 && sums.kept === 0) {
      return yield* invalid(
        file.name,
        "Expected a file that does not exist, or an archive that was interrupted; this one is complete. Name another file"
      )
    }
    return { ...sums, digest, checkpoint }
  })

/** The handoffs of an archive, for those who compare it with a store. */
export const archivedIn = (file: ArchiveFile): Stream.Stream<ArchivePart, InvalidInput> => partsIn(file)
