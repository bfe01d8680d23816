/** Keeps the reservations of claimers in a table, so that all processes see them. */
import { type HandoffStore, Reservations, sortKeyOf, type SortKey, type StoredText } from "@aumai/handoff-core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import type { Session } from "./Session.ts"
import * as Statements from "./Statements.ts"

// The sort key before every record.
const start: SortKey = { major: Number.NEGATIVE_INFINITY, minor: 0, id: "" }

/** Makes the reservations of a session. */
export const make = (
  session: Session,
  statements: Statements.Statements
): Pick<HandoffStore["Service"], "reserve" | "unreserve"> => {
  let prunedAt = -Infinity
  return {
    reserve: (inbox, page, milliseconds) =>
      Effect.flatMap(Clock.Clock, (clock) =>
        Reservations.read(page, ({ limit, after }) => {
          const key = after === undefined ? start : sortKeyOf(inbox, after)
          const mark = (): ReadonlyArray<StoredText.RecordRow> => {
            // Read under the lock. An earlier moment would take a reservation that was made meanwhile for one that ends too late.
            const now = clock.currentTimeMillisUnsafe()
            const last = now + Reservations.longest
            const rows = statements.unreserved(...Statements.valuesOf(inbox, key), now, last, limit)
            const until = Reservations.endOf(now, milliseconds)
            for (const { id, revision } of rows) statements.reserveRecord(id, revision, until)
            if (Math.abs(now - prunedAt) > Reservations.longest) {
              statements.pruneReservations(now, last)
              prunedAt = now
            }
            return rows
          }
          // Looks first, so that claimers of an empty inbox do not lock out the writers.
          return Effect.flatMap(
            session.attempt("reserve", () => statements.hasAny(inbox.agent, inbox.status) === undefined),
            (isEmpty) => (isEmpty ? Effect.succeed([]) : session.transact("reserve", mark, "fleeting"))
          )
        })
      ),
    unreserve: (records) =>
      session.transact(
        "unreserve",
        () => {
          for (const { recordId, revision } of records) statements.unreserveRecord(recordId, revision)
        },
        "fleeting"
      )
  }
}
