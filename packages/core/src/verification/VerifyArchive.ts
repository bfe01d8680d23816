/** Verifies one handoff of an archive as JSON, entry by entry and without a store. */
import {
  type ArchivedHandoff,
  decodeArchived,
  encodeArchived,
  type Flaw,
  RecordId,
  showReceiver
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

import type { KnownKeys } from "../engine/KeyJudge.ts"
import { type Difference, differences } from "./Differences.ts"
import { nothingProven } from "./EntryClass.ts"
import { proven } from "./Proven.ts"
import { historyIn, type Json, unreadableAt } from "./UnreadableArchive.ts"
import type { ArchiveEndings } from "./VerifyAlong.ts"
import { type Verified, verifyHandoff } from "./VerifyHandoff.ts"

/** The result of verifying one handoff of an archive. Its `recordId` is `(unreadable)` if the id cannot be read. */
export interface VerifiedArchive extends Verified {
  /** The number of signed entries, including those whose signature cannot be checked. */
  readonly signatures: number
  /** Another program has changed the record without adding to its history. */
  readonly isEdited?: true
}

const isRecordId = /*#__PURE__*/ Schema.is(RecordId)

// Stands for an id that cannot be read. The cast: the text is a valid id.
const unreadable = "(unreadable)" as RecordId

const paths = (all: ReadonlyArray<Difference>, what: Difference["what"]): string =>
  all
    .filter((one) => one.what === what)
    .map(({ path }) => path)
    .join(", ")

/** Describes the differences from what this version would write. */
const sentence = (all: ReadonlyArray<Difference>, subject: string): string => {
  const [unknown, missing, other] = [paths(all, "unknown"), paths(all, "missing"), paths(all, "other")]
  return [
    ...(unknown === "" ? [] : [`${subject} has keys that this version does not know: ${unknown}`]),
    ...(missing === "" ? [] : [`${subject} lacks ${missing}`]),
    ...(other === "" ? [] : [`${subject} differs from what this version writes at: ${other}`])
  ].join("; ")
}

/** The first entry, or the record after all entries, that differs from what this version would write. */
const misreadIn = (json: Json, archived: ArchivedHandoff): Flaw | undefined => {
  const plain = encodeArchived(archived)
  const { history: written = [], ...state } =
    json["first_receiver"] == null ? plain : showReceiver(plain, archived.record)
  const read = historyIn(json)
  for (const [index, entry] of read.entries()) {
    // `position` belongs to the file store: it locates the entry in the log and is not part of the event.
    const { position: _, ...content } = Predicate.isReadonlyObject(entry) ? entry : {}
    const found = differences(content, written?.[index])
    if (found.length > 0) return { revision: index + 1, problem: sentence(found, "It") }
  }
  const { history: _, ...outside } = json
  const found = differences(outside, state)
  return found.length === 0 ? undefined : { revision: read.length, problem: sentence(found, "The record") }
}

/** The flaw of a record without a history. Another program wrote it, and that program cannot know a head. */
const flawWithout = ({ head }: Json): Flaw | undefined =>
  head == null ? undefined : { revision: 0, problem: "It has the digest of its last entry, but no history" }

const earlier = (a: Flaw | undefined, b: Flaw | undefined): Flaw | undefined =>
  a === undefined || (b !== undefined && b.revision < a.revision) ? b : a

/** Verifies one handoff of an archive, and returns it if it can be read. */
const read = (
  input: string,
  json: unknown,
  keys: KnownKeys,
  now: DateTime.Utc
): readonly [VerifiedArchive, ArchivedHandoff?] => {
  const known: Json = Predicate.isReadonlyObject(json) ? json : {}
  const history = historyIn(known)
  const isSigned = (entry: unknown) => Predicate.hasProperty(entry, "sig") && typeof entry.sig === "string"
  const signatures = history.filter(isSigned).length
  const decoded = decodeArchived(input, json)
  if (Result.isFailure(decoded)) {
    const recordId = isRecordId(known["record_id"]) ? known["record_id"] : unreadable
    const flaw = unreadableAt(input, known, decoded.failure)
    return [{ recordId, entries: history.length, ...nothingProven, isImported: false, signatures, flaw }]
  }
  const { flaw, ...checked } = verifyHandoff(decoded.success, keys, now)
  const first = earlier(flaw, history.length === 0 ? flawWithout(known) : misreadIn(known, decoded.success))
  const verified: VerifiedArchive = {
    ...checked,
    // Counts the JSON, because decoding adds an Imported entry to a record of another program.
    ...(history.length === 0 ? { entries: 0, ...nothingProven } : {}),
    signatures,
    ...(first && { flaw: first }),
    ...(decoded.success.edited && { isEdited: true })
  }
  return [verified, decoded.success]
}

/**
 * Verifies one handoff of an archive, or of the file of a file store that no process writes. An entry that cannot be read
 * is a flaw, and so is one with unknown keys. Messages call the handoff `input`. Entries are counted as dated ahead of
 * `now`. A cancellation along with another handoff is not judged; `proveArchive` and `archiveEndings` do that.
 *
 * @example
 * ```ts
 * import { knownKeys, verifyArchive } from "@aumai/handoff-core/Verification"
 * import * as DateTime from "effect/DateTime"
 *
 * const { flaw } = verifyArchive("handoffs.jsonl, line 1", JSON.parse("{}"), knownKeys([]), DateTime.nowUnsafe())
 * console.log(flaw?.revision) // 0
 * ```
 */
export const verifyArchive = (input: string, json: unknown, keys: KnownKeys, now: DateTime.Utc): VerifiedArchive =>
  read(input, json, keys, now)[0]

/**
 * Verifies one handoff of an archive as `verifyArchive` does, and judges its artifacts by their JSON Schemas. Adds it to
 * `endings`, which judge those that were cancelled along with another at the end of the archive.
 */
export const proveArchive = (
  input: string,
  json: unknown,
  keys: KnownKeys,
  endings?: ArchiveEndings
): Effect.Effect<VerifiedArchive> =>
  Effect.flatMap(DateTime.now, (now) => {
    const [verified, archived] = read(input, json, keys, now)
    if (archived === undefined) return Effect.succeed(verified)
    if (verified.flaw === undefined) endings?.add(archived)
    return proven(verified, archived)
  })
