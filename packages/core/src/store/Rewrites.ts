/** Checks and counts a rewrite of stored entries, and keeps its runs, the same for every store. */
import type { HandoffRecord, RecordId } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import type { Position } from "./HandoffStore.ts"
import { numberOf } from "./Positions.ts"
import type { RemovedRun, Rewrite } from "./Retention.ts"
import { readRecord, type RecordRow } from "./StoredText.ts"
import { tallyOf } from "./Tally.ts"

/** The ids of the handoffs that a rewrite removes or writes. */
export const rewrittenIds = ({ drop = [], put = [] }: Rewrite): ReadonlyArray<RecordId> => [
  ...drop.map(({ recordId }) => recordId),
  ...put.map(({ record }) => record.recordId)
]

/** The conflict at the first handoff of a rewrite that has another revision; `undefined` without one. */
export const rewriteConflict = (
  { drop = [], put = [] }: Rewrite,
  revisionOf: (id: RecordId) => number
): Pick<HandoffRecord, "recordId" | "revision"> | undefined =>
  [...drop, ...put.map(({ base, record: { recordId } }) => ({ recordId, revision: base }))].find(
    ({ recordId, revision }) => revisionOf(recordId) !== revision
  )

/** Sums the changes of a rewrite to the tally. */
export const tallyChange = () => {
  const sums = new Map<string, number>()
  const count = (record: HandoffRecord, sign: number) => {
    for (const [name, amount] of tallyOf(record)) sums.set(name, (sums.get(name) ?? 0) + sign * amount)
  }
  return {
    /** Counts a row that is removed. A row that cannot be read is in no rewrite. */
    remove: (row: RecordRow) => {
      const record = readRecord(row)
      if (Result.isSuccess(record)) count(record.success, -1)
    },
    /** Counts a record that is written. */
    add: (record: HandoffRecord) => count(record, 1),
    /** The sums that differ. */
    sums: () => [...sums].filter(([, amount]) => amount !== 0)
  }
}

/** The runs of a store in order, after a rewrite. */
export const runsAfter = (
  runs: ReadonlyArray<RemovedRun>,
  { leave = [], retract = [] }: Pick<Rewrite, "leave" | "retract">
): ReadonlyArray<RemovedRun> => {
  const gone = new Set(retract)
  const next = new Map(runs.filter(({ first }) => !gone.has(first)).map((run) => [run.first, run]))
  for (const run of leave) next.set(run.first, run)
  return [...next.values()].toSorted((a, b) => numberOf(a.first) - numberOf(b.first))
}

/** One page of the runs, which are in order. */
export const pageOfRuns = (
  runs: ReadonlyArray<RemovedRun>,
  limit: number,
  after: Position | undefined
): ReadonlyArray<RemovedRun> => {
  const from = after === undefined ? 0 : numberOf(after)
  let [low, high] = [0, runs.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const run = runs[middle]
    if (run !== undefined && numberOf(run.first) <= from) low = middle + 1
    else high = middle
  }
  return runs.slice(low, low + Math.max(0, limit))
}
