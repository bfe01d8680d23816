/** Links entries by digest: each entry holds the digest of the one before it, the record that of the last entry. */
import { eventCodec } from "../encoding/Codecs.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import { type Digest, digestOf, quoted } from "../values/Digest.ts"
import type { RecordId } from "../values/Fields.ts"

/**
 * Writes an event as canonical JSON (RFC 8785). The digest of an entry is taken over this text, and a store can keep it.
 *
 * @example
 * ```ts
 * import { AgentId, eventText } from "@aumai/handoff-protocol"
 * import * as DateTime from "effect/DateTime"
 *
 * console.log(eventText({ at: DateTime.makeUnsafe("2026-12-01T09:00:00Z"), _tag: "Started", by: AgentId.make("executor") }))
 * // {"_tag":"Started","at":"2026-12-01T09:00:00.000Z","by":"executor"}
 * ```
 */
export const eventText = (event: HandoffEvent): string => eventCodec.text(event)

const enclosed = (recordId: RecordId, revision: number, text: string): string =>
  `{"event":${text},"record_id":${quoted(recordId)},"revision":${revision}}`

/**
 * Writes an entry as the text whose digest the next entry holds: the canonical JSON of `record_id`, `revision` and
 * `event`.
 */
export const entryText = (recordId: RecordId, revision: number, event: HandoffEvent): string =>
  enclosed(recordId, revision, eventText(event))

/** Computes the SHA-256 of an entry from the text of its event. */
export const textDigest = (recordId: RecordId, revision: number, text: string): Digest =>
  digestOf(enclosed(recordId, revision, text))

/** Writes an entry as the text that its agent signs: the canonical JSON of the entry without `sig`. */
export const signedText = (recordId: RecordId, revision: number, event: HandoffEvent): string => {
  const { sig: _, ...unsigned } = event
  return entryText(recordId, revision, unsigned)
}

/** Computes the SHA-256 of an entry. */
export const entryDigest = (recordId: RecordId, revision: number, event: HandoffEvent): Digest =>
  textDigest(recordId, revision, eventText(event))

/** Links an event to the last entry of a handoff, as its next entry. */
export const linked = <Event extends HandoffEvent>({ head }: HandoffRecord, event: Event): Event =>
  head === undefined ? event : { ...event, prev: head }
