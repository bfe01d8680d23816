/**
 * Merges the changes that another program wrote to the readable file. Changes that continue a record are taken over,
 * contradictions are saved beside the file, and a missing record is never treated as deleted. A file that holds all known
 * entries is the newer one and is taken whole. Call these functions in a turn.
 */
import type { Change } from "@aumai/handoff-core"
import type { RecordId, StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import * as Contents from "./Contents.ts"
import * as Failure from "./Failure.ts"
import type { Found } from "./JournalRead.ts"
import * as JournalText from "./JournalText.ts"
import * as JournalWrite from "./JournalWrite.ts"
import * as Judge from "./Judge.ts"
import * as Orphan from "./Orphan.ts"
import * as Publish from "./Publish.ts"
import { hashOf, type RestRead } from "./RestRead.ts"
import { type Displaced, forget, type Journal, type Rest, type Session } from "./Session.ts"
import * as TrailRead from "./TrailRead.ts"

/**
 * Merges a foreign file into complete contents, and writes the file again. An unreadable file is saved beside it as a
 * whole. If the disk fails, the contents stay readable, and the next refresh tries again.
 */
export const absorb = (session: Session, foreign: RestRead, operation: string): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { journal, lock } = session
    if (journal === undefined) return
    const { changes, aside } = yield* merge(session, session.contents, foreign, operation)
    if (lock === undefined) {
      session.contents.put(changes)
      session.rest = foreign.rest
      return
    }
    yield* Publish.setAllAside(session, aside, operation)
    if (changes.length > 0) {
      yield* JournalWrite.extend(session, journal, JournalText.transaction(changes), operation)
      session.contents.put(changes)
    }
    yield* Publish.publish(session, foreign.rest, operation, { afterwards: "new journal", announce: true })
  }).pipe(
    Effect.catchIf(
      (error) => error.reason !== "corrupt",
      (error) => Effect.logWarning(`The changes of another program were not merged yet: ${error.message}`)
    )
  )

interface Merged {
  readonly changes: ReadonlyArray<JournalText.Placed>
  readonly aside: ReadonlyArray<Displaced>
  /** True if the file is an older state of the store. */
  readonly isOlder: boolean
}

const unreadable = (session: Session, operation: string) => (why: string) =>
  Failure.corrupt(operation, session.paths.rest, why)

const placed = (session: Session, contents: Contents.Contents, changes: ReadonlyArray<Change>, operation: string) =>
  Effect.mapError(Effect.fromResult(contents.place(changes)), unreadable(session, operation))

/** The changes that a foreign file makes to contents, and what has to be saved of it. */
const merge = (session: Session, contents: Contents.Contents, { rest, slices }: RestRead, operation: string) =>
  Effect.gen(function* () {
    const modified = rest.stat?.modified ?? 0
    if (Result.isFailure(slices)) {
      const aside: Displaced = { why: "unreadable", bytes: rest.bytes ?? Buffer.alloc(0), modified }
      return { changes: [], aside: [aside], isOlder: false } satisfies Merged
    }
    return yield* mergeAll(session, contents, Judge.theirsIn(slices.success), modified, operation)
  })

const mergeAll = (
  session: Session,
  contents: Contents.Contents,
  theirs: Iterable<Judge.Theirs>,
  modified: number,
  operation: string
): Effect.Effect<Merged, StoreError> =>
  Effect.gen(function* () {
    const verdict = yield* Effect.mapError(
      Effect.fromResult(Judge.compare(contents, theirs)),
      unreadable(session, operation)
    )
    const changes = yield* placed(session, contents, verdict.changes, operation)
    const aside: ReadonlyArray<Displaced> =
      verdict.aside.length === 0 ? [] : [{ why: "conflict", bytes: Publish.fileOf(verdict.aside), modified }]
    return { changes, aside, isOlder: verdict.isOlder }
  })

/** Contents with the entries of a trail. */
const contentsOf = (session: Session, { handoffs }: TrailRead.Known): Contents.Contents => {
  const contents = Contents.empty(session.log)
  for (const handoff of handoffs.values()) contents.put(Orphan.placedOf(handoff))
  return contents
}

const damagedTrail = ({ damaged }: TrailRead.Known, modified: number): ReadonlyArray<Displaced> =>
  damaged === undefined ? [] : [{ why: "unreadable", bytes: damaged, modified }]

const entriesOf = function* ({ handoffs }: TrailRead.Known) {
  for (const [recordId, { entries }] of handoffs)
    for (const [index, { event }] of entries.entries()) yield { recordId, revision: index + 1, event }
}

/** Contents from a foreign file and everything that is known beside it, and the state of the file. */
interface Judged {
  readonly contents: Contents.Contents
  readonly rest: Rest
}

/**
 * Judges a file that neither the trail nor a journal ends at. `lines` are those of the journal, if there is one whose base
 * no longer exists.
 */
const judge = (
  session: Session,
  foreign: RestRead,
  known: TrailRead.Known,
  lines: ReadonlyArray<JournalText.Line>,
  operation: string
): Effect.Effect<Judged, StoreError> =>
  Effect.gen(function* () {
    const { rest } = foreign
    const modified = rest.stat?.modified ?? 0
    if (Result.isFailure(foreign.slices)) {
      return yield* Failure.corrupt(operation, session.paths.rest, foreign.slices.failure)
    }
    const slices = foreign.slices.success
    const journaled = Orphan.changesIn(lines)
    const damaged = damagedTrail(known, modified)
    if (Judge.holdsAll(slices, entriesOf(known)) && Judge.holdsAll(slices, Orphan.entriesOf(journaled))) {
      return { contents: Contents.make(slices, session.log), rest: { ...rest, aside: damaged } }
    }
    const contents = contentsOf(session, known)
    const isWhole = Orphan.join(contents, journaled, slices)
    const { aside, changes, isOlder } = yield* merge(session, contents, foreign, operation)
    contents.put(changes)
    const hash = yield* hashOf(rest)
    // A crash between the flush of the trail and the rename leaves the file that the last but one mark names.
    const isLost = isOlder && (hash === null || hash !== known.hashes.at(-2))
    const older: ReadonlyArray<Displaced> = isLost
      ? [{ why: "conflict", bytes: Publish.fileOf(slices.values()), modified }]
      : aside
    const orphan: ReadonlyArray<Displaced> = isWhole ? [] : yield* bytesOfJournal(session, operation)
    return { contents, rest: { ...rest, isBehind: true, aside: [...older, ...damaged, ...orphan] } }
  })

const bytesOfJournal = ({ fs, paths }: Session, operation: string) =>
  Effect.map(
    Effect.mapError(fs.read(paths.journal), Failure.ofDisk(operation)),
    ({ bytes, stat }): ReadonlyArray<Displaced> => [{ why: "unreadable", bytes, modified: stat.modified }]
  )

/**
 * Takes the file without a journal: unchanged if the trail ends at it, or if there is no trail. Writes nothing; the first
 * commit does.
 */
export const takeAtRest = (session: Session, read: RestRead, operation: string): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const seen = yield* TrailRead.look(session, operation)
    const known =
      seen === undefined || (yield* TrailRead.endsAt(seen, read.rest))
        ? TrailRead.nothing
        : yield* TrailRead.load(session, operation)
    const { contents, rest } = yield* judge(session, read, known, [], operation)
    if (rest.aside !== undefined && rest.aside.length > 0) {
      const { rest: file, trail } = session.paths
      yield* Effect.logWarning(
        `${file} contradicts ${trail}, which stands; the next write saves what differs beside it`
      )
    }
    session.contents = contents
    session.rest = rest
  })

/**
 * The contents of the trail and of a journal that continues the file at which the trail ends, which are those of the
 * processes that follow this journal. `undefined` if the two leave a gap.
 */
export const joined = (
  session: Session,
  { journal, lines }: Found,
  operation: string
): Effect.Effect<Contents.Contents | undefined, StoreError> =>
  Effect.gen(function* () {
    const seen = yield* TrailRead.look(session, operation)
    const known = seen === undefined ? TrailRead.nothing : yield* TrailRead.load(session, operation)
    const contents = contentsOf(session, known)
    const continues = known.damaged === undefined && journal.known.has(known.hashes.at(-1) ?? null)
    return continues && Orphan.join(contents, Orphan.changesIn(lines), new Map()) ? contents : undefined
  })

/** Judges the file beside a journal whose base no longer exists, and writes it again. */
export const absorbOrphan = (
  session: Session,
  { journal, lines }: Found,
  foreign: RestRead,
  operation: string
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const seen = yield* TrailRead.look(session, operation)
    if (seen === undefined && foreign.rest.stat === undefined) {
      const why = "it is missing, but the journal that continues it exists"
      return yield* Failure.corrupt(operation, session.paths.rest, why)
    }
    const known = seen === undefined ? TrailRead.nothing : yield* TrailRead.load(session, operation)
    yield* settle(session, journal, yield* judge(session, foreign, known, lines, operation), operation)
  }).pipe(orForget(session, journal))

/**
 * Adds the entries that only the trail has to the contents of a file and its journal, as after a backup of these two was
 * copied over newer ones. `false` if it has no such entries.
 */
export const absorbTrail = (
  session: Session,
  journal: Journal,
  contents: Contents.Contents,
  rest: Rest,
  operation: string
): Effect.Effect<boolean, StoreError> =>
  Effect.gen(function* () {
    const seen = yield* TrailRead.look(session, operation)
    if (seen === undefined || (seen.tip !== undefined && journal.known.has(seen.tip.hash))) return false
    const known = yield* TrailRead.load(session, operation)
    const isNew = (handoff: typeof known.handoffs extends ReadonlyMap<RecordId, infer H> ? H : never) => {
      const mine = contents.handoff(handoff.record.recordId)
      return Result.isFailure(mine) || mine.success === undefined || !Judge.beginsWith(mine.success, handoff)
    }
    if (![...known.handoffs.values()].some(isNew)) return false
    const whole = contentsOf(session, known)
    const modified = rest.stat?.modified ?? 0
    const { aside, changes } = yield* mergeAll(session, whole, Judge.theirsOf(contents), modified, operation)
    whole.put(changes)
    const behind = { ...rest, isBehind: true, aside: [...aside, ...damagedTrail(known, modified)] }
    yield* settle(session, journal, { contents: whole, rest: behind }, operation)
    return true
  }).pipe(orForget(session, journal))

/** Takes judged contents, and writes the file again if the store is not read-only. */
const settle = (
  session: Session,
  journal: Journal,
  { contents, rest }: Judged,
  operation: string
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    session.contents = contents
    session.journal = journal
    session.rest = rest
    if (session.lock === undefined) return
    // Not announced, because processes that follow this journal have other contents and must read the file again. The
    // revisions do not continue the journal's either, so nothing may be committed before the file is in place.
    const options = { afterwards: "new journal", announce: false } as const
    if (yield* Publish.publish(session, rest, operation, options)) return
    const { paths } = session
    return yield* Failure.unavailable(operation, `${paths.rest} is being written by another program; try again`)
  })

const orForget =
  (session: Session, journal: Journal) =>
  <A>(body: Effect.Effect<A, StoreError>): Effect.Effect<A, StoreError> =>
    Effect.tapError(body, () =>
      Effect.suspend(() => {
        forget(session)
        return journal.file?.close ?? Effect.void
      })
    )
