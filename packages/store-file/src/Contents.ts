/**
 * The in-memory contents of the store. Records of the readable file stay bytes until a read needs them. The first listing
 * decodes them all into core's StoreImage, which then serves every read.
 */
import {
  type Change,
  type Commit,
  CommitPlan,
  type Entry,
  type LogOrigin,
  type Page,
  type Renewed,
  StoreImage
} from "@aumai/handoff-core"
import { frozen, type HandoffRecord, type RecordId, type RevisionConflict } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import type { Placed } from "./JournalText.ts"
import { keyNumbers, type KnownLog } from "./LogText.ts"
import { continued, entriesOf, heldIn, index } from "./Numbered.ts"
import * as Odd from "./Odd.ts"
import * as Origin from "./Origin.ts"
import * as RestFile from "./RestFile.ts"
import * as RestRecord from "./RestRecord.ts"
import { handoffsThatMayName, isSameRest, mayName, slicesOf } from "./Slices.ts"

/** A value, or the reason why it cannot be read, as a phrase for an error sentence. */
type Read<A> = Result.Result<A, string>

/** The records and entries of one store. */
export interface Contents {
  readonly get: (id: RecordId) => Read<HandoffRecord | undefined>
  readonly history: (id: RecordId) => Read<ReadonlyArray<Entry>>
  /** The records whose id begins with `prefix`, by id. Decodes only these. */
  readonly named: (prefix: string, page: Page<HandoffRecord>) => Read<ReadonlyArray<HandoffRecord>>
  /** All records, indexed. The first call decodes the rest; call `warm` before to do that in steps. */
  readonly image: () => Read<StoreImage.StoreImage>
  /** Decodes at most `count` records that are still bytes; `true` when all are decoded. */
  readonly warm: (count: number) => Read<boolean>
  /** The log; inferred from the entries if no file names it. */
  readonly origin: () => Read<LogOrigin>
  /**
   * The first change that does not follow its record's revision, including the changes in `planned`, or the keys, or that
   * ends a renewed lease.
   */
  readonly conflict: (
    changes: Commit,
    planned: Map<RecordId, number>,
    renewals: ReadonlyMap<string, Renewed>
  ) => Read<RevisionConflict | undefined>
  /** An upper bound of the positions in use, of entries and of keys. */
  readonly lastPosition: () => Read<number>
  /** Assigns log positions to changes. */
  readonly place: (changes: ReadonlyArray<Change>) => Read<ReadonlyArray<Placed>>
  /** Applies written changes, except those that it has already. Returns the number applied. */
  readonly put: (changes: ReadonlyArray<Placed>) => Read<number>
  /** Removes records, and puts others with all their entries, without checks; the next read is of the result. */
  readonly rewrite: (drop: Iterable<RecordId>, put: Iterable<RestRecord.Handoff>) => void
  /** The readable file, encoded piece by piece. */
  readonly pieces: () => Generator<Buffer>
  /** The elements of the file that are no records of this store, of those decoded so far. */
  readonly odd: Odd.Odd
  /** The ids of the records, without those of odd elements. */
  readonly ids: () => ReadonlyArray<RecordId>
  /** Tests that a file of another process has the same elements, besides the decoded records. */
  readonly holds: (file: ReadonlyMap<string, RestFile.Slice>) => boolean
  /**
   * The bytes of records whose state in the file contradicts their history. The history wins, so save these beside the file
   * before writing it again. Each is returned once.
   */
  readonly disputed: () => ReadonlyArray<RestFile.Slice>
  /** One record with its history. */
  readonly handoff: (id: RecordId) => Read<RestRecord.Handoff | undefined>
}

/** Makes empty contents. */
export const empty = (log: KnownLog): Contents => make(new Map(), log)

/** Makes contents from the records of a readable file. Owns the map, because copying a large one is expensive. */
export const make = (file: Map<string, RestFile.Slice>, log: KnownLog): Contents => {
  // This map keeps the order of the file. A record without bytes is new or changed, and is in `live`.
  // The cast is safe because a key is only compared until its record is decoded, which checks it.
  const slices = file as Map<RecordId, RestFile.Slice | undefined>
  const odd = Odd.make(file)
  const live = new Map<RecordId, Live>()
  const disputed: Array<RestFile.Slice> = []
  let image: StoreImage.StoreImage | undefined
  let last: number | undefined
  let toWarm: Iterator<[RecordId, RestFile.Slice | undefined]> | undefined

  const origin = (): Read<LogOrigin> => {
    if (log.origin !== undefined) return Result.succeed(log.origin)
    if (slices.size === 0) return Result.succeed(Origin.nameless)
    const inferred = Origin.infer(handoffsThatMayName(slices, live), log.header)
    if (inferred === undefined) {
      return mayName(slices) ? Result.fail("none of its records can be read") : Result.succeed(Origin.nameless)
    }
    Object.assign(log, inferred satisfies Partial<KnownLog>)
    return Result.succeed(inferred.origin)
  }

  const load = (id: RecordId): Read<Live | undefined> => {
    const known = live.get(id)
    if (known !== undefined) return Result.succeed(known)
    const slice = slices.get(id)
    if (slice === undefined || odd.has(id)) return Result.succeed(undefined)
    const decoded = RestFile.decode(id, slice)
    if (Result.isFailure(decoded)) {
      if (!RestFile.isElement(slice)) return Result.fail(`record ${JSON.stringify(id)}: ${decoded.failure}`)
      odd.note(id, decoded.failure)
      return Result.succeed(undefined)
    }
    // Only an edited record needs the log, which can take long to infer.
    const named = decoded.success.edited === undefined ? Result.succeed(Origin.nameless) : origin()
    if (Result.isFailure(named)) return Result.fail(named.failure)
    const loaded = continued(decoded.success, named.success.log)
    if (loaded === undefined) disputed.push(slice)
    slices.set(id, loaded && RestFile.laidOut(slice))
    const { record, entries } = loaded ?? decoded.success
    // Frozen, because every reader gets these objects.
    const held = { record: frozen(record), entries: entries.map(frozen) }
    live.set(id, held)
    return Result.succeed(held)
  }

  const get = (id: RecordId): Read<HandoffRecord | undefined> =>
    image === undefined ? Result.map(load(id), (found) => found?.record) : Result.succeed(image.stored(id))

  const handoff = (id: RecordId): Read<RestRecord.Handoff | undefined> =>
    image === undefined ? load(id) : Result.succeed(heldIn(image, id))

  const reserved = () => keyNumbers(log).at(-1) ?? 0

  const revisionOf = (id: RecordId): Read<number> =>
    // An unknown id needs no decoding, so that creating a handoff takes the same time in a file of any size.
    // Nothing follows a record that cannot be read, so that no other one gets its id.
    slices.has(id) ? Result.map(get(id), (record) => record?.revision ?? Number.NaN) : Result.succeed(0)

  /** Records without positions add one each, because they may share a time. */
  const lastPosition = (): Read<number> => {
    if (last !== undefined) return Result.succeed(Math.max(last, reserved()))
    let bound = 0
    let guessed = 0
    for (const [id, slice] of slices) {
      const found = slice === undefined ? undefined : RestRecord.lastPosition(slice.source, slice.end)
      if (found === undefined) {
        const loaded = load(id)
        if (Result.isFailure(loaded)) return Result.fail(loaded.failure)
        bound = Math.max(bound, loaded.success?.entries.at(-1)?.position ?? 0)
      } else bound = Math.max(bound, found.position)
      if (found?.exact !== true) guessed += 1
    }
    last = bound + guessed
    return Result.succeed(Math.max(last, reserved()))
  }

  const putOne = (change: Placed): void => {
    const { record, event, position } = change
    const id = record.recordId
    if (image !== undefined) image.put([change], position)
    else {
      const entry = frozen({ position, event })
      const known = live.get(id)
      if (known === undefined) live.set(id, { record: frozen(record), entries: [entry] })
      else {
        known.record = frozen(record)
        known.entries.push(entry)
      }
    }
    slices.set(id, undefined)
    if (last !== undefined) last = Math.max(last, position)
  }

  const warm = (count: number): Read<boolean> => {
    if (image !== undefined) return Result.succeed(true)
    toWarm ??= slices.entries()
    for (let left = count; left > 0; left -= 1) {
      const next = toWarm.next()
      if (next.done === true) {
        toWarm = undefined
        const named = origin()
        if (Result.isFailure(named)) return Result.fail(named.failure)
        // The image of an empty store without a name is not kept, because its positions would not have the name.
        if (log.origin === undefined) return Result.succeed(true)
        const taken = new Set(keyNumbers(log))
        image = index(
          log.origin,
          [...slices.keys()].flatMap((id) => live.get(id) ?? []),
          taken
        )
        last = Math.max(last ?? 0, image.lastPosition())
        live.clear()
        return Result.succeed(true)
      }
      const loaded = load(next.value[0])
      if (Result.isFailure(loaded)) {
        toWarm = undefined
        return Result.fail(loaded.failure)
      }
    }
    return Result.succeed(false)
  }

  return {
    get,
    history: (id) =>
      image === undefined
        ? Result.flatMap(load(id), (found) =>
            found === undefined ? Result.succeed([]) : Result.map(origin(), (named) => entriesOf(named, found))
          )
        : Result.succeed(image.history(id)),
    handoff,
    named: (prefix, page) => {
      if (image !== undefined) return Result.succeed(image.list({ _tag: "Prefix", prefix }, page))
      const after = page.after?.recordId
      const ids = [...slices.keys()]
        .filter((id) => id.startsWith(prefix) && (after === undefined || id > after))
        .toSorted((a, b) => (a < b ? -1 : 1))
      const most = Math.trunc(page.limit) || 0
      const records: Array<HandoffRecord> = []
      for (const id of ids) {
        if (records.length >= most) break
        const found = get(id)
        if (Result.isFailure(found)) return Result.fail(found.failure)
        if (found.success !== undefined) records.push(found.success)
      }
      return Result.succeed(records)
    },
    warm,
    image: () => {
      const warmed = warm(Number.POSITIVE_INFINITY)
      if (Result.isFailure(warmed)) return Result.fail(warmed.failure)
      image?.reserve(reserved())
      return Result.succeed(image ?? StoreImage.make(Origin.nameless))
    },
    origin,
    lastPosition,
    conflict: (changes, planned, renewals) => {
      const named = origin()
      if (Result.isFailure(named)) return Result.fail(named.failure)
      const { log: name } = named.success
      let unreadable: string | undefined
      const current = (id: RecordId): number => {
        const ahead = planned.get(id)
        if (ahead !== undefined) return ahead
        const stored = revisionOf(id)
        if (Result.isSuccess(stored)) return stored.success
        unreadable = stored.failure
        return 0
      }
      const keys = { log: name, keys: log.keys.get(name)?.length ?? 0 }
      const conflict = CommitPlan.conflictIn(changes, current, keys, (id) => renewals.get(id))
      if (unreadable !== undefined) return Result.fail(unreadable)
      if (conflict === undefined) for (const { record } of changes) planned.set(record.recordId, record.revision)
      return Result.succeed(conflict)
    },
    place: (changes) =>
      Result.map(lastPosition(), (before) => {
        let at = before
        return changes.map((change) => {
          at = RestRecord.nextPosition(at, change.event)
          return { ...change, position: at }
        })
      }),
    put: (changes) => {
      let taken = 0
      for (const change of changes) {
        const current = revisionOf(change.record.recordId)
        if (Result.isFailure(current)) return Result.fail(current.failure)
        // A line may stand twice, and a journal written again after the disk failed repeats what a file holds already.
        if (change.record.revision <= current.success) continue
        const isOdd = Number.isNaN(current.success)
        if (change.record.revision !== (isOdd ? 0 : current.success) + 1) {
          return Result.fail(
            `record ${JSON.stringify(change.record.recordId)}: revision ${change.record.revision} follows ${isOdd ? "one that cannot be read" : current.success}`
          )
        }
        // Another process found a record in its place, or set it aside.
        if (isOdd) odd.drop(change.record.recordId)
        putOne(change)
        taken += 1
      }
      return Result.succeed(taken)
    },
    rewrite: (drop, put) => {
      // The image is made again, of the records that are bytes and of those that only it has.
      if (image !== undefined) {
        for (const [id, slice] of slices) {
          const held = slice === undefined ? heldIn(image, id) : undefined
          if (held !== undefined) live.set(id, { record: held.record, entries: [...held.entries] })
        }
        last = Math.max(last ?? 0, image.lastPosition())
      }
      image = undefined
      toWarm = undefined
      for (const id of drop) {
        slices.delete(id)
        live.delete(id)
      }
      for (const { entries, record } of put) {
        slices.set(record.recordId, undefined)
        live.set(record.recordId, { record: frozen(record), entries: entries.map(frozen) })
      }
    },
    // The casts are that of the keys.
    pieces: () => RestFile.join(slicesOf(slices, (key) => Result.getOrUndefined(handoff(key as RecordId)))),
    odd,
    ids: () => [...slices.keys()].filter((id) => !odd.has(id)),
    holds: (file) =>
      isSameRest(slices, file, (key) => live.has(key as RecordId) || image?.get(key as RecordId) !== undefined),
    disputed: () => disputed.splice(0)
  }
}

/** A record that is decoded. */
interface Live {
  record: HandoffRecord
  readonly entries: Array<RestRecord.Numbered>
}
