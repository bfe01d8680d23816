/** Classifies entries by what proves them. The only place that decides it. */
import type { HandoffEvent } from "@aumai/handoff-protocol"

import type { Judgement } from "../engine/KeyJudge.ts"

/**
 * The number of entries by what proves their author. The first five add up to all entries, except that none is counted from
 * the first flaw of a history on. `ahead` and `erased` count entries among them.
 */
export interface Proven {
  /** The number of entries with a valid signature of their author. */
  readonly signed: number
  /** The number of unsigned entries whose author had no key. */
  readonly keyless: number
  /** The number of entries whose signature was not checked, because no key of their author was known. */
  readonly unknown: number
  /** The number of unsigned entries that were inferred from the record of another program. */
  readonly foreign: number
  /** The number of unsigned entries that time caused. They were due. */
  readonly clock: number
  /** The number of entries dated more than 60 s ahead of now, as a wrong clock dates them. This is not a flaw. */
  readonly ahead: number
  /** The number of entries whose large or personal fields were erased. Their digests and signatures still hold. */
  readonly erased: number
}

/** The kinds of proof that an entry can have. */
export type EntryClass = Exclude<Judgement, object> | "foreign" | "clock"

/** Classifies an entry that holds. */
export const classOf = (event: HandoffEvent, isByTime: boolean, judgement: Exclude<Judgement, object>): EntryClass => {
  if (judgement === "signed") return judgement
  if (event.via !== undefined) return "foreign"
  return isByTime ? "clock" : judgement
}

/** The counters without any entry. */
export const nothingProven: Proven = {
  signed: 0,
  keyless: 0,
  unknown: 0,
  foreign: 0,
  clock: 0,
  ahead: 0,
  erased: 0
}

/** Adds up counters. */
export const addProven = (a: Proven, b: Proven): Proven => ({
  signed: a.signed + b.signed,
  keyless: a.keyless + b.keyless,
  unknown: a.unknown + b.unknown,
  foreign: a.foreign + b.foreign,
  clock: a.clock + b.clock,
  ahead: a.ahead + b.ahead,
  erased: a.erased + b.erased
})
