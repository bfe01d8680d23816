/** Fills the columns that views and renewals read in tables of an older version. */
import { type Keys, keysOf, StoredText } from "@aumai/handoff-core"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { ints, longs, texts } from "./Arrays.ts"
import type { Connections } from "./Connections.ts"

// A page is in memory as a whole, and a record may have several MiB.
const pageSize = 64

/**
 * Fills columns of some rows page by page, in the transaction of `run`. An odd row gets no values; lists leave it out anyway.
 */
const fill =
  (where: string, sql: string, parameters: (keys: ReadonlyArray<Keys>) => ReadonlyArray<PgTypes.Parameter>) =>
  (run: Connections["run"]) =>
    Effect.gen(function* () {
      const page = `SELECT id, revision, record FROM handoff_records WHERE ${where} id > $1 ORDER BY id LIMIT $2`
      let last = ""
      let hasMore = true
      while (hasMore) {
        const rows = (yield* run(page, [PgTypes.text(last), PgTypes.int8(BigInt(pageSize))])).map(
          ([id, revision, record]) => ({ id: String(id), revision: Number(revision), record: String(record) })
        )
        const records = rows.flatMap((row) => {
          const read = StoredText.readRecord(row)
          return Result.isSuccess(read) ? [read.success] : []
        })
        yield* run(sql, [texts(records.map(({ recordId }) => recordId)), ...parameters(records.map(keysOf))])
        last = rows.at(-1)?.id ?? last
        hasMore = rows.length === pageSize
      }
    })

/** Fills the columns of `Turn` and `Recent`. */
export const addKeys = fill(
  "",
  `UPDATE handoff_records r SET turn = k.turn, latest = k.latest
   FROM unnest($1::text[], $2::text[], $3::int8[]) AS k (id, turn, latest) WHERE r.id = k.id`,
  (keys) => [texts(keys.map(({ turn }) => turn ?? null)), longs(keys.map(({ latest }) => latest))]
)

/** Fills the columns of a running lease. Every later write fills those of its row. */
export const addLeases = fill(
  "due_at IS NOT NULL AND",
  `UPDATE handoff_records r SET attempt = k.attempt, lease_until = k.lease_until, other_due = k.other_due
   FROM unnest($1::text[], $2::int4[], $3::int8[], $4::int8[]) AS k (id, attempt, lease_until, other_due)
   WHERE r.id = k.id AND k.lease_until IS NOT NULL`,
  (keys) => [
    ints(keys.map(({ attempt }) => attempt)),
    longs(keys.map(({ leaseUntil }) => leaseUntil ?? null)),
    longs(keys.map(({ otherDue }) => otherDue ?? null))
  ]
)
