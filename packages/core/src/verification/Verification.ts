/** Verifies that a store or an archive holds what was once recorded: digests, states, sums and signatures. */
import type { Flaw, HandoffNotFound, HandoffRecord, KeyEvent, RecordId, StoreError } from "@aumai/handoff-protocol"
import type * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { type AlongJudge, alongOf, endingOf } from "../engine/Along.ts"
import { HandoffManager } from "../engine/HandoffManager.ts"
import { pagesThenRest } from "../engine/ImportParts.ts"
import { keysOfStore, type KnownKeys, knownKeys as keysFrom } from "../engine/KeyJudge.ts"
import { isSignedBy } from "../routing/Signing.ts"
import { AgentStore, type RegisteredAgent } from "../store/AgentStore.ts"
import { type Entry, HandoffStore, nowIn, type Position } from "../store/HandoffStore.ts"
import type { OddRecord } from "../store/OddRecord.ts"
import { logPage } from "../store/Pages.ts"
import { storedOf } from "../store/Renewals.ts"
import { isCorrupt } from "./Corrupt.ts"
import { proven } from "./Proven.ts"
import { judgeOver, verifyAlong } from "./VerifyAlong.ts"
import { unreadable, type Verified, verifyHandoff } from "./VerifyHandoff.ts"

export { type Difference, differences } from "./Differences.ts"
export type { KnownKeys } from "../engine/KeyJudge.ts"
export type { Proven } from "./EntryClass.ts"
export { addVerified, emptySummary, keyLogFaults, missingHistories, missingKeys, type Summary } from "./Summary.ts"
export { type ArchiveEndings, archiveEndings } from "./VerifyAlong.ts"
export { proveArchive, type VerifiedArchive, verifyArchive } from "./VerifyArchive.ts"
export * as Checkpoint from "./Checkpoint.ts"
export * as Note from "./Note.ts"
export { type VerifiedCounts, verifyCounts } from "./VerifyCounts.ts"
export { type Verified, verifyHandoff } from "./VerifyHandoff.ts"

/** The keys of an archive: those of its agents, and the events of its key logs. */
export const knownKeys = (agents: ReadonlyArray<RegisteredAgent>, keyEvents: Iterable<KeyEvent> = []): KnownKeys =>
  keysFrom(agents, keyEvents, isSignedBy)

/** The keys that the store has. */
export const keysIn: Effect.Effect<KnownKeys, StoreError, HandoffStore | AgentStore> = Effect.gen(function* () {
  const agents = yield* AgentStore
  const { log } = yield* (yield* HandoffStore).origin
  return keysOfStore(log, yield* agents.all, yield* agents.keys, isSignedBy)
})

const eventsOf = (entries: ReadonlyArray<Entry>) => entries.map(({ event }) => event)

/** The first revision without an entry; revisions count from 1. */
const gapIn = (entries: ReadonlyArray<Entry>): Flaw | undefined => {
  const index = entries.findIndex(({ revision }, index) => revision !== index + 1)
  return index === -1 ? undefined : { revision: index + 1, problem: "The entry of this revision is missing" }
}

/**
 * Leaves out the entries of commits since a record was read. They stay if the record, read again, still has an earlier
 * revision: then its history has too many.
 */
const upTo = (store: HandoffStore["Service"], { recordId, revision }: HandoffRecord, entries: ReadonlyArray<Entry>) => {
  const last = entries.at(-1)?.revision ?? 0
  return last <= revision
    ? Effect.succeed(entries)
    : Effect.map(store.get(recordId), (now) =>
        Option.exists(now, (now) => now.revision >= last)
          ? entries.filter((entry) => entry.revision <= revision)
          : entries
      )
}

/** Verifies one record at the revision that was read. If it has a flaw, reads the keys again, because a new key may explain it. */
const verifyHeld = (
  store: HandoffStore["Service"],
  keysNow: Effect.Effect<KnownKeys, StoreError>,
  judge: AlongJudge<StoreError>,
  shown: HandoffRecord,
  keys: KnownKeys
): Effect.Effect<Verified, StoreError> =>
  Effect.gen(function* () {
    const record = storedOf(shown)
    const entries = yield* Effect.flatMap(store.history(record.recordId), (entries) => upTo(store, record, entries))
    const history = eventsOf(entries)
    const today = yield* nowIn(store)
    const positions = entries.map(({ position }) => position)
    const verifyBy = (keys: KnownKeys): Verified => {
      const verified = verifyHandoff({ record, history }, keys, today, positions)
      const gap = gapIn(entries)
      return gap === undefined ? verified : { ...verified, flaw: gap }
    }
    const first = verifyBy(keys)
    // Read after the history, so that the key of every signature in it is registered.
    const held = first.flaw === undefined ? first : verifyBy(yield* keysNow)
    return held.flaw !== undefined || alongOf(history) === undefined
      ? yield* proven(held, { record, history })
      : yield* verifyAlong(held, endingOf(record, history.at(-1)), judge)
  })

/** Reports a `corrupt` error as a flaw, so that verification continues with the other handoffs. */
const orUnreadable =
  (recordId: RecordId) =>
  <E, R>(verifying: Effect.Effect<Verified, E | StoreError, R>): Effect.Effect<Verified, E | StoreError, R> =>
    Effect.catchIf(verifying, isCorrupt, ({ message }) => Effect.succeed(unreadable(recordId, message)))

/** Verifies one handoff of a store. A handoff that cannot be read has a flaw at revision 0. */
export const verify = (
  id: RecordId
): Effect.Effect<Verified, HandoffNotFound | StoreError, HandoffManager | HandoffStore | AgentStore> =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    const store = yield* HandoffStore
    const keysNow = Effect.provide(keysIn, yield* Effect.context<HandoffStore | AgentStore>())
    const keys = yield* keysNow
    const verifying = Effect.flatMap(manager.get(id), (record) =>
      verifyHeld(store, keysNow, judgeOver(store), record, keys)
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
    const keysNow = Effect.provide(keysIn, yield* Effect.context<HandoffStore | AgentStore>())
    const keys = yield* keysNow
    const listed = new Set<string>()
    const judge = judgeOver(store)
    const lookAt = (record: HandoffRecord) =>
      orUnreadable(record.recordId)(verifyHeld(store, keysNow, judge, record, keys))
    const odd = yield* store.odd
    for (const { recordId } of odd) if (recordId !== undefined) listed.add(recordId)
    return (yield* HandoffManager).listAll({ _tag: "All" }).pipe(
      // Of an odd one, the record may be listed although its history cannot be read.
      Stream.filter(({ recordId }) => !listed.has(recordId) && listed.add(recordId) !== undefined),
      Stream.map(lookAt),
      // In a store that cannot leave out an odd record, it fails its whole page; the ids then come from the log.
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
      pagesThenRest(() => {
        const first = odd.map(oddVerified)
        return {
          page: (page: Arr.NonEmptyReadonlyArray<Effect.Effect<Verified, StoreError>>) =>
            Effect.map(
              Effect.forEach(page, (verifying) => verifying, { concurrency: readsAtOnce }),
              (verified) => [...first.splice(0), ...verified]
            ),
          rest: Effect.sync(() => first.splice(0))
        }
      })
    )
  })
)

/** The result for a record that the store cannot read; without an id, its place stands for it. */
const oddVerified = ({ place, reason, recordId = place ?? "" }: OddRecord): Verified =>
  // The cast: the id only names the record, and it may be one that no verb takes.
  unreadable(recordId as RecordId, `It cannot be read: ${reason}`)

const withoutRecord = (recordId: RecordId) =>
  unreadable(recordId, "The log has entries of this handoff, but its record is missing")
