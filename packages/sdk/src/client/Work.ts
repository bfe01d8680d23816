/** Runs a worker with promises. Its own module, loaded by programs that work. */
import * as HandoffWorker from "@aumai/handoff-core/HandoffWorker"
import { Milliseconds, type ReadBack, RetryPolicy } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { CallOptions } from "../types/Options.ts"
import type { ReadsBack, WorkFailure, WorkHandler, WorkLogger } from "../types/WorkHandler.ts"
import { callback, checked } from "./Checked.ts"
import { CannotWork, GiveUp } from "./GiveUp.ts"
import * as Inputs from "./Inputs.ts"
import { converted, parseInput, plain } from "./Plain.ts"

const options = checked(
  "work options",
  Schema.Struct({
    concurrency: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))),
    lease: Schema.optionalKey(Milliseconds),
    grace: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
    readBack: callback<ReadsBack>(),
    retry: Schema.optionalKey(RetryPolicy),
    classify: callback<HandoffWorker.Classify>(),
    onError: callback<(failure: WorkFailure) => void>(),
    logger: Schema.optionalKey(
      Schema.declare(
        // The cast: tested right here.
        (value): value is WorkLogger =>
          ["info", "warn"].every((name) => typeof (Object(value) as Record<string, unknown>)[name] === "function"),
        { message: "Expected an object with the functions info and warn" }
      )
    ),
    breaker: Schema.optionalKey(
      Schema.Struct({
        after: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
        pause: Schema.optionalKey(Milliseconds)
      })
    ),
    once: Schema.optionalKey(Schema.Boolean),
    until: Schema.optionalKey(Schema.Literals(["empty", "drained"]))
  })
)

/** Converts an error of a handler to the engine's, which makes the reason of any other. */
const failureOf = (error: unknown): unknown => {
  if (!(error instanceof GiveUp || error instanceof CannotWork)) return error
  const fields = { reason: error.message, ...("cause" in error ? { cause: error.cause } : {}) }
  return error instanceof GiveUp ? new HandoffWorker.GiveUp(fields) : new HandoffWorker.CannotWork(fields)
}

/** Converts the callbacks of a worker for the engine. */
const listening = (onError: ((failure: WorkFailure) => void) | undefined, logger: WorkLogger | undefined) => ({
  ...(onError === undefined
    ? {}
    : {
        onError: ({ error, kind, record, retryAfter }: HandoffWorker.WorkFailure) => {
          try {
            onError({ error, kind, handoff: plain(record), ...(retryAfter === undefined ? {} : { retryAfter }) })
          } catch {
            // The listener of a failure must not cause another one.
          }
        }
      }),
  ...(logger === undefined
    ? {}
    : {
        log: {
          info: (text: string) => Effect.sync(() => logger.info(text)),
          warn: (text: string) => Effect.sync(() => logger.warn(text))
        }
      })
})

/** Runs a handler. What it throws is a defect, because it has no type; the worker tells it as the reason. */
const asThrown = <A>(run: (signal: AbortSignal) => Promise<A>): Effect.Effect<A> =>
  Effect.promise((signal) => run(signal).catch((error: unknown) => Promise.reject(failureOf(error))))

/** Converts arguments of a handler for the engine. */
// The cast: the handler's types require it, and the engine validates them when the work is completed.
const parsed = (values: ReadonlyArray<unknown>) => parseInput(values) as ReadonlyArray<never>

/** Works until it is interrupted. */
export const work = (agent: string, handler: WorkHandler, workOptions: CallOptions | undefined) => {
  const { logger, onError, readBack, ...given } = options(
    // Not the options as a whole: elsewhere, `until` is a moment.
    converted(Inputs.withoutSignal(workOptions), (item, key) =>
      key === "retry" || key === "breaker" ? parseInput(item) : item
    )
  )
  const others = { ...given, ...listening(onError, logger) }
  return HandoffWorker.run(
    Inputs.agentId(agent),
    ({ record, progress, ask, parts, deliver, vouch }) =>
      asThrown(async (signal) => {
        const ended = new AbortController()
        const execute = <A, E>(effect: Effect.Effect<A, E>): Promise<A> => {
          const promise = Effect.runPromise(effect, { signal: AbortSignal.any([signal, ended.signal]) })
          // The handler need not await it, and an unhandled rejection would end the process.
          promise.catch(() => {})
          return promise
        }
        try {
          const result = await handler(plain(record), {
            signal,
            progress: (payload) => execute(progress(payload)),
            ask: (question) => execute(ask(question)),
            parts: { settled: () => execute(Effect.map(parts.settled(), plain)) },
            deliver: (...artifacts) => deliver(...parsed(artifacts)),
            vouch: (...evidence) => vouch(...parsed(evidence))
          })
          return result ?? {}
        } finally {
          // Otherwise a question that the handler no longer awaits would be polled indefinitely.
          ended.abort()
        }
      }),
    readBack === undefined
      ? others
      : {
          ...others,
          readBack: (record) =>
            // The cast: the engine validates every read-back.
            asThrown(async (signal) => parseInput(await readBack(plain(record), { signal })) as ReadBack)
        }
  )
}
