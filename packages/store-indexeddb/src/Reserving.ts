/** Keeps the reservations of claimers in one row, so that all tabs see them. Loaded by the first claim. */
import { type HandoffStore, Reservations, reservedRows } from "@aumai/handoff-core"
import type { RecordId } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import type { Transact } from "./Connection.ts"
import { rangeOf, type RecordValue, reservedKey, sourceOf } from "./Schema.ts"

type Rows = ReadonlyArray<readonly [id: RecordId, reservation: Reservations.Reservation]>

/** Makes the reservations of a database. */
export const make = (transact: Transact): Pick<HandoffStore["Service"], "reserve" | "unreserve"> => ({
  reserve: (inbox, page, milliseconds) =>
    Effect.flatMap(Clock.Clock, (clock) =>
      reservedRows(page, ({ after, limit }) =>
        transact<ReadonlyArray<RecordValue>>({
          operation: "reserve",
          mode: "readwrite",
          fleeting: true,
          stores: ["meta", "records"],
          body: ({ store, when, answer }) => {
            const [meta, source] = [store("meta"), sourceOf(inbox, store("records"))]
            const range = rangeOf(inbox, after)
            if (range === undefined) return answer([])
            when<Rows | undefined>(meta.get(reservedKey), (rows = []) => {
              const now = clock.currentTimeMillisUnsafe()
              const held: Reservations.Reservations = new Map(rows.filter(([, one]) => Reservations.holds(one, now)))
              const until = Reservations.endOf(now, milliseconds)
              // Enough, even if every reserved record comes first.
              when<Array<RecordValue>>(source.getAll(range, limit + held.size), (values) => {
                const found = values.filter(({ id, revision }) => held.get(id as RecordId)?.revision !== revision)
                if (found.length === 0) return answer([])
                for (const { id, revision } of found.slice(0, limit)) held.set(id as RecordId, { revision, until })
                when(meta.put([...held], reservedKey), () => answer(found.slice(0, limit)))
              })
            })
          }
        })
      )
    ),
  unreserve: (records) =>
    transact<void>({
      operation: "unreserve",
      mode: "readwrite",
      fleeting: true,
      stores: ["meta"],
      body: ({ store, when, answer }) => {
        const meta = store("meta")
        when<Rows | undefined>(meta.get(reservedKey), (rows = []) => {
          const held: Reservations.Reservations = new Map(rows)
          Reservations.unreserve(held, records)
          when(meta.put([...held], reservedKey), () => answer(undefined))
        })
      }
    })
})
