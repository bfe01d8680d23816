import type { InvalidPosition, StoreError } from "@aumai/handoff-protocol"
import { isReadonlyArrayNonEmpty } from "effect/Array"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"

import type { Entry, HandoffStore, Position } from "../store/HandoffStore.ts"

// One page is one read of the store; 256 entries are a few hundred kilobytes at most in practice.
const pageSize = 256

/**
 * Streams every entry after a position, then every new one, indefinitely. Reads the log to its end, waits for a hint or
 * at most `patience`, and reads again. A hint that arrives during a read counts for the next wait. A lost hint delays an
 * entry by `patience`; each idle `patience` costs one read.
 */
export const follow = (
  store: HandoffStore["Service"],
  after?: Position,
  patience: Duration.Input = "2 seconds"
): Stream.Stream<Entry, InvalidPosition | StoreError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const hinted = yield* Latch.make()
      yield* Effect.forkScoped(
        Stream.runForEach(store.changed, () => hinted.open),
        { startImmediately: true }
      )
      let position = after
      const next: Effect.Effect<readonly [Entry, ...Array<Entry>], InvalidPosition | StoreError> = Effect.gen(
        function* () {
          while (true) {
            // Reset before the read, so that a commit during the read hints again.
            hinted.closeUnsafe()
            const entries = yield* store.log({
              limit: pageSize,
              ...(position === undefined ? {} : { after: position })
            })
            if (isReadonlyArrayNonEmpty(entries)) {
              position = entries[entries.length - 1]?.position
              return [...entries]
            }
            yield* Effect.timeoutOption(hinted.await, patience)
          }
        }
      )
      return Stream.fromPull(Effect.succeed(next))
    })
  )
