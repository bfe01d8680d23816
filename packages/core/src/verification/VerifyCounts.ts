/** Verifies the sums of a store, also while other processes write to it. */
import type { RecordId, StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { HandoffManager } from "../engine/HandoffManager.ts"
import { type Entry, HandoffStore, type Position } from "../store/HandoffStore.ts"
import type { OddRecord } from "../store/OddRecord.ts"
import { logPage } from "../store/Pages.ts"
import { tallyOf } from "../store/Tally.ts"
import { isCorrupt } from "./Corrupt.ts"

/** The result of verifying the sums of a store. */
export interface VerifiedCounts {
  /** A sentence for each sum that is wrong. */
  readonly faults: ReadonlyArray<string>
  /** A sentence for each sum that could not be compared. */
  readonly notes: ReadonlyArray<string>
}

/** The revisions and the sums of all records that can be read. */
interface Listed {
  readonly revisions: ReadonlyMap<RecordId, number>
  readonly sums: ReadonlyMap<string, number>
}

const idsOf = (odd: ReadonlyArray<OddRecord>) => odd.flatMap(({ recordId }) => recordId ?? [])

const none: VerifiedCounts = { faults: [], notes: [] }

type Reading<A> = Effect.Effect<A, StoreError, HandoffManager | HandoffStore>

const listed: Reading<Listed> = Effect.gen(function* () {
  const revisions = new Map<RecordId, number>()
  const sums = new Map<string, number>()
  yield* Stream.runForEach((yield* HandoffManager).listAll({ _tag: "All" }), (record) =>
    Effect.sync(() => {
      revisions.set(record.recordId, record.revision)
      for (const [name, amount] of tallyOf(record)) sums.set(name, (sums.get(name) ?? 0) + amount)
    })
  )
  return { revisions, sums }
})

const isSame = (a: Listed["revisions"], b: Listed["revisions"]): boolean =>
  a.size === b.size && [...a].every(([id, revision]) => b.get(id) === revision)

// Attempts to read the tally without a commit between two listings.
const attempts = 3

/**
 * Compares the tally with the records of one moment. A tally that differs from the listing before it is wrong only if the
 * listing after it has the same revisions, because then no commit came between. The end of the log does not tell that: an
 * open transaction may hold it back.
 */
const verifyTally = (before: Listed, left = attempts): Reading<VerifiedCounts> =>
  Effect.gen(function* () {
    const tally = yield* Effect.flatMap(HandoffStore, (store) => store.tally)
    const faults = [...new Set([...Object.keys(tally), ...before.sums.keys()])].flatMap((name) => {
      const [kept, found] = [tally[name] ?? 0, before.sums.get(name) ?? 0]
      return kept === found ? [] : [`Counter "${name}" is ${kept}, but its records add up to ${found}`]
    })
    if (faults.length === 0) return none
    const after = yield* listed
    if (isSame(before.revisions, after.revisions)) return { ...none, faults }
    if (left > 1) return yield* verifyTally(after, left - 1)
    return {
      ...none,
      notes: ["The counters of the store were not compared because another process keeps writing to it"]
    }
  })

// The entries on a page of the log, and the number of suspect handoffs that are read concurrently.
const pageSize = 256
const readsAtOnce = 16

type Store = HandoffStore["Service"]
type Counted = Map<RecordId, number>

/** Counts the entries of each handoff in the log after a position, and returns the last position. */
const countLog = (store: Store, counted: Counted, from?: Position) =>
  Effect.gen(function* () {
    let position = from
    while (true) {
      const page: ReadonlyArray<Entry> = yield* logPage(store, pageSize, position)
      for (const { recordId } of page) counted.set(recordId, (counted.get(recordId) ?? 0) + 1)
      position = page.at(-1)?.position ?? position
      if (page.length < pageSize) return position
    }
  })

/** Tests that the log has reached a position, so that no entry can still appear before it. */
const isReached = (store: Store, position: Position) =>
  Effect.gen(function* () {
    if ((yield* logPage(store, 1, position)).length > 0) return true
    return Equal.equals(yield* store.end, Option.some(position))
  })

/** The handoffs whose next entry in their history is behind the end of the log: an open transaction hides it. */
const hiddenIn = (store: Store, ids: ReadonlyArray<RecordId>, counted: Counted) =>
  Effect.map(
    Effect.forEach(
      ids,
      (id) =>
        Effect.flatMap(store.history(id), (entries) => {
          const next = entries[counted.get(id) ?? 0]
          return next === undefined ? Effect.succeed(true) : isReached(store, next.position)
        }),
      { concurrency: readsAtOnce }
    ),
    (reached) => new Set(ids.filter((_, index) => reached[index] === false))
  )

/** Compares the log with the records that were listed before it was read, except those that cannot be read. */
const verifyLog = ({ revisions }: Listed, odd: ReadonlySet<string>): Reading<VerifiedCounts> =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const faults: Array<string> = []
    const counted: Counted = new Map()
    const end = yield* countLog(store, counted)
    for (const [id, count] of counted) {
      if (odd.has(id) || count <= (revisions.get(id) ?? 0)) continue
      // Read after the log, the record has at least the revision of every entry that the log has.
      const revision = Option.getOrUndefined(yield* store.get(id))?.revision
      if (revision === undefined) faults.push(`The log has entries of handoff ${id}, but its record is missing`)
      else if (revision < count) {
        faults.push(
          `The log has more entries of handoff ${id} (${count}) than the revision of its record (${revision})`
        )
      }
    }
    const lacking = () => [...revisions].filter(([id, revision]) => !odd.has(id) && (counted.get(id) ?? 0) < revision)
    const hidden = yield* hiddenIn(
      store,
      lacking().map(([id]) => id),
      counted
    )
    // Entries that the log has reached since it was read.
    yield* countLog(store, counted, end)
    let waiting = 0
    for (const [id, revision] of lacking()) {
      const lacks = revision - (counted.get(id) ?? 0)
      if (hidden.has(id)) waiting += 1
      else faults.push(`The log lacks ${lacks === 1 ? "an entry" : `${lacks} entries`} of handoff ${id}`)
    }
    const note = `The latest entries of ${waiting === 1 ? "1 handoff" : `${waiting} handoffs`} are not in the log yet, because a transaction is open on the database server; the log was not compared with them`
    return { faults, notes: waiting === 0 ? [] : [note] }
  })

/**
 * Verifies the sums of a store: compares the tally with the records, and the log with their revisions. Commits and open
 * transactions meanwhile cause no fault; a sum that they prevent from being compared is a note.
 */
export const verifyCounts: Reading<VerifiedCounts> = Effect.gen(function* () {
  const before = yield* listed
  const odd = new Set(yield* Effect.flatMap(HandoffStore, (store) => Effect.map(store.odd, idsOf)))
  const tally = yield* verifyTally(before)
  const log = yield* verifyLog(before, odd)
  // A store of rows counts a record when it is written.
  const isOdd = odd.size > 0 && tally.faults.length > 0
  const note = "The counters of the store were not compared, because it counts records that cannot be read"
  return {
    faults: [...(isOdd ? [] : tally.faults), ...log.faults],
    notes: [...(isOdd ? [note] : tally.notes), ...log.notes]
  }
}).pipe(
  Effect.catchIf(isCorrupt, ({ message }) =>
    Effect.succeed({
      ...none,
      faults: [`The counters cannot be compared with the records, because the store cannot read them: ${message}`]
    })
  )
)
