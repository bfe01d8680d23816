/** The pause of a handoff before its next attempt. */
import { firstAttemptOf, type HandoffRecord, type RetryPolicy } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

import type { Failure } from "./Failures.ts"

/**
 * The policy of a request and a worker that name none. With the default of three attempts it spans four and a half
 * minutes, at least three: an outage that a provider has to repair takes minutes.
 */
export const usualRetry = { initial: 30_000, factor: 8, max: 600_000, jitter: 0.25 } as const

// Milliseconds. An error may ask for any pause, and an hour later a person can look.
const longestAsked = 3_600_000

/** The attempts of the receiver, with the one under way, without those that do not count. */
const triesOf = (record: HandoffRecord): number =>
  Math.max(1, record.attempt - firstAttemptOf(record) + 1 - (record.uncounted ?? 0))

/** The milliseconds before another attempt. The request's policy comes before that of the worker. */
export const pauseAfter = (record: HandoffRecord, worker: RetryPolicy, failure: Failure): Effect.Effect<number> =>
  Effect.map(Random.next, (chance) => {
    const { factor, initial, jitter, max } = { ...usualRetry, ...worker, ...record.request.retry }
    // A bug fails again until another version of the handler runs.
    const pause = failure.kind === "bug" ? max : Math.min(initial * factor ** (triesOf(record) - 1), max)
    // Rounded, because moments have whole milliseconds.
    return Math.round(Math.max(pause * (1 - jitter * chance), Math.min(failure.retryAfter ?? 0, longestAsked)))
  })
