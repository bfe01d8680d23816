/** Writes the commits of one group in one IndexedDB transaction, so that no other writer comes between reads and writes. */
import { type CommitAll, CommitPlan, StoredText } from "@aumai/handoff-core"
import type { LogName, RecordId } from "@aumai/handoff-protocol"

import type { Transact } from "./Connection.ts"
import { ofLog, type RecordValue, type TallyValue, valueOf } from "./Schema.ts"

/** The part of a row that a commit reads. The revision is unchecked, because another program may have written the row. */
type StoredStanding = Pick<RecordValue, "status" | "attempt" | "renewedUntil"> & { readonly revision: unknown }

/** Makes the function that writes a group. */
export const make =
  (transact: Transact, log: LogName): CommitAll =>
  (commits) =>
    transact({
      operation: "commit",
      mode: "readwrite",
      stores: ["records", "log", "tally", "keys"],
      body: ({ store, when, answer }) => {
        const [records, entries, tally] = [store("records"), store("log"), store("tally")]
        let keys = 0
        const ids = [...new Set(commits.flatMap((commit) => commit.map(({ record }) => record.recordId)))]
        const standings = new Map<RecordId, CommitPlan.Standing>()

        const write = () => {
          const plan = CommitPlan.make(commits, (id) => standings.get(id), { log, keys })
          for (const change of plan.changes) {
            const { recordId: id, revision } = change.record
            const text = StoredText.encode(change)
            entries.add({ id, revision, event: text.event })
            if (plan.states.get(id) === change.record) {
              records.put(valueOf(change.record, text.record, standings.get(id)?.renewed))
            }
          }
          const sums = [...plan.tally]
          if (sums.length === 0) return answer(plan.results)
          for (const [index, [name, by]] of sums.entries()) {
            when<TallyValue | undefined>(tally.get(name), (known) => {
              tally.put({ name, amount: (known?.amount ?? 0) + by })
              if (index === sums.length - 1) answer(plan.results)
            })
          }
        }

        // Answered before the records, because requests are answered in order.
        when<number>(store("keys").count(ofLog(log)), (count) => {
          keys = count
        })
        for (const [index, id] of ids.entries()) {
          // A revision that is not a number becomes NaN, which conflicts with every change. The caller then reads the
          // record, and that read reports the damaged row.
          when<StoredStanding | undefined>(records.get(id), (row) => {
            if (row !== undefined) {
              const { attempt, renewedUntil: until, status, revision } = row
              standings.set(id, {
                status,
                revision: typeof revision === "number" ? revision : Number.NaN,
                ...(until === undefined ? {} : { renewed: { attempt, until } })
              })
            }
            // Requests are answered in order, so this is the last answer.
            if (index === ids.length - 1) write()
          })
        }
      }
    })
