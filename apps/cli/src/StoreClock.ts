import { HandoffStore } from "@aumai/handoff-core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Runs a command by the clock of its store, so that `2h` and "due in 5m" mean the same on every machine. */
export const onItsClock = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(HandoffStore, ({ now }) =>
    now === undefined
      ? work
      : Clock.clockWith((clock) =>
          Effect.provideService(work, Clock.Clock, {
            currentTimeMillis: Effect.map(now, ({ epochMilliseconds }) => epochMilliseconds),
            currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe(),
            currentTimeNanos: clock.currentTimeNanos,
            currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe(),
            monotonicTimeNanos: clock.monotonicTimeNanos,
            monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
            sleep: (duration) => clock.sleep(duration)
          })
        )
  )
