/**
 * Compares the records of a readable file with the contents: which entries the file adds, and which of its records
 * contradict a history.
 */
import type { Change } from "@aumai/handoff-core"
import {
  advance,
  begin,
  continuation,
  eventText,
  foreignSeal,
  type HandoffEvent,
  type HandoffRecord,
  holdersOf,
  isSameState,
  type LogName,
  type RecordId,
  replay
} from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import type { Contents } from "./Contents.ts"
import { continued } from "./Numbered.ts"
import * as RestFile from "./RestFile.ts"
import * as RestRecord from "./RestRecord.ts"
import { eventsOf } from "./TrailRead.ts"

/** A record of a file, with the bytes to save if it contradicts. */
export interface Theirs {
  readonly key: string
  readonly slice: RestFile.Slice
  readonly handoff: Result.Result<RestRecord.Handoff, string>
}

/** The records of a file. Each is decoded when the generator reaches it. */
export const theirsIn = function* (slices: ReadonlyMap<string, RestFile.Slice>): Generator<Theirs> {
  for (const [key, slice] of slices) yield { key, slice, handoff: RestFile.decode(key, slice) }
}

/** The records of contents. */
export const theirsOf = function* (contents: Contents): Generator<Theirs> {
  for (const id of contents.ids()) {
    const found = contents.handoff(id)
    if (Result.isFailure(found) || found.success === undefined) continue
    const slice = RestFile.sliceOf(RestRecord.encode(found.success))
    yield { key: id, slice, handoff: Result.succeed(found.success) }
  }
}

/** The changes to take over, and the records to save beside the file. */
export interface Verdict {
  readonly changes: ReadonlyArray<Change>
  readonly aside: ReadonlyArray<RestFile.Slice>
  /** True if the file has histories, and lacks entries of ours: it is an older state of the store. */
  readonly isOlder: boolean
}

const isSameEvent = (a: HandoffEvent, b: HandoffEvent): boolean => a === b || eventText(a) === eventText(b)

/** Tests that a history begins with all entries of another one. */
export const beginsWith = (
  { entries }: Pick<RestRecord.Handoff, "entries">,
  { entries: start }: Pick<RestRecord.Handoff, "entries">
): boolean =>
  start.length <= entries.length &&
  start.every(({ event }, index) => {
    const other = entries[index]
    return other !== undefined && isSameEvent(event, other.event)
  })

/** Tests for the history that decoding gives to a record without one. */
const isWithoutHistory = ({ entries: [first, ...more] }: RestRecord.Handoff): boolean =>
  more.length === 0 && first?.event._tag === "Imported" && first.event.via === "foreign"

/** The changes that events make to a record, or to a new one if `before` is `undefined`; `undefined` if they do not fit. */
const changesOf = (
  recordId: RecordId,
  before: HandoffRecord | undefined,
  events: ReadonlyArray<HandoffEvent>
): ReadonlyArray<Change> | undefined => {
  const changes: Array<Change> = []
  let record = before
  for (const event of events) {
    if (record === undefined) {
      if (event._tag !== "Created" && event._tag !== "Imported") return undefined
      const begun = begin(recordId, event)
      record = begun.record
      changes.push(begun)
    } else {
      const advanced = advance(record, event)
      if (Result.isFailure(advanced)) return undefined
      record = advanced.success.record
      changes.push(advanced.success)
    }
  }
  return changes
}

/** Tests whether a record had this state earlier: the other program has then only missed the later events. */
const wasOnce = (ours: RestRecord.Handoff, theirs: HandoffRecord): boolean => {
  const events = eventsOf(ours.entries)
  return events.some((_, index) => {
    const past = replay(ours.record.recordId, events.slice(0, index + 1))
    return Result.isSuccess(past) && isSameState(past.success, theirs)
  })
}

/** The state that a file shows. Without hops, its receiver is the present one or, in an older file, the first one. */
const visible = (ours: HandoffRecord, { edited, record }: RestRecord.Handoff): HandoffRecord => {
  const shown = edited ?? record
  const { toAgent } = ours.request
  return shown.hops === undefined && holdersOf(ours).includes(shown.request.toAgent)
    ? { ...shown, request: { ...shown.request, toAgent } }
    : shown
}

const judge = (
  log: LogName,
  ours: RestRecord.Handoff | undefined,
  theirs: RestRecord.Handoff
): ReadonlyArray<Change> | undefined => {
  const { recordId } = theirs.record
  if (ours === undefined) return changesOf(recordId, undefined, eventsOf((continued(theirs, log) ?? theirs).entries))
  if (beginsWith(theirs, ours)) {
    const whole = continued(theirs, log)
    return whole && changesOf(recordId, ours.record, eventsOf(whole.entries.slice(ours.entries.length)))
  }
  const state = visible(ours.record, theirs)
  if (wasOnce(ours, state)) return []
  if (!isWithoutHistory(theirs) && !beginsWith(ours, theirs)) return undefined
  const events = continuation(ours.record, state, foreignSeal(log, eventsOf(ours.entries)))
  return events && changesOf(recordId, ours.record, events)
}

/** Compares the records of another file with the contents. */
export const compare = (ours: Contents, theirs: Iterable<Theirs>): Result.Result<Verdict, string> => {
  const changes: Array<Change> = []
  const aside: Array<RestFile.Slice> = []
  const found = new Set<string | undefined>()
  let hasHistories = false
  let isShorter = false
  const origin = ours.origin()
  if (Result.isFailure(origin)) return Result.fail(origin.failure)
  for (const { handoff, key, slice } of theirs) {
    found.add(RestFile.idOf(key))
    if (Result.isFailure(handoff)) {
      // It stays in the file, unless a record here has its id. All are decoded, which finds those that stand here already.
      const warm = ours.warm(Number.POSITIVE_INFINITY)
      if (Result.isFailure(warm)) return Result.fail(warm.failure)
      if (!ours.odd.keep(key, slice, handoff.failure)) aside.push(slice)
      continue
    }
    const { recordId } = handoff.success.record
    const mine = ours.handoff(recordId)
    // They have a record that can be read in place of one that cannot.
    if (ours.odd.has(recordId)) ours.odd.drop(recordId)
    if (Result.isFailure(mine)) return Result.fail(mine.failure)
    if (!isWithoutHistory(handoff.success)) {
      hasHistories = true
      isShorter ||= mine.success !== undefined && !beginsWith(handoff.success, mine.success)
    }
    const taken = judge(origin.success.log, mine.success, handoff.success)
    if (taken === undefined) aside.push(slice)
    else changes.push(...taken)
  }
  const isMissing = () => [...ours.ids()].some((id) => !found.has(id))
  return Result.succeed({ changes, aside, isOlder: hasHistories && (isShorter || isMissing()) })
}

/** Tests that the histories of a file hold all these entries, by record and revision. */
export const holdsAll = (
  slices: ReadonlyMap<string, RestFile.Slice>,
  entries: Iterable<{ readonly recordId: RecordId; readonly revision: number; readonly event: HandoffEvent }>
): boolean => {
  const decoded = new Map<RecordId, RestRecord.Handoff | undefined>()
  for (const { event, recordId, revision } of entries) {
    const slice = slices.get(recordId)
    const known = decoded.has(recordId)
    const handoff = known ? decoded.get(recordId) : slice && Result.getOrUndefined(RestFile.decode(recordId, slice))
    if (!known) decoded.set(recordId, handoff)
    const there = handoff?.entries[revision - 1]
    if (there === undefined || !isSameEvent(there.event, event)) return false
  }
  return true
}
