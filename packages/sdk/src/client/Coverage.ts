import * as Protocol from "@aumai/handoff-protocol"

import type { Briefing, ReadBack } from "../types/Briefing.ts"
import { fromPlain } from "./Plain.ts"

/** The items that a briefing requires to be read back, grouped by the receiver's answer. */
export type Coverage = Protocol.Coverage

/**
 * Compares a read-back, or the part of it that a handoff keeps, with the items that a briefing requires. A form can
 * show the missing ones.
 *
 * @example
 * ```ts
 * import { type Briefing, coverageOf } from "@aumai/handoff"
 *
 * const briefing: Briefing = {
 *   severity: "stable",
 *   summary: "Two invoices are missing.",
 *   actions: [{ id: "invoices", task: "Ask for them" }],
 *   readBack: {}
 * }
 * console.log(coverageOf(briefing, undefined).missing) // ["invoices"]
 * ```
 */
export const coverageOf = (briefing: Briefing, readBack: ReadBack | undefined): Coverage =>
  Protocol.coverageOf(fromPlain<Protocol.Briefing>(briefing), readBack)

/** Lists the questions of a briefing that a read-back does not answer. A form can ask them. */
export const unansweredOf = (briefing: Briefing, readBack: ReadBack | undefined): ReadonlyArray<Protocol.ReadBackAsk> =>
  Protocol.unansweredOf(fromPlain<Protocol.Briefing>(briefing), readBack)
