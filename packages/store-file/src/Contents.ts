/**
 * The in-memory contents of the store. Records of the readable file stay bytes until a read needs them. The first listing
 * decodes them all into core's StoreImage, which then serves every read.
 */
import { type Change, type Commit, type Entry, type Page, StoreImage } from "@aumai/handoff-core"
import {
  continuation,
  frozen,
  type HandoffRecord,
  type RecordId,
  replay,
  RevisionConflict
} from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import { type Placed, positionOf } from "./JournalText.ts"
import * as RestFile from "./RestFile.ts"
import * as RestRecord from "./RestRecord.ts"

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
  /** The first change that does not follow its record's revision, including the changes in `planned`. */
  readonly conflict: (changes: Commit, planned: Map<RecordId, number>) => Read<RevisionConflict | undefined>
  /** Assigns log positions to changes. */
  readonly place: (changes: ReadonlyArray<Change>) => Read<ReadonlyArray<Placed>>
  /** Applies written changes, except those that it has already. Returns the number applied. */
  readonly put: (changes: ReadonlyArray<Placed>) => Read<number>
  /** The readable file, encoded piece by piece. */
  readonly pieces: () => Generator<Buffer>
  readonly ids: () => Iterable<RecordId>
  /**
   * The bytes of records whose state in the file contradicts their history. The history wins, so save these beside the file
   * before writing it again. Each is returned once.
   */
  readonly disputed: () => ReadonlyArray<RestFile.Slice>
  /** One record with its history. */
  readonly handoff: (id: RecordId) => Read<RestRecord.Handoff | undefined>
}

/** Makes empty contents. */
export const empty = (): Contents => make(new Map())

/** Makes contents from the records of a readable file. Owns the map, because copying a large one is expensive. */
export const make = (file: Map<string, RestFile.Slice>): Contents => {
  // This map keeps the order of the file. A record without bytes is new or changed, and is in `live`.
  // The cast is safe because an id is only compared until its record is decoded, which checks it.
  const slices = file as Map<RecordId, RestFile.Slice | undefined>
  const live = new Map<RecordId, { record: HandoffRecord; readonly entries: Array<Entry> }>()
  const disputed: Array<RestFile.Slice> = []
  let image: StoreImage.StoreImage | undefined
  let last: number | undefined
  let toWarm: Iterator<[RecordId, RestFile.Slice | undefined]> | undefined

  const load = (id: RecordId): Read<{ record: HandoffRecord; readonly entries: Array<Entry> } | undefined> => {
    const known = live.get(id)
    if (known !== undefined) return Result.succeed(known)
    const slice = slices.get(id)
    if (slice === undefined) return Result.succeed(undefined)
    const decoded = RestRecord.decode(RestFile.bytesOf(slice))
    if (Result.isFailure(decoded)) return Result.fail(`record ${JSON.stringify(id)}: ${decoded.failure}`)
    if (decoded.success.record.recordId !== id) return Result.fail(`record ${JSON.stringify(id)}: another id inside`)
    const loaded = continued(decoded.success)
    if (loaded === undefined) {
      disputed.push(slice)
      slices.set(id, undefined)
    }
    const { record, entries } = loaded ?? decoded.success
    // Frozen, because every reader gets these objects.
    const held = { record: frozen(record), entries: entries.map(frozen) }
    live.set(id, held)
    return Result.succeed(held)
  }

  const handoff = (id: RecordId): Read<RestRecord.Handoff | undefined> =>
    image === undefined ? load(id) : Result.succeed(heldIn(image, id))

  const revisionOf = (id: RecordId): Read<number> =>
    // An unknown id needs no decoding, so that creating a handoff takes the same time in a file of any size.
    slices.has(id) ? Result.map(handoff(id), (found) => found?.record.revision ?? 0) : Result.succeed(0)

  /** An upper bound of the positions in use. Records without positions add one each, because they may share a time. */
  const lastPosition = (): Read<number> => {
    if (last !== undefined) return Result.succeed(last)
    let bound = 0
    let guessed = 0
    for (const [id, slice] of slices) {
      const found = slice === undefined ? undefined : RestRecord.lastPosition(slice.source, slice.end)
      if (found === undefined) {
        const loaded = load(id)
        if (Result.isFailure(loaded)) return Result.fail(loaded.failure)
        bound = Math.max(bound, Number(loaded.success?.entries.at(-1)?.position ?? 0))
      } else bound = Math.max(bound, found.position)
      if (found?.exact !== true) guessed += 1
    }
    last = bound + guessed
    return Result.succeed(last)
  }

  const putOne = (change: Placed): void => {
    const { record, event, position } = change
    const id = record.recordId
    if (image !== undefined) image.put([change], position)
    else {
      const entry: Entry = frozen({ position: positionOf(position), recordId: id, revision: record.revision, event })
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
        image = index([...slices.keys()].flatMap((id) => live.get(id) ?? []))
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
    get: (id) => Result.map(handoff(id), (found) => found?.record),
    history: (id) => Result.map(handoff(id), (found) => found?.entries.slice() ?? []),
    handoff,
    named: (prefix, page) => {
      if (image !== undefined) return Result.succeed(image.list({ _tag: "Prefix", prefix }, page))
      const after = page.after?.recordId
      const ids = [...slices.keys()]
        .filter((id) => id.startsWith(prefix) && (after === undefined || id > after))
        .toSorted((a, b) => (a < b ? -1 : 1))
      const records: Array<HandoffRecord> = []
      for (const id of ids.slice(0, Math.max(0, page.limit))) {
        const found = handoff(id)
        if (Result.isFailure(found)) return Result.fail(found.failure)
        if (found.success !== undefined) records.push(found.success.record)
      }
      return Result.succeed(records)
    },
    warm,
    image: () => {
      const warmed = warm(Number.POSITIVE_INFINITY)
      if (Result.isFailure(warmed)) return Result.fail(warmed.failure)
      return image === undefined ? Result.fail("not decoded") : Result.succeed(image)
    },
    conflict: (changes, planned) => {
      const mine = new Map<RecordId, number>()
      for (const { record } of changes) {
        const id = record.recordId
        const ahead = mine.get(id) ?? planned.get(id)
        const current = ahead === undefined ? revisionOf(id) : Result.succeed(ahead)
        if (Result.isFailure(current)) return Result.fail(current.failure)
        if (record.revision !== current.success + 1) {
          return Result.succeed(new RevisionConflict({ recordId: id, revision: record.revision }))
        }
        mine.set(id, record.revision)
      }
      for (const [id, revision] of mine) planned.set(id, revision)
      return Result.succeed(undefined)
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
        if (change.record.revision !== current.success + 1) {
          return Result.fail(
            `record ${JSON.stringify(change.record.recordId)}: revision ${change.record.revision} follows ${current.success}`
          )
        }
        putOne(change)
        taken += 1
      }
      return Result.succeed(taken)
    },
    pieces: () => RestFile.join(slicesOf(slices, handoff)),
    ids: () => slices.keys(),
    disputed: () => disputed.splice(0)
  }
}

/** An edited record with its history continued to the edited state; `undefined` if no events lead there. */
const continued = ({ record, entries, edited }: RestRecord.Handoff): RestRecord.Handoff | undefined => {
  if (edited === undefined) return { record, entries }
  const events = continuation(record, edited)
  if (events === undefined) return undefined
  let last = Number(entries.at(-1)?.position ?? 0)
  const added = events.map((event, index): Entry => {
    last = RestRecord.nextPosition(last, event)
    return {
      position: positionOf(last),
      recordId: record.recordId,
      revision: record.revision + index + 1,
      event
    }
  })
  const replayed = replay(
    record.recordId,
    [...entries, ...added].map(({ event }) => event)
  )
  return Result.isFailure(replayed) ? undefined : { record: replayed.success, entries: [...entries, ...added] }
}

const heldIn = (image: StoreImage.StoreImage, id: RecordId): RestRecord.Handoff | undefined => {
  const record = image.get(id)
  return record === undefined ? undefined : { record, entries: image.history(id) }
}

/** The slices of all records. A changed record is encoded when the generator reaches it. */
const slicesOf = function* (
  slices: ReadonlyMap<RecordId, RestFile.Slice | undefined>,
  handoff: (id: RecordId) => Read<RestRecord.Handoff | undefined>
): Generator<RestFile.Slice> {
  for (const [id, slice] of slices) {
    const found = slice === undefined ? handoff(id) : undefined
    const changed = found !== undefined && Result.isSuccess(found) ? found.success : undefined
    // One of the two always holds: a record without bytes is in memory.
    if (slice !== undefined) yield slice
    else if (changed !== undefined) yield RestFile.sliceOf(RestRecord.encode(changed))
  }
}

/** Builds the image with all entries in log order. Colliding positions move up, in the order of the file. */
const index = (handoffs: ReadonlyArray<RestRecord.Handoff>): StoreImage.StoreImage => {
  const image = StoreImage.make()
  const all = handoffs.flatMap(({ record, entries }) => entries.map((entry) => ({ record, entry })))
  all.sort((a, b) => Number(a.entry.position) - Number(b.entry.position))
  for (const { record, entry } of all) {
    const position = Math.max(Number(entry.position), image.lastPosition() + 1)
    // Lists show only the last state, so every earlier entry can carry it.
    image.put([{ record: { ...record, revision: entry.revision }, event: entry.event }], position)
  }
  return image
}
