/**
 * What the store holds in memory. Records of the readable file stay bytes until they are asked for; the first listing
 * decodes them all into core's image, which then answers everything.
 */
import { type Change, type Commit, type Entry, type Page, StoreImage } from "@aumai/handoff-core"
import { continuation, type HandoffRecord, type RecordId, replay, RevisionConflict } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import { type Placed, positionOf } from "./JournalText.ts"
import * as RestFile from "./RestFile.ts"
import * as RestRecord from "./RestRecord.ts"

/** Why something cannot be read, as a phrase for a person. */
type Read<A> = Result.Result<A, string>

export interface Contents {
  readonly get: (id: RecordId) => Read<HandoffRecord | undefined>
  readonly history: (id: RecordId) => Read<ReadonlyArray<Entry>>
  /** Those whose id begins like this, by id; only these are decoded. */
  readonly named: (prefix: string, page: Page<HandoffRecord>) => Read<ReadonlyArray<HandoffRecord>>
  /** Everything, indexed. The first call decodes what nobody has asked for yet; it is done in steps. */
  readonly image: () => Read<StoreImage.StoreImage>
  /** Decodes some of what is still bytes; `true` when nothing is left. */
  readonly warm: (count: number) => Read<boolean>
  /** The first change that is not the next revision of its record, counting the changes planned before it. */
  readonly conflict: (changes: Commit, planned: Map<RecordId, number>) => Read<RevisionConflict | undefined>
  /** Gives changes their places in the log. */
  readonly place: (changes: ReadonlyArray<Change>) => Read<ReadonlyArray<Placed>>
  /** Takes changes in that are written; those it has already seen are left out. */
  readonly put: (changes: ReadonlyArray<Placed>) => Read<number>
  /** The readable file, encoded piece by piece. */
  readonly pieces: () => Generator<Buffer>
  readonly ids: () => Iterable<RecordId>
  /**
   * Records that the file shows in a state that contradicts their history, as they stood there: the history counts, and
   * these are to be kept beside it before the file is written again. Each is given once.
   */
  readonly disputed: () => ReadonlyArray<RestFile.Slice>
  /** The whole of one record. */
  readonly handoff: (id: RecordId) => Read<RestRecord.Handoff | undefined>
}

/** Nothing. */
export const empty = (): Contents => make(new Map())

/** The records of a readable file. The map is taken over, not copied: it may be large. */
export const make = (file: Map<string, RestFile.Slice>): Contents => {
  // The order of the file is the order of this map; a record without bytes has changed or is new, and is in `live`.
  // The cast: an id from a file is checked when its record is decoded; until then it is only compared.
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
    const loaded = settled(decoded.success)
    if (loaded === undefined) {
      disputed.push(slice)
      slices.set(id, undefined)
    }
    const { record, entries } = loaded ?? decoded.success
    const held = { record, entries: [...entries] }
    live.set(id, held)
    return Result.succeed(held)
  }

  const handoff = (id: RecordId): Read<RestRecord.Handoff | undefined> =>
    image === undefined ? load(id) : Result.succeed(heldIn(image, id))

  const revisionOf = (id: RecordId): Read<number> =>
    // What is not there needs no decoding: creating costs the same in a file of any size.
    slices.has(id) ? Result.map(handoff(id), (found) => found?.record.revision ?? 0) : Result.succeed(0)

  /** At least the largest position in use; for records without positions it counts one for each that may share its time. */
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
      const entry: Entry = { position: positionOf(position), recordId: id, revision: record.revision, event }
      const known = live.get(id)
      if (known === undefined) live.set(id, { record, entries: [entry] })
      else {
        known.record = record
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

/** What an edited record amounts to: its history, continued to what the file shows; nothing when no way leads there. */
const settled = ({ record, entries, edited }: RestRecord.Handoff): RestRecord.Handoff | undefined => {
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

/** Those that changed are encoded when their turn comes. */
const slicesOf = function* (
  slices: ReadonlyMap<RecordId, RestFile.Slice | undefined>,
  handoff: (id: RecordId) => Read<RestRecord.Handoff | undefined>
): Generator<RestFile.Slice> {
  for (const [id, slice] of slices) {
    const found = slice === undefined ? handoff(id) : undefined
    const changed = found !== undefined && Result.isSuccess(found) ? found.success : undefined
    // Never neither: a record without bytes is held in memory.
    if (slice !== undefined) yield slice
    else if (changed !== undefined) yield RestFile.sliceOf(RestRecord.encode(changed))
  }
}

/** Entries of all records in the order of the log; positions that collide move up, in the order of the file. */
const index = (handoffs: ReadonlyArray<RestRecord.Handoff>): StoreImage.StoreImage => {
  const image = StoreImage.make()
  const all = handoffs.flatMap(({ record, entries }) => entries.map((entry) => ({ record, entry })))
  all.sort((a, b) => Number(a.entry.position) - Number(b.entry.position))
  for (const { record, entry } of all) {
    const position = Math.max(Number(entry.position), image.lastPosition() + 1)
    // Only the last state is ever listed; the ones before it stand here in its place.
    image.put([{ record: { ...record, revision: entry.revision }, event: entry.event }], position)
  }
  return image
}
