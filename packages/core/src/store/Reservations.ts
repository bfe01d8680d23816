/** The reservations of records that a claimer is about to take. Stores differ only in the place that keeps them. */
import type { HandoffRecord, RecordId } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import { type HandoffStore, type InboxView, longestReservation, type Page } from "./HandoffStore.ts"
import type { StoreImage } from "./StoreImage.ts"

/** The longest reservation, in milliseconds. */
export const longest = longestReservation

/** A reservation of a record at a revision. The next revision ends it. */
export interface Reservation {
  readonly revision: number
  /** Milliseconds since 1970, UTC. */
  readonly until: number
}

/** The reservations of a store. */
export type Reservations = Map<RecordId, Reservation>

/** The end of a reservation that begins now. */
export const endOf = (now: number, milliseconds: number): number =>
  now + Math.max(0, Math.min(Math.trunc(milliseconds) || 0, longest))

/** Tests whether a reservation holds. One that ends too late was made before the clock was set back. */
export const holds = ({ until }: Pick<Reservation, "until">, now: number): boolean =>
  until > now && until <= now + longest

/** Reserves the first records of an inbox that are not reserved, in a store whose records are in memory. */
export const reserve = (
  held: Reservations,
  image: Pick<StoreImage, "list">,
  inbox: InboxView,
  { limit, after }: Page<HandoffRecord>,
  now: number,
  milliseconds: number
): ReadonlyArray<HandoffRecord> => {
  const most = Math.trunc(limit) || 0
  const until = endOf(now, milliseconds)
  const found: Array<HandoffRecord> = []
  let last = after
  // The pages grow, because the records before the first free one can be many.
  for (let size = most; found.length < most; size *= 2) {
    const page = image.list(inbox, { limit: size, ...(last && { after: last }) })
    for (const record of page) {
      const { recordId, revision } = record
      const known = held.get(recordId)
      if (known !== undefined && known.revision === revision && holds(known, now)) continue
      if (found.length === most) break
      held.set(recordId, { revision, until })
      found.push(record)
    }
    last = page.at(-1)
    if (page.length < size) break
  }
  return found
}

/** Ends the reservations of records. */
export const unreserve = (held: Reservations, records: ReadonlyArray<HandoffRecord>): void => {
  for (const { recordId, revision } of records) if (held.get(recordId)?.revision === revision) held.delete(recordId)
}

/** Drops the reservations that no longer hold. */
export const prune = (held: Reservations, image: Pick<StoreImage, "get">, now: number): void => {
  for (const [id, one] of held) if (!holds(one, now) || image.get(id)?.revision !== one.revision) held.delete(id)
}

/** The methods of a store that is in the memory of one process. */
export const inMemory = (
  image: Pick<StoreImage, "get" | "list">
): Pick<HandoffStore["Service"], "reserve" | "unreserve"> => {
  const held: Reservations = new Map()
  let most = 1024
  return {
    reserve: (inbox, page, milliseconds) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (held.size > most) {
          prune(held, image, now)
          most = 1024 + 2 * held.size
        }
        return reserve(held, image, inbox, page, now, milliseconds)
      }),
    unreserve: (records) => Effect.sync(() => unreserve(held, records))
  }
}
