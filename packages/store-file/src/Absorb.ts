/**
 * Merges the changes that another program wrote to the readable file while a journal existed. Changes that continue a
 * record are taken over, contradictions are saved beside the file, and a missing record is never treated as deleted. Call
 * these functions in a turn.
 */
import type { Change } from "@aumai/handoff-core"
import {
  advance,
  continuation,
  begin,
  foreignSeal,
  type HandoffEvent,
  type HandoffRecord,
  isSameState,
  type LogName,
  type RecordId,
  replay,
  type StoreError
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import * as Contents from "./Contents.ts"
import * as Failure from "./Failure.ts"
import * as JournalText from "./JournalText.ts"
import * as JournalWrite from "./JournalWrite.ts"
import * as Publish from "./Publish.ts"
import * as RestFile from "./RestFile.ts"
import type { RestRead } from "./RestRead.ts"
import type * as RestRecord from "./RestRecord.ts"
import { forget, type Journal, type Session } from "./Session.ts"

/** The changes to take over from a foreign file, and the records to save beside it. */
interface Verdict {
  readonly changes: ReadonlyArray<Change>
  readonly aside: ReadonlyArray<RestFile.Slice>
}

/** The changes that events make to a record, or to a new one if `before` is `undefined`. */
const changesOf = (
  recordId: RecordId,
  before: HandoffRecord | undefined,
  events: ReadonlyArray<HandoffEvent>
): ReadonlyArray<Change> => {
  const changes: Array<Change> = []
  let record = before
  for (const event of events) {
    if (record === undefined) {
      if (event._tag !== "Created" && event._tag !== "Imported") return []
      const begun = begin(recordId, event)
      record = begun.record
      changes.push(begun)
    } else {
      const advanced = advance(record, event)
      if (Result.isFailure(advanced)) return []
      record = advanced.success.record
      changes.push(advanced.success)
    }
  }
  return changes
}

/** Tests whether a record had this state earlier: the other program has then only missed the later events. */
const wasOnce = (ours: RestRecord.Handoff, theirs: HandoffRecord): boolean => {
  const events = ours.entries.map(({ event }) => event)
  return events.some((_, index) => {
    const past = replay(ours.record.recordId, events.slice(0, index + 1))
    return Result.isSuccess(past) && isSameState(past.success, theirs)
  })
}

const judge = (
  log: LogName,
  ours: RestRecord.Handoff | undefined,
  theirs: RestRecord.Handoff
): ReadonlyArray<Change> | "contradicts" => {
  const recordId = theirs.record.recordId
  if (ours === undefined)
    return changesOf(
      recordId,
      undefined,
      theirs.entries.map(({ event }) => event)
    )
  const visible = theirs.edited ?? theirs.record
  if (wasOnce(ours, visible)) return []
  const history = ours.entries.map(({ event }) => event)
  const events = continuation(ours.record, visible, foreignSeal(log, history))
  return events === undefined ? "contradicts" : changesOf(recordId, ours.record, events)
}

/** Compares the records of a foreign file with the contents. */
const compare = (
  ours: Contents.Contents,
  theirs: ReadonlyMap<string, RestFile.Slice>
): Result.Result<Verdict, string> => {
  const changes: Array<Change> = []
  const aside: Array<RestFile.Slice> = []
  const origin = ours.origin()
  if (Result.isFailure(origin)) return Result.fail(origin.failure)
  for (const [key, slice] of theirs) {
    const read = RestFile.decode(key, slice)
    if (Result.isFailure(read)) {
      // It stays in the file, unless a record here has its id. All are decoded, which finds those that stand here already.
      const warm = ours.warm(Number.POSITIVE_INFINITY)
      if (Result.isFailure(warm)) return Result.fail(warm.failure)
      if (!ours.odd.keep(key, slice, read.failure)) aside.push(slice)
      continue
    }
    const { recordId } = read.success.record
    const mine = ours.handoff(recordId)
    // They have a record that can be read in place of one that cannot.
    if (ours.odd.has(recordId)) ours.odd.drop(recordId)
    if (Result.isFailure(mine)) return Result.fail(mine.failure)
    const verdict = judge(origin.success.log, mine.success, read.success)
    if (verdict === "contradicts") aside.push(slice)
    else changes.push(...verdict)
  }
  return Result.succeed({ changes, aside })
}

/**
 * Merges a foreign file into complete contents, and writes the file again. An unreadable file is saved beside it as a
 * whole. If the disk fails, the contents stay readable, and the next refresh tries again.
 */
export const absorb = (session: Session, foreign: RestRead, operation: string): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { journal, lock } = session
    if (journal === undefined) return
    const changes = yield* placed(session, yield* changesFrom(session, foreign, operation), operation)
    if (changes.length > 0) {
      if (lock !== undefined) yield* JournalWrite.extend(session, journal, JournalText.transaction(changes), operation)
      session.contents.put(changes)
    }
    if (lock === undefined) {
      session.rest = foreign.rest
      return
    }
    yield* Publish.publish(session, foreign.rest, operation, { afterwards: "new journal", announce: true })
  }).pipe(
    Effect.catchIf(
      (error) => error.reason !== "corrupt",
      (error) => Effect.logWarning(`The changes of another program were not merged yet: ${error.message}`)
    )
  )

const placed = (session: Session, changes: ReadonlyArray<Change>, operation: string) =>
  Effect.mapError(Effect.fromResult(session.contents.place(changes)), (why) =>
    Failure.corrupt(operation, session.paths.rest, why)
  )

/** The changes to take over from a foreign file. Contradictions are saved beside the file and reported. */
const changesFrom = (session: Session, foreign: RestRead, operation: string) =>
  Effect.gen(function* () {
    const { rest } = session.paths
    const modified = foreign.rest.stat?.modified ?? 0
    if (Result.isFailure(foreign.slices)) {
      yield* keep(session, "unreadable", foreign.rest.bytes ?? Buffer.alloc(0), modified, operation)
      return []
    }
    const verdict = yield* Effect.mapError(
      Effect.fromResult(compare(session.contents, foreign.slices.success)),
      (why) => Failure.corrupt(operation, rest, why)
    )
    if (verdict.aside.length > 0) yield* keep(session, "conflict", Publish.fileOf(verdict.aside), modified, operation)
    return verdict.changes
  })

const keep = (session: Session, why: "conflict" | "unreadable", bytes: Buffer, modified: number, operation: string) =>
  session.lock === undefined || bytes.length === 0
    ? Effect.void
    : Effect.flatMap(
        Effect.mapError(Publish.setAside(session, why, bytes, modified), Failure.ofDisk(operation)),
        (target) =>
          Effect.logWarning(
            `Another program wrote ${session.paths.rest}; the part that could not be merged is in ${target}`
          )
      )

/**
 * The same after a crash, with a journal whose base file no longer exists. The journal has the full state of each of its
 * records, but the history of one that began in the base starts again at its first known state.
 */
export const absorbOrphan = (
  session: Session,
  journal: Journal,
  foreign: RestRead,
  lines: ReadonlyArray<JournalText.Line>,
  operation: string
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { paths } = session
    if (Result.isFailure(foreign.slices)) return yield* Failure.corrupt(operation, paths.rest, foreign.slices.failure)
    if (foreign.rest.stat === undefined) {
      return yield* Failure.corrupt(operation, paths.rest, "it is missing, but the journal that continues it exists")
    }
    session.contents = Contents.empty(session.log)
    session.contents.put(trailsOf(lines))
    session.journal = journal
    const changes = yield* changesFrom(session, foreign, operation)
    session.contents.put(yield* placed(session, changes, operation))
    if (session.lock === undefined) {
      session.rest = foreign.rest
      return
    }
    // Not announced, because processes that follow this journal have other contents and must read the file again. The
    // revisions do not continue the journal's either, so nothing may be committed before the file is in place.
    const options = { afterwards: "new journal", announce: false } as const
    if (yield* Publish.publish(session, foreign.rest, operation, options)) return
    return yield* Failure.unavailable(operation, `${paths.rest} is being written by another program; try again`)
  }).pipe(
    Effect.tapError(() =>
      Effect.suspend(() => {
        forget(session)
        return journal.file?.close ?? Effect.void
      })
    )
  )

/** The changes of a journal without its base, with the revisions of each record counted from 1. */
const trailsOf = (lines: ReadonlyArray<JournalText.Line>): ReadonlyArray<JournalText.Placed> => {
  const lengths = new Map<RecordId, number>()
  let seen = 0
  return lines.flatMap((line) => {
    if (line._tag !== "Transaction") return []
    // A journal can contain a line twice.
    const changes = line.changes.filter(({ position }) => position > seen)
    seen = changes.at(-1)?.position ?? seen
    return changes.map((change) => {
      const { recordId, revision } = change.record
      const length = (lengths.get(recordId) ?? 0) + 1
      lengths.set(recordId, length)
      if (length === 1) return revision === 1 ? change : restarted(change)
      return { ...change, record: { ...change.record, revision: length } }
    })
  })
}

const restarted = ({ record, event, position }: JournalText.Placed): JournalText.Placed => {
  const first = { ...record, revision: 1 }
  return {
    position,
    record: first,
    event: { _tag: "Imported", at: event.at, by: event.by, via: "foreign", record: first }
  }
}
