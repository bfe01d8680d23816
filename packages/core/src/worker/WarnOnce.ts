import type { StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"

/** Warns of the first of several errors in a row. */
export const warnOnce = (what: string, warn: (text: string) => Effect.Effect<void>) => {
  let isKnown = false
  return {
    of: ({ message }: StoreError) =>
      Effect.suspend(() => {
        if (isKnown) return Effect.void
        isKnown = true
        return warn(`${what}: ${message}`)
      }),
    over: Effect.sync(() => void (isKnown = false))
  }
}
