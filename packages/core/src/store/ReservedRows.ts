/** Reads the rows that a store of rows has reserved. Apart from the reservations, which a store in memory has without rows. */
import type { HandoffRecord, StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import type { Page } from "./HandoffStore.ts"
import { readRecord, type RecordRow } from "./StoredText.ts"

/** Reads reserved rows. Reserves further ones in the place of those that cannot be read. */
export const reservedRows = (
  { limit, after }: Page<HandoffRecord>,
  rows: (page: Page<HandoffRecord>) => Effect.Effect<ReadonlyArray<RecordRow>, StoreError>
): Effect.Effect<ReadonlyArray<HandoffRecord>, StoreError> =>
  Effect.gen(function* () {
    const found: Array<HandoffRecord> = []
    for (let wanted = Math.max(0, Math.trunc(limit) || 0); wanted > 0; wanted = limit - found.length) {
      const last = found.at(-1) ?? after
      const page = yield* rows({ limit: wanted, ...(last && { after: last }) })
      for (const row of page) {
        const record = readRecord(row)
        if (Result.isSuccess(record)) found.push(record.success)
      }
      if (page.length < wanted) break
    }
    return found
  })
