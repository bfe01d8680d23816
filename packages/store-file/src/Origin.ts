/**
 * Infers the log of a store without the file that names it: one of the Python library or of format 1, or one whose file was
 * lost. All processes infer the same from the same entries, so that positions stay valid until the first write adopts it.
 */
import type { LogOrigin } from "@aumai/handoff-core"
import { digestOf, encodeRequest, type HandoffRecord, LogName } from "@aumai/handoff-protocol"

import type { KnownLog } from "./LogText.ts"
import type { Handoff } from "./RestRecord.ts"

/** An inferred log, as a part of what a process knows of the log. */
type Inferred = Pick<KnownLog, "found" | "refusal"> & { readonly origin: LogOrigin }

const base32 = "0123456789abcdefghjkmnpqrstvwxyz"

/** A log name from the SHA-256 of a text: 26 of its bytes, as characters of Crockford's base 32. */
const nameFrom = (text: string): LogName => {
  const bytes = Buffer.from(digestOf(text), "hex")
  return LogName.make([...bytes.subarray(0, 26)].map((byte) => base32.charAt(byte % base32.length)).join(""))
}

/** The log of an empty store without a name. No entry names it, because the first write draws a name. */
export const nameless: LogOrigin = { log: nameFrom(""), epoch: 1 }

/** Derives a name from fields that never change, and that the Python library keeps. */
const derivedFrom = ({ createdAt, recordId, request }: HandoffRecord): LogOrigin => ({
  log: nameFrom(JSON.stringify([recordId, createdAt.epochMilliseconds, encodeRequest(request)])),
  epoch: 1
})

/**
 * Infers the log from the name in the header of the trail or the journal, or else from the handoffs; `undefined` without
 * handoffs.
 */
export const infer = (handoffs: Iterable<Handoff>, header: LogName | undefined): Inferred | undefined => {
  // By log, the greatest number of key entries that an entry names.
  const logs = new Map<LogName, number>()
  let first: HandoffRecord | undefined
  for (const { entries, record } of handoffs) {
    first ??= record
    for (const { event } of entries)
      if (event.log !== undefined) logs.set(event.log, Math.max(logs.get(event.log) ?? 0, event.keys ?? 0))
  }
  const [named, ...more] = header === undefined ? logs : [[header, logs.get(header) ?? 0] as const]
  if (named === undefined) return first && { origin: derivedFrom(first), found: false, refusal: undefined }
  const [log, keys] = named
  if (first !== undefined && more.length > 0) {
    const refusal = `the entries name several logs: ${[...logs.keys()].join(", ")}`
    return { origin: derivedFrom(first), found: true, refusal }
  }
  const refusal = keys === 0 ? undefined : `the entries name keys that it held: ${keys} of the log ${log}`
  // Another epoch, because this may be a copy, which goes on differently than the original.
  return { origin: { log, epoch: 2 }, found: true, refusal }
}
