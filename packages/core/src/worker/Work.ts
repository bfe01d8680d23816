/** The work of a handler, its errors, and the dependencies of its holder. */
import type {
  After,
  AgentId,
  Artifact,
  HandoffRecord,
  InvalidInput,
  OwnEvidence,
  ReadBack,
  RetryPolicy
} from "@aumai/handoff-protocol"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { HandoffManager } from "../engine/HandoffManager.ts"
import type { HandoffStore } from "../store/HandoffStore.ts"
import type { Classify, Failure } from "./Failures.ts"

/**
 * The error of a handler if another attempt would not help. Any other error leads to another attempt.
 *
 * @example
 * ```ts
 * import { GiveUp } from "@aumai/handoff-core/HandoffWorker"
 *
 * console.log(new GiveUp({ reason: "The request names no file." }).message) // The request names no file.
 * ```
 */
export class GiveUp extends Schema.TaggedError<GiveUp>()("GiveUp", {
  reason: Schema.String,
  /** The error that led to it. The recorded reason tells it, too. */
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message() {
    return this.reason
  }
}

/**
 * The error of a handler that cannot run at all, such as a program that is not installed: no handoff could succeed. The
 * worker returns the handoff without counting the attempt, and stops with this error.
 *
 * @example
 * ```ts
 * import { CannotWork } from "@aumai/handoff-core/HandoffWorker"
 *
 * console.log(new CannotWork({ reason: "ffmpeg is not installed." }).message) // The worker cannot work: ffmpeg is not installed.
 * ```
 */
export class CannotWork extends Schema.TaggedError<CannotWork>()("CannotWork", {
  reason: Schema.String,
  /** The error that led to it. */
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message() {
    return `The worker cannot work: ${this.reason}`
  }
}

/** The messages of a worker. */
export interface WorkLog {
  readonly info: (text: string) => Effect.Effect<void>
  readonly warn: (text: string) => Effect.Effect<void>
}

/** A failure of a handler, as the worker tells it to `onError`. */
export interface WorkFailure extends Failure {
  /** The value that the handler threw. */
  readonly error: unknown
  /** The handoff in the attempt that failed. */
  readonly record: HandoffRecord
}

/** A handoff that a handler works on. */
export interface Work {
  /** The record when work began. Its `handBack` holds what earlier attempts learned. */
  readonly record: After<"Started">
  /** Reports progress. The worker renews the lease independently. */
  readonly progress: (update?: {
    readonly note?: string
    readonly fraction?: number
  }) => Effect.Effect<void, InvalidInput>
  /**
   * Asks the sender, and waits for the answer. If the worker shuts down meanwhile, the question stays open; the next
   * attempt finds the answer in `record.answer`, and gets it when it asks the same question.
   */
  readonly ask: (question: string) => Effect.Effect<string, InvalidInput>
  /** The parts of the handoff, which `delegate` gives to other agents. */
  readonly parts: {
    /** Waits until every part that was delegated so far has ended, and returns them, the oldest first. */
    readonly settled: () => Effect.Effect<ReadonlyArray<HandoffRecord>>
  }
  /** Adds artifacts to the completion. */
  readonly deliver: (...artifacts: ReadonlyArray<Artifact>) => void
  /** Adds evidence to the completion. */
  readonly vouch: (...evidence: ReadonlyArray<OwnEvidence>) => void
}

/** Restates the briefing of a handoff that requires it. */
export type ReadsBack<E, R> = (record: After<"Accepted">) => Effect.Effect<ReadBack, E, R>

/** The dependencies of a holder. */
export interface Holder {
  readonly manager: HandoffManager["Service"]
  readonly store: HandoffStore["Service"]
  readonly agent: AgentId
  /** The lease in milliseconds. */
  readonly lease: number
  /** The moment by the clock of the store. */
  readonly now: Effect.Effect<DateTime.Utc>
  /** Waits until the store hints at a change after the call. */
  readonly hinted: () => Effect.Effect<void>
  /** Waits like `hinted`, but not long, because a hint may be lost. */
  readonly changed: () => Effect.Effect<void>
  /** The moment, in epoch milliseconds, after which a worker that shuts down stops retrying. */
  readonly leaveBy: () => number
  /** The policy of the worker; that of the request comes first. */
  readonly retry: RetryPolicy
  readonly classify: Classify
  /** Learns of work that was delivered for a review. */
  readonly delivered: (record: HandoffRecord) => void
  /** Learns of each failure of a handler. */
  readonly onError: (failure: WorkFailure) => void
  readonly log: WorkLog
  /** Frees the slot of the handoff while its sender is waited for. Does nothing if too many handoffs wait already. */
  readonly stepAside: Effect.Effect<void>
  /** Waits for a slot after `stepAside`. */
  readonly stepBack: Effect.Effect<void>
}
