/** Pauses a worker whose handoffs fail one after another, so that one fault does not spend the attempts of a whole inbox. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"

/** The end of a turn of a worker: a failure with its reason. A handoff that was lost or given up says nothing. */
export type Ending = { readonly failed: string } | "succeeded" | "neither"

/** Pauses of a worker after failures in a row. */
export interface BreakerOptions {
  /** The number of failures in a row, without one success, after which the worker pauses. Default: 5. */
  readonly after?: number
  /** The first pause. Each failure of the handoff that is tried then doubles it, up to five minutes. Default: 30 seconds. */
  readonly pause?: Duration.Input
}

const longestPause = 300_000

/** Makes the breaker of one worker. */
export const make = (
  { after = 5, pause = "30 seconds" }: BreakerOptions,
  say: { readonly warn: (text: string) => Effect.Effect<void>; readonly info: (text: string) => Effect.Effect<void> }
) => {
  const first = Duration.toMillis(pause)
  let failures = 0
  let wait = first
  let until = 0
  let isTrying = false
  let ended = Latch.makeUnsafe()

  /** Waits while the worker pauses. `true` if the next handoff is the one that is tried. */
  const enter: Effect.Effect<boolean> = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    if (failures < after) return Effect.succeed(false)
    if (!isTrying && now >= until) {
      isTrying = true
      return Effect.succeed(true)
    }
    const tried = ended.await
    return Effect.andThen(isTrying ? tried : Effect.raceFirst(tried, Effect.sleep(until - now)), enter)
  })

  /** Ends a turn that `enter` began. */
  const leave = (isTrial: boolean, ending: Ending): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const wasPaused = failures >= after
      if (isTrial) isTrying = false
      if (ending === "succeeded") {
        failures = 0
        wait = first
      } else if (ending !== "neither") {
        failures += 1
        if (isTrial) wait = Math.min(2 * wait, longestPause)
        // Failures of handoffs that were claimed before the pause do not prolong it.
        if (isTrial || !wasPaused) until = now + wait
      }
      const waiting = ended
      ended = Latch.makeUnsafe()
      waiting.openUnsafe()
      const isPaused = failures >= after
      if (isPaused === wasPaused) return Effect.void
      return ending === "succeeded" || ending === "neither"
        ? say.info("A handoff succeeded; the worker continues")
        : say.warn(
            `${failures} handoffs failed in a row; the worker pauses for ${Math.ceil(wait / 1000)} s and then tries one: ${ending.failed}`
          )
    })

  return { enter, leave }
}
