/**
 * The clock of the server, as this process knows it. Events are dated, and judged as due, by the same clock on every machine.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { SqlError } from "effect/sql/SqlError"

import type { Connections } from "./Connections.ts"

// Milliseconds until the clock is read again. Two good clocks drift apart by a tenth of a millisecond in a second.
const lasting = 1000
// Milliseconds by which the clock of this machine may leave its monotonic one: more means that it was set, or asleep.
const steady = 250
// An answer that takes longer tells little. The store waits no longer, because a verb waits for it.
const patience = "2 seconds"

const read = `SELECT extract(epoch FROM clock_timestamp())::float8 * 1000`

/** Reads the clock of the server, and returns the moment by it. */
export const make = ({ run }: Pick<Connections, "run">): Effect.Effect<Effect.Effect<DateTime.Utc>, SqlError> =>
  Effect.gen(function* () {
    // This process's clocks, on whichever clock a caller runs.
    const clock = yield* Clock.Clock
    const elapsed = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
    /** The server's time minus the monotonic one. */
    let offset = -Infinity
    let readAt = -Infinity
    /** The time of this machine minus the monotonic one. */
    let own = 0

    const measure = Effect.gen(function* () {
      const sent = elapsed()
      const [row] = yield* run(read)
      const received = elapsed()
      // The server read its clock between the two, so that it is now between `server` and `server` plus the round trip. Of
      // the moments in between the one that was known goes on, and the first is the earliest: never ahead of the server.
      const server = Number(row?.[0])
      offset = Math.min(Math.max(received + offset, server), server + received - sent) - received
    })
    const note = () => {
      readAt = elapsed()
      own = clock.currentTimeMillisUnsafe() - readAt
    }
    const isFresh = () => {
      const at = elapsed()
      return at - readAt < lasting && Math.abs(clock.currentTimeMillisUnsafe() - at - own) < steady
    }
    const known = () => DateTime.makeUnsafe(Math.floor(elapsed() + offset))

    yield* measure
    note()
    const turn = yield* Semaphore.make(1)
    // Without an answer the last one counts, and the verb that asked meets the same fault.
    const refresh = turn.withPermit(
      Effect.suspend(() =>
        isFresh()
          ? Effect.void
          : Effect.andThen(Effect.ignore(Effect.timeoutOption(measure, patience)), Effect.sync(note))
      )
    )
    return Effect.suspend(() => (isFresh() ? Effect.sync(known) : Effect.map(refresh, known)))
  })
