import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
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
  const listeners = new Set<Queue.Queue<void>>()
  const listen = Effect.acquireRelease(
    Effect.tap(Queue.dropping<void>(1), (listener) => Effect.sync(() => listeners.add(listener))),
    (listener) => Effect.sync(() => listeners.delete(listener))
  )
  return {
    give: () => {
      for (const listener of listeners) Queue.offerUnsafe(listener, undefined)
    },
    changed: Stream.unwrap(Effect.map(listen, Stream.fromQueue))
  }
}
