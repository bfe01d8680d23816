import {
  advance,
  type ArchivedHandoff,
  begin,
  continuation,
  flawIn,
  foreignSeal,
  type HandoffEvent,
  type HandoffRecord,
  type InvalidInput,
  isSameState,
  keyLogId,
  type LogName,
  ofArchive,
  type RecordId,
  replay,
  StoreError,
  takeOver
} from "@aumai/handoff-protocol"
import * as Arr from "effect/Array"
import * as Console from "effect/Console"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

import type { AgentStore } from "../store/AgentStore.ts"
import { type Change, type HandoffStore, nowIn } from "../store/HandoffStore.ts"
import { eachPage } from "../store/Pages.ts"
import { arrivalFault, isByClock } from "./Arrivals.ts"
import { sealed } from "./Entries.ts"
import { pagesThenRest, partsImport } from "./ImportParts.ts"
import { judgeSignature, keysOfStore, type KnownKeys, orderJudge, registeredKeys, strangerFault } from "./KeyJudge.ts"
import { proofOf } from "./Proof.ts"
import type { Box } from "./SchemaBox.ts"

/**
 * The outcome of importing one handoff. `added`: the store did not have it. `unchanged`: the store has all of it
 * already. `newer`: its further events were appended. `conflict`: it contradicts the store, which stays unchanged.
 * `broken`: it cannot have happened as its entries say, or an artifact does not fit the JSON Schema that its request
 * demands; it was skipped.
 */
export type ImportOutcome = "added" | "unchanged" | "newer" | "conflict" | "broken"

/** Options of an import. */
export interface ImportOptions {
  /**
   * `true` takes entries in the name of an agent that has a key here, although no key of it has signed them; `verify` always counts
   * them as unknown. Nothing checks who says so. Default: `false`.
   */
  readonly trust?: boolean
}

/** The report on importing one handoff. */
export interface ImportReport {
  /** The id of the handoff. */
  readonly recordId: RecordId
  /** The outcome. */
  readonly outcome: ImportOutcome
  /** The reason why it is `broken`, in one sentence; otherwise absent. */
  readonly problem?: string
  /** The reason why the artifacts could not be judged by their JSON Schemas, in one sentence; absent if they were. */
  readonly unproven?: string
}

/** The outcome for one handoff of an archive, with the changes to commit; empty unless it is `added` or `newer`. */
interface Verdict {
  readonly outcome: ImportOutcome
  readonly changes: ReadonlyArray<Change>
  readonly problem?: string
  readonly unproven?: string
}

/** The changes that these events make to a state or, without one, from creation on; or the reason why they cannot. */
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
      if (event.prev !== undefined) return Result.fail(broken("Its first entry holds the digest of an earlier one"))
      const begun = sealed(begin(recordId, event))
      record = begun.record
      changes.push(begun)
    } else {
      const advanced = advance(record, event)
      if (Result.isFailure(advanced)) {
        const problem = `Entry ${record.revision + 1} does not hold the digest of the one before it`
        return Result.fail(advanced.failure._tag === "BrokenChain" ? broken(problem) : conflict)
      }
      record = advanced.success.record
      changes.push(sealed(advanced.success))
    }
  }
  return Result.succeed(changes)
}

const conflict: Verdict = { outcome: "conflict", changes: [] }
const unchanged: Verdict = { outcome: "unchanged", changes: [] }
const broken = (problem: string): Verdict => ({ outcome: "broken", changes: [], problem })
// Only an entry that names this log is compared with its keys, and every such entry was committed here.
const otherKeys = broken("Its entries name this log, but with another number of keys than it has")
const otherHead = broken("Its record holds the digest of another last entry")

const isPrefix = (shorter: ReadonlyArray<HandoffEvent>, longer: ReadonlyArray<HandoffEvent>): boolean =>
  shorter.length <= longer.length && shorter.every((event, index) => Equal.equals(event, longer[index]))

/** The record after each event of a history, to compare with a copy that has no history. */
const statesOf = (recordId: RecordId, history: ReadonlyArray<HandoffEvent>): ReadonlyArray<HandoffRecord> =>
  Result.getOrElse(changesFrom(undefined, recordId, history), () => []).map(({ record }) => record)

/**
 * Compares an incoming handoff with the stored one. Stored events are never removed. Two kinds of input are accepted: a
 * longer history that begins with the stored one, and a state without a history that the stored state can lead to.
 */
const judge = (log: LogName, incoming: ArchivedHandoff, ours: ArchivedHandoff | undefined): Verdict => {
  const id = incoming.record.recordId
  const { edited, history } = incoming
  const state = edited ?? incoming.record
  const continued = (edited: HandoffRecord) => continuation(incoming.record, edited, foreignSeal(log, history))
  if (ours === undefined) {
    const further = edited === undefined ? [] : continued(edited)
    if (further === undefined) return conflict
    const added = changesFrom(undefined, id, [...history, ...further])
    if (Result.isFailure(added)) return added.failure
    // The head is the digest of the last entry; an edit continues after that entry.
    const { head } = added.success[history.length - 1]?.record ?? {}
    return head === incoming.record.head ? { outcome: "added", changes: added.success } : otherHead
  }
  if (edited === undefined && isPrefix(history, ours.history)) return unchanged
  // If the history begins with the stored one, its further entries follow, and then the edit made without entries.
  const continues = isPrefix(ours.history, history)
  const hasNoHistory = edited !== undefined || (history.length === 1 && history[0]?._tag === "Imported")
  if (!continues && !hasNoHistory) return conflict
  if (hasNoHistory && statesOf(id, ours.history).some((seen) => isSameState(seen, state))) return unchanged
  const further = continues
    ? [...history.slice(ours.history.length), ...((edited && continued(edited)) ?? [])]
    : continuation(ours.record, state, foreignSeal(log, ours.history))
  if (further === undefined) return conflict
  const changes = changesFrom(ours.record, id, further)
  if (Result.isFailure(changes)) return changes.failure
  const last = changes.success.at(-1)
  // If no event explains the edit, the history below it is not imported either.
  if (last === undefined || !isSameState(last.record, state)) return conflict
  return edited === undefined && continues && last.record.head !== incoming.record.head
    ? otherHead
    : { outcome: "newer", changes: changes.success }
}

/** The facts by which an import judges entries. */
interface Judging {
  readonly keys: KnownKeys
  readonly now: DateTime.Utc
  /** Takes entries in the name of agents with keys that no known key has signed. */
  readonly trust: boolean
}

/** The reason why an entry is refused; `before` is the state before it, if there is one. */
const entryFault = (
  before: HandoffRecord | undefined,
  { event, record: { recordId, revision } }: Change,
  { keys, now, trust }: Judging
): string | undefined => {
  const late = arrivalFault(before, event, now)
  if (late !== undefined || (before !== undefined && isByClock(before, event))) return late
  const judgement = judgeSignature(keys, recordId, revision, event, now.epochMilliseconds)
  if (typeof judgement === "object") return `Entry ${revision}: ${judgement.problem}`
  return trust || event.log === keys.own?.log ? undefined : strangerFault(keys, recordId, revision, event, judgement)
}

/** Leaves out a handoff if an entry that it adds to ours is refused, or would be a flaw in the store. */
const admitted = (verdict: Verdict, ours: ArchivedHandoff | undefined, judging: Judging): Verdict => {
  const [first] = verdict.changes
  if (first === undefined) return verdict
  const stored = ours?.history ?? []
  const history = [...stored, ...verdict.changes.map(({ event }) => event)]
  const flaw = flawIn(first.record.recordId, history)
  // A flaw of the stored entries is not one of the archive.
  if (flaw !== undefined && flaw.revision > stored.length) return broken(`Entry ${flaw.revision}: ${flaw.problem}`)
  const orderFault = orderJudge()
  for (const event of stored) orderFault(event)
  let record = ours?.record
  for (const change of verdict.changes) {
    const disorder = orderFault(change.event)
    const problem =
      disorder === undefined ? entryFault(record, change, judging) : `Entry ${change.record.revision}: ${disorder}`
    if (problem !== undefined) return broken(problem)
    record = change.record
  }
  return verdict
}

// Loaded for a handoff that this log has archived.
const restoring = Effect.promise(() => import("./Restoring.ts"))

// Loaded with the first key, because it imports Ed25519.
const signing = Effect.promise(() => import("../routing/SignatureCheck.ts"))

/**
 * Reads what an import judges entries by at a moment. Key logs only grow, so that their signatures are checked again only when
 * one has.
 */
const judgingIn = (
  store: HandoffStore["Service"],
  agents: AgentStore["Service"],
  trust: boolean
): Effect.Effect<Judging, StoreError> => {
  let known: { readonly keys: KnownKeys; readonly length: number } | undefined
  return Effect.gen(function* () {
    const { log } = yield* store.origin
    const [all, logs] = yield* Effect.all([agents.all, agents.keys])
    const registered = registeredKeys(all)
    const length = [...logs.values()].reduce((sum, entries) => sum + entries.length, 0)
    if (known?.length !== length || known.keys.registered.size < registered.size) {
      const isSigned = length > 0 || registered.size > 0 ? (yield* signing).isSignedBy : () => false
      known = { keys: { ...keysOfStore(log, all, logs, isSigned), isArriving: true }, length }
    }
    return { keys: { ...known.keys, registered }, now: yield* nowIn(store), trust }
  })
}

/** A stored handoff with its history; `undefined` if the store does not have it. */
const held = (store: HandoffStore["Service"], id: RecordId): Effect.Effect<ArchivedHandoff | undefined, StoreError> =>
  Effect.flatMap(store.history(id), (entries) => {
    if (entries.length === 0) return Effect.undefined
    const history = entries.map(({ event }) => event)
    const replayed = replay(id, history)
    if (Result.isSuccess(replayed)) return Effect.succeed({ record: replayed.success, history })
    const detail = `The stored history of handoff ${id} breaks the lifecycle: ${replayed.failure.message}`
    return Effect.fail(new StoreError({ operation: "history", reason: "corrupt", detail, cause: replayed.failure }))
  })

/** The same with the head of the stored record, which exposes an entry that was changed. */
const heldWith = (store: HandoffStore["Service"], { head, recordId, revision }: HandoffRecord) =>
  Effect.map(held(store, recordId), (archived) =>
    archived === undefined || head === undefined || archived.record.revision !== revision
      ? archived
      : { ...archived, record: { ...archived.record, head } }
  )

// Enough to keep the connections of a remote store busy. A local store answers immediately.
const readsAtOnce = 16

/** The same; `undefined` with a warning for a history that cannot be read, so that it does not block the others. */
const heldOrTold = (store: HandoffStore["Service"], record: HandoffRecord) =>
  Effect.catchIf(
    heldWith(store, record),
    ({ reason }) => reason === "corrupt",
    ({ message }) => Effect.as(Console.warn(`Handoff ${record.recordId} was left out: ${message}`), undefined)
  )

/**
 * Streams every handoff of a store with its history. Only the id and the head come from the records; the rest is
 * replayed from the histories.
 */
export const exportFrom = (
  store: HandoffStore["Service"],
  records: Stream.Stream<HandoffRecord, StoreError>
): Stream.Stream<ArchivedHandoff, StoreError> =>
  records.pipe(
    eachPage((page) => Effect.forEach(page, (record) => heldOrTold(store, record), { concurrency: readsAtOnce })),
    Stream.filter((archived) => archived !== undefined)
  )

// The number of handoffs in one commit. Each commit is one durable write, and the batch bounds the memory.
const batchSize = 256

const report = ({ record }: ArchivedHandoff, { outcome, problem, unproven }: Verdict): ImportReport => ({
  recordId: record.recordId,
  outcome,
  ...(problem === undefined ? {} : { problem }),
  ...(unproven === undefined ? {} : { unproven })
})

/** Imports handoffs from an archive in batches, and reports the outcome for each. */
export const importInto = (
  store: HandoffStore["Service"],
  agents: AgentStore["Service"],
  box: Box | undefined,
  { trust = false }: ImportOptions = {}
) => {
  const judgingNow = judgingIn(store, agents, trust)

  /** Judges the artifacts of a handoff that an import completes. */
  const proven = (verdict: Verdict): Effect.Effect<Verdict> => {
    const last = verdict.changes.at(-1)
    if (last === undefined) return Effect.succeed(verdict)
    return Effect.map(proofOf(box, last.record), (proof) =>
      proof === undefined ? verdict : "misfit" in proof ? broken(proof.misfit) : { ...verdict, ...proof }
    )
  }

  const verdictOn = (incoming: ArchivedHandoff): Effect.Effect<Verdict, StoreError> =>
    Effect.gen(function* () {
      const { log } = yield* store.origin
      // A record of this id that cannot be read is not replaced, and the others are imported.
      const found = yield* Effect.result(held(store, incoming.record.recordId))
      if (Result.isFailure(found)) {
        return found.failure.reason === "corrupt" ? broken(found.failure.message) : yield* found.failure
      }
      const ours = found.success
      const judging = yield* judgingNow
      return yield* proven(admitted(judge(log, incoming, ours), ours, judging))
    })

  /** Puts back a handoff that this log has archived: its entries name the keys that the log had then. */
  const restore = (incoming: ArchivedHandoff, verdict: Verdict) =>
    verdict.outcome === "added"
      ? Effect.map(
          Effect.flatMap(restoring, ({ restored }) => restored(store, incoming)),
          (isRestored) => report(incoming, isRestored ? verdict : otherKeys)
        )
      : Effect.succeed(report(incoming, otherKeys))

  /** Compares and commits one handoff, and retries on conflict. */
  const importOne = (incoming: ArchivedHandoff): Effect.Effect<ImportReport, StoreError> =>
    Effect.flatMap(verdictOn(incoming), (verdict) =>
      Arr.isReadonlyArrayNonEmpty(verdict.changes)
        ? store.commit(verdict.changes).pipe(
            Effect.as(report(incoming, verdict)),
            Effect.catchTag("RevisionConflict", ({ recordId }) =>
              // An entry claims to be of this log, but with other keys than the log has now.
              recordId === keyLogId ? restore(incoming, verdict) : importOne(incoming)
            )
          )
        : Effect.succeed(report(incoming, verdict))
    )

  type Batch = Arr.NonEmptyReadonlyArray<ArchivedHandoff>
  type Reports = Arr.NonEmptyReadonlyArray<ImportReport>

  /** Commits the changes of these verdicts. Runs `otherwise` on conflict or if the batch contains a handoff twice. */
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
    // A conflict on one handoff must not fail the others.
    const oneByOne = Effect.suspend(() => Effect.forEach(batch, importOne))
    const compared = Effect.suspend(() =>
      Effect.flatMap(Effect.forEach(batch, verdictOn, { concurrency: readsAtOnce }), (verdicts) =>
        commitAll(batch, verdicts, oneByOne)
      )
    )
    return Effect.flatMap(Effect.all([store.origin, judgingNow]), ([{ log }, judging]) => {
      // Fast path: usually the store has none of them, so it skips one read for each.
      const assumedNew = batch.map((incoming) => admitted(judge(log, incoming, undefined), undefined, judging))
      return assumedNew.every(({ outcome }) => outcome === "added")
        ? Effect.flatMap(Effect.forEach(assumedNew, proven), (verdicts) => commitAll(batch, verdicts, compared))
        : compared
    })
  }

  /** Refuses a part for a reason, unless the store has it already, from a version that did not judge parts. */
  const refuse = (part: ArchivedHandoff, problem: string) =>
    Effect.map(verdictOn(part), (verdict) => report(part, verdict.changes.length === 0 ? verdict : broken(problem)))

  return <E, R>(
    handoffs: Stream.Stream<ArchivedHandoff, E, R>
  ): Stream.Stream<ImportReport, E | InvalidInput | StoreError, R> =>
    handoffs.pipe(
      Stream.rechunk(batchSize),
      eachPage((given) => Effect.fromResult(Result.all(Arr.map(given, (one) => takeOver("handoff", one, ofArchive))))),
      pagesThenRest(() => partsImport(store, { batchSize, readsAtOnce }, importBatch, refuse))
    )
}
