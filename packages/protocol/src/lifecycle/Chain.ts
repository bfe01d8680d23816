/**
 * Links entries by digest: each entry holds the digest of the one before it, the record that of the last entry. An entry of
 * format 2 names the log that it was first committed to, and holds only a salted digest of its body: the fields that may
 * be large or personal (`inBody`).
 */
import { eventCodec } from "../encoding/Codecs.ts"
import { erasedBy } from "../encoding/Erasing.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import { type Digest, digestOf, quoted, type Salt, type Signature } from "../values/Digest.ts"
import type { AgentId, LogName, RecordId } from "../values/Fields.ts"
import { isSame } from "../values/Same.ts"

/** The signing context of entries of format 2: a signature of an entry is valid for nothing else. */
export const entryFormat = "aumai-handoff/entry/2"

/**
 * Writes an event as canonical JSON (RFC 8785).
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

/** Encloses the text of an event as the text whose digest the next entry holds. */
export const enclosed = (
  recordId: RecordId,
  revision: number,
  text: string,
  log: LogName | undefined,
  body: Digest | undefined
): string =>
  log === undefined
    ? `{"event":${text},"record_id":${quoted(recordId)},"revision":${revision}}`
    : `{${body === undefined ? "" : `"body":"${body}",`}"event":${text},"format":"${entryFormat}","log":"${log}","record_id":${quoted(recordId)},"revision":${revision}}`

/** The digest of a body: the SHA-256 of its salt followed by its canonical JSON. */
const digestOfBody = (salt: string, body: string): Digest => digestOf(salt + body)

/** The digest of the body of an event; `undefined` if it has none. */
export const bodyDigest = (event: HandoffEvent): Digest | undefined => {
  if (event.body !== undefined) return event.body
  const body = eventCodec.body(event)
  return body === undefined ? undefined : digestOfBody(event.salt ?? "", body)
}

/**
 * Writes an entry as the text whose digest the next entry holds. In format 2 that is the canonical JSON of `body`, `event`,
 * `format`, `log`, `record_id` and `revision`; in format 1, of `event`, `record_id` and `revision`.
 */
export const entryText = (recordId: RecordId, revision: number, event: HandoffEvent): string =>
  event.log === undefined
    ? enclosed(recordId, revision, eventText(event), undefined, undefined)
    : enclosed(recordId, revision, eventCodec.head(event), event.log, bodyDigest(event))

/** Writes an entry as the text that its agent signs: the text of the entry without `sig`. */
export const signedText = (recordId: RecordId, revision: number, event: HandoffEvent): string => {
  const { sig: _, ...unsigned } = event
  return entryText(recordId, revision, unsigned)
}

/** Computes the SHA-256 of an entry. */
export const entryDigest = (recordId: RecordId, revision: number, event: HandoffEvent): Digest =>
  digestOf(entryText(recordId, revision, event))

/** Links an event to the last entry of a handoff, as its next entry. */
export const linked = <Event extends HandoffEvent>({ head }: HandoffRecord, event: Event): Event =>
  head === undefined ? event : { ...event, prev: head }

/** The log that a new entry is committed to, and the means to complete it there. */
export interface Seal {
  /** The name of the log. */
  readonly log: LogName
  /** The number of entries in its key log. */
  readonly keys: number
  /** Draws the salt of a body. */
  readonly salt: () => Salt
  /** Signs a text in the name of an agent; `undefined` if this process has no key of that agent. */
  readonly signer: (agent: AgentId) => ((text: string) => Signature) | undefined
}

/** An event as its store keeps it. */
export interface Written<Event> {
  readonly event: Event
  /** The text of the event for a store of rows, which `decodeStoredEvent` reads. */
  readonly text: string
  /** The SHA-256 of the entry. */
  readonly digest: Digest
}

/** The text of a row: the texts that the digest was computed from, so that nothing is encoded twice. */
const stored = (log: LogName, head: string, body: string | undefined, salt: Salt | undefined): string =>
  body === undefined || salt === undefined
    ? `{"event":${head},"log":"${log}"}`
    : `{"body":${body},"event":${head},"log":"${log}","salt":"${salt}"}`

/** Writes an event as an entry of format 2: completes it with the log, the salt and the signature. */
export const seal = <Event extends HandoffEvent>(
  recordId: RecordId,
  revision: number,
  given: Event,
  { keys, log, salt: draw, signer }: Seal
): Written<Event> => {
  const body = eventCodec.body(given)
  const salt = body === undefined ? undefined : draw()
  const committed = body === undefined || salt === undefined ? undefined : digestOfBody(salt, body)
  let event: Event = { ...given, log, ...(keys === 0 ? {} : { keys }), ...(salt === undefined ? {} : { salt }) }
  let head = eventCodec.head(event)
  let text = enclosed(recordId, revision, head, log, committed)
  const sign = signer(event.by)
  if (sign !== undefined) {
    event = { ...event, sig: sign(text) }
    head = eventCodec.head(event)
    text = enclosed(recordId, revision, head, log, committed)
  }
  return { event, text: stored(log, head, body, salt), digest: digestOf(text) }
}

/** An entry that was written before, with the reason if it is not of a format. */
export interface Kept<Event> extends Written<Event> {
  readonly fault?: string
}

const notOf1 = "It has fields of format 2, but does not name its log"
const notErased = "It claims to be erased, but has a body"
const notSalted = "Its body has no salt"
const saltOfNothing = "It has a salt, but no body"

/** Writes an event of another log, or of format 1, unchanged. */
export const kept = <Event extends HandoffEvent>(recordId: RecordId, revision: number, event: Event): Kept<Event> => {
  const { body: erased, keys, log, salt } = event
  if (log === undefined || erased !== undefined) {
    const of1 = log === undefined && (keys ?? salt ?? erased) !== undefined ? { fault: notOf1 } : {}
    const of2 = erased !== undefined && !isSame(event, erasedBy(event, erased)) ? { fault: notErased } : {}
    return { event, text: eventText(event), digest: entryDigest(recordId, revision, event), ...of2, ...of1 }
  }
  const [head, body] = [eventCodec.head(event), eventCodec.body(event)]
  const committed = body === undefined ? undefined : digestOfBody(salt ?? "", body)
  const digest = digestOf(enclosed(recordId, revision, head, log, committed))
  return (body === undefined) === (salt === undefined)
    ? { event, text: stored(log, head, body, salt), digest }
    : { event, text: eventText(event), digest, fault: body === undefined ? saltOfNothing : notSalted }
}

/** Erases the body of an entry of format 2: its digest and its signature stay valid. Other entries stay unchanged. */
export const erased = (event: HandoffEvent): HandoffEvent => {
  const body = event.log === undefined ? undefined : bodyDigest(event)
  return body === undefined ? event : erasedBy(event, body)
}
