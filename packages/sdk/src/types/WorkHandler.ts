import type { ReadBack } from "./Briefing.ts"
import type { Artifact, OwnEvidence } from "./Delivery.ts"
import type { Accepted, InProgress } from "./HandoffRecord.ts"
import type { JsonObject } from "./Json.ts"

/** The controls of a handler over its handoff. */
export interface Work {
  /** Aborted within about a second when the handoff is no longer held: it was cancelled or forwarded, or it expired. */
  readonly signal: AbortSignal
  /** Records progress. The lease is renewed without it. */
  readonly progress: (payload?: { readonly note?: string; readonly fraction?: number }) => Promise<void>
  /**
   * Asks the sender, and resolves with the answer. There is no timeout. If the worker is stopped meanwhile, the question
   * stays open; the next attempt has the answer in its record, and gets it when it asks the same question.
   */
  readonly ask: (question: string) => Promise<string>
  /** Adds artifacts to the completion, among them the deliverables that the request demands. */
  readonly deliver: (...artifacts: ReadonlyArray<Artifact>) => void
  /** Adds evidence of the work to the completion. */
  readonly vouch: (...evidence: ReadonlyArray<OwnEvidence>) => void
}

/**
 * Executes the task of a handoff, and resolves with the result.
 *
 * @example
 * ```ts
 * import type { WorkHandler } from "@aumai/handoff"
 * import { openHandoffs } from "@aumai/handoff/node"
 *
 * const shout: WorkHandler = async ({ request }) => ({ text: request.taskDescription.toUpperCase() })
 *
 * await using handoffs = await openHandoffs("memory:")
 * await handoffs.create({ fromAgent: "planner", toAgent: "shouter", taskDescription: "hello" })
 * void handoffs.work("shouter", shout)
 * for await (const { event } of handoffs.changes()) {
 *   if (event._tag !== "Completed") continue
 *   console.log(event.result) // { text: "HELLO" }
 *   break
 * }
 * ```
 */
export type WorkHandler = (handoff: InProgress, work: Work) => Promise<JsonObject | undefined | void>

/**
 * Restates the briefing of a handoff before the handler is called. If it throws, the handoff is released for another
 * attempt; after a `GiveUp`, it fails.
 */
export type ReadsBack = (handoff: Accepted, options: { readonly signal: AbortSignal }) => Promise<ReadBack>

/** The options of a worker. */
export interface WorkOptions {
  /** The greatest number of handoffs at the same time. Default: 1. */
  readonly concurrency?: number | undefined
  /**
   * The duration of the lease in milliseconds, which is renewed three times within that time. After a crash, other
   * workers take over once it has expired; they check every half lease, or every five seconds if that is shorter.
   * Default: one minute.
   */
  readonly lease?: number | undefined
  /** The time in milliseconds that running handlers have to end after the worker is stopped. Default: ten seconds. */
  readonly grace?: number | undefined
  /**
   * Restates a briefing that requires a read-back. The worker waits for the sender's confirmation if the briefing
   * requires that. Default: such handoffs are skipped.
   */
  readonly readBack?: ReadsBack | undefined
}
