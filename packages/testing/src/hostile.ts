/** Stored handoffs in which every foreign text holds characters that a terminal or a browser obeys, or that nobody sees. */
import {
  advance,
  begin,
  decodeArchived,
  encodeArchived,
  type HandoffEvent,
  type Origin,
  type WireArchived
} from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

/** One or two of each kind: control, C1, bidirectional, separator, invisible, filler, variation selector, tag. */
export const hostile =
  "\u001B[2J\u001B]0;title\u0007\r\u0008\u007F\u0085\u009B1m\u061C\u200E\u202E\u2066\u2028\u2029\u00AD\u034F\u115F\u180E\u200B\u2060\u2800\u3164\uFE0F\uFEFF\uFFF9\u{1D173}\u{E0041}\u{E01EF}gnp.exe"

/** Characters that no output may hold as they are. A line feed only ends a line, and a joiner may hold an emoji together. */
export const obeyed =
  /(?!\n|\u200D\p{Extended_Pictographic})[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u2065\u2800\u{E0000}-\u{E0FFF}]|\u034F|\u115F|\u1160|\u17B4|\u17B5|[\u180B-\u180F]|\u3164|[\uFE00-\uFE0F]|\uFFA0/u

type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

// Keys with words of the protocol, moments, or digests; without digests a changed history is a foreign one.
const own: ReadonlySet<string> = new Set(["_tag", "because", "code", "grade", "missed", "severity", "status", "via"])
const dropped: ReadonlySet<string> = new Set(["prev", "head", "sig", "schema"])
const contents: ReadonlySet<string> = new Set(["context", "result", "content"])
const words: ReadonlySet<string> = new Set([
  "clock",
  "foreign",
  "understood",
  "question",
  "refused",
  "accept_by",
  "deadline"
])
const isMoment = (text: string): boolean => /^\d{4}-\d\d-\d\dT/.test(text)
const isDigest = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

const spoiled = (key: string, json: Json, isContent: boolean, seen: (text: string) => string): Json => {
  if (typeof json === "string") {
    return !isContent && (own.has(key) || words.has(json) || isMoment(json) || isDigest(json)) ? json : seen(json)
  }
  if (typeof json !== "object" || json === null) return json
  // The casts: Array.isArray does not see that a readonly array is one.
  if (Array.isArray(json)) return (json as ReadonlyArray<Json>).map((item) => spoiled(key, item, isContent, seen))
  return Object.fromEntries(
    Object.entries(json)
      // A demanded digest would not fit the changed artifact.
      .filter(([name]) => isContent || !(dropped.has(name) || (key === "deliverables" && name === "digest")))
      .map(([name, item]) => [
        isContent ? seen(name) : name,
        spoiled(name, item, isContent || contents.has(name), seen)
      ])
  )
}

/** The same history with the digests of its changed entries. */
const relinked = (json: Json): WireArchived => {
  const { record, history } = Result.getOrThrow(decodeArchived("hostile", json))
  const [first, ...others] = history
  // The cast: every history begins with an origin.
  const origin = begin(record.recordId, first as Origin)
  const events: Array<HandoffEvent> = [origin.event]
  let state = origin.record
  for (const event of others) {
    const next = Result.getOrThrow(advance(state, event))
    state = next.record
    events.push(next.event)
  }
  return encodeArchived({ record: state, history: events })
}

/**
 * Adds hostile characters to every text of an archive that somebody else wrote: names, ids, tasks, keys of a context. Gives
 * each text to `replace`, which returns what replaces it.
 */
export const spoil = (
  archive: ReadonlyArray<Json>,
  replace = (text: string): string => `${text}${hostile}`
): ReadonlyArray<WireArchived> => archive.map((one) => relinked(spoiled("", one, false, replace)))
