/** Re-routes handoffs that their receiver cannot do, and ends them after the last attempt. */
import {
  type HandoffRecord,
  type NoAttemptLeft,
  rerouteCause,
  type RoutingDecision,
  type StoreError,
  type Transition
} from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

import type { Change } from "../store/HandoffStore.ts"
import type { Entries } from "./Entries.ts"
import { EndsLastAttempt } from "./LastAttempt.ts"
import type { Refusal } from "./Verbs.ts"

/** Makes both, from the commit of the verbs. */
export const make = (entries: Entries, commit: (change: Change) => Effect.Effect<HandoffRecord, Refusal>) => {
  /** Fails a handoff whose last attempt the worker releases; refuses the release of any other caller. */
  const endLastAttempt = (
    current: HandoffRecord,
    { at, attempt, by, ...event }: Transition,
    refusal: NoAttemptLeft
  ): Effect.Effect<HandoffRecord, Refusal> =>
    Effect.flatMap(EndsLastAttempt, (isEnd): Effect.Effect<HandoffRecord, Refusal> => {
      if (!isEnd) return Effect.fail(refusal)
      const reason = ("reason" in event && event.reason) || refusal.message
      const held = attempt === undefined ? {} : { attempt }
      const stack = "stack" in event && event.stack !== undefined ? { stack: event.stack } : {}
      const end = entries.next(current, {
        _tag: "Failed",
        at,
        by,
        ...held,
        reason,
        code: "attempts_exhausted",
        ...stack
      })
      return Result.isFailure(end) ? Effect.fail(end.failure) : commit(end.success)
    })

  /** Forwards a handoff to the next capable agent that has not had it; without one, continues with `otherwise`. */
  const reroute = (
    current: HandoffRecord,
    event: Transition,
    otherwise: Effect.Effect<HandoffRecord, Refusal>,
    choice: Effect.Effect<Option.Option<RoutingDecision>, StoreError>
  ): Effect.Effect<HandoffRecord, Refusal> => {
    const because = rerouteCause(current, event)
    if (because === undefined) return otherwise
    return Effect.flatMap(choice, (decision): Effect.Effect<HandoffRecord, Refusal> => {
      if (Option.isNone(decision)) return otherwise
      const { value: routing } = decision
      const reason = "reason" in event && event.reason !== undefined ? { reason: event.reason } : {}
      const handBack = "handBack" in event && event.handBack !== undefined ? { handBack: event.handBack } : {}
      const { at, by } = event
      const forwarded = entries.next(current, {
        _tag: "Forwarded",
        at,
        by,
        ...(event.attempt === undefined ? {} : { attempt: event.attempt }),
        to: routing.agent,
        because,
        ...reason,
        ...handBack,
        routing
      })
      return Result.isFailure(forwarded) ? Effect.fail(forwarded.failure) : commit(forwarded.success)
    })
  }

  return { endLastAttempt, reroute }
}
