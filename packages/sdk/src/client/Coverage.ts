import * as Protocol from "@aumai/handoff-protocol"

import type { Briefing, ReadBack } from "../types/Briefing.ts"
import { own } from "./Plain.ts"

/** The items that a briefing requires to be read back, by the receiver's answer. */
export type Coverage = Protocol.Coverage

/**
 * Compares a read-back, or what a handoff keeps of it, with what a briefing requires: so a form can show what is missing.
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
  Protocol.coverageOf(own<Protocol.Briefing>(briefing), readBack)
