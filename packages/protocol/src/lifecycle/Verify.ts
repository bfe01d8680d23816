/** Verifies a history: each entry holds the digest of the entry before it, and the entries lead to the record. */
import * as Result from "effect/Result"

import { bodiless } from "../encoding/Erasing.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import type { Digest } from "../values/Digest.ts"
import type { RecordId } from "../values/Fields.ts"
import { isSame } from "../values/Same.ts"
import { entryDigest, kept } from "./Chain.ts"
import { apply, begun } from "./Lifecycle.ts"
import { isTransition } from "./Refusals.ts"

/** The first entry of a history that does not hold, and why. */
export interface Flaw {
  /** The revision of the entry; 0 if the history cannot be read or is missing. */
  readonly revision: number
  /** The reason, in one sentence. */
  readonly problem: string
}

/** Lists the fields in which two records differ, by their names in the domain types. */
const differences = (a: object, b: object): ReadonlyArray<string> => {
  // The casts: an object has a value at each key.
  const [left, right] = [a, b] as [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((key) => !isSame(left[key], right[key]))
}

const flawOfRecord = (record: HandoffRecord, replayed: HandoffRecord, isErased: boolean): Flaw | undefined => {
  const { revision } = replayed
  if (record.revision !== revision) {
    const problem = `The record has revision ${record.revision}, but its history has ${revision} entries`
    return { revision: Math.min(record.revision, revision) + 1, problem }
  }
  if (record.head !== replayed.head) {
    return { revision, problem: "The record holds the digest of another last entry" }
  }
  // A record that ended before records had `via` lacks it.
  const { via, ...older }: HandoffRecord & { readonly via?: unknown } = replayed
  const expected = via !== undefined && !("via" in record) ? older : replayed
  // Erased fields can no longer be compared.
  const parts = isErased ? differences(bodiless(record), bodiless(expected)) : differences(record, expected)
  return parts.length === 0
    ? undefined
    : { revision, problem: `The record differs from its history in ${parts.join(", ")}` }
}

/** Finds the changed entry at a broken link: the entry with the wrong `prev`, or the entry before it. */
const brokenLink = (
  recordId: RecordId,
  history: ReadonlyArray<HandoffEvent>,
  index: number,
  head: Digest | undefined
): Flaw => {
  const revision = index + 1
  const [event, before, next] = [history[index], history[index - 1], history[index + 1]]
  if (before === undefined)
    return { revision, problem: "It is not the first entry of its history: it holds the digest of an earlier entry" }
  const problem = "It does not hold the digest of the entry before it"
  if (event?.prev === undefined) return { revision, problem }
  // If the next entry vouches for this one, the entry before it was changed. If it vouches for this one at the place
  // before, the entry before it was inserted.
  const witness = next === undefined ? head : next.prev
  const isKept = [revision, index].some((place) => entryDigest(recordId, place, event) === witness)
  return witness !== undefined && !isKept
    ? { revision, problem }
    : { revision: index, problem: `It is not the entry whose digest revision ${revision} holds` }
}

/**
 * Finds the first flaw of a history, oldest first: an entry that was changed, removed or inserted, or that the lifecycle
 * does not allow; `undefined` if it has none. The last entry is covered only if `record` is given. Signatures are not
 * checked, because that needs the keys of the agents. `visit` gets each allowed entry after the first, with the state
 * before it.
 */
export const flawIn = (
  recordId: RecordId,
  history: ReadonlyArray<HandoffEvent>,
  record?: HandoffRecord,
  visit?: (before: HandoffRecord, event: HandoffEvent) => void
): Flaw | undefined => {
  let replayed: HandoffRecord | undefined
  let before: Digest | undefined
  let isOf2 = false
  let isErased = false
  for (const [index, event] of history.entries()) {
    const revision = index + 1
    if (event.prev !== before) return brokenLink(recordId, history, index, record?.head)
    const { digest, fault } = kept(recordId, revision, event)
    if (fault !== undefined) return { revision, problem: fault }
    if (isOf2 && event.log === undefined) return { revision, problem: "It is of format 1 after an entry of format 2" }
    isOf2 = event.log !== undefined
    isErased ||= event.body !== undefined
    before = digest
    if (replayed === undefined) {
      if (isTransition(event))
        return { revision, problem: `A history begins with Created or Imported, not ${event._tag}` }
      if (event._tag === "Created" && event.by !== event.request.fromAgent) {
        return { revision, problem: `It was recorded by ${event.by}, but the sender is ${event.request.fromAgent}` }
      }
      replayed = { ...begun(recordId, event), head: digest }
    } else {
      const applied = apply(replayed, event)
      if (Result.isFailure(applied)) return { revision, problem: applied.failure.message }
      visit?.(replayed, event)
      replayed = { ...applied.success, head: digest }
    }
  }
  if (replayed === undefined) return { revision: 0, problem: "The record has no history" }
  return record && flawOfRecord(record, replayed, isErased)
}
