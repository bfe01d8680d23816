/** Whether a history holds: each entry is the one that the next was written on, and together they say what the record says. */
import * as Result from "effect/Result"

import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import type { Digest } from "../values/Digest.ts"
import type { RecordId } from "../values/Fields.ts"
import { isSame } from "../values/Same.ts"
import { entryDigest } from "./Chain.ts"
import { apply, create } from "./Lifecycle.ts"
import { isTransition } from "./Refusals.ts"

/** The first entry of a history that does not hold, and why. */
export interface Flaw {
  /** The revision of the entry; 0 if the history cannot be read or is missing. */
  readonly revision: number
  /** The reason, in one sentence. */
  readonly problem: string
}

/** The parts in which two records differ, in the names of our types. */
const differences = (a: object, b: object): ReadonlyArray<string> => {
  // The casts: an object has a value at each of its own keys.
  const [left, right] = [a, b] as [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((key) => !isSame(left[key], right[key]))
}

const flawOfRecord = (record: HandoffRecord, told: HandoffRecord): Flaw | undefined => {
  const { revision } = told
  if (record.revision !== revision) {
    const problem = `The record says that there are ${record.revision} entries, and there are ${revision}`
    return { revision: Math.min(record.revision, revision) + 1, problem }
  }
  if (record.head !== told.head) {
    return { revision, problem: "The record was not written with this entry: it holds another digest" }
  }
  const parts = differences(record, told)
  return parts.length === 0
    ? undefined
    : { revision, problem: `The record is not what its history says: it differs in ${parts.join(", ")}` }
}

/** An entry that does not hold the digest of the one before it: which of the two is not what was written. */
const brokenLink = (
  recordId: RecordId,
  history: ReadonlyArray<HandoffEvent>,
  index: number,
  head: Digest | undefined
): Flaw => {
  const revision = index + 1
  const [event, before, next] = [history[index], history[index - 1], history[index + 1]]
  if (before === undefined)
    return { revision, problem: "It is not the first entry: it holds the digest of one before it" }
  const problem = "It does not hold the digest of the entry before it"
  if (event?.prev === undefined) return { revision, problem }
  // The next entry tells whether this one is what it was when that was written: then the one before is not. If it would be
  // that one place before, the one before was put in.
  const witness = next === undefined ? head : next.prev
  const isKept = [revision, index].some((place) => entryDigest(recordId, place, event) === witness)
  return witness !== undefined && !isKept
    ? { revision, problem }
    : { revision: index, problem: `It is not the entry that revision ${revision} was written on` }
}

/**
 * Looks for the first entry of a history, oldest first, that does not hold: that was changed, left out or put in after the
 * next one was written, or that the lifecycle does not allow where it stands. With the record, the last entry is covered,
 * too. Gives nothing when all of it holds. Signatures are not looked at: that takes the keys of the agents.
 */
export const flawIn = (
  recordId: RecordId,
  history: ReadonlyArray<HandoffEvent>,
  record?: HandoffRecord
): Flaw | undefined => {
  let told: HandoffRecord | undefined
  let before: Digest | undefined
  for (const [index, event] of history.entries()) {
    const revision = index + 1
    if (event.prev !== before) return brokenLink(recordId, history, index, record?.head)
    if (told === undefined) {
      if (isTransition(event))
        return { revision, problem: `A history begins with Created or Imported, not ${event._tag}` }
      if (event._tag === "Created" && event.by !== event.request.fromAgent) {
        return { revision, problem: `It was recorded by ${event.by}, but the sender is ${event.request.fromAgent}` }
      }
      told = create(recordId, event)
      before = told.head
    } else {
      const applied = apply(told, event)
      if (Result.isFailure(applied)) return { revision, problem: applied.failure.message }
      before = entryDigest(recordId, revision, event)
      told = { ...applied.success, head: before }
    }
  }
  if (told === undefined) return { revision: 0, problem: "There is a record, but no history" }
  return record && flawOfRecord(record, told)
}
