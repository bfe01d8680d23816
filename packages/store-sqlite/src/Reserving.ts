/**
 * Keeps the reservations of claimers: in memory while no other process writes, and in a table otherwise, because a table
 * costs a claim a second transaction. The first claims of two processes that begin in the same moment can meet.
 */
import {
  type Commit,
  type HandoffStore,
  type InboxView,
  Reservations,
  reservedRows,
  type SortKey,
  sortKeyOf,
  type StoredText
} from "@aumai/handoff-core"
import type { HandoffRecord, RecordId } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import type { Session } from "./Session.ts"
import * as Statements from "./Statements.ts"

// The sort key before every record.
const start: SortKey = { major: Number.NEGATIVE_INFINITY, minor: 0, id: "" }

/** The reservations of a session. */
export interface Reserving {
  readonly methods: Pick<HandoffStore["Service"], "reserve" | "unreserve">
  /** Forgets the reservations of records that were committed. */
  readonly committed: (commits: ReadonlyArray<Commit>) => void
}

/** Makes the reservations of a session. */
export const make = (session: Session, statements: Statements.Statements): Reserving => {
  const { longest } = Reservations
  /** The reservations that are not in the table. */
  const own: Reservations.Reservations = new Map()
  let seen = statements.dataVersion()
  // The last moment at which another connection was known to write: at first that of opening, because one may have.
  let othersAt: number | undefined
  let prunedAt = -Infinity

  const isAlone = (now: number): boolean => {
    const version = statements.dataVersion()
    if (version !== seen || othersAt === undefined) othersAt = now
    seen = version
    return Math.abs(now - othersAt) > longest
  }

  /** The first rows that are not reserved, neither in the table nor in memory. */
  const unreserved = (inbox: InboxView, limit: number, after: HandoffRecord | undefined, now: number) => {
    const key = after === undefined ? start : sortKeyOf(inbox, after)
    return statements
      .unreserved(...Statements.valuesOf(inbox, key), now, now + longest, limit + own.size)
      .filter(({ id, revision }) => {
        // The cast: it is only compared with ids.
        const known = own.get(id as RecordId)
        return known === undefined || known.revision !== revision || !Reservations.holds(known, now)
      })
      .slice(0, limit)
  }

  const reserveRows = (
    inbox: InboxView,
    limit: number,
    after: HandoffRecord | undefined,
    milliseconds: number,
    clock: Clock.Clock
  ) => {
    // Read where the rows are. An earlier moment would take a reservation made meanwhile for one that ends too late.
    const look = () => {
      const at = clock.currentTimeMillisUnsafe()
      if (!isAlone(at)) return undefined
      const rows = unreserved(inbox, limit, after, at)
      const until = Reservations.endOf(at, milliseconds)
      for (const { id, revision } of rows) own.set(id as RecordId, { revision, until })
      return rows
    }
    const mark = (): ReadonlyArray<StoredText.RecordRow> => {
      const at = clock.currentTimeMillisUnsafe()
      const rows = unreserved(inbox, limit, after, at)
      const until = Reservations.endOf(at, milliseconds)
      for (const { id, revision } of rows) statements.reserveRecord(id, revision, until)
      if (Math.abs(at - prunedAt) > longest) {
        statements.pruneReservations(at, at + longest)
        for (const [id, one] of own) if (!Reservations.holds(one, at)) own.delete(id)
        prunedAt = at
      }
      return rows
    }
    return Effect.flatMap(
      // An empty inbox needs no transaction, so that waiting claimers do not lock out the writers.
      session.attempt("reserve", () => (statements.hasAny(inbox.agent, inbox.status) === undefined ? [] : look())),
      (rows) => (rows === undefined ? session.transact("reserve", mark, "fleeting") : Effect.succeed(rows))
    )
  }

  return {
    methods: {
      reserve: (inbox, page, milliseconds) =>
        Effect.flatMap(Clock.Clock, (clock) =>
          reservedRows(page, ({ limit, after }) => reserveRows(inbox, limit, after, milliseconds, clock))
        ),
      unreserve: (records) =>
        Effect.suspend(() => {
          const marked = records.filter(({ recordId }) => !own.has(recordId))
          Reservations.unreserve(own, records)
          if (marked.length === 0) return Effect.void
          const remove = () => {
            for (const { recordId, revision } of marked) statements.unreserveRecord(recordId, revision)
          }
          return session.transact("unreserve", remove, "fleeting")
        })
    },
    committed: (commits) => {
      if (own.size > 0) for (const { record } of commits.flat()) own.delete(record.recordId)
    }
  }
}
