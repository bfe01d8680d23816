/** Renews leases, a batch in one statement. */
import type { HandoffStore, Renewal } from "@aumai/handoff-core"
import type { StoreError } from "@aumai/handoff-protocol"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import { ints, longs, texts } from "./Arrays.ts"
import type { Connections } from "./Connections.ts"
import * as Failure from "./Failure.ts"

/**
 * Moves the end of leases, and returns those that it could move. Locks the rows by id, as a commit does, so that the two do
 * not deadlock. The condition is tested again on the rows that are locked, which another writer may have changed meanwhile.
 */
export const statement = `
  WITH asked AS MATERIALIZED (
    SELECT id, attempt, max(until) AS until FROM unnest($1::text[], $2::int4[], $3::int8[]) AS u (id, attempt, until)
    GROUP BY id, attempt
  ), held AS MATERIALIZED (
    SELECT r.id FROM handoff_records r JOIN asked u ON u.id = r.id AND u.attempt = r.attempt
    WHERE r.id = ANY ($1) AND r.lease_until IS NOT NULL AND r.due_at > $4 ORDER BY r.id FOR NO KEY UPDATE OF r
  )
  UPDATE handoff_records r SET renewed_until = greatest(r.renewed_until, u.until),
    due_at = least(r.other_due, greatest(r.lease_until, r.renewed_until, u.until))
  FROM asked u, held h
  WHERE r.id = ANY ($1) AND r.id = h.id AND u.id = h.id AND u.attempt = r.attempt AND r.lease_until IS NOT NULL AND r.due_at > $4
  RETURNING r.id, r.attempt`

const nameOf = (id: unknown, attempt: unknown): string => `${String(attempt)} ${String(id)}`

/** The parameters of the statement. */
export const parametersOf = (renewals: ReadonlyArray<Renewal>, at: DateTime.Utc) => [
  texts(renewals.map(({ recordId }) => recordId)),
  ints(renewals.map(({ attempt }) => attempt)),
  longs(renewals.map(({ until }) => Math.trunc(until.epochMilliseconds))),
  PgTypes.int8(BigInt(Math.floor(at.epochMilliseconds)))
]

/** Makes the method of the store. */
export const make =
  ({ address, run }: Connections): HandoffStore["Service"]["renew"] =>
  (renewals, at): Effect.Effect<ReadonlyArray<Renewal>, StoreError> =>
    renewals.length === 0
      ? Effect.succeed([])
      : Effect.suspend(() => run(statement, parametersOf(renewals, at))).pipe(
          Effect.mapError(Failure.ofWrite(address, "renew")),
          Effect.map((rows) => {
            const renewed = new Set(rows.map(([id, attempt]) => nameOf(id, attempt)))
            return renewals.filter(({ attempt, recordId }) => !renewed.has(nameOf(recordId, attempt)))
          })
        )
