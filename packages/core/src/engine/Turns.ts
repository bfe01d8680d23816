/** Repeats verbs that lost a race: within this process they take turns, against other processes they try for some time. */
import type { RecordId, RoutingDecision } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Semaphore from "effect/Semaphore"

import type { Choose } from "./Choosing.ts"

// Milliseconds after which the caller should read the handoff again before it decides what to do.
const patience = 10_000

// Milliseconds. The first pause is about as long as a commit of another process; a later one has at most this length.
const firstPause = 2
const longestPause = 200

const isConflict = (error: { readonly _tag: string }): boolean => error._tag === "RevisionConflict"

/** Runs an effect on a handoff, and repeats it on conflict. */
export type Turns = <A, E extends { readonly _tag: string }, R>(
  id: RecordId,
  once: Effect.Effect<A, E, R>
) => Effect.Effect<A, E, R>

const untilWon = <A, E extends { readonly _tag: string }, R>(
  once: Effect.Effect<A, E, R>,
  end: number,
  pause: number
): Effect.Effect<A, E, R> =>
  Effect.catchIf(once, isConflict, (error) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      now >= end
        ? Effect.fail(error)
        : // By chance, so that two processes do not meet again and again.
          Effect.flatMap(Random.next, (chance) =>
            Effect.andThen(
              Effect.sleep(Math.ceil(pause * chance)),
              untilWon(once, end, Math.min(2 * pause, longestPause))
            )
          )
    )
  )

/** Makes the turns of one process. */
export const make = (): Turns => {
  const queues = new Map<RecordId, { readonly turn: Semaphore.Semaphore; length: number }>()

  const inTurn = <A, E, R>(id: RecordId, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      const queue = queues.get(id) ?? { turn: Semaphore.makeUnsafe(1), length: 0 }
      queues.set(id, queue)
      queue.length += 1
      const leave = Effect.sync(() => {
        queue.length -= 1
        if (queue.length === 0) queues.delete(id)
      })
      return Effect.ensuring(queue.turn.withPermit(effect), leave)
    })

  // Fast path: the first try waits for nobody, because few verbs meet another on their handoff.
  return (id, once) =>
    Effect.catchIf(once, isConflict, () =>
      inTurn(
        id,
        Effect.flatMap(Clock.currentTimeMillis, (now) => untilWon(once, now + patience, firstPause))
      )
    )
}

/**
 * Makes the choices of one call: an equal question gets the answer from before. A call that lost a race is repeated, and
 * must not ask a model again.
 */
export const choosingOnce = (choose: Choose): Choose => {
  let last: { readonly question: string; readonly answer: Option.Option<RoutingDecision> } | undefined
  return (request, options = {}) => {
    const question = JSON.stringify([request.fromAgent, options.fallback, options.exclude])
    return last?.question === question
      ? Effect.succeed(last.answer)
      : Effect.tap(choose(request, options), (answer) => Effect.sync(() => void (last = { question, answer })))
  }
}
