/**
 * How ill, in the words of I-PASS: `stable`, `watcher` (may become worse) or `unstable`.
 *
 * @example
 * ```ts
 * import type { Severity } from "@aumai/handoff"
 *
 * const words: Readonly<Record<Severity, string>> = { stable: "fine", watcher: "keep an eye on it", unstable: "act now" }
 * ```
 */
export type Severity = "stable" | "watcher" | "unstable"

/**
 * What the sender tells the receiver, in the shape in which clinicians hand patients over: I-PASS (illness severity,
 * patient summary, action list, situation awareness and contingencies, synthesis by the receiver). The last of these is
 * the read-back.
 *
 * @example
 * ```ts
 * import type { Briefing } from "@aumai/handoff"
 *
 * const briefing: Briefing = {
 *   severity: "watcher",
 *   summary: "The ledger of Q3 is complete but for two invoices.",
 *   actions: [{ id: "invoices", task: "Ask for the two invoices" }],
 *   situation: { known: ["Both are from the same supplier"], open: ["Whether they were paid"] },
 *   contingencies: [{ id: "late", if: "they do not come by Friday", then: "report without them" }],
 *   readBack: { confirm: true }
 * }
 * ```
 */
export interface Briefing {
  readonly severity: Severity
  readonly summary: string
  /** What is to be done; each with an id of its own. */
  readonly actions?: ReadonlyArray<{
    readonly id: string
    readonly task: string
    readonly owner?: string
    readonly due?: Date
  }>
  readonly situation?: {
    readonly known?: ReadonlyArray<string>
    readonly decided?: ReadonlyArray<string>
    readonly open?: ReadonlyArray<string>
  }
  /** What is to be done in some case; each with an id of its own. */
  readonly contingencies?: ReadonlyArray<{ readonly id: string; readonly if: string; readonly then: string }>
  /** The receiver must restate it before it starts. */
  readonly readBack?: {
    /** What must be restated, by id; every action and contingency when left out. */
    readonly required?: ReadonlyArray<string>
    /** Whether the sender must confirm it, too. It must in any case when an item was not understood. */
    readonly confirm?: boolean
  }
}

/**
 * What the receiver says to one item of a briefing.
 *
 * @example
 * ```ts
 * import type { ReadBackItem } from "@aumai/handoff"
 *
 * const item: ReadBackItem = { id: "invoices", answer: "question", note: "Of which supplier?" }
 * ```
 */
export interface ReadBackItem {
  /** The id of an action or a contingency. */
  readonly id: string
  readonly answer: "understood" | "question" | "refused"
  readonly note?: string
}

/**
 * How the receiver restates a briefing in its own words.
 *
 * @example
 * ```ts
 * import type { ReadBack } from "@aumai/handoff"
 *
 * const readBack: ReadBack = {
 *   summary: "I am to get two invoices, and report on Friday at the latest.",
 *   items: [{ id: "invoices", answer: "understood" }, { id: "late", answer: "understood" }]
 * }
 * ```
 */
export interface ReadBack {
  readonly summary: string
  readonly items?: ReadonlyArray<ReadBackItem>
}

/**
 * A read-back as the handoff keeps it: all that was restated so far, and the sender's word on it.
 *
 * @example
 * ```ts
 * import type { KeptReadBack } from "@aumai/handoff"
 *
 * const isConfirmed = (readBack: KeptReadBack) => readBack.confirmed !== undefined
 * ```
 */
export interface KeptReadBack {
  readonly summary: string
  readonly items: ReadonlyArray<ReadBackItem>
  /** When the sender confirmed it. */
  readonly confirmed?: Date
  /** What the sender set right when it did. */
  readonly correction?: string
}

/**
 * How far a read-back goes: of what must be restated, what was understood, questioned, refused, and not mentioned.
 *
 * @example
 * ```ts
 * import type { Coverage } from "@aumai/handoff"
 *
 * const isWhole = ({ missing }: Coverage) => missing.length === 0
 * ```
 */
export interface Coverage {
  readonly understood: ReadonlyArray<string>
  readonly question: ReadonlyArray<string>
  readonly refused: ReadonlyArray<string>
  readonly missing: ReadonlyArray<string>
}
