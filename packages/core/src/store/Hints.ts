import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"

/** Tells listeners that the log grew. One that has not looked yet needs one hint, not all of them. */
export interface Hints {
  readonly give: () => void
  readonly changed: Stream.Stream<void>
}

/**
 * Hints within one process. A PubSub would do the same, for four of the fifty kilobytes that a browser loads.
 *
 * @example
 * ```ts
 * import { Hints } from "@aumai/handoff-core"
 *
 * const hints = Hints.make()
 * const committed = () => hints.give() // whoever reads `hints.changed` looks at the log
 * ```
 */
export const make = (): Hints => {
  const listeners = new Set<Latch.Latch>()
  const listen = Effect.acquireRelease(
    Effect.tap(Latch.make(), (listener) => Effect.sync(() => listeners.add(listener))),
    (listener) => Effect.sync(() => listeners.delete(listener))
  )
  const next = (listener: Latch.Latch): Effect.Effect<readonly [void]> =>
    // It runs on only after whoever gave the hint, and what else is given until then is the same hint.
    Effect.map(Effect.andThen(listener.await, Effect.yieldNow), () => {
      listener.closeUnsafe()
      return [undefined]
    })
  return {
    give: () => {
      for (const listener of listeners) listener.openUnsafe()
    },
    changed: Stream.unwrap(Effect.map(listen, (listener) => Stream.fromPull(Effect.succeed(next(listener)))))
  }
}
