import type { HandoffEvent } from "./HandoffEvent.ts"
import type { HandoffRecord, HandoffStatus } from "./HandoffRecord.ts"
import type { CallOptions } from "./Options.ts"

/** One entry of the log: an event of a handoff, and its place. */
export interface Entry {
  /** Opaque; pass it to `changes({ after })` to resume after this entry. */
  readonly position: string
  readonly recordId: string
  readonly revision: number
  readonly event: HandoffEvent
}

/**
 * Where a handoff is: who has it, since when, and what happens if nobody does anything.
 *
 * @example
 * ```ts
 * import type { Whereabouts } from "@aumai/handoff"
 *
 * const show = ({ turn = "nobody", due }: Whereabouts) =>
 *   due === undefined ? `waits for ${turn}` : `waits for ${turn}; ${due.event} at ${due.at.toISOString()}`
 * ```
 */
export interface Whereabouts {
  /** Who owns the next move; absent when it has ended. */
  readonly turn?: string
  readonly since: Date
  readonly attempt: number
  /** When something will happen though nobody does anything, and what. */
  readonly due?: { readonly at: Date; readonly event: Exclude<HandoffEvent["_tag"], "Created" | "Imported"> }
  /** Claims pass it by until then. */
  readonly notBefore?: Date
  /** It is open, but nobody's turn, and nothing will ever happen to it by itself. The lifecycle lets none come to that. */
  readonly isLost: boolean
}

/**
 * What importing one handoff came to. `added`: it was unknown. `unchanged`: the store held all of it already, and perhaps
 * more. `newer`: its further events were appended. `conflict`: the two have gone different ways; the store's own stands.
 * `broken`: its history was changed after it was written, so that its digests do not hold; it is left out.
 *
 * @example
 * ```ts
 * import type { ImportReport } from "@aumai/handoff"
 *
 * const conflicts = (reports: ReadonlyArray<ImportReport>) => reports.filter(({ outcome }) => outcome === "conflict")
 * ```
 */
export interface ImportReport {
  readonly recordId: string
  readonly outcome: "added" | "unchanged" | "newer" | "conflict" | "broken"
}

/**
 * How a store's handoffs have fared.
 *
 * @example
 * ```ts
 * import type { Metrics } from "@aumai/handoff"
 *
 * const waiting = ({ byStatus }: Metrics) => byStatus.pending
 * ```
 */
export interface Metrics {
  readonly total: number
  readonly byStatus: Readonly<Record<HandoffStatus, number>>
  /** Mean seconds from creation to completion; absent while nothing is completed. */
  readonly averageSeconds?: number
  /** The seconds within which 95 of 100 completed handoffs were done, to within 2.5 %; absent while nothing is completed. */
  readonly p95Seconds?: number
  /** Completed handoffs among those that have ended, 0 to 1; absent while none has ended. */
  readonly completionRate?: number
}

/**
 * A handoff with the parts of it, and theirs.
 *
 * @example
 * ```ts
 * import type { ChainLink } from "@aumai/handoff"
 *
 * const count = (link: ChainLink): number => link.parts.reduce((sum, part) => sum + count(part), 1)
 * ```
 */
export interface ChainLink {
  readonly record: HandoffRecord
  /** Oldest first. */
  readonly parts: ReadonlyArray<ChainLink>
}

/**
 * The whole that a handoff belongs to.
 *
 * @example
 * ```ts
 * import type { Chain } from "@aumai/handoff"
 *
 * const task = ({ root }: Chain) => root.record.request.taskDescription
 * ```
 */
export interface Chain {
  readonly root: ChainLink
  /** There is more of it than is shown. */
  readonly isCut: boolean
}

/**
 * The first entry of a history that does not hold, and why.
 *
 * @example
 * ```ts
 * import type { Flaw } from "@aumai/handoff"
 *
 * const show = ({ revision, problem }: Flaw) => `revision ${revision}: ${problem}`
 * ```
 */
export interface Flaw {
  readonly revision: number
  /** One sentence for a person. */
  readonly problem: string
}

/**
 * One handoff that was looked at.
 *
 * @example
 * ```ts
 * import type { Verified } from "@aumai/handoff"
 *
 * const holds = (one: Verified) => one.flaw === undefined
 * ```
 */
export interface Verified {
  readonly recordId: string
  readonly entries: number
  /** Entries whose signature was checked, and is their author's. */
  readonly signed: number
  /** The first entry that does not hold, and why; absent when all do. */
  readonly flaw?: Flaw
}

/**
 * How a whole store is looked at.
 *
 * @example
 * ```ts
 * import type { VerifyOptions } from "@aumai/handoff"
 *
 * const talkative: VerifyOptions = { onProgress: (handoffs) => console.log(`${handoffs} so far`) }
 * ```
 */
export interface VerifyOptions extends CallOptions {
  /** Called after each handoff: how many have been looked at, and what the last of them came to. */
  readonly onProgress?: ((handoffs: number, latest: Verified) => void) | undefined
}

/**
 * A whole store that was looked at.
 *
 * @example
 * ```ts
 * import type { Verification } from "@aumai/handoff"
 *
 * const holds = ({ faults, flaws }: Verification) => faults.length + flaws.length === 0
 * ```
 */
export interface Verification {
  readonly handoffs: number
  readonly entries: number
  /** Entries whose signature was checked, and is their author's. */
  readonly signed: number
  /** The handoffs that do not hold, each with its first entry that does not. */
  readonly flaws: ReadonlyArray<Flaw & { readonly recordId: string }>
  /** What the sums of the store say that its records do not, and the other way round: one sentence each. */
  readonly faults: ReadonlyArray<string>
}
