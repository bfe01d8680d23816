/** Joins decoded records: to the entries that the port shows, to the image of a store, and to the events of another program. */
import { type Entry, type LogOrigin, positionOf, StoreImage, numberOf } from "@aumai/handoff-core"
import { continuation, foreignSeal, type LogName, type RecordId, replay } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import * as RestRecord from "./RestRecord.ts"

/** The entries of a record as the port shows them. */
export const entriesOf = (origin: LogOrigin, { record, entries }: RestRecord.Handoff): ReadonlyArray<Entry> =>
  entries.map(({ event, position }, index) => ({
    position: positionOf(origin, position),
    recordId: record.recordId,
    revision: index + 1,
    event
  }))

/** An edited record with its history continued to the edited state; `undefined` if no events lead there. */
export const continued = (handoff: RestRecord.Handoff, log: LogName): RestRecord.Handoff | undefined => {
  const { record, entries, edited } = handoff
  if (edited === undefined) return { record, entries }
  const history = entries.map(({ event }) => event)
  const events = continuation(record, edited, foreignSeal(log, history))
  if (events === undefined) return undefined
  let last = entries.at(-1)?.position ?? 0
  const added = events.map((event): RestRecord.Numbered => {
    last = RestRecord.nextPosition(last, event)
    return { position: last, event }
  })
  const replayed = replay(
    record.recordId,
    [...entries, ...added].map(({ event }) => event)
  )
  return Result.isFailure(replayed) ? undefined : { record: replayed.success, entries: [...entries, ...added] }
}

/** A record of an image with the numbers of its positions. */
export const heldIn = (image: StoreImage.StoreImage, id: RecordId): RestRecord.Handoff | undefined => {
  const record = image.stored(id)
  return record === undefined
    ? undefined
    : {
        record,
        entries: image.history(id).map(({ event, position }) => ({ event, position: numberOf(position) }))
      }
}

/** Builds the image with all entries in log order. Colliding positions move up, in the order of the file. */
export const index = (
  origin: LogOrigin,
  handoffs: ReadonlyArray<RestRecord.Handoff>,
  taken: ReadonlySet<number>
): StoreImage.StoreImage => {
  const image = StoreImage.make(origin)
  const all = handoffs.flatMap(({ record, entries }) =>
    entries.map(({ event, position }, index) => ({ record: { ...record, revision: index + 1 }, event, position }))
  )
  all.sort((a, b) => a.position - b.position)
  for (const { record, event, position } of all) {
    let free = Math.max(position, image.lastPosition() + 1)
    while (taken.has(free)) free += 1
    // Lists show only the last state, so every earlier entry can carry it.
    image.put([{ record, event }], free)
  }
  return image
}
