/** Whether one handoff of an archive is what was once written, as it stands there. */
import {
  type ArchivedHandoff,
  decodeArchived,
  encodeArchived,
  type Flaw,
  type InvalidInput,
  RecordId
} from "@aumai/handoff-protocol"
import * as Equal from "effect/Equal"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { RegisteredAgent } from "./AgentStore.ts"
import { type Verified, verifyHandoff } from "./VerifyHandoff.ts"

const isRecordId = /*#__PURE__*/ Schema.is(RecordId)

// What is looked at is named after its id; what has none that can be read is called this. The cast: it is one.
const unreadable = "(unreadable)" as RecordId

/** The first entry that cannot be read, as far as the fault says which it is. */
const flawOf = ({ issues, message }: InvalidInput): Flaw => {
  const [, index] = issues.flatMap(({ path }) => /^history\[(\d+)\]/.exec(path) ?? [])
  return { revision: index === undefined ? 0 : Number(index) + 1, problem: message }
}

/** An entry without the place that the file store gives it: that says where it stands in the log, and not what happened. */
const withoutPlace = (entry: unknown): unknown => {
  if (!Predicate.hasProperty(entry, "position")) return entry
  const { position: _, ...rest } = entry
  return rest
}

/** The first part of a text that says something else than what was read from it, or more. */
const misreadIn = (handoff: ArchivedHandoff, json: object): Flaw | undefined => {
  const { history: entries = [], ...state } = encodeArchived(handoff)
  // The cast: an object has a value at each of its own keys.
  const { history, ...said } = json as Readonly<Record<string, unknown>>
  if (history == null && said["head"] != null) {
    return { revision: 0, problem: "There is a record with the digest of its last entry, but no history" }
  }
  if (Array.isArray(history)) {
    const index = history.findIndex((entry, index) => !Equal.equals(withoutPlace(entry), entries?.[index]))
    if (index !== -1) return { revision: index + 1, problem: "It does not read as it was written" }
  }
  const parts = Object.entries(state).filter(([key, value]) => !Equal.equals(said[key], value))
  if (history == null || handoff.edited !== undefined || parts.length === 0) return undefined
  const names = parts.map(([key]) => key).join(", ")
  return {
    revision: handoff.record.revision,
    problem: `The record is not what its history says: it differs in ${names}`
  }
}

/**
 * Looks at one handoff of an archive, or of the file of the file store at rest, as it stands there: what cannot be read is
 * a flaw, too, and so is an entry that says more than was read from it. `input` is what messages call it.
 *
 * @example
 * ```ts
 * import { verifyArchive } from "@aumai/handoff-core/Verification"
 *
 * const { flaw } = verifyArchive("handoffs.jsonl, line 1", JSON.parse("{}"), [])
 * console.log(flaw?.revision) // 0
 * ```
 */
export const verifyArchive = (input: string, json: unknown, agents: ReadonlyArray<RegisteredAgent>): Verified => {
  const decoded = decodeArchived(input, json)
  if (Result.isFailure(decoded)) {
    const named = Predicate.hasProperty(json, "record_id") && isRecordId(json.record_id) ? json.record_id : unreadable
    const history = Predicate.hasProperty(json, "history") && Array.isArray(json.history) ? json.history : []
    return { recordId: named, entries: history.length, signed: 0, flaw: flawOf(decoded.failure) }
  }
  const verified = verifyHandoff(decoded.success, agents)
  // The cast: what was read as a handoff is an object.
  const misread = misreadIn(decoded.success, json as object)
  return misread === undefined || (verified.flaw !== undefined && verified.flaw.revision < misread.revision)
    ? verified
    : { ...verified, flaw: misread }
}
