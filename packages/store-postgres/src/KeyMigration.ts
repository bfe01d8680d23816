/** Fills the columns of `Turn` and `Recent` in tables of an older version. */
import { keysOf, StoredText } from "@aumai/handoff-core"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { longs, texts } from "./Arrays.ts"
import type { Connections } from "./Connections.ts"

// A page is in memory as a whole, and a record may have several MiB.
const pageSize = 64

const page = "SELECT id, revision, record FROM handoff_records WHERE id > $1 ORDER BY id LIMIT $2"

const fill = `
  UPDATE handoff_records r SET turn = k.turn, latest = k.latest
  FROM unnest($1::text[], $2::text[], $3::int8[]) AS k (id, turn, latest) WHERE r.id = k.id`

/** Fills the columns page by page, in the transaction of `run`. An odd row gets no values; lists leave it out anyway. */
export const addKeys = Effect.fnUntraced(function* (run: Connections["run"]) {
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
    const keys = records.map(keysOf)
    yield* run(fill, [
      texts(records.map(({ recordId }) => recordId)),
      texts(keys.map(({ turn }) => turn ?? null)),
      longs(keys.map(({ latest }) => latest))
    ])
    last = rows.at(-1)?.id ?? last
    hasMore = rows.length === pageSize
  }
})
