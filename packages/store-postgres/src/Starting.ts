/** Waits for a server that is about to start, as when both were started together. */
import type { StoreError } from "@aumai/handoff-protocol"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"

import type { Address } from "./Address.ts"
import * as Failure from "./Failure.ts"

// Milliseconds. A server that says it is starting may have to recover first. One that does not answer may not exist.
const longest = { starting: 60_000, silent: 5000 }
const firstPause = 100
const longestPause = 1000

/** Repeats the first statement at a server while it is starting, but not after `connect_timeout`; the error says how long. */
export const awaited = <A>(first: Effect.Effect<A, SqlError>, address: Address): Effect.Effect<A, StoreError> =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    let pause = firstPause
    for (let tried = 1; ; tried++) {
      const result = yield* Effect.result(first)
      if (result._tag === "Success") return result.success
      const { failure } = result
      const waited = (yield* Clock.currentTimeMillis) - start
      const isSilent = Failure.codeOf(failure) !== "57P03"
      const left =
        Math.min(longest[isSilent ? "silent" : "starting"], 1000 * (address.connectTimeout || Infinity)) - waited
      if (!Failure.isStarting(failure)) return yield* Failure.ofRead(address, "open")(failure)
      if (left <= 0) return yield* Failure.afterTrying(address, failure, tried, waited)
      yield* Effect.sleep(Math.min(pause, left))
      pause = Math.min(2 * pause, longestPause)
    }
  })
