import type { ReadBack } from "./Briefing.ts"
import type { Artifact, OwnEvidence } from "./Delivery.ts"
import type { Accepted, HandoffRecord, InProgress } from "./HandoffRecord.ts"
import type { JsonObject } from "./Json.ts"
import type { NewPart } from "./Payloads.ts"

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
  /** The parts of the handoff, which `delegate` gives to other agents. */
  readonly parts: {
    /**
     * Waits until every part that was delegated so far has ended, and resolves with them, the oldest first, however they
     * ended. The lease is renewed meanwhile.
     */
    readonly settled: () => Promise<ReadonlyArray<HandoffRecord>>
  }
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
  /**
   * The pauses between attempts, and the errors that are final. The fields of the request's `retry` come before these.
   * Default: 30 seconds, then eight times as long each, at most ten minutes, of which chance takes up to a quarter.
   */
  readonly retry?: RetryPolicy | undefined
  /** Judges what the handler threw; `usual` is the judgement without this function. */
  readonly classify?: ((error: unknown, usual: Failure) => Failure) | undefined
  /** Learns of each failure of the handler, with what it threw. What it throws itself is ignored. */
  readonly onError?: ((failure: WorkFailure) => void) | undefined
  /** Takes the messages of the worker, such as `console`. Default: warnings go to `console.warn`. */
  readonly logger?: WorkLogger | undefined
  /**
   * After `after` failures in a row, without one success, the worker pauses for `pause` milliseconds and then tries one
   * handoff. Each further failure doubles the pause, up to five minutes. Default: 5 failures, 30 seconds.
   */
  readonly breaker?: { readonly after?: number | undefined; readonly pause?: number | undefined } | undefined
  /** Ends the worker after one handoff. It waits for that handoff unless `until` is set. Default: `false`. */
  readonly once?: boolean | undefined
  /**
   * Ends the worker at an empty inbox. `empty`: no handoff can be claimed now. `drained`: also none waits for a later
   * attempt. Default: the worker runs until it is stopped.
   */
  readonly until?: "empty" | "drained" | undefined
}

/** The pauses between the attempts of a worker, as a request can name them, too. */
export type RetryPolicy = NonNullable<NewPart["retry"]>

/**
 * A failure of a handler. `unavailable`: something that it needs is away, such as a model that answers 503. `bug`: a
 * mistake in the handler. `final`: another attempt would not help. `broken`: the handler cannot run at all; the worker
 * stops. `other`: anything else.
 */
export interface Failure {
  readonly kind: "unavailable" | "bug" | "final" | "broken" | "other"
  /** The milliseconds that the error asks to wait. */
  readonly retryAfter?: number
}

/** A failure of a handler with what it threw, and the handoff in the attempt that failed. */
export interface WorkFailure extends Failure {
  readonly error: unknown
  readonly handoff: HandoffRecord
}

/** The messages of a worker. */
export interface WorkLogger {
  readonly info: (message: string) => void
  readonly warn: (message: string) => void
}
