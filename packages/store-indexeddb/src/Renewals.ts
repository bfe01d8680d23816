/** Renews leases, a batch in one transaction. Not loaded late: its own chunk would split those of Effect, which costs 2 KiB. */
import { type HandoffStore, renewedKeys } from "@aumai/handoff-core"
import type { RecordId } from "@aumai/handoff-protocol"

import type { Transact } from "./Connection.ts"
import type { RecordValue } from "./Schema.ts"

/** Makes the method of the store. */
export const make =
  (transact: Transact): HandoffStore["Service"]["renew"] =>
  (renewals, at) =>
    transact({
      operation: "renew",
      mode: "readwrite",
      stores: ["records"],
      body: ({ answer, store, when }) => {
        const records = store("records")
        const rows = new Map<RecordId, RecordValue>()
        const renewed = new Set<RecordId>()
        const ids = [...new Set(renewals.map(({ recordId }) => recordId))]
        const write = () => {
          const refused = renewals.filter((renewal) => {
            const row = rows.get(renewal.recordId)
            const keys = row && renewedKeys(row, renewal, at)
            if (row === undefined || keys === undefined) return true
            rows.set(renewal.recordId, { ...row, ...keys })
            renewed.add(renewal.recordId)
            return false
          })
          for (const id of renewed) records.put(rows.get(id))
          answer(refused)
        }
        if (ids.length === 0) return write()
        for (const [index, id] of ids.entries()) {
          when<RecordValue | undefined>(records.get(id), (row) => {
            if (row !== undefined) rows.set(id, row)
            // Requests are answered in order, so this is the last answer.
            if (index === ids.length - 1) write()
          })
        }
      }
    })
