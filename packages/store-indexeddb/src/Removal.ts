/** Removes and erases handoffs of the database. Loaded on first use. */
import {
  type LogOrigin,
  numberIn,
  numberOf,
  positionOf,
  type RemovedRun,
  type Retention,
  type Rewrite,
  rewriteConflict,
  rewrittenIds,
  tallyChange
} from "@aumai/handoff-core"
import { encodeRecord, eventText, type RecordId, RevisionConflict } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import type { Transact } from "./Connection.ts"
import type { Requests } from "./Database.ts"
import { historyIndex, type RecordValue, type RemovedValue, type TallyValue, valueOf } from "./Schema.ts"

type Conflict = ReturnType<typeof rewriteConflict>

// Handoffs of one rewrite, which other tabs wait for.
const batch = 256

/** Makes the retention of one database. */
export const make = (transact: Transact, origin: LogOrigin): Retention => {
  const write = (
    { drop = [], leave = [], put = [], retract = [] }: Rewrite,
    rows: ReadonlyMap<RecordId, RecordValue>,
    { answer, store, when }: Requests<Conflict>
  ) => {
    const [records, log, removed, sums] = [store("records"), store("log"), store("removed"), store("tally")]
    const tally = tallyChange()
    const putAll = () => {
      for (const { entries, record } of put) {
        records.put(valueOf(record, JSON.stringify(encodeRecord(record))))
        tally.add(record)
        for (const { event, position, recordId, revision } of entries) {
          log.put({ position: numberOf(position), id: recordId, revision, event: eventText(event) })
        }
      }
      for (const first of retract) removed.delete(numberOf(first))
      for (const { first, hash, last, level } of leave) {
        removed.put({ first: numberOf(first), last: numberOf(last), level, hash } satisfies RemovedValue)
      }
      const changed = tally.sums()
      if (changed.length === 0) return answer(undefined)
      for (const [index, [name, by]] of changed.entries()) {
        when<TallyValue | undefined>(sums.get(name), (known) => {
          sums.put({ name, amount: (known?.amount ?? 0) + by })
          if (index === changed.length - 1) answer(undefined)
        })
      }
    }
    const gone = rewrittenIds({ drop, put })
    if (gone.length === 0) return putAll()
    for (const [index, id] of gone.entries()) {
      const row = rows.get(id)
      if (row !== undefined) tally.remove(row)
      records.delete(id)
      when<Array<IDBValidKey>>(log.index(historyIndex).getAllKeys(IDBKeyRange.bound([id], [id, []])), (positions) => {
        for (const position of positions) log.delete(position)
        // Requests are answered in order, so this is the last answer.
        if (index === gone.length - 1) putAll()
      })
    }
  }

  return {
    batch,
    rewrite: (rewrite) =>
      Effect.flatMap(
        transact<Conflict>({
          operation: "rewrite",
          mode: "readwrite",
          stores: ["records", "log", "tally", "removed"],
          body: (requests) => {
            const ids = rewrittenIds(rewrite)
            const rows = new Map<RecordId, RecordValue>()
            if (ids.length === 0) return write(rewrite, rows, requests)
            const records = requests.store("records")
            for (const [index, id] of ids.entries()) {
              requests.when<RecordValue | undefined>(records.get(id), (row) => {
                if (row !== undefined) rows.set(id, row)
                if (index < ids.length - 1) return
                const conflict = rewriteConflict(rewrite, (id) => rows.get(id)?.revision ?? 0)
                if (conflict === undefined) write(rewrite, rows, requests)
                else requests.answer(conflict)
              })
            }
          }
        }),
        (conflict) => (conflict === undefined ? Effect.void : Effect.fail(new RevisionConflict(conflict)))
      ),
    removed: ({ after, limit }) =>
      limit >= 1
        ? Effect.map(
            transact<Array<RemovedValue>>({
              operation: "removed",
              mode: "readonly",
              stores: ["removed"],
              body: ({ answer, store, when }) => {
                const number = Number(Result.getOrUndefined(numberIn(origin, after)) ?? 0)
                when(store("removed").getAll(IDBKeyRange.lowerBound(number, true), limit), answer)
              }
            }),
            (rows) =>
              rows.map(({ first, last, ...run }): RemovedRun => ({
                ...run,
                first: positionOf(origin, first),
                last: positionOf(origin, last)
              }))
          )
        : Effect.succeed([]),
    // The browser alone decides when it gives space back, and when it deletes what was overwritten.
    reclaim: Effect.void
  }
}
