/** Notices that a handoff which a worker holds was ended by another party, or by its deadline. */
import { type HandoffRecord, isOpen, transitions } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import type { Holder } from "./Work.ts"

// Milliseconds from a hint to a look at a held handoff: a busy store hints at every commit, and four reads a second are cheap.
const lookPause = 250

// The longest delay of a timer of JavaScript, which a later deadline exceeds.
const longestDelay = 2 ** 31 - 1

/** Applies the deadline as soon as it has passed, which the store then hints at. */
export const expiring = (holder: Holder, claimed: HandoffRecord): Effect.Effect<never> => {
  const { manager, now } = holder
  const deadline = claimed.request.deadline?.epochMilliseconds ?? Infinity
  return Effect.flatMap(now, ({ epochMilliseconds }) =>
    epochMilliseconds < deadline
      ? Effect.andThen(Effect.sleep(Math.min(deadline - epochMilliseconds, longestDelay)), expiring(holder, claimed))
      : // A failure is left to the worker's own sweeps.
        Effect.andThen(Effect.option(manager.sweep), Effect.never)
  )
}

/** Loses a handoff once its record shows that another party has ended this attempt. Looks after each hint of the store. */
export const watching = (
  holder: Holder,
  claimed: HandoffRecord,
  hint: Effect.Effect<void>,
  lose: (sentence: string) => Effect.Effect<never>
): Effect.Effect<never> =>
  Effect.andThen(
    Effect.andThen(hint, Effect.sleep(lookPause)),
    Effect.suspend(() => {
      // Before the read, so that a change during the read counts as well.
      const next = holder.hinted()
      return Effect.flatMap(Effect.option(holder.manager.get(claimed.recordId)), (found) => {
        if (Option.isNone(found)) return watching(holder, claimed, next, lose)
        const { attempt, status } = found.value
        // A program that has completed its handoff itself may still clean up.
        const isHeld = attempt === claimed.attempt && (isOpen(status) || status === transitions.Completed.to)
        return isHeld ? watching(holder, claimed, next, lose) : lose(`It is ${status} in attempt ${attempt}.`)
      })
    })
  )
