/** The pauses before another attempt, and before a call to the store is repeated. */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

// The backoff between attempts in milliseconds. Most faults pass soon; a permanent one costs an attempt every five minutes.
const firstPause = 1000
const longestPause = 300_000

/** The pause after a failed attempt: doubles with each attempt, minus a random share of up to a half. */
export const pauseAfter = (attempt: number): Effect.Effect<number> =>
  Effect.map(Random.next, (chance) =>
    // Rounded, because moments have whole milliseconds.
    Math.round(Math.min(firstPause * 2 ** (attempt - 1), longestPause) * (0.5 + chance / 2))
  )

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
