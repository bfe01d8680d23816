import { type CommitAll, CommitPlan, StoredText } from "@aumai/handoff-core"
import type { RecordId } from "@aumai/handoff-protocol"

import type { Transact } from "./Connection.ts"
import { type Counts, meta, type RecordValue, valueOf } from "./Schema.ts"

/** What stands in a row. Only its text is checked by the reader. */
type StoredStanding = Pick<RecordValue, "status"> & { readonly revision: unknown }

/** Writes several commits in one transaction. No other writer comes between its reading and its writing. */
export const make =
  (transact: Transact): CommitAll =>
  (commits) =>
    transact({
      operation: "commit",
      mode: "readwrite",
      stores: ["records", "log", "meta"],
      body: ({ store, when, answer }) => {
        const [records, log, metas] = [store("records"), store("log"), store("meta")]
        const ids = new Set(commits.flatMap((commit) => commit.map(({ record }) => record.recordId)))
        const standings = new Map<RecordId, CommitPlan.Standing>()

        const write = (counts: Counts) => {
          const plan = CommitPlan.make(commits, (id) => standings.get(id))
          for (const change of plan.changes) {
            const { recordId: id, revision } = change.record
            const text = StoredText.encode(change)
            log.add({ id, revision, event: text.event })
            if (plan.states.get(id) === change.record) records.put(valueOf(change.record, text.record))
          }
          if (plan.counts.size > 0) {
            const changed = [...plan.counts].map(([status, by]) => [status, (counts[status] ?? 0) + by])
            metas.put({ ...counts, ...Object.fromEntries(changed) }, meta.counts)
          }
          answer(plan.results)
        }

        for (const id of ids) {
          // A row whose revision is no number fits nothing: the conflict makes the caller read it, and that names it.
          when<StoredStanding | undefined>(records.get(id), (row) => {
            if (row === undefined) return
            const { status, revision } = row
            standings.set(id, { status, revision: typeof revision === "number" ? revision : Number.NaN })
          })
        }
        // Requests are answered in order, so the standings have come back before this one.
        when<Counts | undefined>(metas.get(meta.counts), (counts) => write(counts ?? {}))
      }
    })
