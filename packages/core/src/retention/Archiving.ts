/** Moves handoffs that have ended to an archive: writes it, checks it, and only then removes them from the store. */
import { encodeArchived, flawIn, type HandoffRecord, InvalidInput, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

import { entryLeaf } from "../engine/LeafHash.ts"
import { AgentStore } from "../store/AgentStore.ts"
import { type Entry, HandoffStore, type Position } from "../store/HandoffStore.ts"
import { isBefore } from "../store/Positions.ts"
import type { RemovedRun, Retention } from "../store/Retention.ts"
import { checkpointTo } from "../verification/Checkpoint.ts"
import { fullArchiveHead } from "../wire/FullArchive.ts"
import {
  type ArchiveCheckpoint,
  type ArchiveFile,
  type ArchivedLine,
  type ArchivePart,
  partsOf,
  textOf
} from "./ArchiveFile.ts"
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

/**
 * Makes a reader of the handoffs of chains as they are written: each run returns those of some chains, and `undefined` after the
 * last. A chain with a handoff that must stay is left out.
 */
const handoffsOf = (store: Store, which: Which, covered: Position) => {
  const next = chainsIn(store, which)
  return Effect.gen(function* () {
    while (true) {
      const chains: Array<ReadonlyArray<HandoffRecord>> = []
      for (
        let chain = yield* next;
        chain !== undefined;
        chain = chains.length < readsAtOnce ? yield* next : undefined
      ) {
        chains.push(chain)
      }
      if (chains.length === 0) return undefined
      const all = yield* Effect.forEach(
        chains,
        (chain) => Effect.forEach(chain, (record) => written(store, record, covered)),
        { concurrency: readsAtOnce }
      )
      const found = all.flatMap((chain) => {
        const handoffs = chain.filter((one) => one !== undefined)
        return handoffs.length === chain.length ? handoffs : []
      })
      if (found.length > 0) return found
    }
  })
}

/** Writes the archive; `false` if there is nothing to archive, and then no file. */
const write = ({ before, file, onProgress, status }: ArchiveOptions) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const { last, root, size } = yield* checkpointTo
    if (last === undefined) return false
    const next = handoffsOf(store, { before, ...(status && { status }) }, last)
    const first = yield* next
    if (first === undefined) return false
    const head = { ...(yield* fullArchiveHead()), checkpoint: { size, root } }
    let count = 0
    const run = Effect.runPromiseWith(yield* Effect.context())
    let isOver = false
    const groups = async function* () {
      for (let group: typeof first | undefined = first; group !== undefined; group = await run(next)) {
        // The file then never gets its name.
        if (isOver) throw new Error("Expected to write the whole archive; it was interrupted")
        yield group
        count += group.length
        await run(onProgress?.("written", count) ?? Effect.void)
      }
    }
    yield* tryFile(file.name, () => file.write(textOf(head, groups()))).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          isOver = true
        })
      )
    )
    return true
  })

type Handoff = ArchivedLine["archived"]

/** Reads the archive in groups of handoffs, and returns its head and its digest. */
const readFile = <E, R>(
  file: ArchiveFile,
  size: number,
  visit: (group: ReadonlyArray<ArchivedLine>) => Effect.Effect<void, E, R>
) =>
  Effect.gen(function* () {
    const text = yield* tryFile(file.name, () => file.read())
    if (text === undefined) return yield* invalid(file.name, "Expected the archive; it is missing")
    const parts = partsOf(file.name, text)
    const found: { head?: Part<"Head">; end?: Part<"End"> } = {}
    const take = async () => {
      const group: Array<ArchivedLine> = []
      while (group.length < size && found.end === undefined) {
        const { value: part } = await parts.next()
        if (part === undefined) break
        if (part._tag === "Handoff") group.push(part)
        else if (part._tag === "Head") found.head = part
        else found.end = part
      }
      return group
    }
    while (found.end === undefined) {
      const group = yield* tryFile(file.name, take)
      if (group.length > 0) yield* visit(group)
    }
    const { end, head } = found
    // The reader gives both, or fails.
    if (end === undefined || head === undefined) return yield* invalid(file.name, "Expected the archive; it is empty")
    return { ...head, digest: end.digest }
  })

type Part<Tag> = Extract<ArchivePart, { readonly _tag: Tag }>

/** Visits the handoffs of an archive, and returns the name of its log and its digest. */
export const eachArchived = (file: ArchiveFile, visit: (handoff: Handoff) => void) =>
  readFile(file, readsAtOnce, (group) => Effect.sync(() => group.forEach(({ archived }) => visit(archived))))

/** Reads the whole archive, which must be of this log. */
const check = ({ file, onProgress }: ArchiveOptions) =>
  Effect.gen(function* () {
    const { log } = yield* (yield* HandoffStore).origin
    const found = { handoffs: 0, entries: 0 }
    const seen = new Set<string>()
    const { checkpoint, digest, origin } = yield* readFile(file, readsAtOnce, (group) =>
      Effect.gen(function* () {
        for (const { archived, line } of group) {
          const { recordId } = archived.record
          if (seen.has(recordId))
            return yield* invalid(file.name, `Expected each handoff once; line ${line} repeats ${recordId}`)
          seen.add(recordId)
          found.handoffs += 1
          found.entries += archived.history.length
        }
        yield* onProgress?.("checked", found.handoffs) ?? Effect.void
      })
    )
    if (origin !== log)
      return yield* invalid(file.name, `Expected an archive of the log ${log}, but it is of ${origin}`)
    return { ...found, checkpoint, digest }
  })

/** The runs that stand for the entries of a handoff, if the store has exactly those of the archive. */
const runsOf = (
  entries: ReadonlyArray<Entry>,
  { history, positions, record }: Handoff
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
      retention.rewrite({ drop: leaving.map(({ record }) => record), leave: leaving.flatMap(({ runs }) => runs) }).pipe(
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

    const removeAll = (group: ReadonlyArray<ArchivedLine>) =>
      Effect.gen(function* () {
        const histories = yield* Effect.forEach(group, ({ archived }) => store.history(archived.record.recordId), {
          concurrency: readsAtOnce
        })
        const leaving: Array<Leaving> = []
        for (const [index, entries] of histories.entries()) {
          const one = group[index]?.archived
          // Removed already.
          if (entries.length === 0 || one === undefined) continue
          const runs = runsOf(entries, one)
          if (runs === undefined) sums.kept += 1
          else leaving.push({ record: one.record, runs })
        }
        if (leaving.length > 0) yield* drop(leaving)
      })

    yield* readFile(file, retention.batch, removeAll)
    return sums
  })

/** The retention of the store, or the reason why it has none. */
export const retentionOf = (store: Store, verb: string): Effect.Effect<Retention, InvalidInput> =>
  store.retention === undefined
    ? Effect.fail(invalid(verb, "Expected a store that can remove and erase; this one only appends"))
    : store.retention

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
    const isContinued =
      (yield* tryFile(file.name, async () => {
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
