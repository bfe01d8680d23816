import type { ReadBack } from "./Briefing.ts"
import type { Artifact, OwnEvidence } from "./Delivery.ts"
import type { Accepted, InProgress } from "./HandoffRecord.ts"
import type { JsonObject } from "./Json.ts"

/**
 * What a handler has besides its handoff.
 *
 * @example
 * ```ts
 * import type { Work } from "@aumai/handoff"
 *
 * const download = async (url: string, { signal, progress }: Work) => {
 *   const response = await fetch(url, { signal })
 *   await progress({ fraction: 0.5 })
 *   return { bytes: (await response.arrayBuffer()).byteLength }
 * }
 * ```
 */
export interface Work {
  /** Aborted when the handoff is no longer held: it was cancelled, or its lease has run out. */
  readonly signal: AbortSignal
  /** Says how far it is. The lease is renewed without that, too. */
  readonly progress: (said?: { readonly note?: string; readonly fraction?: number }) => Promise<void>
  /** Asks the sender, and resolves with the answer, however long that takes. */
  readonly ask: (question: string) => Promise<string>
  /** Hands back more than the result, once the handler is done; what the request demands by name is among it. */
  readonly deliver: (...artifacts: ReadonlyArray<Artifact>) => void
  /** Says what speaks for the work, handed back with it. */
  readonly vouch: (...evidence: ReadonlyArray<OwnEvidence>) => void
}

/**
 * Does what a handoff asks for, and resolves with the result.
 *
 * @example
 * ```ts
 * import type { WorkHandler } from "@aumai/handoff"
 *
 * const shout: WorkHandler = async ({ request }) => ({ text: request.taskDescription.toUpperCase() })
 * ```
 */
export type WorkHandler = (handoff: InProgress, work: Work) => Promise<JsonObject | undefined | void>

/**
 * Restates the briefing of a handoff that asks for it, before the handler is given it. What it throws gives the handoff back
 * for another attempt; with `GiveUp` it has failed.
 *
 * @example
 * ```ts
 * import type { ReadsBack } from "@aumai/handoff"
 *
 * const readBack: ReadsBack = async ({ request: { briefing } }) => ({
 *   summary: `I am to do ${briefing?.actions?.length ?? 0} things.`,
 *   items: briefing?.actions?.map(({ id }) => ({ id, answer: "understood" })) ?? []
 * })
 * ```
 */
export type ReadsBack = (handoff: Accepted, options: { readonly signal: AbortSignal }) => Promise<ReadBack>

/**
 * How a worker works.
 *
 * @example
 * ```ts
 * import type { WorkOptions } from "@aumai/handoff"
 *
 * const busy: WorkOptions = { concurrency: 8, lease: 30_000 }
 * ```
 */
export interface WorkOptions {
  /** How many handoffs at once; 1 when left out. */
  readonly concurrency?: number | undefined
  /**
   * Milliseconds after a crash until others may take its work over; a minute when left out. It is renewed three times in that
   * time. They look for it every half of theirs, or every five seconds when that is less.
   */
  readonly lease?: number | undefined
  /** Milliseconds that work under way may go on when the worker is stopped; ten seconds when left out. */
  readonly grace?: number | undefined
  /** Restates a briefing that asks for it; when the sender must confirm that, its word is waited for. Left out: such handoffs are passed by. */
  readonly readBack?: ReadsBack | undefined
}
