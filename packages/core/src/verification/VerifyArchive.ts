/** Whether one handoff of an archive is what was once written, as it stands there: without a store, entry by entry. */
import { type ArchivedHandoff, decodeArchived, encodeArchived, type Flaw, RecordId } from "@aumai/handoff-protocol"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { RegisteredAgent } from "../store/AgentStore.ts"
import { type Difference, differences } from "./Differences.ts"
import { historyIn, type Json, unreadableAt } from "./UnreadableArchive.ts"
import { type Verified, verifyHandoff } from "./VerifyHandoff.ts"

/**
 * One handoff of an archive that was looked at. What has no id that can be read is called `(unreadable)`.
 *
 * @example
 * ```ts
 * import type { VerifiedArchive } from "@aumai/handoff-core/Verification"
 *
 * const unchecked = ({ signatures, signed }: VerifiedArchive) => signatures - signed
 * ```
 */
export interface VerifiedArchive extends Verified {
  /** Entries that are signed, checked or not. */
  readonly signatures: number
  /** Another program has changed its state, and left its history. */
  readonly isEdited?: true
}

const isRecordId = /*#__PURE__*/ Schema.is(RecordId)

// What is looked at is named after its id; what has none that can be read is called this. The cast: it is one.
const unreadable = "(unreadable)" as RecordId

const paths = (all: ReadonlyArray<Difference>, what: Difference["what"]): string =>
  all
    .filter((one) => one.what === what)
    .map(({ path }) => path)
    .join(", ")

/** Why what stands there is not what this version would write, in a sentence. */
const sentence = (all: ReadonlyArray<Difference>, subject: string): string => {
  const [unknown, missing, other] = [paths(all, "unknown"), paths(all, "missing"), paths(all, "other")]
  return [
    ...(unknown === "" ? [] : [`${subject} has what this version does not know: ${unknown}`]),
    ...(missing === "" ? [] : [`${subject} lacks ${missing}`]),
    ...(other === "" ? [] : [`${subject} is written otherwise than it was put on record: ${other}`])
  ].join("; ")
}

/** The first entry that is not written as this version writes it; or the record, when it is that. */
const misreadIn = (json: Json, archived: ArchivedHandoff): Flaw | undefined => {
  const { history: written = [], ...state } = encodeArchived(archived)
  const read = historyIn(json)
  for (const [index, entry] of read.entries()) {
    // The file store's own, which says where it stands in the log, and not what happened.
    const { position: _, ...said } = Predicate.isReadonlyObject(entry) ? entry : {}
    const found = differences(said, written?.[index])
    if (found.length > 0) return { revision: index + 1, problem: sentence(found, "It") }
  }
  const { history: _, ...outside } = json
  const found = differences(outside, state)
  return found.length === 0 ? undefined : { revision: read.length, problem: sentence(found, "The record") }
}

/** One without a history was written by another program, in its own way: that knows of no digests, either. */
const flawWithout = ({ head }: Json): Flaw | undefined =>
  head == null ? undefined : { revision: 0, problem: "It has the digest of its last entry, but no history" }

const earlier = (a: Flaw | undefined, b: Flaw | undefined): Flaw | undefined =>
  a === undefined || (b !== undefined && b.revision < a.revision) ? b : a

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
export const verifyArchive = (
  input: string,
  json: unknown,
  agents: ReadonlyArray<RegisteredAgent>
): VerifiedArchive => {
  const known: Json = Predicate.isReadonlyObject(json) ? json : {}
  const history = historyIn(known)
  const isSigned = (entry: unknown) => Predicate.hasProperty(entry, "sig") && typeof entry.sig === "string"
  const signatures = history.filter(isSigned).length
  const decoded = decodeArchived(input, json)
  if (Result.isFailure(decoded)) {
    const recordId = isRecordId(known["record_id"]) ? known["record_id"] : unreadable
    const flaw = unreadableAt(input, known, decoded.failure)
    return { recordId, entries: history.length, signed: 0, signatures, flaw }
  }
  const { flaw, recordId, signed } = verifyHandoff(decoded.success, agents)
  const first = earlier(flaw, history.length === 0 ? flawWithout(known) : misreadIn(known, decoded.success))
  return {
    recordId,
    // One that another program wrote begins with an entry that is concluded, and stands nowhere.
    entries: history.length,
    signed,
    signatures,
    ...(first && { flaw: first }),
    ...(decoded.success.edited && { isEdited: true })
  }
}
