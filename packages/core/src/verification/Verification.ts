/** Whether what a store holds, or what was exported, is what was once put on record: chains, states, sums and signatures. */
import { type Flaw, type HandoffNotFound, type HandoffRecord, type RecordId, StoreError } from "@aumai/handoff-protocol"
import type * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { HandoffManager } from "../engine/HandoffManager.ts"
import { AgentStore } from "../store/AgentStore.ts"
import { type Entry, HandoffStore, type Position } from "../store/HandoffStore.ts"
import { eachPage } from "../store/Pages.ts"
import { tallyOf } from "../store/Tally.ts"
import { type Keys, publicKeysOf, type Verified, verifyWith } from "./VerifyHandoff.ts"

export { type Difference, differences } from "./Differences.ts"
export { type VerifiedArchive, verifyArchive } from "./VerifyArchive.ts"
export { type Verified, verifyHandoff } from "./VerifyHandoff.ts"

const eventsOf = (entries: ReadonlyArray<Entry>) => entries.map(({ event }) => event)

/** Numbered one by one from 1: an entry that is missing has left a gap. */
const gapIn = (entries: ReadonlyArray<Entry>): Flaw | undefined => {
  const index = entries.findIndex(({ revision }, index) => revision !== index + 1)
  return index === -1 ? undefined : { revision: index + 1, problem: "The entry of this revision is missing" }
}

/** A record that has gone on since it was read is looked at again, as it is by then; and one that was signed with a newer key. */
const verifyHeld = (
  store: HandoffStore["Service"],
  agents: AgentStore["Service"],
  record: HandoffRecord,
  keys: Keys
): Effect.Effect<Verified, StoreError> =>
  Effect.gen(function* () {
    const entries = yield* store.history(record.recordId)
    const lookWith = (keys: Keys): Verified => {
      const verified = verifyWith(record, eventsOf(entries), keys)
      const gap = gapIn(entries)
      return gap === undefined ? verified : { ...verified, flaw: gap }
    }
    const looked = lookWith(keys)
    if (looked.flaw === undefined) return looked
    const now = yield* store.get(record.recordId)
    // Read behind the history: whoever signed it was known by then.
    const newer = publicKeysOf(yield* agents.all)
    return Option.isNone(now) || now.value.revision === record.revision
      ? lookWith(newer)
      : yield* verifyHeld(store, agents, now.value, newer)
  })

/** What cannot be read is a flaw like any other, and no reason not to look at the rest. */
const orUnreadable =
  (recordId: RecordId) =>
  <E, R>(looking: Effect.Effect<Verified, E | StoreError, R>): Effect.Effect<Verified, E | StoreError, R> =>
    Effect.catchIf(looking, isCorrupt, ({ message }) =>
      Effect.succeed({ recordId, entries: 0, signed: 0, flaw: { revision: 0, problem: message } })
    )

const isCorrupt = (error: unknown): error is StoreError => error instanceof StoreError && error.reason === "corrupt"

/**
 * Looks at one handoff of a store. One that cannot be read has a flaw at revision 0.
 *
 * @example
 * ```ts
 * import { verify } from "@aumai/handoff-core/Verification"
 * import { RecordId } from "@aumai/handoff-protocol"
 * import * as Effect from "effect/Effect"
 *
 * const flaw = Effect.map(verify(RecordId.make("7k2m9q4xw3pz")), (verified) => verified.flaw)
 * ```
 */
export const verify = (
  id: RecordId
): Effect.Effect<Verified, HandoffNotFound | StoreError, HandoffManager | HandoffStore | AgentStore> =>
  Effect.gen(function* () {
    const manager = yield* HandoffManager
    const store = yield* HandoffStore
    const agents = yield* AgentStore
    const keys = publicKeysOf(yield* agents.all)
    const looking = Effect.flatMap(manager.get(id), (record) => verifyHeld(store, agents, record, keys))
    return yield* orUnreadable(id)(looking)
  })

// A page of the log; and histories that are read at a time.
const pageSize = 256
const readsAtOnce = 16

/** The handoffs that the log tells of, each once. */
const inLog = (store: HandoffStore["Service"]): Stream.Stream<RecordId, StoreError> => {
  const seen = new Set<RecordId>()
  return Stream.paginate<Position | undefined, Entry, StoreError>(undefined, (after) =>
    Effect.map(store.log({ limit: pageSize, ...(after === undefined ? {} : { after }) }), (page) => [
      page,
      page.length < pageSize ? Option.none() : Option.fromUndefinedOr(page.at(-1)?.position)
    ])
  ).pipe(
    Stream.map(({ recordId }) => recordId),
    Stream.filter((id) => !seen.has(id) && seen.add(id) !== undefined)
  )
}

/**
 * Looks at every handoff of a store, and gives each as it goes. One that cannot be read has a flaw at revision 0, and the
 * others are looked at all the same.
 *
 * @example
 * ```ts
 * import { verifyAll } from "@aumai/handoff-core/Verification"
 * import * as Stream from "effect/Stream"
 *
 * const flawed = Stream.filter(verifyAll, ({ flaw }) => flaw !== undefined)
 * ```
 */
export const verifyAll: Stream.Stream<Verified, StoreError, HandoffManager | HandoffStore | AgentStore> = Stream.unwrap(
  Effect.gen(function* () {
    const store = yield* HandoffStore
    const agents = yield* AgentStore
    const keys = publicKeysOf(yield* agents.all)
    const listed = new Set<RecordId>()
    const lookAt = (record: HandoffRecord) => orUnreadable(record.recordId)(verifyHeld(store, agents, record, keys))
    return (yield* HandoffManager).listAll({ _tag: "All" }).pipe(
      Stream.map((record) => {
        listed.add(record.recordId)
        return lookAt(record)
      }),
      // A page with one that cannot be read is none: then the log says which there are, and each is read alone.
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
      // Page by page: Stream.mapEffect with a concurrency brings a queue into what a browser loads first.
      eachPage((page: Arr.NonEmptyReadonlyArray<Effect.Effect<Verified, StoreError>>) =>
        Effect.forEach(page, (looking) => looking, { concurrency: readsAtOnce })
      )
    )
  })
)

const withoutRecord = (recordId: RecordId): Verified => ({
  recordId,
  entries: 0,
  signed: 0,
  flaw: { revision: 0, problem: "The log has entries of it, but there is no record" }
})

/**
 * What the sums of a store are, and what they would be if it were whole: one sentence for each that is wrong. Compares the
 * tally with the records, and the log with their histories. Nobody should write meanwhile.
 *
 * @example
 * ```ts
 * import { verifyCounts } from "@aumai/handoff-core/Verification"
 * import * as Effect from "effect/Effect"
 *
 * const isWhole = Effect.map(verifyCounts, (faults) => faults.length === 0)
 * ```
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
      if (kept !== found) faults.push(`The tally says ${kept} of ${name}, and the records come to ${found}`)
    }
    let position: Position | undefined
    while (true) {
      const page = yield* store.log({ limit: pageSize, ...(position === undefined ? {} : { after: position }) })
      for (const { recordId, revision } of page) {
        const left = revisions.get(recordId)
        if (left === undefined) faults.push(`The log has revision ${revision} of ${recordId}, which has no record`)
        else revisions.set(recordId, left - 1)
      }
      position = page.at(-1)?.position
      if (page.length < pageSize) break
    }
    for (const [recordId, left] of revisions) {
      if (left > 0) faults.push(`The log lacks ${left === 1 ? "an entry" : `${left} entries`} of ${recordId}`)
      if (left < 0) faults.push(`The log has ${-left} more of ${recordId} than its record knows of`)
    }
    return faults
  }
)
