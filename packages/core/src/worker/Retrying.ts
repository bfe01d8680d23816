/** The pauses before a call to the store is repeated. */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

// Milliseconds before a call to the store is retried; the pause grows by half each time.
const soon = 50
const later = 2000

/** Retries an effect while `mayPass` holds for its error. A Schedule would add three KiB to the bundle for browsers. */
export const retryWhile = <A, E>(
  effect: Effect.Effect<A, E>,
  mayPass: (error: E) => Effect.Effect<boolean>,
  pause = soon
): Effect.Effect<A, E> =>
  Effect.catch((error: E) =>
    Effect.gen(function* () {
      if (!(yield* mayPass(error))) return yield* Effect.fail(error)
      yield* Effect.sleep(Math.round(pause * (0.5 + (yield* Random.next) / 2)))
      return yield* retryWhile(effect, mayPass, Math.min(1.5 * pause, later))
    })
  )(effect)
