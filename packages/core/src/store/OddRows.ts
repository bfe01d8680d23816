/** Finds the rows of a store that cannot be read. Its own module, because few programs ask for them. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import type { LogOrigin } from "./HandoffStore.ts"
import type { OddRecord } from "./OddRecord.ts"
import { type EntryRow, readEntry, readRecord, type RecordRow } from "./StoredText.ts"

/** Reads at most `limit` rows after one, in a fixed order. */
export type RowsAfter<Row> = (after: Row | undefined, limit: number) => Effect.Effect<ReadonlyArray<Row>, StoreError>

const pageSize = 256

const eachRow = <Row>(rows: RowsAfter<Row>, look: (row: Row) => void): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    let page: ReadonlyArray<Row> = []
    do {
      page = yield* rows(page.at(-1), pageSize)
      page.forEach(look)
    } while (page.length === pageSize)
  })

/** Finds the records and the entries of a store of rows that cannot be read, each id once. Reads the whole store. */
export const oddRows = (
  origin: LogOrigin,
  records: RowsAfter<RecordRow>,
  entries: RowsAfter<EntryRow>
): Effect.Effect<ReadonlyArray<OddRecord>, StoreError> =>
  Effect.suspend(() => {
    const odd = new Map<string, OddRecord>()
    const note = (recordId: string, read: Result.Result<unknown, string>, what = "") => {
      if (Result.isFailure(read) && !odd.has(recordId)) odd.set(recordId, { recordId, reason: what + read.failure })
    }
    return eachRow(records, (row) => note(row.id, readRecord(row))).pipe(
      Effect.andThen(
        eachRow(entries, (row) => note(row.id, readEntry(origin, row), `revision ${row.revision} of its history: `))
      ),
      Effect.map(() => [...odd.values()])
    )
  })
