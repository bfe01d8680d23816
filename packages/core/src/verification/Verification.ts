/** Verifies that a store or an archive holds what was once recorded: digests, states, sums and signatures. */
import type { Flaw, HandoffNotFound, HandoffRecord, RecordId, StoreError } from "@aumai/handoff-protocol"
import type * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { type AlongJudge, alongOf, endingOf } from "../engine/Along.ts"
import { HandoffManager } from "../engine/HandoffManager.ts"
import { AgentStore } from "../store/AgentStore.ts"
import { type Entry, HandoffStore, type Position } from "../store/HandoffStore.ts"
import { eachPage, logPage } from "../store/Pages.ts"
import { tallyOf } from "../store/Tally.ts"
import { isCorrupt } from "./Corrupt.ts"
import { proven } from "./Proven.ts"
import { judgeOver, verifyAlong } from "./VerifyAlong.ts"
import { type Keys, publicKeysOf, type Verified, verifyWith } from "./VerifyHandoff.ts"

export { type Difference, differences } from "./Differences.ts"
export { type ArchiveEndings, archiveEndings } from "./VerifyAlong.ts"
export { proveArchive, type VerifiedArchive, verifyArchive } from "./VerifyArchive.ts"
export * as Checkpoint from "./Checkpoint.ts"
export * as Note from "./Note.ts"
export { type Verified, verifyHandoff } from "./VerifyHandoff.ts"

const eventsOf = (entries: ReadonlyArray<Entry>) => entries.map(({ event }) => event)

/** The first revision without an entry; revisions count from 1. */
const gapIn = (entries: ReadonlyArray<Entry>): Flaw | undefined => {
  const index = entries.findIndex(({ revision }, index) => revision !== index + 1)
  return index === -1 ? undefined : { revision: index + 1, problem: "The entry of this revision is missing" }
}

/** Verifies one record. If it has a flaw, reads it and the keys again, because a commit or a new key may explain the flaw. */
const verifyHeld = (
  store: HandoffStore["Service"],
  agents: AgentStore["Service"],
  judge: AlongJudge<StoreError>,
  record: HandoffRecord,
  keys: Keys
): Effect.Effect<Verified, StoreError> =>
  Effect.gen(function* () {
    const entries = yield* store.history(record.recordId)
    const history = eventsOf(entries)
    const today = yield* DateTime.now
    const verifyBy = (keys: Keys): Verified => {
      const verified = verifyWith(record, history, keys, today)
      const gap = gapIn(entries)
      return gap === undefined ? verified : { ...verified, flaw: gap }
    }
    const first = verifyBy(keys)
    if (first.flaw === undefined) {
      return alongOf(history) === undefined
        ? yield* proven(first, { record, history })
        : yield* verifyAlong(first, endingOf(record, history.at(-1)), judge)
    }
    const now = yield* store.get(record.recordId)
    // Read after the history, so that the key of every signature in it is registered.
    const newer = publicKeysOf(yield* agents.all)
    return Option.isNone(now) || now.value.revision === record.revision
      ? verifyBy(newer)
      : yield* verifyHeld(store, agents, judge, now.value, newer)
  })

/** Reports a `corrupt` error as a flaw, so that verification continues with the other handoffs. */
const orUnreadable =
  (recordId: RecordId) =>
  <E, R>(verifying: Effect.Effect<Verified, E | StoreError, R>): Effect.Effect<Verified, E | StoreError, R> =>
    Effect.catchIf(verifying, isCorrupt, ({ message }) =>
      Effect.succeed({ recordId, entries: 0, signed: 0, ahead: 0, flaw: { revision: 0, problem: message } })
    )

/** Verifies one handoff of a store. A handoff that cannot be read has a flaw at revision 0. */
export const verify = (
  id: RecordId
): Effect.Effect<Verified, HandoffNotFound | StoreError, HandoffManager | HandoffStore | AgentStore> =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    const store = yield* HandoffStore
    const agents = yield* AgentStore
    const keys = publicKeysOf(yield* agents.all)
    const verifying = Effect.flatMap(manager.get(id), (record) =>
      verifyHeld(store, agents, judgeOver(store), record, keys)
    )
    return yield* orUnreadable(id)(verifying)
  })

// The size of a page, and the number of histories that are read concurrently.
const pageSize = 256
const readsAtOnce = 16

/** The ids of the handoffs in the log, without duplicates. */
const inLog = (store: HandoffStore["Service"]): Stream.Stream<RecordId, StoreError> => {
  const seen = new Set<RecordId>()
  return Stream.paginate<Position | undefined, Entry, StoreError>(undefined, (after) =>
    Effect.map(logPage(store, pageSize, after), (page) => [
      page,
      page.length < pageSize ? Option.none() : Option.fromUndefinedOr(page.at(-1)?.position)
    ])
  ).pipe(
    Stream.map(({ recordId }) => recordId),
    Stream.filter((id) => !seen.has(id) && seen.add(id) !== undefined)
  )
}

/**
 * Verifies every handoff of a store and streams the results. A handoff that cannot be read has a flaw at revision 0; the
 * others are still verified.
 */
export const verifyAll: Stream.Stream<Verified, StoreError, HandoffManager | HandoffStore | AgentStore> = Stream.unwrap(
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const agents = yield* AgentStore
    const keys = publicKeysOf(yield* agents.all)
    const listed = new Set<RecordId>()
    const judge = judgeOver(store)
    const lookAt = (record: HandoffRecord) =>
      orUnreadable(record.recordId)(verifyHeld(store, agents, judge, record, keys))
    return (yield* HandoffManager).listAll({ _tag: "All" }).pipe(
      Stream.map((record) => {
        listed.add(record.recordId)
        return lookAt(record)
      }),
      // One unreadable record fails its whole page; the ids then come from the log, and each record is read alone.
      Stream.catchIf(isCorrupt, () =>
        inLog(store).pipe(
          Stream.filter((id) => !listed.has(id)),
          Stream.map((id) =>
            orUnreadable(id)(
              Effect.flatMap(store.get(id), (found) =>
                Option.isSome(found) ? lookAt(found.value) : Effect.succeed(withoutRecord(id))
              )
            )
          )
        )
      ),
      // Page by page, because Stream.mapEffect with concurrency adds its queue to the bundle that a browser loads.
      eachPage((page: Arr.NonEmptyReadonlyArray<Effect.Effect<Verified, StoreError>>) =>
        Effect.forEach(page, (verifying) => verifying, { concurrency: readsAtOnce })
      )
    )
  })
)

const withoutRecord = (recordId: RecordId): Verified => ({
  recordId,
  entries: 0,
  signed: 0,
  ahead: 0,
  flaw: { revision: 0, problem: "The log has entries of this handoff, but its record is missing" }
})

/**
 * Verifies the sums of a store: compares the tally with the records, and the log with their revisions. Returns one
 * sentence per fault. Concurrent writes cause false faults.
 */
export const verifyCounts: Effect.Effect<ReadonlyArray<string>, StoreError, HandoffManager | HandoffStore> = Effect.gen(
  function* () {
    const store = yield* HandoffStore
    const counted = new Map<string, number>()
    const revisions = new Map<RecordId, number>()
    yield* Stream.runForEach((yield* HandoffManager).listAll({ _tag: "All" }), (record) =>
      Effect.sync(() => {
        revisions.set(record.recordId, record.revision)
        for (const [name, amount] of tallyOf(record)) counted.set(name, (counted.get(name) ?? 0) + amount)
      })
    )
    const faults: Array<string> = []
    const tally = yield* store.tally
    for (const name of new Set([...Object.keys(tally), ...counted.keys()])) {
      const [kept, found] = [tally[name] ?? 0, counted.get(name) ?? 0]
      if (kept !== found) faults.push(`Counter "${name}" is ${kept}, but its records add up to ${found}`)
    }
    let position: Position | undefined
    while (true) {
      const page = yield* logPage(store, pageSize, position)
      for (const { recordId, revision } of page) {
        const left = revisions.get(recordId)
        if (left === undefined)
          faults.push(`The log has revision ${revision} of handoff ${recordId}, but its record is missing`)
        else revisions.set(recordId, left - 1)
      }
      position = page.at(-1)?.position
      if (page.length < pageSize) break
    }
    for (const [recordId, left] of revisions) {
      if (left > 0) faults.push(`The log lacks ${left === 1 ? "an entry" : `${left} entries`} of handoff ${recordId}`)
      if (left < 0)
        faults.push(`The log has ${-left} more entries of handoff ${recordId} than the revision of its record`)
    }
    return faults
  }
)
