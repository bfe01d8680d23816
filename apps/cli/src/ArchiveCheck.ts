/** Whether an archive, or the readable file of a store, is what was once written: without a store, entry by entry. */
import type { RegisteredAgent } from "@aumai/handoff-core"
import * as Verification from "@aumai/handoff-core/Verification"
import {
  type ArchivedHandoff,
  decodeArchived,
  decodeEvent,
  encodeArchived,
  type Flaw,
  flawIn,
  type HandoffEvent,
  type InvalidInput
} from "@aumai/handoff-protocol"
import * as Result from "effect/Result"

import { type Difference, differences } from "./Strict.ts"

/** One handoff of a file that was looked at. */
export interface Checked {
  /** Its id, or where it stands in the file when it has none. */
  readonly recordId: string
  readonly entries: number
  /** Entries whose signature was checked, and is their author's. */
  readonly signed: number
  /** Entries that are signed, checked or not. */
  readonly signatures: number
  readonly flaw?: Flaw
  /** Another program has changed its state, and left its history. */
  readonly isEdited?: true
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const historyOf = (json: Json): ReadonlyArray<unknown> => {
  const { history } = json
  return Array.isArray(history) ? history : []
}

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
const flawInText = (json: Json, archived: ArchivedHandoff): Flaw | undefined => {
  const { history: written = [], ...state } = encodeArchived(archived)
  const read = historyOf(json)
  for (const [index, entry] of read.entries()) {
    // The store's own, which says where it stands in the log.
    const { position: _, ...said } = isObject(entry) ? entry : {}
    const found = differences(said, written?.[index])
    if (found.length > 0) return { revision: index + 1, problem: sentence(found, "It") }
  }
  const { history: _, ...outside } = json
  const found = differences(outside, state)
  return found.length === 0 ? undefined : { revision: read.length, problem: sentence(found, "The record") }
}

const entryIssue = /^history\[(\d+)\]\.?(.*)$/

/** Where a handoff that could not be read begins to be wrong. */
const placeOf = (name: string, json: Json, { issues }: InvalidInput): Flaw => {
  for (const { expected, path } of issues) {
    const [, index, rest] = entryIssue.exec(path) ?? []
    if (index !== undefined)
      return { revision: Number(index) + 1, problem: rest === "" ? expected : `${rest}: ${expected}` }
  }
  const [first] = issues
  const problem = issues.map(({ path, expected }) => (path === "" ? expected : `${path}: ${expected}`)).join("; ")
  if (first === undefined || first.path !== "history") return { revision: 0, problem: `It cannot be read: ${problem}` }
  return brokenAt(name, json, first.expected)
}

/** The entry at which a history breaks the lifecycle, or the one before it that was changed so that it does. */
const brokenAt = (name: string, json: Json, problem: string): Flaw => {
  const history = historyOf(json)
  const readTo = (end: number) => decodeArchived(name, { ...json, history: history.slice(0, end) })
  // What is wrong at one place is wrong from there on, so that halving finds it.
  let [fine, bad] = [0, history.length]
  while (bad - fine > 1) {
    const middle = (fine + bad) >> 1
    if (Result.isSuccess(readTo(middle))) fine = middle
    else bad = middle
  }
  const before = fine === 0 ? Result.fail(undefined) : readTo(fine)
  const event = decodeEvent(name, history[fine])
  if (Result.isFailure(before) || Result.isFailure(event)) return { revision: bad, problem }
  const events: ReadonlyArray<HandoffEvent> = [...before.success.history, event.success]
  return flawIn(before.success.record.recordId, events) ?? { revision: bad, problem }
}

/** One without a history was written by another program, in its own way: that knows of no digests, either. */
const flawWithout = ({ head }: Json): Flaw | undefined =>
  head == null ? undefined : { revision: 0, problem: "It has the digest of its last entry, but no history" }

const earlier = (a: Flaw | undefined, b: Flaw | undefined): Flaw | undefined =>
  a === undefined || (b !== undefined && b.revision < a.revision) ? b : a

/** Looks at one handoff as it stands in a file. */
export const check = (name: string, index: number, json: unknown, agents: ReadonlyArray<RegisteredAgent>): Checked => {
  const known = isObject(json) ? json : {}
  const history = historyOf(known)
  const recordId = typeof known["record_id"] === "string" ? known["record_id"] : `[${index}]`
  const signatures = history.filter((entry) => isObject(entry) && typeof entry["sig"] === "string").length
  const counted = { recordId, entries: history.length, signatures }
  const decoded = decodeArchived(name, json)
  if (Result.isFailure(decoded)) return { ...counted, signed: 0, flaw: placeOf(name, known, decoded.failure) }
  const { flaw, signed } = Verification.verifyHandoff(decoded.success, agents)
  const first = earlier(flaw, history.length === 0 ? flawWithout(known) : flawInText(known, decoded.success))
  const edited = decoded.success.edited === undefined ? {} : { isEdited: true as const }
  return { ...counted, signed, ...(first && { flaw: first }), ...edited }
}
