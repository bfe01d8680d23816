/** Checks that no two processes are offered the same handoff while a reservation holds. */
import { type HandoffStore, Reservations } from "@aumai/handoff-core"
import type { HandoffRecord } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

type Reserving = Pick<HandoffStore["Service"], "reserve" | "unreserve">

/** The offers of all processes. */
export interface Offers {
  /** The same methods, whose answers are checked. */
  readonly checked: (store: Reserving) => Reserving
  readonly broken: ReadonlyArray<string>
}

/** Makes the record of offers of one run. */
export const make = (): Offers => {
  const broken: Array<string> = []
  const offered: Reservations.Reservations = new Map()
  const note = ({ recordId, revision }: HandoffRecord, until: number, now: number) => {
    const known = offered.get(recordId)
    if (known !== undefined && known.revision === revision && known.until > now) {
      broken.push(
        `${recordId} revision ${revision}: was offered twice, ${known.until - now} ms before its reservation ended`
      )
    }
    offered.set(recordId, { revision, until })
  }
  return {
    broken,
    checked: (store) => ({
      reserve: (inbox, page, milliseconds) =>
        Effect.gen(function* () {
          // It lasts at least from the moment before the call, and the next offer is not later than the moment after its call.
          const start = yield* Clock.currentTimeMillis
          const found = yield* store.reserve(inbox, page, milliseconds)
          const now = yield* Clock.currentTimeMillis
          for (const record of found) note(record, Reservations.endOf(start, milliseconds), now)
          return found
        }),
      unreserve: (records) =>
        Effect.suspend(() => {
          Reservations.unreserve(offered, records)
          return store.unreserve(records)
        })
    })
  }
}
