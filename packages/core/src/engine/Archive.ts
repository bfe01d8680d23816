import {
  advance,
  type ArchivedHandoff,
  begin,
  continuation,
  type HandoffEvent,
  type HandoffRecord,
  isSameState,
  type RecordId,
  replay,
  StoreError
} from "@aumai/handoff-protocol"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

import type { Change, HandoffStore } from "../store/HandoffStore.ts"
import { eachPage } from "../store/Pages.ts"

/**
 * The outcome of importing one handoff. `added`: the store did not know it. `unchanged`: the store holds all of it
 * already. `newer`: its further events were appended. `conflict`: it contradicts the state in the store, which stays.
 * `broken`: its digests do not hold, so it was left out.
 */
export type ImportOutcome = "added" | "unchanged" | "newer" | "conflict" | "broken"

/** The report on importing one handoff. */
export interface ImportReport {
  /** The id of the handoff. */
  readonly recordId: RecordId
  /** The outcome. */
  readonly outcome: ImportOutcome
}

/** A verdict on one handoff of an archive, with the changes it asks for; none unless it is `added` or `newer`. */
interface Verdict {
  readonly outcome: ImportOutcome
  readonly changes: ReadonlyArray<Change>
}

/** The changes that lead through these events, from nothing or from a state; or why none do. */
const changesFrom = (
  start: HandoffRecord | undefined,
  recordId: RecordId,
  events: ReadonlyArray<HandoffEvent>
): Result.Result<ReadonlyArray<Change>, Verdict> => {
  const changes: Array<Change> = []
  let record = start
  for (const event of events) {
    if (record === undefined) {
      if (event._tag !== "Created" && event._tag !== "Imported") return Result.fail(conflict)
      if (event.prev !== undefined) return Result.fail(broken)
      const begun = begin(recordId, event)
      record = begun.record
      changes.push(begun)
    } else {
      const advanced = advance(record, event)
      if (Result.isFailure(advanced)) return Result.fail(advanced.failure._tag === "BrokenChain" ? broken : conflict)
      record = advanced.success.record
      changes.push(advanced.success)
    }
  }
  return Result.succeed(changes)
}

const conflict: Verdict = { outcome: "conflict", changes: [] }
const unchanged: Verdict = { outcome: "unchanged", changes: [] }
const broken: Verdict = { outcome: "broken", changes: [] }

const isPrefix = (shorter: ReadonlyArray<HandoffEvent>, longer: ReadonlyArray<HandoffEvent>): boolean =>
  shorter.length <= longer.length && shorter.every((event, index) => Equal.equals(event, longer[index]))

/** The states a history went through, apart from their revision: what a copy without a trail can be compared with. */
const statesOf = (recordId: RecordId, history: ReadonlyArray<HandoffEvent>): ReadonlyArray<HandoffRecord> =>
  Result.getOrElse(changesFrom(undefined, recordId, history), () => []).map(({ record }) => record)

/**
 * Compares a handoff from outside with what the store holds of it. Events that the store has are never taken back: only
 * a longer trail that begins with the store's own, or a state without a trail that the store's leads to, is taken.
 */
const judge = (incoming: ArchivedHandoff, ours: ArchivedHandoff | undefined): Verdict => {
  const id = incoming.record.recordId
  const { edited, history } = incoming
  const state = edited ?? incoming.record
  if (ours === undefined) {
    const further = edited === undefined ? [] : continuation(incoming.record, edited)
    if (further === undefined) return conflict
    const added = changesFrom(undefined, id, [...history, ...further])
    if (Result.isFailure(added)) return added.failure
    // The digest of its last entry is in the record, and what was edited goes on from there.
    const { head } = added.success[history.length - 1]?.record ?? {}
    return head === incoming.record.head ? { outcome: "added", changes: added.success } : broken
  }
  if (edited === undefined && isPrefix(history, ours.history)) return unchanged
  // Whoever begins with our own trail goes on from it, and after that to what was written without one.
  const goesOn = isPrefix(ours.history, history)
  const trailless = edited !== undefined || (history.length === 1 && history[0]?._tag === "Imported")
  if (!goesOn && !trailless) return conflict
  if (trailless && statesOf(id, ours.history).some((seen) => isSameState(seen, state))) return unchanged
  const further = goesOn
    ? [...history.slice(ours.history.length), ...((edited && continuation(incoming.record, edited)) ?? [])]
    : continuation(ours.record, state)
  if (further === undefined) return conflict
  const changes = changesFrom(ours.record, id, further)
  if (Result.isFailure(changes)) return changes.failure
  const last = changes.success.at(-1)
  // An edit that no event explains is no reason to take the trail that it was made on.
  if (last === undefined || !isSameState(last.record, state)) return conflict
  return edited === undefined && goesOn && last.record.head !== incoming.record.head
    ? broken
    : { outcome: "newer", changes: changes.success }
}

/** A handoff with its history, or nothing when the store does not hold it. */
const held = (store: HandoffStore["Service"], id: RecordId): Effect.Effect<ArchivedHandoff | undefined, StoreError> =>
  Effect.flatMap(store.history(id), (entries) => {
    if (entries.length === 0) return Effect.undefined
    const history = entries.map(({ event }) => event)
    const replayed = replay(id, history)
    if (Result.isSuccess(replayed)) return Effect.succeed({ record: replayed.success, history })
    const detail = `The stored history of handoff ${id} breaks the lifecycle: ${replayed.failure.message}`
    return Effect.fail(new StoreError({ operation: "history", reason: "corrupt", detail, cause: replayed.failure }))
  })

/** The same, with the digest that the record holds: it is what an entry that was changed does not fit. */
const heldWith = (store: HandoffStore["Service"], { head, recordId, revision }: HandoffRecord) =>
  Effect.map(held(store, recordId), (archived) =>
    archived === undefined || head === undefined || archived.record.revision !== revision
      ? archived
      : { ...archived, record: { ...archived.record, head } }
  )

// Enough to keep the connections of a store on another machine busy; one on this machine answers at once anyway.
const readsAtOnce = 16

/**
 * Every handoff of a store with its history. The records say which, and the digest of the last entry; what else they say is
 * taken from their histories.
 */
export const exportFrom = (
  store: HandoffStore["Service"],
  records: Stream.Stream<HandoffRecord, StoreError>
): Stream.Stream<ArchivedHandoff, StoreError> =>
  records.pipe(
    eachPage((page) => Effect.forEach(page, (record) => heldWith(store, record), { concurrency: readsAtOnce })),
    // Never: a handoff that is listed has a history, and none is ever removed.
    Stream.filter((archived) => archived !== undefined)
  )

// One commit holds this many handoffs: one durable write each, and a bounded amount of memory.
const batchSize = 256

const report = (incoming: ArchivedHandoff, { outcome }: Verdict): ImportReport => ({
  recordId: incoming.record.recordId,
  outcome
})

/** Takes in handoffs from an archive, some hundreds in each commit, and says for each what came of it. */
export const importInto = (store: HandoffStore["Service"]) => {
  const verdictOn = (incoming: ArchivedHandoff) =>
    Effect.map(held(store, incoming.record.recordId), (ours) => judge(incoming, ours))

  /** Judges again until nobody was in between. */
  const importOne = (incoming: ArchivedHandoff): Effect.Effect<ImportReport, StoreError> =>
    Effect.flatMap(verdictOn(incoming), (verdict) =>
      Arr.isReadonlyArrayNonEmpty(verdict.changes)
        ? store.commit(verdict.changes).pipe(
            Effect.as(report(incoming, verdict)),
            Effect.catchTag("RevisionConflict", () => importOne(incoming))
          )
        : Effect.succeed(report(incoming, verdict))
    )

  type Batch = Arr.NonEmptyReadonlyArray<ArchivedHandoff>
  type Reports = Arr.NonEmptyReadonlyArray<ImportReport>

  /** Commits what these verdicts ask for; where somebody was in between, or the batch has one twice, `otherwise`. */
  const commitAll = (
    batch: Batch,
    verdicts: ReadonlyArray<Verdict>,
    otherwise: Effect.Effect<Reports, StoreError>
  ): Effect.Effect<Reports, StoreError> => {
    const changes = verdicts.flatMap((verdict) => verdict.changes)
    const reports = Arr.map(batch, (incoming, index) => report(incoming, verdicts[index] ?? unchanged))
    if (!Arr.isReadonlyArrayNonEmpty(changes)) return Effect.succeed(reports)
    return store.commit(changes).pipe(
      Effect.as(reports),
      Effect.catchTag("RevisionConflict", () => otherwise)
    )
  }

  const importBatch = (batch: Batch): Effect.Effect<Reports, StoreError> => {
    // One that changed meanwhile must not hold up the others.
    const oneByOne = Effect.suspend(() => Effect.forEach(batch, importOne))
    const compared = Effect.suspend(() =>
      Effect.flatMap(Effect.forEach(batch, verdictOn, { concurrency: readsAtOnce }), (verdicts) =>
        commitAll(batch, verdicts, oneByOne)
      )
    )
    // Mostly nothing of it is known; then asking the store first would cost a read for each, for nothing.
    const asNew = batch.map((incoming) => judge(incoming, undefined))
    return asNew.every(({ outcome }) => outcome === "added") ? commitAll(batch, asNew, compared) : compared
  }

  return <E, R>(handoffs: Stream.Stream<ArchivedHandoff, E, R>): Stream.Stream<ImportReport, E | StoreError, R> =>
    handoffs.pipe(Stream.rechunk(batchSize), eachPage(importBatch))
}
